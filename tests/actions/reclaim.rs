//! Pending rows, settled each way on every server, row by row.

use crate::server::builds;
use crate::{Place, appear, connect, fill, name, read, say, start};
use streamgauge::core::model::StreamId;
use streamgauge::core::ops::DeleteConsumerRequest;
use streamgauge::core::ops::{KillClientRequest, Outcome, Request};
use streamgauge::core::ops::{ReclaimRequest, ReclaimVerb};

pub fn reclaim(verb: ReclaimVerb) -> ReclaimRequest {
    ReclaimRequest {
        key: name("s"),
        group: name("g"),
        verb,
        min_idle_ms: 0,
        count: None,
        consumer: None,
        ids: Vec::new(),
        archive: None,
    }
}

/// Id, owner, idle time, deliveries of every pending row.
pub fn rows(connection: &mut redis::Connection) -> Vec<(String, String, u64, u64)> {
    say(connection, &["XPENDING", "s", "g", "-", "+", "100000"])
}

#[tokio::test]
async fn rows_are_handed_over_with_their_deliveries_and_ghosts_are_dropped_and_counted_apart() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        fill(&mut connection, 500, &["g"]);
        appear(&mut connection, "live");
        read(&mut connection, "g", "dead", 300);
        let _: redis::Value = say(&mut connection, &["XCLAIM", "s", "g", "live", "0", "300-0"]);
        let _: u64 = say(&mut connection, &["XDEL", "s", "5-0", "77-0"]);
        let place = Place::of(&server);
        let receipt =
            place.act(&Request::Reclaim(reclaim(ReclaimVerb::HandOver(name("live"))))).await.unwrap();
        assert_eq!(
            (&receipt.outcome, receipt.tally.done, receipt.tally.gone),
            (&Outcome::Done, 297, 2),
            "{build:?}"
        );
        let rows = rows(&mut connection);
        assert_eq!(rows.len(), 298);
        assert!(rows.iter().all(|row| row.1 == "live"));
        assert!(rows.iter().all(|row| row.3 == if row.0 == "300-0" { 2 } else { 1 }), "{build:?}");
    }
}

#[tokio::test]
async fn nobody_is_made_by_a_slip_and_rows_in_use_stay() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        fill(&mut connection, 10, &["g"]);
        read(&mut connection, "g", "busy", 10);
        let place = Place::of(&server);
        let typo = place.act(&Request::Reclaim(reclaim(ReclaimVerb::HandOver(name("typo"))))).await;
        assert!(typo.unwrap_err().to_string().contains("no consumer typo"));
        let patient = ReclaimRequest { min_idle_ms: 60_000, ..reclaim(ReclaimVerb::Drop) };
        assert!(place.plan(&Request::Reclaim(patient)).await.unwrap().nothing.is_some());
        let consumers: Vec<redis::Value> = say(&mut connection, &["XINFO", "CONSUMERS", "s", "g"]);
        assert_eq!((consumers.len(), rows(&mut connection).len()), (1, 10), "{build:?}");
    }
}

#[tokio::test]
async fn released_rows_keep_owner_and_deliveries_and_are_old_enough_for_any_worker() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        fill(&mut connection, 20, &["g"]);
        read(&mut connection, "g", "dead", 20);
        Place::of(&server).act(&Request::Reclaim(reclaim(ReclaimVerb::Release))).await.unwrap();
        let rows = rows(&mut connection);
        assert!(
            rows.iter().all(|row| row.1 == "dead" && row.2 >= 86_000_000 && row.3 == 1),
            "{build:?} {rows:?}"
        );
    }
}

#[tokio::test]
async fn chosen_rows_among_others_of_two_owners_are_the_only_ones_that_are_released() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        fill(&mut connection, 400, &["g"]);
        read(&mut connection, "g", "a", 150);
        read(&mut connection, "g", "b", 250);
        // One is acknowledged, two have lost their entry, and one is named twice.
        let _: u64 = say(&mut connection, &["XACK", "s", "g", "30-0"]);
        let _: u64 = say(&mut connection, &["XDEL", "s", "60-0", "390-0"]);
        let ids: Vec<StreamId> = (1..=40).rev().chain([7]).map(|at| StreamId::new(at * 10, 0)).collect();
        let request = ReclaimRequest { ids, ..reclaim(ReclaimVerb::Release) };
        let tally = Place::of(&server).act(&Request::Reclaim(request)).await.unwrap().tally;
        assert_eq!((tally.done, tally.gone, tally.lost, tally.left), (37, 2, 1, 0), "{build:?}");
        let rows = rows(&mut connection);
        assert_eq!(rows.len(), 397, "{build:?}");
        for (id, owner, idle_ms, deliveries) in rows {
            let at: u64 = id.split('-').next().unwrap().parse().unwrap();
            let is_chosen = at.is_multiple_of(10);
            assert_eq!((idle_ms >= 86_000_000, deliveries), (is_chosen, 1), "{build:?} {id}");
            assert_eq!(owner, if at <= 150 { "a" } else { "b" }, "{build:?} {id}");
        }
    }
}

#[tokio::test]
async fn requeued_and_dead_letters_are_copied_and_acknowledged_together_and_carry_where_they_came_from() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        fill(&mut connection, 6, &["g"]);
        read(&mut connection, "g", "c", 6);
        for _ in 0..4 {
            let _: redis::Value = say(&mut connection, &["XCLAIM", "s", "g", "c", "0", "1-0", "2-0"]);
        }
        let place = Place::of(&server);
        let verb = ReclaimVerb::DeadLetter { to: name("s:dlq"), deliveries: 5 };
        let receipt = place.act(&Request::Reclaim(reclaim(verb))).await.unwrap();
        assert_eq!(receipt.tally.done, 2, "{build:?}");
        let letters: Vec<(String, Vec<String>)> = say(&mut connection, &["XRANGE", "s:dlq", "-", "+"]);
        let fields =
            ["_key", "s", "_id", "1-0", "_group", "g", "_consumer", "c", "_deliveries", "5", "f", "1"];
        assert_eq!(letters[0].1, fields);
        let receipt = place.act(&Request::Reclaim(reclaim(ReclaimVerb::Requeue))).await.unwrap();
        assert_eq!((receipt.tally.done, rows(&mut connection).len()), (4, 0));
        let copies: Vec<(String, Vec<String>)> = say(&mut connection, &["XRANGE", "s", "6-1", "+"]);
        assert_eq!(copies.iter().map(|copy| copy.1[1].as_str()).collect::<Vec<_>>(), ["3", "4", "5", "6"]);
    }
}

#[tokio::test]
async fn a_sweep_takes_ghosts_only_and_chosen_rows_are_the_only_ones_acknowledged() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        fill(&mut connection, 10, &["g"]);
        read(&mut connection, "g", "c", 10);
        let _: u64 = say(&mut connection, &["XDEL", "s", "2-0", "3-0"]);
        let place = Place::of(&server);
        let swept = place.act(&Request::Reclaim(reclaim(ReclaimVerb::Sweep))).await.unwrap();
        assert_eq!((swept.tally.gone, swept.tally.left), (2, 8), "{build:?}");
        let ids = vec!["5-0".parse().unwrap(), "9-0".parse().unwrap(), "3-0".parse().unwrap()];
        let chosen = ReclaimRequest { ids, ..reclaim(ReclaimVerb::Drop) };
        let receipt = place.act(&Request::Reclaim(chosen)).await.unwrap();
        assert_eq!((receipt.tally.done, receipt.tally.lost), (2, 1));
        let left: Vec<String> = rows(&mut connection).into_iter().map(|row| row.0).collect();
        assert_eq!(left, ["1-0", "4-0", "6-0", "7-0", "8-0", "10-0"]);
    }
}

#[tokio::test]
async fn a_consumer_is_deleted_when_it_has_nothing_and_shows_no_life() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        fill(&mut connection, 3, &["g"]);
        read(&mut connection, "g", "gone", 3);
        let place = Place::of(&server);
        let request = |min_idle_ms| {
            Request::DeleteConsumer(DeleteConsumerRequest {
                key: name("s"),
                group: name("g"),
                consumer: name("gone"),
                min_idle_ms,
            })
        };
        assert!(place.act(&request(0)).await.unwrap_err().to_string().contains("3 pending"), "{build:?}");
        let _: u64 = say(&mut connection, &["XACK", "s", "g", "1-0", "2-0", "3-0"]);
        assert!(place.act(&request(60_000)).await.unwrap_err().to_string().contains("was active"));
        // It got something between plan and step.
        let plan = place.plan(&request(0)).await.unwrap();
        let _: String = say(&mut connection, &["XADD", "s", "9-0", "f", "v"]);
        read(&mut connection, "g", "gone", 1);
        let receipt = place.carry_out(plan, 1 << 20).await;
        assert!(
            matches!(&receipt.outcome, Outcome::Refused(why) if why.contains("1 pending")),
            "{receipt:?}"
        );
        let _: u64 = say(&mut connection, &["XACK", "s", "g", "9-0"]);
        assert_eq!(place.act(&request(0)).await.unwrap().outcome, Outcome::Done);
        let consumers: Vec<redis::Value> = say(&mut connection, &["XINFO", "CONSUMERS", "s", "g"]);
        assert!(consumers.is_empty());
    }
}

#[tokio::test]
async fn a_client_is_ended_by_its_id_and_we_are_not() {
    for build in builds() {
        let server = start(&build);
        let mut victim = connect(&server);
        let id: u64 = say(&mut victim, &["CLIENT", "ID"]);
        let place = Place::of(&server);
        assert_eq!(
            place.act(&Request::KillClient(KillClientRequest { id })).await.unwrap().outcome,
            Outcome::Done
        );
        assert!(redis::cmd("PING").query::<String>(&mut victim).is_err());
        assert!(
            place
                .act(&Request::KillClient(KillClientRequest { id }))
                .await
                .unwrap_err()
                .to_string()
                .contains("not connected")
        );
    }
}

#[tokio::test]
async fn who_may_not_acknowledge_makes_one_copy_and_no_more() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        fill(&mut connection, 50, &["g"]);
        read(&mut connection, "g", "dead", 50);
        let words = ["SETUSER", "default", "-xack"];
        // Servers before 6.0 have no ACLs.
        if redis::cmd("ACL").arg(&words).query::<String>(&mut connection).is_err() {
            continue;
        }
        let receipt = Place::of(&server).act(&Request::Reclaim(reclaim(ReclaimVerb::Requeue))).await.unwrap();
        assert!(matches!(receipt.outcome, Outcome::Failed(_)), "{build:?} {receipt:?}");
        let length: u64 = say(&mut connection, &["XLEN", "s"]);
        assert_eq!((length, rows(&mut connection).len()), (51, 50), "{build:?}");
    }
}
