//! asynq: a handful of keys for each queue, with its name as a cluster's hash tag, and a hash for each task.
//!
//! Knows keys alone. Invariant: a task that is worked at has a lease; one whose lease has ended is an orphan, and so is one
//! without any, which asynq itself never brings back.

use super::adapter::{
    Adapter, Counts, ErrorText, FailedJobs, FailureKept, ItemClass, ItemForm, ItemId, ItemTime, JobKept,
    JobRecord, MemberForm, QueueEnd, ScheduleKeys, TimeUnit, next_of_list, part, registry,
};
use super::lua::with_fields;
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::Framework;
use crate::core::model::queues::QueueColumn::{
    Dead, Delayed, Done, InFlight, Orphaned, Paused, Ready, Workers,
};

/// Of the first 200 tasks that are worked at those without a lease that goes on.
const WITHOUT_LEASE: &str = "\
local n=0 \
for _,id in ipairs(redis.call('LRANGE',KEYS[1],0,199)) do \
local s=redis.call('ZSCORE',KEYS[2],id) \
if not s or s*1000<tonumber(ARGV[1]) then n=n+1 end end \
return n";

/// Tasks that failed: type and error are fields of their message.
const fn message(part: &'static str, key: &'static str, time: &'static str) -> FailedJobs {
    FailedJobs {
        part,
        key,
        kept: FailureKept::Message("asynq:{{q}}:t:{id}"),
        class: "1",
        error: "",
        message: "7",
        time,
        unit: TimeUnit::Seconds,
        text: ErrorText::First,
    }
}

/// Entries of schedulers that live: a list each, of messages with spec, type, next and last time.
const SCHEDULERS: &str = with_fields!(
    "\
local o,n={0},0 \
for _,k in ipairs(redis.call('ZREVRANGE',KEYS[1],0,9)) do \
for _,e in ipairs(redis.call('LRANGE',k,0,99)) do \
local f=fields(e) \
local function at(v) return v and fields(v)['1'] or '' end \
n=n+1 \
if n<=100 then o[#o+1]={f['3'] or '',at(f['6']),at(f['7']),f['2'] or ''} end end end \
o[1]=n \
return o"
);

/// Go's asynq.
pub const ASYNQ: Adapter = Adapter {
    framework: Framework::Asynq,
    title: "asynq",
    usual: &["asynq:queues"],
    signs: &[registry("asynq:queues", MemberForm::Whole)],
    parts: &[
        part(Ready, "asynq:{{q}}:pending", Counts::Length(KeyKind::List)),
        part(InFlight, "asynq:{{q}}:active", Counts::Length(KeyKind::List)),
        part(Orphaned, "asynq:{{q}}:active", Counts::Script(WITHOUT_LEASE, &["asynq:{{q}}:lease"])),
        part(Delayed, "asynq:{{q}}:scheduled", Counts::Length(KeyKind::Zset)),
        part(Delayed, "asynq:{{q}}:retry", Counts::Length(KeyKind::Zset)),
        part(Dead, "asynq:{{q}}:archived", Counts::Length(KeyKind::Zset)),
        part(Paused, "asynq:{{q}}:paused", Counts::Length(KeyKind::String)),
        part(Done, "asynq:{{q}}:processed", Counts::Number(None)),
        part(Workers, "asynq:servers", Counts::Since(TimeUnit::Seconds, 0)),
    ],
    next: &[next_of_list("asynq:{{q}}:pending", QueueEnd::Last)],
    item: ItemForm {
        id: ItemId::Whole,
        time: ItemTime::Beside(TimeUnit::Nanos),
        class: ItemClass::ProtoFirst,
        cut: 200,
        record: Some(JobRecord {
            kept: JobKept::Fields("msg", "pending_since"),
            key: "{p}asynq:{{q}}:t:{id}",
            entry: "",
            taken: "",
        }),
    },
    failed: &[
        message("dead", "asynq:{{q}}:archived", ""),
        // The time of a retry is when it is tried again; field 11 is when it failed.
        message("retry", "asynq:{{q}}:retry", "11"),
    ],
    schedules: &[ScheduleKeys { keys: &["asynq:schedulers"], script: SCHEDULERS, unit: TimeUnit::Seconds }],
    not_queues: &[],
    guards: &["asynq:*"],
};
