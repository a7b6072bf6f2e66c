//! What others feel of an action, and that it gives way: no long step, half the pace, and the end, by itself.

use crate::reclaim::reclaim;
use crate::server::{Build, Kind, Options, Server, builds, kinds, wait_until};
use crate::undo::invalidate;
use crate::{Place, appear, connect, fill, name, read, say};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use streamgauge::core::ops::{Outcome, Request};
use streamgauge::core::ops::{ReclaimVerb, TrimRequest, TrimTo};

fn keys(connection: &mut redis::Connection, count: u32) {
    let mut pipe = redis::pipe();
    for at in 0..count {
        pipe.cmd("SET").arg(format!("c:{at}")).arg("v").ignore();
    }
    pipe.exec(connection).unwrap();
}

#[tokio::test]
async fn no_step_of_a_paced_action_holds_the_server_for_long() {
    for build in builds() {
        // A busy machine stops any process for a moment; what is slow by itself is slow every time.
        let mut quickest = [f64::INFINITY; STEPS.len()];
        for _ in 0..5 {
            for (quickest, mean_us) in quickest.iter_mut().zip(mean_steps(&build).await) {
                *quickest = quickest.min(mean_us);
            }
            if quickest.iter().all(|mean_us| *mean_us < STEP_MOST_US) {
                break;
            }
        }
        assert!(
            quickest.iter().all(|mean_us| *mean_us < STEP_MOST_US),
            "{build:?} {quickest:?} of {STEPS:?}"
        );
    }
}

/// The commands of steps, as the server's own figures name them.
const STEPS: [&str; 5] =
    ["cmdstat_eval:", "cmdstat_xtrim:", "cmdstat_unlink:", "cmdstat_scan:", "cmdstat_xpending:"];
/// What one may take in the mean, microseconds.
const STEP_MOST_US: f64 = 1_000.0;

/// Mean times of [`STEPS`] in paced actions on a new server, microseconds.
async fn mean_steps(build: &Build) -> Vec<f64> {
    let server = Server::start(Options::from(build));
    let mut connection = connect(&server);
    fill(&mut connection, 6_000, &["g"]);
    appear(&mut connection, "live");
    read(&mut connection, "g", "dead", 6_000);
    keys(&mut connection, 2_000);
    let _: redis::Value = say(&mut connection, &["CONFIG", "RESETSTAT"]);
    let mut place = Place::of(&server);
    place.is_paced = true;
    let hand_over = Request::Reclaim(reclaim(ReclaimVerb::HandOver(name("live"))));
    let trim = TrimRequest { key: name("s"), to: TrimTo::MaxLen(10), approx: false, archive: Some(false) };
    for request in [hand_over, Request::Trim(trim), Request::Invalidate(invalidate("c:*", None, false))] {
        let receipt = place.act(&request).await.unwrap();
        assert_eq!(receipt.outcome, Outcome::Done, "{request:?} {build:?}");
    }
    let stats: String = say(&mut connection, &["INFO", "commandstats"]);
    let mean_us = |step: &&str| -> f64 {
        let line = stats.lines().find(|line| line.starts_with(step));
        let (_, mean) = line.and_then(|line| line.split_once("usec_per_call=")).expect(step);
        mean.split(',').next().unwrap().trim().parse().unwrap()
    };
    STEPS.iter().map(mean_us).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_answers_late_is_given_way_to_and_then_left_alone() {
    let debug = ["--enable-debug-command", "yes"];
    let server =
        Server::start(Options::with(*kinds().iter().find(|kind| **kind == Kind::Redis).unwrap(), &debug));
    keys(&mut connect(&server), 20_000);
    let mut place = Place::of(&server);
    // Slow enough to last.
    (place.is_paced, place.per_s) = (true, Some(500));
    // A plan gives way too: it is made while the server is quiet.
    let plan = place.plan(&Request::Invalidate(invalidate("c:*", None, false))).await.unwrap();
    let stop = AtomicBool::new(false);
    let began = Instant::now();
    let receipt = std::thread::scope(|scope| {
        // Several, so that one always waits: on a busy machine one alone leaves the server free between two sleeps. Longer
        // and longer: what a PING takes while nothing is wrong may be much there too.
        for _ in 0..3 {
            scope.spawn(|| {
                let mut connection = connect(&server);
                // The quiet moment comes before.
                wait_until("something has gone", || say::<u64>(&mut connection, &["DBSIZE"]) < 20_000);
                let mut sleep_s: f64 = 0.01;
                while !stop.load(Ordering::Relaxed) {
                    let _: redis::Value = say(&mut connection, &["DEBUG", "SLEEP", &sleep_s.to_string()]);
                    sleep_s = (sleep_s * 1.02).min(0.3);
                }
            });
        }
        let receipt = tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(place.carry_out(plan, 1 << 30))
        });
        stop.store(true, Ordering::Relaxed);
        receipt
    });
    assert!(matches!(&receipt.outcome, Outcome::Stopped(why) if why.contains("PING takes")), "{receipt:?}");
    assert!(began.elapsed() >= Duration::from_secs(10), "{:?}", began.elapsed());
    let left: u64 = say(&mut connect(&server), &["DBSIZE"]);
    assert_eq!(left + receipt.tally.done, 20_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_becomes_a_replica_ends_it() {
    for build in builds() {
        let server = Server::start(Options::from(&build));
        keys(&mut connect(&server), 5_000);
        let mut place = Place::of(&server);
        (place.is_paced, place.per_s) = (true, Some(1_000));
        let receipt = std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut connection = connect(&server);
                wait_until("something has gone", || say::<u64>(&mut connection, &["DBSIZE"]) < 5_000);
                // Nobody listens there: the role is what changes.
                let _: redis::Value = say(&mut connection, &["REPLICAOF", "127.0.0.1", "1"]);
            });
            tokio::task::block_in_place(|| {
                let request = Request::Invalidate(invalidate("c:*", None, false));
                tokio::runtime::Handle::current().block_on(place.act(&request)).unwrap()
            })
        });
        let why = receipt.outcome.reason().unwrap_or_default().to_owned();
        assert!(matches!(receipt.outcome, Outcome::Refused(_)), "{build:?} {receipt:?}");
        assert!(why.contains("role changed") || why.contains("replica now"), "{build:?} {why}");
        assert!(receipt.tally.done < 5_000);
    }
}
