//! How questions about queues are written.
//!
//! Invariant: every figure comes by the command of its kind.

use super::*;
use crate::core::model::queues::{Framework, QueueSite};

fn line(framework: Framework, ask: QueueAsk) -> String {
    let site = QueueSite { framework, prefix: Name::from("p:") };
    let of = QueueId { site, queue: Some(Name::from("q")) };
    let args = crate::core::wire::ReadCmd::Queue(QueueRead { of, ask }).args();
    args.iter().map(|arg| String::from_utf8_lossy(arg).into_owned()).collect::<Vec<_>>().join(" ")
}

#[test]
fn parts_are_counted_by_the_command_of_their_kind() {
    let count = |at: usize, limit: u64| {
        line(
            Framework::Rq,
            QueueAsk::Part { at, keys: vec![Name::from("k")], limit, held_ms: 0, read_only: true },
        )
    };
    assert_eq!(count(0, 0), "LLEN k");
    assert_eq!(count(1, 0), "ZCARD k");
    assert_eq!(count(2, 1_700_000_000), "ZCOUNT k -inf 1700000000");
    let job = |tenant: Option<&str>| QueueAsk::Job {
        why: ItemsFor::Next(0),
        key: Name::from("j:7"),
        id: Name::from("7"),
        tenant: tenant.map(Name::from),
        read_only: true,
    };
    assert_eq!(line(Framework::Rq, job(None)), "HMGET j:7 enqueued_at description");
    assert_eq!(line(Framework::Rq, job(Some("shop"))), "HMGET j:7 enqueued_at description");
    let bull = line(Framework::Bull, job(Some("shop")));
    assert!(bull.starts_with("EVAL_RO ") && bull.ends_with(" 1 j:7 timestamp name data 4096"), "{bull}");
}
