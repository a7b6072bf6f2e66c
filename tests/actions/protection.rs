//! What stays by its shape: parts of a queue under any prefix, known by the keys beside them.

use crate::server::{Build, builds};
use crate::undo::invalidate;
use crate::{Place, connect, say, start};
use streamgauge::core::ops::wish::InvalidateRequest;
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
    assert_eq!(plan.stake.items, GOES.len() as u64, "{build:?}");
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
        let wish = InvalidateRequest { kind: Some("list".to_owned()), ..invalidate("*", None, false) };
        let receipt = place.act(&Request::Invalidate(wish)).await.unwrap();
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
        assert_eq!(plan.stake.items, 2, "{build:?}");
        let _: u64 = say(&mut connection, &["RPUSH", "q:orders:wait", "job"]);
        let receipt = place.carry_out(plan, 1 << 20).await;
        assert_eq!((receipt.tally.done, receipt.tally.left), (1, 2), "{build:?}");
    }
}
