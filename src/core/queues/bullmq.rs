//! BullMQ: a handful of keys for each queue under one name, and a hash for each job.
//!
//! Knows keys alone. Invariant: a queue is known by its `:meta`, which BullMQ writes with the first job or worker.

use super::adapter::{
    Adapter, Counts, ItemClass, ItemForm, ItemId, ItemTime, NextItem, QueueEnd, QueueSign, ScheduleKeys,
    Shows, TimeUnit, failed_hashes, part,
};
use super::lua::kept_bytes;
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::Framework;
use crate::core::model::queues::QueueColumn::{
    Added, Dead, Delayed, InFlight, Kept, KeptBytes, Orphaned, Paused, Ready,
};

/// Jobs of the list that have no lock: their worker has not renewed it.
pub(super) const WITHOUT_LOCK: &str = "\
local n=0 \
for _,id in ipairs(redis.call('LRANGE',KEYS[1],0,199)) do \
if redis.call('EXISTS',ARGV[2]..ARGV[3]..':'..id..':lock')==0 then n=n+1 end \
end \
return n";

/// What completed jobs take that nobody removes.
pub(super) const KEPT_BYTES: &str = kept_bytes!("ARGV[2]..ARGV[3]..':'");

/// What is repeated: the next time is the score, the rule stands in a hash beside, or in the member itself.
pub(super) const REPEATED: &str = "\
local r=redis.call('ZRANGE',KEYS[1],0,99,'WITHSCORES') \
local o={redis.call('ZCARD',KEYS[1])} \
for i=1,#r,2 do \
local k=KEYS[1]..':'..r[i] \
local h=redis.call('TYPE',k).ok=='hash' and redis.call('HMGET',k,'pattern','every','cron') or {} \
local rule=h[1] or h[3] or h[2] \
local name=r[i] \
if not rule then \
local n,c=string.match(name,'^(.-):.-:.-:(%d+)$') \
if not n then n,c=string.match(name,'^(.-):.-:.-:.-:(.*)$') end \
if n then name,rule=n,c end end \
if rule and string.match(rule,'^%d+$') then rule='every '..rule..' ms' end \
o[#o+1]={name,r[i+1],'',rule or ''} end \
return o";

/// Node's BullMQ.
pub const BULLMQ: Adapter = Adapter {
    framework: Framework::BullMq,
    title: "BullMQ",
    usual: &[],
    signs: &[QueueSign {
        key: "{q}:meta",
        kind: KeyKind::Hash,
        shows: Shows::Queue,
        // Bull has a `:meta` too, once a queue was paused, but no events.
        beside: &[("{q}:events", KeyKind::Stream)],
        proof: None,
    }],
    parts: &[
        part(Ready, "{q}:wait", Counts::Length(KeyKind::List)),
        part(Ready, "{q}:paused", Counts::Length(KeyKind::List)),
        part(Ready, "{q}:prioritized", Counts::Length(KeyKind::Zset)),
        part(InFlight, "{q}:active", Counts::Length(KeyKind::List)),
        part(Orphaned, "{q}:active", Counts::Script(WITHOUT_LOCK, &[])),
        part(Delayed, "{q}:delayed", Counts::Length(KeyKind::Zset)),
        part(Delayed, "{q}:waiting-children", Counts::Length(KeyKind::Zset)),
        part(Dead, "{q}:failed", Counts::Length(KeyKind::Zset)),
        part(Kept, "{q}:completed", Counts::Length(KeyKind::Zset)),
        part(KeptBytes, "{q}:completed", Counts::Script(KEPT_BYTES, &[])),
        part(Added, "{q}:id", Counts::Number(None)),
        part(Paused, "{q}:meta", Counts::Field("paused")),
    ],
    next: &[
        NextItem { key: "{q}:wait", kind: KeyKind::List, end: QueueEnd::Last },
        NextItem { key: "{q}:paused", kind: KeyKind::List, end: QueueEnd::Last },
        NextItem { key: "{q}:prioritized", kind: KeyKind::Zset, end: QueueEnd::First },
    ],
    item: ItemForm {
        id: ItemId::Whole,
        time: ItemTime::Job("{q}:{id}", "timestamp", TimeUnit::Millis),
        class: ItemClass::Job("{q}:{id}", "name", None),
        cut: 200,
        record: None,
    },
    failed: &[failed_hashes("{q}:failed", "{q}:{id}", "failedReason")],
    schedules: &[ScheduleKeys { keys: &["{q}:repeat"], script: REPEATED, unit: TimeUnit::Millis }],
    not_queues: &[],
    guards: &["bull:*", "{bull}:*"],
};
