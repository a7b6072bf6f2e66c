//! What stays by its shape: parts of a queue under any prefix, known by the keys beside them.

use crate::server::{Build, builds};
use crate::undo::invalidate;
use crate::{Place, connect, say, start};
use streamgauge::core::ops::InvalidateRequest;
use streamgauge::core::ops::{Request, Tally};

/// Parts of queues under prefixes of their own, and what only looks like one.
fn fill(connection: &mut redis::Connection) {
    let lists = ["shop-queues:mail", "shop:q:orders:wait", "shop:mail", "shop:queue:default", "top:ten"];
    for key in lists {
        let _: u64 = say(connection, &["RPUSH", key, "job"]);
    }
    for key in ["shop-queues:mail:reserved", "shop:q:orders:delayed", "shop:schedule", "shop:unacked_index"] {
        let _: u64 = say(connection, &["ZADD", key, "1", "job"]);
    }
    for key in ["shop:_kombu.binding.mail", "shop:queues"] {
        let _: u64 = say(connection, &["SADD", key, "m"]);
    }
    for key in ["shop:q:orders:meta", "shop:q:orders:17", "shop:unacked", "user:1:meta", "user:1"] {
        let _: u64 = say(connection, &["HSET", key, "a", "1"]);
    }
    for key in ["shop:q:orders:id", "shop:stat:processed", "user:1:id2", "page:1"] {
        let _: String = say(connection, &["SET", key, "1"]);
    }
}

fn left(connection: &mut redis::Connection) -> Vec<String> {
    let mut keys: Vec<String> = say(connection, &["KEYS", "*"]);
    keys.sort();
    keys
}

const GOES: [&str; 4] = ["page:1", "user:1", "user:1:id2", "user:1:meta"];

async fn all_but_queues_goes(build: &Build) {
    let server = start(build);
    let mut connection = connect(&server);
    fill(&mut connection);
    let before = left(&mut connection);
    let place = Place::of(&server);
    let plan = place.plan(&Request::Invalidate(invalidate("*", None, false))).await.unwrap();
    assert_eq!(plan.impact.items, GOES.len() as u64, "{build:?}");
    let receipt = place.carry_out(plan, 1 << 20).await;
    let stays = (before.len() - GOES.len()) as u64;
    assert_eq!(receipt.tally, Tally { done: 4, left: stays, ..Tally::default() }, "{build:?}");
    let kept: Vec<String> = before.into_iter().filter(|key| !GOES.contains(&key.as_str())).collect();
    assert_eq!(left(&mut connection), kept, "{build:?}");
}

#[tokio::test]
async fn parts_of_queues_stay_under_any_prefix_and_what_stands_alone_goes() {
    for build in builds() {
        all_but_queues_goes(&build).await;
    }
}

#[tokio::test]
async fn a_list_goes_by_its_type_only_where_nothing_tells_of_a_queue() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        fill(&mut connection);
        let place = Place::of(&server);
        let request = InvalidateRequest { kind: Some("list".to_owned()), ..invalidate("*", None, false) };
        let receipt = place.act(&Request::Invalidate(request)).await.unwrap();
        assert_eq!((receipt.tally.done, receipt.tally.left), (1, 4), "{build:?}");
        assert_eq!(say::<u64>(&mut connection, &["EXISTS", "top:ten"]), 0);
    }
}

#[tokio::test]
async fn a_queue_that_appears_after_the_plan_stays() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        let _: u64 = say(&mut connection, &["HSET", "q:orders:meta", "a", "1"]);
        let _: String = say(&mut connection, &["SET", "page:1", "v"]);
        let place = Place::of(&server);
        let plan = place.plan(&Request::Invalidate(invalidate("*", None, false))).await.unwrap();
        assert_eq!(plan.impact.items, 2, "{build:?}");
        let _: u64 = say(&mut connection, &["RPUSH", "q:orders:wait", "job"]);
        let receipt = place.carry_out(plan, 1 << 20).await;
        // The list came after the walk, so that nobody counts it; what was found and is a part of its queue stays.
        assert_eq!((receipt.tally.done, receipt.tally.left), (1, 1), "{build:?}");
        assert_eq!(
            say::<u64>(&mut connection, &["EXISTS", "q:orders:meta", "q:orders:wait"]),
            2,
            "{build:?}"
        );
    }
}

/// Parts of asynq, RQ, rmq and gocraft/work under prefixes of their own.
#[tokio::test]
async fn queues_of_go_and_of_rq_stay_under_any_prefix_and_a_set_of_queues_stays_alone() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        for key in ["eu:{low}:pending", "eu::queue::[low]::ready", "ns:jobs:mail", "shop:queue:low"] {
            let _: u64 = say(&mut connection, &["RPUSH", key, "job"]);
        }
        for key in ["eu:{low}:lease", "shop:wip:low", "ns:dead"] {
            let _: u64 = say(&mut connection, &["ZADD", key, "1", "job"]);
        }
        for key in
            ["shop:queues", "shop:workers", "eu::queues", "eu::connections", "ns:known_jobs", "alone:queues"]
        {
            let _: u64 = say(&mut connection, &["SADD", key, "low"]);
        }
        for key in ["eu:{low}:t:7f", "shop:job:7f", "ns:worker:observation:9", "page:t:1", "user:job:2"] {
            let _: u64 = say(&mut connection, &["HSET", key, "a", "1"]);
        }
        for key in
            ["eu:{low}:processed:2026-01-01", "eu::connection::c1::heartbeat", "day:processed:2026-01-01"]
        {
            let _: String = say(&mut connection, &["SET", key, "1"]);
        }
        let mut kept = left(&mut connection);
        let goes = ["day:processed:2026-01-01", "page:t:1", "user:job:2"];
        kept.retain(|key| !goes.contains(&key.as_str()));
        let place = Place::of(&server);
        let receipt = place.act(&Request::Invalidate(invalidate("*", None, false))).await.unwrap();
        assert_eq!((receipt.tally.done, left(&mut connection)), (3, kept.clone()), "{build:?}");
        // Nor by their type.
        for kind in ["list", "zset"] {
            let request = InvalidateRequest { kind: Some(kind.to_owned()), ..invalidate("*", None, false) };
            let refused = place.act(&Request::Invalidate(request)).await.unwrap_err().to_string();
            assert!(refused.contains("left alone"), "{build:?} {kind}: {refused}");
        }
        assert_eq!(left(&mut connection), kept, "{build:?}");
    }
}

/// Calls of a command, those inside scripts among them.
fn calls(connection: &mut redis::Connection, command: &str) -> u64 {
    let stats: String = say(connection, &["INFO", "commandstats"]);
    let begins = format!("cmdstat_{command}:calls=");
    let line = stats.lines().find_map(|line| line.strip_prefix(begins.as_str()));
    line.map_or(0, |rest| rest.split(',').next().unwrap().parse().unwrap())
}

#[tokio::test]
async fn looking_for_queues_beside_hashes_that_look_alike_asks_little() {
    const KEYS: u64 = 10_000;
    let server = start(&builds()[0]);
    let mut connection = connect(&server);
    let mut pipe = redis::pipe();
    for at in 0..KEYS {
        pipe.cmd("HSET").arg(format!("user:{at}")).arg("a").arg(1).ignore();
    }
    pipe.exec(&mut connection).unwrap();
    let place = Place::of(&server);
    let plan = place.plan(&Request::Invalidate(invalidate("user:*", None, false))).await.unwrap();
    assert_eq!((plan.impact.items, plan.impact.is_exact), (KEYS, true));
    let planned = calls(&mut connection, "type");
    assert!((KEYS..KEYS * 3 / 2).contains(&planned), "{planned}");
    let receipt = place.carry_out(plan, 1 << 20).await;
    assert_eq!(receipt.tally.done, KEYS);
    // Once to look, once right before it goes.
    let ran = calls(&mut connection, "type") - planned;
    assert!((KEYS * 2..KEYS * 3).contains(&ran), "{ran}");
}

#[tokio::test]
async fn without_the_right_to_scripts_the_same_keys_go_and_the_same_stay() {
    for build in builds().into_iter().filter(|build| build.major() >= 6) {
        let server = start(&build);
        let mut connection = connect(&server);
        fill(&mut connection);
        let before = left(&mut connection);
        let words = ["ACL", "SETUSER", "u", "on", ">pw", "~*", "&*", "+@all", "-eval", "-evalsha"];
        let known = if build.version.starts_with("6.0") {
            [&words[..6], &words[7..]].concat()
        } else {
            words.to_vec()
        };
        let _: String = say(&mut connection, &known);
        if build.major() >= 7 {
            let _: String = say(&mut connection, &["ACL", "SETUSER", "u", "-eval_ro"]);
        }
        let mut place = Place::of(&server);
        place.target.username = Some("u".to_owned());
        place.target.password = Some(streamgauge::config::Secret::new("pw"));
        let receipt = place.act(&Request::Invalidate(invalidate("*", None, false))).await.unwrap();
        let stays = (before.len() - GOES.len()) as u64;
        assert_eq!(receipt.outcome, streamgauge::core::ops::Outcome::Done, "{build:?} {receipt:?}");
        assert_eq!((receipt.tally.done, receipt.tally.left), (GOES.len() as u64, stays), "{build:?}");
        let kept: Vec<String> = before.into_iter().filter(|key| !GOES.contains(&key.as_str())).collect();
        assert_eq!(left(&mut connection), kept, "{build:?}");
        assert_eq!(calls(&mut connection, "eval"), 0, "{build:?}");
        assert!(calls(&mut connection, "unlink") > 0, "{build:?}");
    }
}

#[tokio::test]
async fn clients_that_wait_for_items_are_warned_of_where_their_type_is_named() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        let _: u64 = say(&mut connection, &["RPUSH", "feed:items", "a"]);
        let _: u64 = say(&mut connection, &["ZADD", "feed:scores", "1", "a"]);
        let _: String = say(&mut connection, &["SET", "page", "v"]);
        let waits = |words: &[&str]| {
            let mut other = std::os::unix::net::UnixStream::connect(server.socket()).unwrap();
            std::io::Write::write_all(&mut other, format!("{}\r\n", words.join(" ")).as_bytes()).unwrap();
            other
        };
        let _waiting =
            [waits(&["BLPOP", "w", "0"]), waits(&["BLPOP", "w", "0"]), waits(&["BZPOPMIN", "z", "0"])];
        crate::server::wait_until("three clients wait", || {
            server.redis_cli(&["INFO", "clients"]).contains("blocked_clients:3")
        });
        let place = Place::of(&server);
        let warned = async |kind: Option<&str>| {
            let request = InvalidateRequest { kind: kind.map(str::to_owned), ..invalidate("*", None, false) };
            place.plan(&Request::Invalidate(request)).await.unwrap().warnings.join("\n")
        };
        let (list, zset) = (warned(Some("list")).await, warned(Some("zset")).await);
        assert!(list.contains("2 clients wait for items (2 in BLPOP)"), "{build:?} {list}");
        assert!(zset.contains("1 client waits for items (1 in BZPOPMIN)"), "{build:?} {zset}");
        for kind in [None, Some("string")] {
            assert!(!warned(kind).await.contains("wait"), "{build:?} {kind:?}");
        }
    }
}
