//! The ledger of our own lookups against the server's counters: what an action asks is no client's hit.

use crate::reclaim::reclaim;
use crate::server::{PATIENCE, Server, builds};
use crate::session::PATIENT;
use crate::undo::invalidate;
use crate::{Place, appear, connect, fill, name, read, say, start};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use streamgauge::actions::survey::{Desk, survey};
use streamgauge::core::model::cache::Lookups;
use streamgauge::core::ops::{InvalidateRequest, ReclaimVerb};
use streamgauge::core::ops::{Receipt, Request, UndoRequest};
use streamgauge::core::reading::Reading;
use streamgauge::core::wire::round::{Focus, PollSettings};
use streamgauge::edge::source::Session;

/// The server's counters.
fn counted(connection: &mut redis::Connection) -> Lookups {
    let text: String = say(connection, &["INFO", "stats"]);
    let field = |name: &str| {
        let value = text.lines().find_map(|line| line.trim_end().strip_prefix(name));
        value.unwrap().parse().unwrap()
    };
    Lookups { hits: field("keyspace_hits:"), misses: field("keyspace_misses:") }
}

/// What the server counted and what the ledger says, of one action.
async fn compared(
    place: &Place,
    connection: &mut redis::Connection,
    request: Request,
) -> ((u64, u64), (u64, u64), Receipt) {
    let (before, noted) = (counted(connection), place.ledger.total());
    let receipt = place.act(&request).await.unwrap();
    assert!(receipt.tally.done > 0, "{request:?}");
    let (after, total) = (counted(connection), place.ledger.total());
    (
        (after.hits - before.hits, after.misses - before.misses),
        (total.hits - noted.hits, total.misses - noted.misses),
        receipt,
    )
}

#[tokio::test]
async fn what_an_invalidation_looks_up_is_known_to_the_lookup_on_every_server() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        let place = Place::of(&server);
        let soft = InvalidateRequest { expire_ms: Some(60_000), ..invalidate("soft:*", None, false) };
        let kept = |pattern| invalidate(pattern, None, true);
        let mut pipe = redis::pipe();
        for prefix in ["gone", "kept", "soft"] {
            for at in 0..700 {
                pipe.cmd("SET").arg(format!("{prefix}:{at}")).arg("v").ignore();
            }
        }
        pipe.exec(&mut connection).unwrap();
        for request in [invalidate("gone:*", None, false), kept("kept:*"), soft] {
            let (counted, noted, receipt) =
                compared(&place, &mut connection, Request::Invalidate(request.clone())).await;
            assert_eq!(noted, counted, "{build:?} {request:?}");
            assert!(noted.0 >= 700, "each type is asked: {noted:?}");
            if request.archive == Some(true) {
                let undo = Request::Undo(UndoRequest { id: receipt.id });
                let (counted, noted, _) = compared(&place, &mut connection, undo).await;
                assert_eq!(noted, counted, "{build:?} undo");
            }
        }
    }
}

#[tokio::test]
async fn what_a_reclaim_looks_up_is_known_but_for_a_few_on_every_server() {
    for build in builds() {
        let verbs = [
            ReclaimVerb::HandOver(name("live")),
            ReclaimVerb::Release,
            ReclaimVerb::Requeue,
            ReclaimVerb::DeadLetter { to: name("dead"), deliveries: 1 },
            ReclaimVerb::Drop,
        ];
        for verb in verbs {
            let server = start(&build);
            let mut connection = connect(&server);
            fill(&mut connection, 500, &["g"]);
            appear(&mut connection, "live");
            read(&mut connection, "g", "dead", 500);
            let _: u64 = say(&mut connection, &["XDEL", "s", "5-0", "77-0"]);
            let place = Place::of(&server);
            let request = Request::Reclaim(reclaim(verb.clone()));
            let (counted, noted, receipt) = compared(&place, &mut connection, request).await;
            assert!(is_near(counted, noted, &receipt), "{build:?} {verb:?} {counted:?} {noted:?}");
            if !matches!(verb, ReclaimVerb::Requeue | ReclaimVerb::DeadLetter { .. }) {
                let undo = Request::Undo(UndoRequest { id: receipt.id });
                let (counted, noted, receipt) = compared(&place, &mut connection, undo).await;
                assert!(is_near(counted, noted, &receipt), "{build:?} undo {verb:?} {counted:?} {noted:?}");
            }
        }
    }
}

/// Four hits for each miss, until told to end; how many commands that were.
fn reads(server: &Server, over: &Arc<AtomicBool>) -> std::thread::JoinHandle<u64> {
    let (mut connection, over) = (connect(server), Arc::clone(over));
    std::thread::spawn(move || {
        let mut asked = 0;
        while !over.load(Ordering::Relaxed) {
            for key in ["there", "there", "there", "there", "missing"] {
                let _: redis::Value = say(&mut connection, &["GET", key]);
                asked += 1;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        asked
    })
}

/// Hits beside the four for each miss that clients have: ours, or clients' that were taken for ours.
fn strays(lookups: &Lookups) -> u64 {
    lookups.hits.abs_diff(lookups.misses * 4)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hit_ratio_of_the_clients_stands_while_keys_are_invalidated() {
    for build in builds().into_iter().take(2) {
        let server = start(&build);
        let mut connection = connect(&server);
        let _: redis::Value = say(&mut connection, &["SET", "there", "v"]);
        let mut pipe = redis::pipe();
        for at in 0..30_000 {
            pipe.cmd("SET").arg(format!("gone:{at}")).arg("v").ignore();
        }
        pipe.exec(&mut connection).unwrap();
        let place = Place { is_paced: true, per_s: Some(10_000), ..Place::of(&server) };
        let settings = PollSettings { interval_us: 200_000, ..PollSettings::default() };
        let mut session = Session::new(&place.target, PATIENT, settings).beside(&place.ledger);
        let mut reading = Reading::new(0);
        let over = Arc::new(AtomicBool::new(false));
        let reads = reads(&server, &over);
        let watched = async {
            while !over.load(Ordering::Relaxed) {
                session.connect().await.unwrap();
                reading.advance(session.round(&Focus::default()).await.unwrap());
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        let acted = async {
            let request = Request::Invalidate(invalidate("gone:*", None, false));
            let receipt = Box::pin(place.act(&request)).await.unwrap();
            tokio::time::sleep(Duration::from_millis(500)).await;
            over.store(true, Ordering::Relaxed);
            receipt
        };
        let (receipt, ()) = tokio::join!(acted, watched);
        reads.join().unwrap();
        assert_eq!(receipt.tally.done, 30_000);
        let window = reading.this_node().cache.window(60_000_000);
        let ratio = window.ratio().unwrap();
        // Counted as the clients', our 60,000 hits make it 0.95. What is under way while an INFO is answered may be
        // counted on either side of it, and on a machine that is busy that is more.
        assert!(ratio < 0.9 && strays(&window.lookups) * 10 < 60_000, "{build:?} {window:?}");
    }
}

/// Within one in twenty or a few, and one miss: how often XINFO and XPENDING themselves look a key up, or one that is not
/// there, differs between servers; and the guard looks the stream up ten times a second.
fn is_near(counted: (u64, u64), noted: (u64, u64), receipt: &Receipt) -> bool {
    counted.0 > 5
        && counted.0.abs_diff(noted.0) <= (counted.0 / 20).max(6) + receipt.took_ms / 100
        && counted.1.abs_diff(noted.1) <= 1
}

/// A figure of INFO stats.
fn stat(connection: &mut redis::Connection, name: &str) -> u64 {
    let text: String = say(connection, &["INFO", "stats"]);
    let value = text.lines().find_map(|line| line.trim_end().strip_prefix(name)?.strip_prefix(':'));
    value.unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plans_made_and_given_up_stay_out_of_the_hit_ratio_and_stand_in_the_cost() {
    for build in builds().into_iter().take(2) {
        let server = start(&build);
        let mut connection = connect(&server);
        let _: redis::Value = say(&mut connection, &["SET", "there", "v"]);
        let text = "for i=1,60000 do redis.call('SET','gone:'..i,'v') end";
        let _: redis::Value = say(&mut connection, &["EVAL", text, "0"]);
        let place = Place::of(&server);
        // As the console reads. Which of a pipeline and an INFO that are under way together the server sees first, nobody
        // can tell: a hundred lookups at each end of a round, beside the thousands of the clients between two of them.
        let settings = PollSettings { interval_us: 1_000_000, ..PollSettings::default() };
        let mut session = Session::new(&place.target, PATIENT, settings).beside(&place.ledger);
        let (mut reading, mut asked) = (Reading::new(0), 0);
        let over = Arc::new(AtomicBool::new(false));
        session.connect().await.unwrap();
        reading.advance(session.round(&Focus::default()).await.unwrap());
        let before = stat(&mut connection, "total_commands_processed");
        let reads = reads(&server, &over);
        let planned = async {
            let archives = place.journal().archives();
            let request = Request::Invalidate(invalidate("gone:*", None, false));
            // As many plans as make enough questions on this machine, for a few rounds.
            let began = tokio::time::Instant::now();
            let is_enough =
                || place.ledger.total().hits >= 12_000 && began.elapsed() > Duration::from_secs(4);
            while !is_enough() && began.elapsed() < PATIENCE {
                let (cancel, cancelled) = tokio::sync::watch::channel(false);
                let quiet = Desk::quiet(&place.target, PATIENT, &place.ledger);
                let desk = Desk { cancel: cancelled, ..quiet };
                let given_up = async {
                    tokio::time::sleep(Duration::from_millis(400)).await;
                    cancel.send_replace(true);
                };
                let (plan, ()) = tokio::join!(Box::pin(survey(&desk, &archives, &request)), given_up);
                drop(plan);
            }
            over.store(true, Ordering::Relaxed);
        };
        let watched = async {
            let mut lasts = true;
            while lasts {
                // One round more after all is over: what was asked last stands in it.
                lasts = !over.load(Ordering::Relaxed);
                let snapshot = session.round(&Focus::default()).await.unwrap();
                asked += snapshot.cost.commands();
                reading.advance(snapshot);
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        };
        let ((), ()) = tokio::join!(planned, watched);
        let own = reads.join().unwrap();
        let processed = stat(&mut connection, "total_commands_processed") - before;
        let ratio = reading.this_node().cache.window(60_000_000).ratio().unwrap();
        let lookups = reading.this_node().cache.window(60_000_000).lookups;
        let of_plans = place.ledger.total().hits;
        assert!(ratio < 0.9 && strays(&lookups) * 5 < of_plans, "{build:?} {lookups:?} {of_plans}");
        let others = processed.saturating_sub(own);
        assert!(asked > 10_000 && asked.abs_diff(others) * 20 < others, "{build:?} {asked} of {others}");
    }
}
