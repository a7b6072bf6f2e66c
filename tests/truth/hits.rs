//! The hit ratio is that of others, however much we read ourselves.

use crate::server::{Kind, kinds, side_by_side};
use crate::watch::{connection, runtime, server, session};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use streamgauge::core::reading::Reading;
use streamgauge::edge::source::{Event, poll};

const KEYS: u32 = 1_200;
const STREAMS: u32 = 200;
/// Reads every 50 ms: 2,000 a second.
const READS_A_TURN: u32 = 100;

/// Four keys in five, so that any run of reads in order hits four times in five.
fn is_there(key: u32) -> bool {
    !key.is_multiple_of(5)
}

fn fill(connection: &mut redis::Connection) {
    let mut pipe = redis::pipe();
    for key in (0..KEYS).filter(|key| is_there(*key)) {
        pipe.cmd("SET").arg(format!("key:{key}")).arg("value").ignore();
    }
    for stream in 0..STREAMS {
        pipe.cmd("XGROUP")
            .arg("CREATE")
            .arg(format!("stream:{stream}"))
            .arg("g")
            .arg("0")
            .arg("MKSTREAM")
            .ignore();
        pipe.cmd("XADD").arg(format!("stream:{stream}")).arg("*").arg("f").arg("v").ignore();
    }
    pipe.exec(connection).unwrap();
}

/// Reads one key after the other until it is told to end.
fn read_on(mut connection: redis::Connection, ends: &AtomicBool) {
    let (mut key, mut turn) = (0, Instant::now());
    while !ends.load(Ordering::Relaxed) {
        let mut pipe = redis::pipe();
        for _ in 0..READS_A_TURN {
            pipe.cmd("GET").arg(format!("key:{key}")).ignore();
            key = (key + 1) % KEYS;
        }
        pipe.exec(&mut connection).unwrap();
        turn += Duration::from_millis(50);
        std::thread::sleep(turn.saturating_duration_since(Instant::now()));
    }
}

fn lookups(connection: &mut redis::Connection) -> (f64, f64) {
    let text: String = redis::cmd("INFO").arg("stats").query(connection).unwrap();
    let figure = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.unwrap().parse::<f64>().unwrap()
    };
    (figure("keyspace_hits"), figure("keyspace_misses"))
}

/// Polls as the console does, until nine seconds were read.
async fn watch(server: &crate::server::Server) -> Reading {
    let mut reading = Reading::new(0);
    let (_handle, mut events, _) = poll(session(server));
    let deadline = Instant::now() + Duration::from_secs(60);
    while reading.this_node().cache.window(60_000_000).whole_us < 9_000_000 {
        assert!(Instant::now() < deadline, "{:?}", reading.this_node().cache.window(60_000_000));
        let event = tokio::time::timeout(Duration::from_secs(5), events.recv()).await.unwrap().unwrap();
        if let Event::Observed(snapshot) = event {
            reading.advance(*snapshot);
        }
    }
    reading
}

fn check(kind: Kind) {
    let server = server(kind);
    let mut inside = connection(&server);
    fill(&mut inside);
    let ends = AtomicBool::new(false);
    let (reading, before, after) = std::thread::scope(|scope| {
        let load = connection(&server);
        scope.spawn(|| read_on(load, &ends));
        let before = lookups(&mut inside);
        let watched = std::panic::catch_unwind(|| runtime().block_on(watch(&server)));
        let after = lookups(&mut inside);
        ends.store(true, Ordering::Relaxed);
        (watched.unwrap(), before, after)
    });
    assert_eq!(reading.streams().len(), STREAMS as usize, "all are polled");
    let window = reading.this_node().cache.window(60_000_000);
    let (shown, coverage) = (window.ratio().unwrap(), window.coverage().unwrap());
    assert!((shown - 0.8).abs() <= 0.01, "{kind:?}: shown {shown}, {window:?}");
    assert!(window.lookups.total() > 4_000, "{kind:?}: {window:?}");
    assert!(coverage > 0.5, "{kind:?}: covers {coverage}, {window:?}");
    let (hits, misses) = (after.0 - before.0, after.1 - before.1);
    let naive = hits / (hits + misses);
    assert!((naive - 0.8).abs() > 0.01, "{kind:?}: we weigh enough to be seen: {naive}");
}

#[test]
fn the_hit_ratio_is_that_of_others_while_two_hundred_streams_are_polled() {
    side_by_side(kinds(), check);
}
