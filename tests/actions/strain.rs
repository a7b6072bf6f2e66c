//! What others feel of an action, and that it gives way: no long step, half the pace, and the end, by itself.

use crate::reclaim::reclaim;
use crate::server::{Kind, Options, Server, builds, kinds};
use crate::undo::invalidate;
use crate::{Place, appear, connect, fill, name, read, say};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use streamgauge::core::ops::request::{ReclaimVerb, TrimRequest, TrimTo};
use streamgauge::core::ops::{Outcome, Request};

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
        let server = Server::start(Options::from(&build));
        let mut connection = connect(&server);
        fill(&mut connection, 6_000, &["g"]);
        appear(&mut connection, "live");
        read(&mut connection, "g", "dead", 6_000);
        keys(&mut connection, 2_000);
        let _: redis::Value = say(&mut connection, &["CONFIG", "RESETSTAT"]);
        let mut place = Place::of(&server);
        place.is_paced = true;
        let hand_over = Request::Reclaim(reclaim(ReclaimVerb::HandOver(name("live"))));
        let trim =
            TrimRequest { key: name("s"), to: TrimTo::MaxLen(10), approx: false, archive: Some(false) };
        for request in [hand_over, Request::Trim(trim), Request::Invalidate(invalidate("c:*", None, false))] {
            let receipt = place.act(&request).await.unwrap();
            assert_eq!(receipt.outcome, Outcome::Done, "{request:?} {build:?}");
        }
        // By the server's own figures. A mean, since a busy machine stops any process for a moment.
        let stats: String = say(&mut connection, &["INFO", "commandstats"]);
        let mean_us = |line: &str| -> f64 {
            line.split("usec_per_call=").nth(1).unwrap().split(',').next().unwrap().parse().unwrap()
        };
        let steps =
            ["cmdstat_eval:", "cmdstat_xtrim:", "cmdstat_unlink:", "cmdstat_scan:", "cmdstat_xpending:"];
        let lines: Vec<&str> =
            stats.lines().filter(|line| steps.iter().any(|step| line.starts_with(step))).collect();
        assert_eq!(lines.len(), steps.len(), "{stats}");
        assert!(lines.iter().all(|line| mean_us(line) < 1_000.0), "{build:?} {lines:?}");
    }
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
        let busy = scope.spawn(|| {
            // The quiet moment before comes first.
            std::thread::sleep(Duration::from_millis(1_500));
            let mut connection = connect(&server);
            while !stop.load(Ordering::Relaxed) {
                let _: redis::Value = say(&mut connection, &["DEBUG", "SLEEP", "0.03"]);
            }
        });
        let receipt = tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(place.carry_out(plan, 1 << 30))
        });
        stop.store(true, Ordering::Relaxed);
        busy.join().unwrap();
        receipt
    });
    assert!(matches!(&receipt.outcome, Outcome::Stopped(why) if why.contains("PING takes")), "{receipt:?}");
    let took = began.elapsed();
    assert!((Duration::from_secs(10)..Duration::from_secs(25)).contains(&took), "{took:?}");
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
                std::thread::sleep(Duration::from_millis(1_000));
                // Nobody listens there: the role is what changes.
                let _: redis::Value = say(&mut connect(&server), &["REPLICAOF", "127.0.0.1", "1"]);
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
