//! Invalidations: what goes, what stays whatever the pattern says, and what is asked first.

use crate::server::builds;
use crate::undo::invalidate;
use crate::{Place, connect, name, say, start};
use streamgauge::core::model::glob::Glob;
use streamgauge::core::ops::InvalidateRequest;
use streamgauge::core::ops::{Outcome, Request};

#[tokio::test]
async fn streams_locks_registries_and_the_operators_own_stay_whatever_the_pattern_says() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        let stays = ["c:lock:1", "unacked", "_kombu.binding.celery", "queues", "rq:workers", "mine:1"];
        for key in stays.iter().chain(&["c:1", "c:2", "plain"]) {
            let _: redis::Value = say(&mut connection, &["SET", key, "v"]);
        }
        let _: String = say(&mut connection, &["XADD", "c:stream", "*", "f", "v"]);
        let request = InvalidateRequest { protect: vec![name("mine:*")], ..invalidate("*", None, false) };
        let place = Place::of(&server);
        let plan = place.plan(&Request::Invalidate(request.clone())).await.unwrap();
        assert!(plan.typed.is_some(), "everything wants a name");
        assert_eq!(plan.impact.items, 3);
        let receipt = place.carry_out(plan, 1 << 20).await;
        assert_eq!((receipt.tally.done, receipt.tally.left), (3, 7), "{build:?}");
        for key in stays.iter().chain(&["c:stream"]) {
            assert_eq!(say::<u64>(&mut connection, &["EXISTS", key]), 1, "{key}");
        }
        for pattern in ["c:str*", "queue*", "*lock*", "mine:1"] {
            let only =
                InvalidateRequest { protect: vec![name("mine:*")], ..invalidate(pattern, None, false) };
            let refused = place.act(&Request::Invalidate(only)).await.unwrap_err().to_string();
            assert!(refused.contains("left alone"), "{pattern}: {refused}");
        }
    }
}

#[tokio::test]
async fn a_literal_beginning_is_literal_and_a_pattern_is_one() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        for key in ["user[1]:a", "user[1]:b", "user1:a", "user1:b", "what?", "whats", "a*b", "a-b"] {
            let _: redis::Value = say(&mut connection, &["SET", key, "v"]);
        }
        let place = Place::of(&server);
        let literal = |text: &str| {
            let pattern = Glob::literal_prefix(text.as_bytes()).text().clone();
            Request::Invalidate(InvalidateRequest { pattern, ..invalidate(text, None, false) })
        };
        for (prefix, gone) in [("user[1]:", 2), ("what?", 1), ("a*", 1)] {
            assert_eq!(place.act(&literal(prefix)).await.unwrap().tally.done, gone, "{prefix} {build:?}");
        }
        let pattern = Request::Invalidate(invalidate("user[1]:*", None, false));
        assert_eq!(place.act(&pattern).await.unwrap().tally.done, 2);
        let left: u64 = say(&mut connection, &["DBSIZE"]);
        assert_eq!(left, 2);
    }
}

#[tokio::test]
async fn every_key_that_matches_goes_once_while_others_come_and_the_count_before_is_right() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        let mut pipe = redis::pipe();
        for at in 0..5_000 {
            pipe.cmd("SET").arg(format!("c:{at}")).arg("v").ignore();
            pipe.cmd("SET").arg(format!("kept:{at}")).arg("v").ignore();
        }
        pipe.exec(&mut connection).unwrap();
        let place = Place::of(&server);
        let request = InvalidateRequest { kind: Some("string".to_owned()), ..invalidate("c:*", None, false) };
        let plan = place.plan(&Request::Invalidate(request)).await.unwrap();
        assert_eq!((plan.impact.items, plan.impact.is_exact), (5_000, true), "{build:?}");
        let receipt = place.carry_out(plan, 1 << 20).await;
        assert_eq!((&receipt.outcome, receipt.tally.done), (&Outcome::Done, 5_000));
        let left: u64 = say(&mut connection, &["DBSIZE"]);
        assert_eq!(left, 5_000);
    }
}

#[tokio::test]
async fn a_key_that_changed_after_it_was_kept_stays() {
    // The step itself: kept is what DUMP gave, and it goes only as that.
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        let _: redis::Value = say(&mut connection, &["SET", "k", "old"]);
        let dump: Vec<u8> = say(&mut connection, &["DUMP", "k"]);
        let _: redis::Value = say(&mut connection, &["SET", "k", "new"]);
        let command = |dump: &[u8]| streamgauge::core::wire::WriteCmd::UnlinkKept {
            key: name("k"),
            checksum: dump[dump.len() - 8..].to_vec(),
            length: dump.len(),
        };
        let mut tell = |dump: &[u8]| {
            let args = command(dump).args();
            redis::cmd("EVAL").arg(&args[1..]).query::<u64>(&mut connection).unwrap()
        };
        assert_eq!(tell(&dump), 0, "{build:?}");
        let mut connection = connect(&server);
        let dump: Vec<u8> = say(&mut connection, &["DUMP", "k"]);
        assert_eq!(tell(&dump), 1);
    }
}

#[tokio::test]
async fn the_command_that_fills_the_cache_again_runs_after_it_and_is_written_down() {
    let server = start(&builds()[0]);
    let mut connection = connect(&server);
    let _: redis::Value = say(&mut connection, &["SET", "c:1", "v"]);
    let place = Place::of(&server);
    let sign = server.folder().join("warm; rm").display().to_string();
    let warm_up = vec!["touch".to_owned(), sign.clone()];
    let request = InvalidateRequest { warm_up, ..invalidate("c:*", None, false) };
    let receipt = place.act(&Request::Invalidate(request)).await.unwrap();
    assert_eq!(receipt.warm_up.as_deref(), Some("touch succeeded"));
    assert!(std::path::Path::new(&sign).is_file(), "no shell has read it");
    assert_eq!(place.past()[0].warm_up.as_deref(), Some("touch succeeded"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_takes_a_key_over_while_keys_go_is_never_removed() {
    const KEYS: usize = 4_000;
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        let mut pipe = redis::pipe();
        for at in 0..KEYS {
            pipe.cmd("SET").arg(format!("c:{at}")).arg("v").ignore();
        }
        pipe.exec(&mut connection).unwrap();
        let place = Place::of(&server);
        let plan = place.plan(&Request::Invalidate(invalidate("c:*", None, false))).await.unwrap();
        let mut other = connect(&server);
        let takes_over = std::thread::spawn(move || {
            for at in 0..KEYS {
                let mut pipe = redis::pipe();
                pipe.atomic().cmd("DEL").arg(format!("c:{at}")).ignore();
                pipe.cmd("XADD").arg(format!("c:{at}")).arg("*").arg("f").arg("v").ignore();
                pipe.exec(&mut other).unwrap();
            }
        });
        let receipt = place.carry_out(plan, 1 << 20).await;
        takes_over.join().unwrap();
        let streams: usize = say(&mut connection, &["DBSIZE"]);
        assert_eq!((receipt.outcome, streams), (Outcome::Done, KEYS), "{build:?}");
    }
}
