//! Sidekiq: a list for each queue; what is to run later, to be tried again, or dead, for all of them together.
//!
//! Knows keys alone. Invariant: a job that a worker has taken is nowhere but in the worker's own hash, so that one whose
//! process was killed is lost and can't be counted.

use super::adapter::{
    Adapter, Counts, ItemClass, ItemForm, ItemId, ItemTime, MemberForm, NextItem, QueueEnd, QueueSign, Shows,
    TimeUnit, part,
};
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::Framework;
use crate::core::model::queues::QueueColumn::{Dead, Delayed, Done, InFlight, Paused, Ready, Workers};

/// Processes whose hash is there: it ends a minute after their last beat.
const ALIVE: &str = "\
local n=0 \
for _,id in ipairs(redis.call('SRANDMEMBER',KEYS[1],200)) do n=n+redis.call('EXISTS',ARGV[2]..id) end \
return n";

/// Jobs that those processes say they are at, in a hash that had another name up to 6.4.
const AT_WORK: &str = "\
local n=0 \
for _,id in ipairs(redis.call('SRANDMEMBER',KEYS[1],200)) do \
local at=ARGV[2]..id \
if redis.call('EXISTS',at)==1 then n=n+redis.call('HLEN',at..':work')+redis.call('HLEN',at..':workers') end \
end \
return n";

/// Ruby's Sidekiq.
pub const SIDEKIQ: Adapter = Adapter {
    framework: Framework::Sidekiq,
    title: "Sidekiq",
    usual: &["queues"],
    signs: &[QueueSign {
        key: "queues",
        kind: KeyKind::Set,
        shows: Shows::Names(MemberForm::Whole),
        beside: &[
            ("processes", KeyKind::Set),
            ("stat:processed", KeyKind::String),
            ("schedule", KeyKind::Zset),
            ("retry", KeyKind::Zset),
            ("dead", KeyKind::Zset),
        ],
    }],
    parts: &[
        part(Ready, "queue:{q}", Counts::Length(KeyKind::List)),
        part(Paused, "paused", Counts::Member),
        part(InFlight, "processes", Counts::Script(AT_WORK, &[])),
        part(Delayed, "schedule", Counts::Length(KeyKind::Zset)),
        part(Delayed, "retry", Counts::Length(KeyKind::Zset)),
        part(Dead, "dead", Counts::Length(KeyKind::Zset)),
        part(Workers, "processes", Counts::Script(ALIVE, &[])),
        part(Done, "stat:processed", Counts::Number(None)),
    ],
    next: &[NextItem { key: "queue:{q}", kind: KeyKind::List, end: QueueEnd::Last }],
    item: ItemForm {
        id: ItemId::Json(&["jid"]),
        time: ItemTime::Json(&[&["enqueued_at"], &["created_at"]], TimeUnit::SecondsOrMillis),
        class: ItemClass::Json(&[&["wrapped"], &["class"]]),
        cut: 1_024,
    },
    not_queues: &[],
};
