//! What comes back, and that it comes back as it was.

use crate::reclaim::{reclaim, rows};
use crate::server::builds;
use crate::{Place, appear, connect, fill, name, read, say, start};
use streamgauge::core::ops::wish::{InvalidateRequest, ReclaimVerb, TrimRequest, TrimTo};
use streamgauge::core::ops::{Outcome, Request};

#[tokio::test]
async fn claims_come_back_with_owner_time_and_deliveries_except_rows_that_were_touched() {
    for build in builds() {
        for verb in [ReclaimVerb::HandOver(name("live")), ReclaimVerb::Release, ReclaimVerb::Drop] {
            let server = start(&build);
            let mut connection = connect(&server);
            fill(&mut connection, 120, &["g"]);
            appear(&mut connection, "live");
            read(&mut connection, "g", "a", 60);
            read(&mut connection, "g", "b", 60);
            let _: redis::Value =
                say(&mut connection, &["XCLAIM", "s", "g", "b", "0", "7-0", "IDLE", "90000"]);
            let before = rows(&mut connection);
            let place = Place::of(&server);
            let wish = reclaim(verb.clone());
            let receipt = place.act(&Request::Reclaim(wish)).await.unwrap();
            assert_eq!((&receipt.outcome, receipt.tally.done), (&Outcome::Done, 120), "{build:?} {verb:?}");
            // A worker was quicker with one of them.
            if verb == ReclaimVerb::HandOver(name("live")) {
                let _: redis::Value = say(&mut connection, &["XCLAIM", "s", "g", "live", "0", "3-0"]);
            }
            let back = place.act(&Request::Undo(receipt.id)).await.unwrap();
            let touched = u64::from(verb == ReclaimVerb::HandOver(name("live")));
            assert_eq!((back.tally.done, back.tally.left), (120 - touched, touched), "{build:?} {verb:?}");
            for (old, new) in before.iter().zip(rows(&mut connection)) {
                if touched == 1 && old.0 == "3-0" {
                    assert_eq!((new.1.as_str(), new.3), ("live", 2));
                    continue;
                }
                assert_eq!((&old.0, &old.1, old.3), (&new.0, &new.1, new.3), "{build:?} {verb:?}");
                // The time of delivery is the same: the row is as much older as the test took.
                assert!(new.2 >= old.2 && new.2 < old.2 + 20_000, "{build:?} {verb:?} {old:?} {new:?}");
            }
        }
    }
}

#[tokio::test]
async fn trimmed_entries_come_back_into_a_stream_beside_with_their_ids() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        fill(&mut connection, 500, &["g"]);
        let before: Vec<redis::Value> = say(&mut connection, &["XRANGE", "s", "-", "400-0"]);
        let place = Place::of(&server);
        let wish = TrimRequest { key: name("s"), to: TrimTo::MaxLen(100), approx: false, archive: None };
        let receipt = place.act(&Request::Trim(wish)).await.unwrap();
        let back = place.act(&Request::Undo(receipt.id.clone())).await.unwrap();
        assert_eq!(back.tally.done, 400, "{build:?}");
        let restored: Vec<redis::Value> = say(&mut connection, &["XRANGE", "s:restored", "-", "+"]);
        assert_eq!(restored, before);
        // Twice is once.
        assert!(
            place.act(&Request::Undo(receipt.id)).await.unwrap_err().to_string().contains("is there already")
        );
    }
}

#[tokio::test]
async fn keys_come_back_as_they_were_and_never_over_one_that_is_there_again() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        let _: redis::Value = say(&mut connection, &["SET", "c:text", "v\u{0}\u{ff}", "PX", "600000"]);
        let _: redis::Value = say(&mut connection, &["HSET", "c:hash", "a", "1"]);
        let _: redis::Value = say(&mut connection, &["ZADD", "c:set", "1.5", "m"]);
        let _: redis::Value = say(&mut connection, &["SET", "c:again", "old"]);
        for at in 0..200 {
            let _: redis::Value = say(&mut connection, &["SET", &format!("other:{at}"), "x"]);
        }
        let place = Place::of(&server);
        let receipt = place.act(&Request::Invalidate(invalidate("c:*", None, true))).await.unwrap();
        assert_eq!((receipt.tally.done, receipt.tally.kept), (4, 4), "{build:?}");
        let _: redis::Value = say(&mut connection, &["SET", "c:again", "new"]);
        let back = place.act(&Request::Undo(receipt.id)).await.unwrap();
        assert_eq!((back.tally.done, back.tally.left), (3, 1));
        let text: String = say(&mut connection, &["GET", "c:text"]);
        let left_ms: i64 = say(&mut connection, &["PTTL", "c:text"]);
        assert!(text == "v\u{0}\u{ff}" && (570_000..=600_000).contains(&left_ms), "{left_ms}");
        let again: String = say(&mut connection, &["GET", "c:again"]);
        let score: f64 = say(&mut connection, &["ZSCORE", "c:set", "m"]);
        assert_eq!((again.as_str(), score), ("new", 1.5));
    }
}

#[tokio::test]
async fn times_to_live_come_back_and_so_does_a_deleted_consumer() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        let _: redis::Value = say(&mut connection, &["SET", "c:ever", "v"]);
        let _: redis::Value = say(&mut connection, &["SET", "c:long", "v", "PX", "900000"]);
        let _: redis::Value = say(&mut connection, &["SET", "c:soon", "v", "PX", "900"]);
        let place = Place::of(&server);
        let wish = invalidate("c:*", Some(60_000), true);
        let receipt = place.act(&Request::Invalidate(wish)).await.unwrap();
        // What would be gone sooner stays as it is, or gets sooner still.
        let soon: i64 = say(&mut connection, &["PTTL", "c:soon"]);
        let long: i64 = say(&mut connection, &["PTTL", "c:long"]);
        assert!(soon <= 900 && long <= 60_000 && receipt.tally.done >= 2, "{build:?} {receipt:?}");
        place.act(&Request::Undo(receipt.id)).await.unwrap();
        let ever: i64 = say(&mut connection, &["PTTL", "c:ever"]);
        let long: i64 = say(&mut connection, &["PTTL", "c:long"]);
        assert!(ever == -1 && long > 800_000, "{build:?} {ever} {long}");
        if build.version.starts_with("5.") || build.version.starts_with("6.0") {
            continue;
        }
        fill(&mut connection, 1, &["g"]);
        let _: redis::Value = say(&mut connection, &["XGROUP", "CREATECONSUMER", "s", "g", "c"]);
        let gone =
            Request::DeleteConsumer { key: name("s"), group: name("g"), consumer: name("c"), min_idle_ms: 0 };
        let receipt = place.act(&gone).await.unwrap();
        assert_eq!(place.act(&Request::Undo(receipt.id)).await.unwrap().outcome, Outcome::Done);
        let consumers: Vec<redis::Value> = say(&mut connection, &["XINFO", "CONSUMERS", "s", "g"]);
        assert_eq!(consumers.len(), 1);
    }
}

#[tokio::test]
async fn what_was_done_elsewhere_is_not_undone_here() {
    let (one, other) = (start(&builds()[0]), start(&builds()[0]));
    fill(&mut connect(&one), 10, &[]);
    let place = Place::of(&one);
    let wish = TrimRequest { key: name("s"), to: TrimTo::MaxLen(1), approx: false, archive: None };
    let receipt = place.act(&Request::Trim(wish)).await.unwrap();
    let mut there = Place::of(&other);
    there.folder = place.folder;
    assert!(there.act(&Request::Undo(receipt.id)).await.unwrap_err().to_string().contains("not this target"));
    let unknown = there.act(&Request::Undo("20260101-000000-0000".to_owned())).await.unwrap_err();
    assert!(unknown.to_string().contains("no archive here"));
}

pub fn invalidate(pattern: &str, expire_ms: Option<u64>, archive: bool) -> InvalidateRequest {
    InvalidateRequest {
        pattern: name(pattern),
        written: name(pattern),
        kind: None,
        expire_ms,
        per_s: None,
        archive: Some(archive),
        protect: Vec::new(),
        warm_up: Vec::new(),
    }
}
