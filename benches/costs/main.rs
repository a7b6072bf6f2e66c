//! What our own work costs: reading against a client that does nothing else, decoding, and drawing.
//!
//! Knows sizes that hurt: a thousand and two thousand streams. Wall time here says more about the machine than
//! about us: compare what was measured in one run. Invariant: every measurement is bounded, and all of them
//! together take less than two minutes.

#![allow(missing_docs, reason = "criterion's macros write public functions")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "benchmarks"
)]

mod decoding;
mod drawing;
mod folding;
mod ideal;
mod reading;
#[path = "../../tests/support/server.rs"]
mod server;

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use server::{Options, Server};
use streamgauge::config::{Address, Target};
use streamgauge::core::wire::{Observation, ReadCmd};
use streamgauge::edge::link::{Lane, Link, LinkLedger, Timeouts};
use tokio::runtime::{Builder, Runtime};

/// A server with so many streams of three groups with a consumer each, one entry of three pending in each.
fn server_with(streams: usize) -> Server {
    let server = Server::start(Options::default());
    let url = format!("redis+unix://{}", server.socket().display());
    let mut connection = redis::Client::open(url).unwrap().get_connection().unwrap();
    let mut pipeline = redis::pipe();
    for number in 0..streams {
        let key = key(number);
        for entry in ["1", "2", "3"] {
            pipeline.cmd("XADD").arg(&[&key, "*", "number", entry]);
        }
        for group in GROUPS {
            pipeline.cmd("XGROUP").arg(&["CREATE", &key, group, "0"]);
            pipeline.cmd("XREADGROUP").arg(&["GROUP", group, "worker", "COUNT", "1", "STREAMS", &key, ">"]);
        }
    }
    pipeline.exec(&mut connection).unwrap();
    server
}

const GROUPS: [&str; 3] = ["billing", "mail", "audit"];

fn key(number: usize) -> String {
    format!("stream-n{number:04}")
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// A link as the poller has it.
async fn link(server: &Server) -> Link {
    let target = Target::plain("bench".to_owned(), Address::Unix(server.socket()));
    Link::open(&target, Lane::Poll, &Timeouts::default(), &LinkLedger::default()).await.unwrap()
}

/// What a server answers to these commands.
fn observe(server: &Server, commands: Vec<ReadCmd>) -> Observation {
    let asked = runtime().block_on(async { link(server).await.ask(commands).await });
    assert!(asked.lost.is_none(), "{:?}", asked.lost);
    Observation { taken_at_ms: 1_700_000_000_000, exchanges: asked.exchanges, ..Observation::default() }
}

fn bounded() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(5))
}

criterion_group! {
    name = costs;
    config = bounded();
    targets = reading::measure, decoding::measure, drawing::measure, folding::measure
}
criterion_main!(costs);
