//! How long entries waited for their delivery, without a probe: from rows that are still pending.

use crate::server::{Kind, kinds, side_by_side};
use crate::watch::{connection, runtime, server, session};
use std::time::{Duration, Instant};
use streamgauge::core::model::Name;
use streamgauge::core::reading::Reading;
use streamgauge::core::wire::round::Focus;
use streamgauge::core::wire::round::agenda::Turn;
use streamgauge::edge::source::Session;

/// What there is between an entry and its delivery.
const DELAY: Duration = Duration::from_millis(200);
/// The server's milliseconds and ours begin at different instants, and its clock is read over a socket.
const TOLERANCE_MS: u64 = 10;

/// Adds ten entries, has them delivered after the delay, acknowledges none. At least and at most what they waited.
fn deliver(connection: &mut redis::Connection) -> (u64, u64) {
    let added_first = Instant::now();
    for _ in 0..10 {
        redis::cmd("XADD").arg("late").arg("*").arg("f").arg("v").exec(connection).unwrap();
    }
    let added_last = Instant::now();
    std::thread::sleep(DELAY);
    let least = added_last.elapsed();
    let mut read = redis::cmd("XREADGROUP");
    read.arg("GROUP").arg("g").arg("c").arg("COUNT").arg(10).arg("STREAMS").arg("late").arg(">");
    read.exec(connection).unwrap();
    (least.as_millis() as u64, added_first.elapsed().as_millis() as u64)
}

async fn round(session: &mut Session, reading: &mut Reading) {
    session.connect().await.unwrap();
    reading.advance(session.round(&Focus::default()).await.unwrap());
    if let Some(snapshot) = session.turn(Turn::Search).await.unwrap() {
        reading.advance(snapshot);
    }
}

fn check(kind: Kind) {
    let server = server(kind);
    let mut connection = connection(&server);
    redis::cmd("XGROUP")
        .arg("CREATE")
        .arg("late")
        .arg("g")
        .arg("0")
        .arg("MKSTREAM")
        .exec(&mut connection)
        .unwrap();
    let (runtime, mut session, mut reading) = (runtime(), session(&server), Reading::new(0));
    // An old entry that is stuck: it was delivered late, but not now.
    redis::cmd("XADD").arg("late").arg("5-0").arg("f").arg("v").exec(&mut connection).unwrap();
    redis::cmd("XREADGROUP")
        .arg("GROUP")
        .arg("g")
        .arg("c")
        .arg("STREAMS")
        .arg("late")
        .arg(">")
        .exec(&mut connection)
        .unwrap();
    let (mut least_ms, mut most_ms, mut round_ms) = (u64::MAX, 0, 0);
    let deadline = Instant::now() + Duration::from_secs(10);
    let times = loop {
        let (least, most) = deliver(&mut connection);
        (least_ms, most_ms) = (least_ms.min(least), most_ms.max(most));
        let began = Instant::now();
        runtime.block_on(round(&mut session, &mut reading));
        round_ms = round_ms.max(began.elapsed().as_millis() as u64);
        let group =
            reading.streams().get(&Name::from("late")).and_then(|stream| stream.groups.get(&Name::from("g")));
        let times = group.map(|group| group.delivery_ms(reading.this_node().at_us)).unwrap_or_default();
        if times.samples >= 40 {
            break times;
        }
        assert!(Instant::now() < deadline, "{kind:?}: {times:?}");
    };
    // The clock and the rows are read in one round, but not at one instant: on a busy machine it takes its time.
    let tolerance_ms = TOLERANCE_MS + round_ms;
    let within = least_ms.saturating_sub(tolerance_ms)..=most_ms + tolerance_ms;
    assert!(within.contains(&times.p50.unwrap()), "{kind:?}: {times:?} is not in {within:?}");
    assert!(within.contains(&times.p95.unwrap()), "{kind:?}: {times:?} is not in {within:?}");
    assert!(within.contains(&times.max.unwrap()), "{kind:?}: the stuck one is no sample: {times:?}");
}

#[test]
fn delivery_times_are_those_of_what_was_delivered_just_now() {
    side_by_side(kinds(), check);
}
