//! What comes back, and that it comes back as it was.

use crate::reclaim::{reclaim, rows};
use crate::server::builds;
use crate::{Place, appear, connect, fill, name, read, say, start};
use streamgauge::core::ops::DeleteConsumerRequest;
use streamgauge::core::ops::{InvalidateRequest, ReclaimVerb, TrimRequest, TrimTo};
use streamgauge::core::ops::{Outcome, Request, UndoRequest};

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
            let request = reclaim(verb.clone());
            let receipt = place.act(&Request::Reclaim(request)).await.unwrap();
            assert_eq!((&receipt.outcome, receipt.tally.done), (&Outcome::Done, 120), "{build:?} {verb:?}");
            // A worker was quicker with one of them.
            if verb == ReclaimVerb::HandOver(name("live")) {
                let _: redis::Value = say(&mut connection, &["XCLAIM", "s", "g", "live", "0", "3-0"]);
            }
            let back = place.act(&Request::Undo(UndoRequest { id: receipt.id })).await.unwrap();
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
        let request = TrimRequest { key: name("s"), to: TrimTo::MaxLen(100), approx: false, archive: None };
        let receipt = place.act(&Request::Trim(request)).await.unwrap();
        let back = place.act(&Request::Undo(UndoRequest { id: receipt.id.clone() })).await.unwrap();
        assert_eq!(back.tally.done, 400, "{build:?}");
        let restored: Vec<redis::Value> = say(&mut connection, &["XRANGE", "s:restored", "-", "+"]);
        assert_eq!(restored, before);
        // Twice is once.
        let again = place.plan(&Request::Undo(UndoRequest { id: receipt.id.clone() })).await.unwrap();
        assert_eq!(
            again.nothing.as_deref(),
            Some("nothing to do: all 400 entries are in s:restored already")
        );
        // One that ended early goes on where it was: the stream beside is the beginning of what was kept.
        let _: u64 = say(&mut connection, &["DEL", "s:restored"]);
        for entry in 1..=150 {
            let (id, value) = (format!("{entry}-0"), entry.to_string());
            let _: String = say(&mut connection, &["XADD", "s:restored", &id, "f", &value]);
        }
        let rest = place.act(&Request::Undo(UndoRequest { id: receipt.id.clone() })).await.unwrap();
        assert_eq!(
            (&rest.outcome, rest.tally.done, rest.tally.left),
            (&Outcome::Done, 250, 150),
            "{build:?}"
        );
        let restored: Vec<redis::Value> = say(&mut connection, &["XRANGE", "s:restored", "-", "+"]);
        assert_eq!(restored, before);
        // Another stream in its place is not written to.
        let _: u64 = say(&mut connection, &["XDEL", "s:restored", "7-0"]);
        let refused =
            place.act(&Request::Undo(UndoRequest { id: receipt.id })).await.unwrap_err().to_string();
        assert!(refused.contains("exists already"), "{refused}");
    }
}

#[tokio::test]
async fn keys_come_back_as_they_were_and_never_over_one_that_is_there_again() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        let _: redis::Value = say(&mut connection, &["SET", "c:text", "v\u{0}\u{ff}", "PX", "600000"]);
        let _: redis::Value = say(&mut connection, &["HSET", "c:hash", "a", "1"]);
        let _: redis::Value = say(&mut connection, &["SADD", "c:set", "m"]);
        let _: redis::Value = say(&mut connection, &["SET", "c:again", "old"]);
        for at in 0..200 {
            let _: redis::Value = say(&mut connection, &["SET", &format!("other:{at}"), "x"]);
        }
        let place = Place::of(&server);
        let receipt = place.act(&Request::Invalidate(invalidate("c:*", None, true))).await.unwrap();
        assert_eq!((receipt.tally.done, receipt.tally.kept), (4, 4), "{build:?}");
        let _: redis::Value = say(&mut connection, &["SET", "c:again", "new"]);
        let back = place.act(&Request::Undo(UndoRequest { id: receipt.id })).await.unwrap();
        assert_eq!((back.tally.done, back.tally.left), (3, 1));
        let text: String = say(&mut connection, &["GET", "c:text"]);
        let left_ms: i64 = say(&mut connection, &["PTTL", "c:text"]);
        assert!(text == "v\u{0}\u{ff}" && (570_000..=600_000).contains(&left_ms), "{left_ms}");
        let again: String = say(&mut connection, &["GET", "c:again"]);
        let members: Vec<String> = say(&mut connection, &["SMEMBERS", "c:set"]);
        assert_eq!((again.as_str(), members), ("new", vec!["m".to_owned()]));
    }
}

#[tokio::test]
async fn lists_and_sorted_sets_come_back_with_all_their_values_in_order_and_the_time_that_is_left() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        let mut pipe = redis::pipe();
        for at in 0..2_000 {
            pipe.cmd("RPUSH").arg("c:long").arg(format!("item {at}\0\u{ff}")).ignore();
            let score = f64::from(at) / 3.0 - 100.0;
            pipe.cmd("ZADD").arg("c:scores").arg(score).arg(format!("member {at}")).ignore();
        }
        pipe.cmd("RPUSH").arg("c:short").arg(&["a", "", "a"][..]).ignore();
        pipe.cmd("ZADD").arg("c:few").arg(&["-inf", "low", "1e-9", "mid", "+inf", "high"][..]).ignore();
        pipe.cmd("PEXPIRE").arg("c:long").arg(600_000).ignore();
        pipe.cmd("PEXPIRE").arg("c:scores").arg(600_000).ignore();
        pipe.exec(&mut connection).unwrap();
        let all = |connection: &mut redis::Connection| -> [Vec<Vec<u8>>; 4] {
            [
                say(connection, &["LRANGE", "c:long", "0", "-1"]),
                say(connection, &["LRANGE", "c:short", "0", "-1"]),
                say(connection, &["ZRANGE", "c:scores", "0", "-1", "WITHSCORES"]),
                say(connection, &["ZRANGE", "c:few", "0", "-1", "WITHSCORES"]),
            ]
        };
        let (before, began) = (all(&mut connection), std::time::Instant::now());
        let place = Place::of(&server);
        for kind in ["list", "zset"] {
            let request = InvalidateRequest { kind: Some(kind.to_owned()), ..invalidate("c:*", None, true) };
            let receipt = place.act(&Request::Invalidate(request)).await.unwrap();
            assert_eq!((receipt.tally.done, receipt.tally.kept), (2, 2), "{build:?} {kind}");
            let back = place.act(&Request::Undo(UndoRequest { id: receipt.id })).await.unwrap();
            assert_eq!((&back.outcome, back.tally.done), (&Outcome::Done, 2), "{build:?} {kind}");
        }
        assert_eq!(all(&mut connection), before, "{build:?}");
        let took_ms = i64::try_from(began.elapsed().as_millis()).unwrap() + 1_000;
        for (key, ttl_ms) in [("c:long", 600_000), ("c:scores", 600_000)] {
            let left = left_ms(&mut connection, key);
            assert!((ttl_ms - took_ms..=ttl_ms).contains(&left), "{build:?} {key} {left}");
        }
        assert_eq!((left_ms(&mut connection, "c:short"), left_ms(&mut connection, "c:few")), (-1, -1));
    }
}

/// Milliseconds until a key expires; -1 for never, -2 for a key that is not there.
fn left_ms(connection: &mut redis::Connection, key: &str) -> i64 {
    say(connection, &["PTTL", key])
}

#[tokio::test]
async fn keys_expire_between_half_of_the_time_and_all_of_it_and_never_later_than_before() {
    for build in builds() {
        for archive in [false, true] {
            let server = start(&build);
            let mut connection = connect(&server);
            for at in 0..300 {
                let _: String = say(&mut connection, &["SET", &format!("c:{at}"), "v"]);
            }
            let _: String = say(&mut connection, &["SET", "c:long", "v", "PX", "90000000"]);
            let _: String = say(&mut connection, &["SET", "c:soon", "v", "PX", "800000"]);
            let place = Place::of(&server);
            let began = std::time::Instant::now();
            let receipt =
                place.act(&Request::Invalidate(invalidate("c:*", Some(2_000_000), archive))).await.unwrap();
            let case = format!("{build:?} {archive} {receipt:?}");
            assert_eq!((receipt.tally.done, receipt.tally.lost), (301, 1), "{case}");
            assert!(left_ms(&mut connection, "c:soon") <= 800_000, "{case}");
            let mut times: Vec<i64> =
                (0..300).map(|at| left_ms(&mut connection, &format!("c:{at}"))).collect();
            times.push(left_ms(&mut connection, "c:long"));
            let took_ms = i64::try_from(began.elapsed().as_millis()).unwrap();
            times.sort_unstable();
            // As much less as the test took; and they do not end together.
            assert!(times[0] >= 1_000_000 - took_ms && times[300] <= 2_000_000, "{case} {times:?}");
            assert!(times[300] - times[0] > 700_000, "{case} {times:?}");
        }
    }
}

#[tokio::test]
async fn times_to_live_come_back_only_where_they_are_still_the_ones_that_were_set() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        for key in ["ever", "anew", "eternal", "removed"] {
            let _: String = say(&mut connection, &["SET", &format!("c:{key}"), "old"]);
        }
        let _: String = say(&mut connection, &["SET", "c:long", "old", "PX", "900000"]);
        let place = Place::of(&server);
        let receipt = place.act(&Request::Invalidate(invalidate("c:*", Some(600_000), true))).await.unwrap();
        assert_eq!((receipt.tally.done, receipt.tally.kept), (5, 5), "{build:?} {receipt:?}");
        // Others work on: one key gets a time of its own, one none, one is removed.
        let _: String = say(&mut connection, &["SET", "c:anew", "new", "PX", "450000"]);
        let _: String = say(&mut connection, &["SET", "c:eternal", "new"]);
        let _: u64 = say(&mut connection, &["DEL", "c:removed"]);
        let back = place.act(&Request::Undo(UndoRequest { id: receipt.id.clone() })).await.unwrap();
        assert_eq!((&back.outcome, back.tally.done, back.tally.left), (&Outcome::Done, 2, 3), "{build:?}");
        assert_eq!(left_ms(&mut connection, "c:ever"), -1, "{build:?}");
        let long = left_ms(&mut connection, "c:long");
        assert!((700_000..=900_000).contains(&long), "{build:?} {long}");
        let anew = left_ms(&mut connection, "c:anew");
        assert!((1..=450_000).contains(&anew), "{build:?} {anew}");
        assert_eq!(left_ms(&mut connection, "c:removed"), -2, "{build:?}");
        // Again: nothing is as it was set.
        let again = place.act(&Request::Undo(UndoRequest { id: receipt.id })).await.unwrap();
        assert_eq!((again.tally.done, again.tally.left), (0, 5), "{build:?}");
    }
}

#[tokio::test]
async fn keys_that_have_expired_by_it_come_back_and_the_plan_tells_how_many() {
    // Their keys expire side by side.
    futures_util::future::join_all(builds().iter().map(expired_keys_of)).await;
}

async fn expired_keys_of(build: &crate::server::Build) {
    let server = start(build);
    let mut connection = connect(&server);
    for at in 0..40 {
        let _: String = say(&mut connection, &["SET", &format!("c:{at}"), &format!("value {at}")]);
    }
    // They would have gone anyway, a moment after the others.
    for at in 0..3 {
        let _: String = say(&mut connection, &["SET", &format!("c:short:{at}"), "v", "PX", "12000"]);
    }
    let place = Place::of(&server);
    let receipt = place.act(&Request::Invalidate(invalidate("c:*", Some(20), true))).await.unwrap();
    assert_eq!((receipt.tally.done, receipt.tally.kept), (43, 43), "{build:?} {receipt:?}");
    let keys = |connection: &mut redis::Connection| -> Vec<String> { say(connection, &["KEYS", "c:*"]) };
    let deadline = std::time::Instant::now() + crate::server::PATIENCE;
    while !keys(&mut connection).is_empty() {
        assert!(std::time::Instant::now() < deadline, "{build:?}: not all have expired");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    // By the server's clock the short ones are over in a moment.
    let over = async || {
        let plan = place.plan(&Request::Undo(UndoRequest { id: receipt.id.clone() })).await.unwrap();
        plan.facts.iter().any(|(label, text)| *label == "leaves out" && text.starts_with("3 keys"))
    };
    while !over().await {
        assert!(std::time::Instant::now() < deadline, "{build:?}: the short ones are not over");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let plan = place.plan(&Request::Undo(UndoRequest { id: receipt.id.clone() })).await.unwrap();
    let facts: String = plan.facts.iter().map(|(label, text)| format!("{label}: {text}\n")).collect();
    assert!(facts.contains("restores: 40 keys that expired since"), "{build:?} {facts}");
    assert_eq!(plan.impact.items, 40);
    let back = place.act(&Request::Undo(UndoRequest { id: receipt.id })).await.unwrap();
    assert_eq!((back.tally.done, back.tally.lost), (40, 3), "{build:?} {back:?}");
    for at in 0..40 {
        let text: String = say(&mut connection, &["GET", &format!("c:{at}")]);
        assert_eq!((text, left_ms(&mut connection, &format!("c:{at}"))), (format!("value {at}"), -1));
    }
    assert_eq!(keys(&mut connection).len(), 40);
}

#[tokio::test]
async fn a_damaged_archive_gives_back_the_rest_and_the_plan_names_what_is_missing() {
    let server = start(&builds()[0]);
    let mut connection = connect(&server);
    fill(&mut connection, 300, &["g"]);
    let place = Place::of(&server);
    let request = TrimRequest { key: name("s"), to: TrimTo::MaxLen(100), approx: false, archive: None };
    let receipt = place.act(&Request::Trim(request)).await.unwrap();
    let path = place.folder.path().join(format!("archive/{}.archive", receipt.id));
    let whole = std::fs::read(&path).unwrap();
    let warned = async || {
        place.plan(&Request::Undo(UndoRequest { id: receipt.id.clone() })).await.unwrap().warnings.join("\n")
    };
    assert!(!warned().await.contains("missing"));
    // Cut where a frame ends: only the journal knows that there was more.
    let last = whole.len() - place.archived(&receipt.id).last().unwrap().encode().len() - 8;
    std::fs::write(&path, &whole[..last]).unwrap();
    assert!(warned().await.contains("1 of 200 items are missing"), "{}", warned().await);
    let mut damaged = whole.clone();
    damaged[last / 2] ^= 0x40;
    std::fs::write(&path, damaged).unwrap();
    let text = warned().await;
    assert!(text.contains("1 of 200 items are missing") && text.contains(" between entry "), "{text}");
    let back = place.act(&Request::Undo(UndoRequest { id: receipt.id.clone() })).await.unwrap();
    assert_eq!((&back.outcome, back.tally.done), (&Outcome::Done, 199));
    let restored: u64 = say(&mut connection, &["XLEN", "s:restored"]);
    assert_eq!(restored, 199);
}

#[tokio::test]
async fn a_deleted_consumer_comes_back() {
    for build in builds() {
        if build.version.starts_with("5.") || build.version.starts_with("6.0") {
            continue;
        }
        let server = start(&build);
        let mut connection = connect(&server);
        let place = Place::of(&server);
        fill(&mut connection, 1, &["g"]);
        let _: redis::Value = say(&mut connection, &["XGROUP", "CREATECONSUMER", "s", "g", "c"]);
        let gone = Request::DeleteConsumer(DeleteConsumerRequest {
            key: name("s"),
            group: name("g"),
            consumer: name("c"),
            min_idle_ms: 0,
        });
        let receipt = place.act(&gone).await.unwrap();
        assert_eq!(
            place.act(&Request::Undo(UndoRequest { id: receipt.id })).await.unwrap().outcome,
            Outcome::Done
        );
        let consumers: Vec<redis::Value> = say(&mut connection, &["XINFO", "CONSUMERS", "s", "g"]);
        assert_eq!(consumers.len(), 1);
    }
}

#[tokio::test]
async fn what_was_done_elsewhere_is_not_undone_here() {
    let (one, other) = (start(&builds()[0]), start(&builds()[0]));
    fill(&mut connect(&one), 10, &[]);
    let place = Place::of(&one);
    let request = TrimRequest { key: name("s"), to: TrimTo::MaxLen(1), approx: false, archive: None };
    let receipt = place.act(&Request::Trim(request)).await.unwrap();
    let mut there = Place::of(&other);
    there.folder = place.folder;
    assert!(
        there
            .act(&Request::Undo(UndoRequest { id: receipt.id }))
            .await
            .unwrap_err()
            .to_string()
            .contains("not this target")
    );
    let unknown =
        there.act(&Request::Undo(UndoRequest { id: "20260101-000000-0000".to_owned() })).await.unwrap_err();
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
