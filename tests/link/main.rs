//! The connection to real servers: asking, faults, TLS, and what happens when a server goes and comes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod asking;
mod bounds;
#[path = "../support/certificates.rs"]
mod certificates;
mod faults;
mod manners;
#[path = "../support/proxy.rs"]
mod proxy;
#[path = "../support/server.rs"]
mod server;
mod supervision;
mod tls;

use server::{Kind, Options, PATIENCE, Server};
use std::time::Duration;
use streamgauge::config::{Address, Target};
use streamgauge::edge::link::{Lane, Link, LinkError, LinkLedger, Timeouts};

/// The way to `server` over its unix socket.
fn target(server: &Server) -> Target {
    at(Address::Unix(server.socket()))
}

/// The way to a port of this machine.
fn tcp(host: &str, port: u16) -> Target {
    at(Address::Tcp { host: host.to_owned(), port })
}

fn at(address: Address) -> Target {
    Target::plain("test".to_owned(), address)
}

fn start(kind: Kind, args: &[&str]) -> Server {
    Server::start(Options::with(kind, args))
}

async fn open(target: &Target) -> Link {
    Link::open(target, Lane::Poll, &PATIENT, &LinkLedger::default())
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}

/// What a server that answers is given: no busy machine makes it late.
const PATIENT: Timeouts = Timeouts { connect: PATIENCE, poll: PATIENCE, control: PATIENCE };

/// How long who says nothing is waited for.
const SILENCE: Duration = Duration::from_millis(1_500);

/// The error of a connection that must not come about. It is one line and does not show `hunter2`.
async fn failure(target: &Target) -> LinkError {
    failure_within(PATIENCE, target).await
}

/// The same of a server that is given so long.
async fn failure_within(connect: Duration, target: &Target) -> LinkError {
    let timeouts = Timeouts { connect, ..PATIENT };
    let error =
        Link::open(target, Lane::Poll, &timeouts, &LinkLedger::default()).await.expect_err("no connection");
    let shown = format!("{error} {error:?} {target:?}");
    assert!(!shown.contains("hunter2"), "the password shows: {shown}");
    let line = error.to_string();
    assert!(!line.contains(char::is_control), "not one line: {line:?}");
    assert!(line.contains(&target.address.to_string()), "does not say where: {line}");
    error
}

/// Asserts the fault and that its line has all these words.
#[track_caller]
fn says(error: &LinkError, fault: streamgauge::core::model::Fault, words: &[&str]) {
    assert_eq!(error.fault(), fault, "{error}");
    for word in words {
        assert!(error.to_string().contains(word), "no '{word}' in: {error}");
    }
}
