//! What a stream, a group and a consumer may take of our memory, counted byte by byte while real replies are read.
//!
//! Knows the allocator; not how anything is kept. Invariant: what is counted is what stays when a reading is whole.

#![cfg(test)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "tests")]

#[path = "support/server.rs"]
mod server;
#[path = "support/session.rs"]
mod support;

use server::{Options, Server};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use streamgauge::core::limits::{BYTES_A_CONSUMER, BYTES_A_GROUP, BYTES_A_STREAM};
use streamgauge::core::reading::Reading;
use streamgauge::core::wire::round::agenda::Turn;
use streamgauge::core::wire::round::{Focus, PollSettings};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Streams of so many groups of so many consumers, each of which has one of twenty entries pending.
fn server_with(streams: usize, groups: usize, consumers: usize) -> Server {
    let server = Server::start(Options::default());
    let script = "for n = 1, ARGV[1] do
        local key = 's:' .. n
        for e = 1, 20 do redis.call('XADD', key, '*', 'number', e) end
        for g = 1, ARGV[2] do
          redis.call('XGROUP', 'CREATE', key, 'g' .. g, '0')
          for c = 1, ARGV[3] do
            redis.call('XREADGROUP', 'GROUP', 'g' .. g, 'worker-' .. c, 'COUNT', 1, 'STREAMS', key, '>')
          end
        end
      end";
    let client = redis::Client::open(format!("redis+unix://{}", server.socket().display())).unwrap();
    let numbers = [streams, groups, consumers];
    redis::cmd("EVAL").arg(script).arg(0).arg(&numbers).exec(&mut client.get_connection().unwrap()).unwrap();
    server
}

/// Bytes that stay when everything was read twice: of what is planned by, and of what is shown.
fn kept(server: &Server) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let settings =
        PollSettings { interval_us: 1_000_000, discover: true, everything: true, ..PollSettings::default() };
    runtime.block_on(async {
        let (mut session, mut reading) = (support::session(server, settings), Reading::new(0));
        session.connect().await.unwrap();
        reading.advance(session.round(&Focus::default()).await.unwrap());
        let region = Region::new(ALLOCATOR);
        while !session.planner().has_searched() {
            let step = session.turn(Turn::Search).await.unwrap();
            step.into_iter().for_each(|snapshot| reading.advance(snapshot));
            tokio::task::yield_now().await;
        }
        for _ in 0..2 {
            while session.planner().has_unread() {
                reading.advance(session.turn(Turn::Unread).await.unwrap().unwrap());
            }
            session.planner().read_again();
        }
        let change = region.change();
        assert!(!reading.streams().is_empty());
        change.bytes_allocated - change.bytes_deallocated
    })
}

#[test]
fn a_stream_a_group_and_a_consumer_stay_within_what_they_may_take() {
    // What is there anyway is counted first.
    let none = kept(&server_with(1, 1, 1));
    for (streams, groups, consumers) in [(2_000, 1, 1), (500, 12, 1), (500, 2, 20)] {
        let kept = kept(&server_with(streams, groups, consumers)).saturating_sub(none);
        let all_groups = streams * groups;
        let may =
            streams * BYTES_A_STREAM + all_groups * BYTES_A_GROUP + all_groups * consumers * BYTES_A_CONSUMER;
        println!(
            "{streams} streams of {groups} groups of {consumers}: {} a stream of {}",
            kept / streams,
            may / streams
        );
        assert!(
            kept <= may,
            "{streams} streams of {groups} groups of {consumers} take {kept} bytes of {may}"
        );
    }
}
