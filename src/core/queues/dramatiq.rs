//! Dramatiq: lists of ids beside a hash of all messages, a queue for later and one for the dead beside each.
//!
//! Knows keys alone. Invariants: a message stays in its hash while a worker holds it, so that what is held is the hash
//! less the list; who sends writes a heartbeat as workers do, so that nobody knows how many of those there are.

use super::adapter::{
    Adapter, Counts, ErrorText, FailedJobs, FailureKept, ItemClass, ItemForm, ItemId, ItemTime, JobKept,
    JobRecord, QueueEnd, QueueSign, Shows, TimeUnit, failed_items, less, next_of_list, part,
};
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::Framework;
use crate::core::model::queues::QueueColumn::{Dead, Delayed, InFlight, Orphaned, Ready};

/// Messages that processes hold which have said nothing for a minute: dramatiq's own default.
const HELD_BY_DEAD: &str = "\
local n=0 \
for _,id in ipairs(redis.call('ZRANGEBYSCORE',KEYS[1],'-inf',ARGV[1]-ARGV[4],'LIMIT',0,200)) do \
n=n+redis.call('SCARD',ARGV[2]..'__acks__.'..id..'.'..ARGV[3]) end \
return n";

const BESIDE: &[(&str, KeyKind)] = &[("__heartbeats__", KeyKind::Zset)];

const fn sign(key: &'static str) -> QueueSign {
    QueueSign { key, kind: KeyKind::Hash, shows: Shows::Queue, beside: BESIDE, proof: None }
}

/// Python's dramatiq.
pub const DRAMATIQ: Adapter = Adapter {
    framework: Framework::Dramatiq,
    title: "dramatiq",
    usual: &["dramatiq:default.msgs"],
    signs: &[sign("{q}.msgs"), sign("{q}.DQ.msgs"), sign("{q}.XQ.msgs")],
    parts: &[
        part(Ready, "{q}", Counts::Length(KeyKind::List)),
        part(InFlight, "{q}.msgs", Counts::Length(KeyKind::Hash)),
        less(InFlight, "{q}", Counts::Length(KeyKind::List)),
        part(Orphaned, "__heartbeats__", Counts::OfQueue(HELD_BY_DEAD, &[])),
        part(Delayed, "{q}.DQ.msgs", Counts::Length(KeyKind::Hash)),
        part(Dead, "{q}.XQ", Counts::Length(KeyKind::Zset)),
    ],
    next: &[next_of_list("{q}", QueueEnd::First)],
    item: ItemForm {
        id: ItemId::Whole,
        time: ItemTime::Json(&[&["message_timestamp"]], TimeUnit::Millis),
        class: ItemClass::Json(&[&["actor_name"]]),
        cut: 4_096,
        record: Some(JobRecord { kept: JobKept::Field, key: "{k}.msgs", entry: "", taken: "" }),
    },
    failed: &[FailedJobs {
        kept: FailureKept::Field("{q}.XQ.msgs"),
        unit: TimeUnit::Millis,
        text: ErrorText::Last,
        ..failed_items("dead", "{q}.XQ", "", "traceback")
    }],
    schedules: &[],
    not_queues: &["*.DQ", "*.XQ"],
    guards: &["dramatiq:*"],
};
