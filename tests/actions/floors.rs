//! What a trim takes for needed: pending rows without an entry, groups that can't be read, ids that are no times, whole
//! nodes; and what its script sees for itself.

use crate::reclaim::reclaim;
use crate::server::{Build, builds};
use crate::{Place, connect, fill, name, read, say, start};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use streamgauge::core::model::id_unit::IdUnit;
use streamgauge::core::ops::{Outcome, Request};
use streamgauge::core::ops::{ReclaimRequest, ReclaimVerb, TrimRequest, TrimTo};

fn trim(to: TrimTo) -> TrimRequest {
    TrimRequest { key: name("s"), to, approx: false, archive: Some(false) }
}

fn older(age_ms: u64, unit: IdUnit) -> Request {
    Request::Trim(trim(TrimTo::OlderThan { age_ms, unit }))
}

fn acknowledge(connection: &mut redis::Connection, ids: std::ops::RangeInclusive<u64>) {
    for id in ids {
        let _: u64 = say(connection, &["XACK", "s", "g", &format!("{id}-0")]);
    }
}

#[tokio::test]
async fn rows_whose_entry_is_gone_hold_no_safe_trim_and_are_told_with_their_cure() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        fill(&mut connection, 300, &["g"]);
        read(&mut connection, "g", "c", 250);
        acknowledge(&mut connection, 11..=249);
        // Trimmed away below the first entry, and deleted above it; 250 is pending and there.
        let _: u64 = say(&mut connection, &["XTRIM", "s", "MAXLEN", "=", "295"]);
        for id in ["6-0", "7-0", "8-0", "9-0", "10-0"] {
            let _: u64 = say(&mut connection, &["XDEL", "s", id]);
        }
        let place = Place::of(&server);
        let plan = place.plan(&Request::Trim(trim(TrimTo::Safe))).await.unwrap();
        let facts: Vec<String> = plan.facts.iter().map(|(label, text)| format!("{label}: {text}")).collect();
        let facts = facts.join("\n");
        assert!(
            facts.contains("10 pending entries of group g were trimmed or deleted, and hold nothing"),
            "{build:?} {facts}"
        );
        assert!(facts.contains("reclaim of the group cleans them up"), "{facts}");
        let receipt = place.carry_out(plan, 1 << 20).await;
        let first: Vec<(String, Vec<String>)> =
            say(&mut connection, &["XRANGE", "s", "-", "+", "COUNT", "1"]);
        assert_eq!((receipt.outcome, first[0].0.as_str()), (Outcome::Done, "250-0"), "{build:?}");
    }
}

#[tokio::test]
async fn a_group_whose_pending_entries_cannot_be_read_makes_a_trim_lossy_and_is_named() {
    for build in builds().into_iter().take(2) {
        let server = start(&build);
        let mut connection = connect(&server);
        fill(&mut connection, 20, &["g"]);
        read(&mut connection, "g", "c", 15);
        let _: String = say(&mut connection, &["ACL", "SETUSER", "default", "-xpending"]);
        let place = Place::of(&server);
        // What is below 10 was delivered, so that only pending rows could need it.
        let plan = place.plan(&Request::Trim(trim(TrimTo::MaxLen(11)))).await.unwrap();
        assert!(plan.impact.is_lossy, "{build:?}");
        assert!(plan.typed.unwrap().contains("group g"), "{build:?}");
        assert!(
            plan.warnings.join("; ").contains("how much group g loses is not known"),
            "{:?}",
            plan.warnings
        );
        let refused = place.plan(&Request::Trim(trim(TrimTo::Safe))).await.unwrap_err().to_string();
        assert!(refused.contains("group g") && refused.contains("XPENDING"), "{refused}");
    }
}

#[tokio::test]
async fn an_age_needs_ids_that_are_times_or_the_unit_that_they_count() {
    let server = start(&builds()[0]);
    let mut connection = connect(&server);
    let time: Vec<String> = say(&mut connection, &["TIME"]);
    let now_s: u64 = time[0].parse().unwrap();
    let epoch_ms = 1_288_834_974_657;
    let in_unit = |s: u64, unit: IdUnit| unit.first_id(s * 1_000).to_string();
    let place = Place::of(&server);
    for unit in [IdUnit::Seconds, IdUnit::Microseconds, IdUnit::Nanoseconds, IdUnit::Snowflake(epoch_ms)] {
        let _: u64 = say(&mut connection, &["DEL", "s"]);
        for age_s in (0..10).rev() {
            let id = in_unit(now_s - age_s * 600, unit);
            let _: String = say(&mut connection, &["XADD", "s", &id, "f", "v"]);
        }
        let refused = place.plan(&older(1_800_000, IdUnit::Milliseconds)).await.unwrap_err().to_string();
        assert!(refused.contains("id-unit") && refused.contains("milliseconds"), "{unit:?} {refused}");
        // Ages 0, 10, 20 … 90 minutes: six are older than 35.
        let plan = place.plan(&older(2_100_000, unit)).await.unwrap();
        assert_eq!(plan.impact.items, 6, "{unit:?}");
        let receipt = place.carry_out(plan, 1 << 20).await;
        assert_eq!(receipt.tally.done, 6, "{unit:?}");
    }
    let _: u64 = say(&mut connection, &["DEL", "s"]);
    fill(&mut connection, 20, &[]);
    let refused = place.plan(&older(1_000, IdUnit::Seconds)).await.unwrap_err().to_string();
    assert!(refused.contains("1-0"), "{refused}");
}

#[tokio::test]
async fn an_approximate_trim_plans_what_whole_nodes_allow() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        fill(&mut connection, 1_050, &["g"]);
        let place = Place::of(&server);
        let request = |keep| TrimRequest { approx: true, ..trim(TrimTo::MaxLen(keep)) };
        let plan = match place.plan(&Request::Trim(request(500))).await {
            Ok(plan) => plan,
            Err(refused) => {
                assert!(refused.to_string().contains("MINID"), "{build:?} {refused}");
                continue;
            }
        };
        let planned = plan.impact.items;
        let receipt = place.carry_out(plan, 1 << 20).await;
        // 550 lie below: five whole nodes of a hundred.
        assert_eq!((receipt.tally.done, planned), (500, 500), "{build:?}");
        let none = place.plan(&Request::Trim(request(520))).await.unwrap();
        assert!(none.nothing.unwrap().contains("no whole node"), "{build:?}");
        let kept = TrimRequest { archive: Some(true), ..request(100) };
        let refused = place.plan(&Request::Trim(kept)).await.unwrap_err().to_string();
        assert!(refused.contains("--no-archive"), "{refused}");
    }
}

#[tokio::test]
async fn where_no_script_may_be_run_a_trim_by_length_is_plain() {
    for build in builds().into_iter().take(2) {
        let server = start(&build);
        let mut connection = connect(&server);
        fill(&mut connection, 500, &["g"]);
        let _: String = say(&mut connection, &["ACL", "SETUSER", "default", "-eval", "-evalsha"]);
        let place = Place::of(&server);
        let plan = place.plan(&Request::Trim(trim(TrimTo::MaxLen(120)))).await.unwrap();
        assert_eq!((plan.impact.items, plan.impact.is_exact), (380, true), "{build:?}");
        assert!(plan.commands.iter().all(|command| command.starts_with("XTRIM")), "{:?}", plan.commands);
        assert!(plan.warnings.join("; ").contains("group g loses 380"), "{:?}", plan.warnings);
        let receipt = place.carry_out(plan, 1 << 20).await;
        let left: u64 = say(&mut connection, &["XLEN", "s"]);
        assert_eq!((receipt.outcome, receipt.tally.done, left), (Outcome::Done, 380, 120), "{build:?}");
    }
}

#[tokio::test]
async fn the_script_itself_sees_that_a_stream_was_made_anew() {
    for build in builds() {
        for archive in [Some(false), Some(true)] {
            // On a busy machine an action stops by itself now and then, before there is anything to see.
            let mut tries = 0;
            while !made_anew_is_seen(&build, archive).await {
                tries += 1;
                assert!(tries < 5, "{build:?} {archive:?}: it gave way every time");
            }
        }
    }
}

/// Makes a stream anew while it is trimmed; whether the trim got so far.
async fn made_anew_is_seen(build: &Build, archive: Option<bool>) -> bool {
    let server = start(build);
    let mut connection = connect(&server);
    fill(&mut connection, 20_000, &[]);
    // A second of work, of which a quarter is done when the stream is made anew.
    let place = Place { per_s: Some(20_000), ..Place::of(&server) };
    let request = Request::Trim(TrimRequest { archive, ..trim(TrimTo::MaxLen(1)) });
    let plan = place.plan(&request).await.unwrap();
    let mut other = connect(&server);
    let is_over = Arc::new(AtomicBool::new(false));
    let trim_is_over = Arc::clone(&is_over);
    let remake = std::thread::spawn(move || {
        while say::<u64>(&mut other, &["XLEN", "s"]) >= 15_000 {
            if trim_is_over.load(Ordering::Relaxed) {
                return false;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let mut pipe = redis::pipe();
        pipe.atomic().cmd("DEL").arg("s").ignore();
        for at in 1..=400 {
            pipe.cmd("XADD").arg("s").arg(format!("{at}-1")).arg("f").arg("NEW").ignore();
        }
        pipe.exec(&mut other).unwrap();
        true
    });
    let receipt = place.carry_out(plan, 1 << 30).await;
    is_over.store(true, Ordering::Relaxed);
    if !remake.join().unwrap() {
        assert!(matches!(receipt.outcome, Outcome::Stopped(_)), "{build:?} {receipt:?}");
        return false;
    }
    let left: u64 = say(&mut connection, &["XLEN", "s"]);
    assert_eq!(left, 400, "{build:?} {archive:?} {receipt:?}");
    // It may have stopped for the machine just before it would have seen it.
    matches!(receipt.outcome, Outcome::Refused(_))
}

#[tokio::test]
async fn an_entry_that_no_script_can_copy_is_left_and_the_rest_is_done() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        fill(&mut connection, 70, &["g"]);
        let mut wide = redis::cmd("XADD");
        wide.arg("s").arg("71-0");
        (0..5_000).for_each(|at| {
            wide.arg(format!("f{at}")).arg("v");
        });
        let _: String = wide.query(&mut connection).unwrap();
        for at in 72..=120 {
            let _: String = say(&mut connection, &["XADD", "s", &format!("{at}-0"), "f", "v"]);
        }
        read(&mut connection, "g", "c", 500);
        let requeue = ReclaimRequest { archive: Some(false), ..reclaim(ReclaimVerb::Requeue) };
        let place = Place::of(&server);
        let receipt = place.act(&Request::Reclaim(requeue)).await.unwrap();
        let length: u64 = say(&mut connection, &["XLEN", "s"]);
        let (pending, ..): (u64, String, String, redis::Value) =
            say(&mut connection, &["XPENDING", "s", "g"]);
        assert_eq!(
            (receipt.outcome, receipt.tally.done, receipt.tally.left),
            (Outcome::Done, 119, 1),
            "{build:?}"
        );
        assert_eq!((length, pending), (120 + 119, 1), "{build:?}");
        assert!(receipt.note.unwrap().contains("no script can copy"), "{build:?}");
    }
}
