//! A subscriber that stops reading: named, with a time to disconnect that comes true.

use crate::server::{Kind, PATIENCE, Server, kinds, side_by_side};
use crate::watch::{Eyes, connection, server, subscriber};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use streamgauge::core::diagnose::finding::FindingSubject;
use streamgauge::core::reading::fanout::subscribers::{Cause, Cutoff};

/// 1 MiB a second, in messages of 8 KiB: larger ones Valkey 9 keeps once for all subscribers, in nobody's buffer.
fn publish(server: &Server, is_over: &Arc<AtomicBool>) -> std::thread::JoinHandle<()> {
    let (mut connection, is_over) = (connection(server), Arc::clone(is_over));
    std::thread::spawn(move || {
        let (message, mut due) = ("x".repeat(8 << 10), Instant::now());
        while !is_over.load(Ordering::Relaxed) {
            redis::cmd("PUBLISH").arg("wall").arg(&message).exec(&mut connection).unwrap();
            due += Duration::from_micros(7_812);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
        }
    })
}

fn ids(connection: &mut redis::Connection) -> String {
    redis::cmd("CLIENT").arg("LIST").arg("TYPE").arg("pubsub").query(connection).unwrap()
}

fn check(kind: Kind) {
    let server = server(kind);
    let mut own = connection(&server);
    let limit = "pubsub 20971520 8388608 60";
    redis::cmd("CONFIG").arg("SET").arg("client-output-buffer-limit").arg(limit).exec(&mut own).unwrap();
    let mut eyes = Eyes::new(&server);
    eyes.look();
    let stuck = subscriber(&server, "stuck", &["wall"]);
    let is_over = Arc::new(AtomicBool::new(false));
    let publisher = publish(&server, &is_over);
    let began = Instant::now();
    let looks = eyes.until("the subscriber is named", |reading| {
        let names = |finding: &&streamgauge::core::diagnose::finding::Finding| {
            finding.id == "fanout.slow_subscriber" && matches!(finding.subject, FindingSubject::Client(_))
        };
        reading.findings().iter().any(|finding| names(&finding) && finding.text.contains("stuck"))
    });
    // Ten seconds of looks every half second, however long each takes on a busy machine.
    assert!(looks < 20, "{kind:?}: named after {looks} looks");
    let predicted = |eyes: &Eyes| {
        let slow = eyes
            .reading
            .fanout()
            .subscribers
            .slow(eyes.reading.fanout().limit, eyes.reading.this_node().at_us);
        match slow.first().map(|slow| slow.cut) {
            Some(Cutoff::In(seconds)) => Some((Instant::now(), seconds)),
            _ => None,
        }
    };
    let mut predictions = vec![predicted(&eyes).expect("a time to disconnect")];
    let deadline = Instant::now() + PATIENCE;
    let cut = loop {
        if !ids(&mut own).contains("name=stuck") {
            break Instant::now();
        }
        assert!(Instant::now() < deadline, "{kind:?}: never cut off");
        if predictions.last().is_some_and(|(at, _)| at.elapsed() > Duration::from_secs(1)) {
            eyes.look();
            predictions.extend(predicted(&eyes));
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    let off = |(at, seconds): &(Instant, f64)| {
        let really_s = cut.duration_since(*at).as_secs_f64();
        // A list is two seconds old at most, and so is what is told of the last two.
        (really_s > 4.0).then(|| (seconds - really_s).abs() / really_s)
    };
    let mut off: Vec<f64> = predictions.iter().filter_map(off).collect();
    off.sort_by(f64::total_cmp);
    eprintln!("{kind:?}: named after {looks} looks, off by {off:?}, cut {:?}", cut.duration_since(began));
    // A busy machine keeps who publishes waiting for a moment, and then one that was told is off.
    assert!(off[off.len() / 2] <= 0.2, "{kind:?}: off by {off:?}");
    eyes.until("it is remembered as lost", |reading| {
        reading
            .fanout()
            .subscribers
            .vanished()
            .any(|gone| gone.name.text() == "stuck" && gone.cause != Cause::Unknown)
    });
    is_over.store(true, Ordering::Relaxed);
    publisher.join().unwrap();
    drop(stuck);
}

#[test]
fn a_subscriber_that_stops_reading_is_named_within_10_s_and_cut_off_when_it_was_told() {
    side_by_side(kinds(), check);
}
