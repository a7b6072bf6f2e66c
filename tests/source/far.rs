//! A server far away: over a round trip of 300 and of 800 ms everything is found, the interval is kept, and what
//! somebody asks for is served within two round trips.

use std::time::{Duration, Instant};

use streamgauge::core::model::Name;
use streamgauge::core::wire::question::{EntriesQuestion, Page};
use streamgauge::core::wire::round::PollSettings;
use streamgauge::edge::source::{Event, PollHandle, PollRequest, poll};
use tokio::sync::mpsc::Receiver;

use crate::proxy::Proxy;
use crate::server::{Options, PATIENCE, Server, side_by_side};
use crate::session::session_at;

#[test]
fn over_a_long_round_trip_everything_is_found_and_the_interval_is_kept() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    side_by_side([300, 800], |trip_ms| runtime.block_on(is_kept_over(Duration::from_millis(trip_ms))));
}

async fn is_kept_over(trip: Duration) {
    let server = Server::start(Options::default());
    for stream in 0..20 {
        server.redis_cli(&["XADD", &format!("s{stream:02}"), "*", "f", "v"]);
    }
    let proxy = Proxy::start(&server, trip, |_| None);
    let interval_us = 1_000_000;
    let settings =
        PollSettings { interval_us, discover: true, measures_keys: true, ..PollSettings::default() };
    let (handle, mut events, _poller) = poll(session_at(proxy.socket(), settings));
    let (mut streams, began) = (0, Instant::now());
    while streams < 20 {
        assert!(began.elapsed() < PATIENCE, "{streams} of 20 streams are found over {trip:?}");
        if let Some(Event::Observed(snapshot)) = events.recv().await {
            streams = snapshot.discovery.map_or(streams, |discovery| discovery.streams);
        }
    }
    // A busy machine is late now and then; what is late by itself is late every time.
    let mut tries = Vec::new();
    while !tries.iter().any(|(took, rounds)| *took < trip * 2 + SLACK && (8..=12).contains(rounds)) {
        assert!(tries.len() < 5, "{trip:?}: when the entries came, and rounds in ten seconds: {tries:?}");
        tries.push(ten_seconds(&handle, &mut events, &proxy).await);
    }
}

/// Beyond the round trips.
const SLACK: Duration = Duration::from_millis(500);

/// How long entries took that were asked for, and the rounds of ten seconds.
async fn ten_seconds(handle: &PollHandle, events: &mut Receiver<Event>, proxy: &Proxy) -> (Duration, usize) {
    // Each begins with the sections of INFO.
    let rounds = || proxy.seen(&["INFO", "server"]).len();
    let (before, since) = (rounds(), Instant::now());
    let question = EntriesQuestion { key: Name::from("s00"), from: Page::Newest };
    handle.requests.send(PollRequest::Entries(question)).await.unwrap();
    let mut took = None;
    while since.elapsed() < Duration::from_secs(10) {
        let wait = tokio::time::timeout(Duration::from_millis(100), events.recv()).await;
        if let Ok(Some(Event::Entries(_, page))) = wait {
            took = Some(since.elapsed());
            assert_eq!(page.unwrap().entries.len(), 1);
        }
    }
    (took.expect("the entries came"), rounds() - before)
}
