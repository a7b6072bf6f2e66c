//! A stream fills the memory at a known rate: when it is full, and who is to blame.

use crate::server::{PATIENCE, kinds, side_by_side};
use crate::watch::{connection, memory, runtime, server, session};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use streamgauge::core::reading::Reading;
use streamgauge::edge::source::{Event, poll};

const MIB: u64 = 1 << 20;
const LIMIT: u64 = 160 * MIB;
const WATCHED: Duration = Duration::from_secs(16);

/// A MiB a second into a stream, and an eighth of that into other keys.
fn fill(mut connection: redis::Connection, ends: &AtomicBool) {
    let mut turn = Instant::now();
    let mut key = 0_u32;
    while !ends.load(Ordering::Relaxed) {
        let mut pipe = redis::pipe();
        for _ in 0..26 {
            pipe.cmd("XADD").arg(&["telemetry", "*", "reading", &"x".repeat(4_000)]).ignore();
        }
        pipe.cmd("SET").arg(format!("report:{key}")).arg("y".repeat(13_000)).ignore();
        key += 1;
        pipe.exec(&mut connection).unwrap();
        turn += Duration::from_millis(100);
        std::thread::sleep(turn.saturating_duration_since(Instant::now()));
    }
}

async fn watch(server: &crate::server::Server) -> Reading {
    let mut reading = Reading::new(10_000_000);
    let (_handle, mut events, _) = poll(session(server));
    let began = Instant::now();
    // A busy machine reads less often: it is watched until it can be told.
    let is_told = |reading: &Reading| reading.this_node().memory.seconds_to_full().is_some();
    while began.elapsed() < WATCHED || (began.elapsed() < PATIENCE && !is_told(&reading)) {
        if let Ok(Some(Event::Observed(snapshot))) =
            tokio::time::timeout(Duration::from_millis(200), events.recv()).await
        {
            reading.advance(*snapshot);
        }
    }
    reading
}

#[test]
fn the_time_to_full_is_true_and_the_stream_that_fills_it_is_named() {
    side_by_side(kinds(), |kind| {
        let limit = LIMIT.to_string();
        let server = server(kind, &["--maxmemory", &limit, "--maxmemory-policy", "noeviction"]);
        let ends = AtomicBool::new(false);
        let mut asking = connection(&server);
        let (reading, at_begin, at_end, took) = std::thread::scope(|scope| {
            let filling = connection(&server);
            scope.spawn(|| fill(filling, &ends));
            std::thread::sleep(Duration::from_millis(500));
            let (began, at_begin) = (Instant::now(), memory(&mut asking, "used_memory"));
            let watched = std::panic::catch_unwind(|| runtime().block_on(watch(&server)));
            let at_end = memory(&mut asking, "used_memory");
            let took = began.elapsed();
            ends.store(true, Ordering::Relaxed);
            (watched.unwrap(), at_begin, at_end, took)
        });
        let per_s = (at_end - at_begin) as f64 / took.as_secs_f64();
        let truth = (LIMIT - at_end) as f64 / per_s;
        let told = reading.this_node().memory.seconds_to_full().unwrap();
        assert!((told / truth - 1.0).abs() < 0.15, "{kind:?}: told {told} s, it is {truth} s");
        let (key, _, share) = reading.this_node().memory.grower().unwrap();
        assert_eq!(key.to_string(), "telemetry");
        assert!((0.75..=1.0).contains(&share), "{kind:?}: {share}");
        let finding = reading.findings().iter().find(|finding| finding.id == "memory.full_soon");
        let text = &finding.unwrap_or_else(|| panic!("{kind:?}: {:?}", reading.findings())).text;
        assert!(text.contains("of it by telemetry"), "{text}");
    });
}
