//! Bull, which BullMQ came from: the same names for the most part, and nothing that says which of both it is.
//!
//! Knows keys alone. Invariants: jobs with a priority stand in the list with the others; what BullMQ alone writes must not be
//! there.

use super::adapter::{
    Adapter, Counts, ItemClass, ItemForm, ItemId, ItemTime, QueueEnd, QueueSign, ScheduleKeys, Shows,
    TimeUnit, failed_hashes, next_of_list, part,
};
use super::bullmq::{KEPT_BYTES, REPEATED, WITHOUT_LOCK};
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::Framework;
use crate::core::model::queues::QueueColumn::{
    Added, Dead, Delayed, InFlight, Kept, KeptBytes, Orphaned, Paused, Ready,
};

/// BullMQ's keys are not there, and the job that was added last is a job of Bull's, where it is still there; or one that is
/// listed is.
const IS_BULL: &str = "\
local b=ARGV[1]..ARGV[2]..':' \
if redis.call('EXISTS',b..'events',b..'marker')>0 or redis.call('HEXISTS',b..'meta','version')==1 then return 0 end \
local ids={redis.call('GETRANGE',KEYS[1],0,31)} \
for _,k in ipairs({'wait','paused','active'}) do \
if redis.call('TYPE',b..k).ok=='list' then ids[#ids+1]=redis.call('LINDEX',b..k,-1) or nil end end \
for _,k in ipairs({'delayed','failed','completed'}) do \
if redis.call('TYPE',b..k).ok=='zset' then ids[#ids+1]=redis.call('ZRANGE',b..k,0,0)[1] end end \
for _,id in ipairs(ids) do \
if redis.call('TYPE',b..id).ok=='hash' and redis.call('HEXISTS',b..id,'timestamp')==1 \
and redis.call('HEXISTS',b..id,'opts')==1 then return 1 end end \
return 0";

/// Node's Bull.
pub const BULL: Adapter = Adapter {
    framework: Framework::Bull,
    title: "Bull",
    usual: &[],
    signs: &[QueueSign {
        key: "{q}:id",
        kind: KeyKind::String,
        shows: Shows::Queue,
        beside: &[
            ("{q}:wait", KeyKind::List),
            ("{q}:paused", KeyKind::List),
            ("{q}:active", KeyKind::List),
            ("{q}:delayed", KeyKind::Zset),
            ("{q}:failed", KeyKind::Zset),
            ("{q}:completed", KeyKind::Zset),
        ],
        proof: Some(IS_BULL),
    }],
    parts: &[
        part(Ready, "{q}:wait", Counts::Length(KeyKind::List)),
        part(Ready, "{q}:paused", Counts::Length(KeyKind::List)),
        part(InFlight, "{q}:active", Counts::Length(KeyKind::List)),
        part(Orphaned, "{q}:active", Counts::Script(WITHOUT_LOCK, &[])),
        part(Delayed, "{q}:delayed", Counts::Length(KeyKind::Zset)),
        part(Dead, "{q}:failed", Counts::Length(KeyKind::Zset)),
        part(Kept, "{q}:completed", Counts::Length(KeyKind::Zset)),
        part(KeptBytes, "{q}:completed", Counts::Script(KEPT_BYTES, &[])),
        part(Added, "{q}:id", Counts::Number(None)),
        part(Paused, "{q}:meta-paused", Counts::Length(KeyKind::String)),
    ],
    next: &[next_of_list("{q}:wait", QueueEnd::Last), next_of_list("{q}:paused", QueueEnd::Last)],
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
    guards: &[],
};
