//! RQ: lists of ids with a hash for each job, and registries for what becomes of them.
//!
//! Knows keys alone. Invariant: registry, queues and jobs begin alike, with `rq:` where nobody has changed it.

use super::adapter::{
    Adapter, Counts, ErrorText, FailedJobs, FailureKept, ItemClass, ItemForm, ItemId, ItemTime, MemberForm,
    NextItem, QueueEnd, QueueSign, ScheduleKeys, Shows, TimeUnit, part,
};
use super::lua::kept_bytes;
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::Framework;
use crate::core::model::queues::QueueColumn::{
    Dead, Delayed, InFlight, Kept, KeptBytes, Orphaned, Paused, Ready, Workers,
};

/// Workers whose hash is there and tells of no end: one that was killed stays in the set.
const ALIVE: &str = "\
local n=0 \
for _,key in ipairs(redis.call('SRANDMEMBER',KEYS[1],200)) do \
if redis.call('EXISTS',key)==1 and redis.call('HEXISTS',key,'death')==0 then n=n+1 end \
end \
return n";

/// Its members are whole names of lists.
const HAS_LISTS: &str = "\
local m=redis.call('SRANDMEMBER',KEYS[1]) \
return m and string.sub(m,1,#ARGV[1]+6)==ARGV[1]..'queue:' and 1 or 0";

/// So long before now, milliseconds, that no time of a job lies there: jobs without an end have -1.
const AGES_MS: u64 = 1_577_880_000_000;

/// What finished jobs take.
const KEPT_BYTES: &str = kept_bytes!("ARGV[2]..'job:'");

/// What RQ's own schedulers tell of their jobs, and what rq-scheduler keeps, of which only the function is told.
const CRON_JOBS: &str = "\
local o,n={0},0 \
for _,s in ipairs(redis.call('ZREVRANGE',KEYS[1],0,9)) do \
local text=redis.call('HGET',ARGV[1]..'cron_scheduler:'..s,'cron_jobs') \
local ok,jobs=pcall(cjson.decode,text or '[]') \
local function word(v) return (type(v)=='string' or type(v)=='number') and tostring(v) or '' end \
for _,j in ipairs(ok and type(jobs)=='table' and jobs or {}) do \
n=n+1 \
local every=word(j.interval) \
local rule=every~='' and 'every '..every..' s' or word(j.cron) \
if n<=100 then o[#o+1]={word(j.name)~='' and word(j.name) or word(j.func_name),word(j.next_enqueue_time),word(j.latest_enqueue_time),rule} end end end \
local r=redis.call('ZRANGE',KEYS[2],0,99-math.min(n,99),'WITHSCORES') \
for i=1,#r,2 do \
local d=redis.call('HGET',ARGV[1]..'job:'..r[i],'description') \
o[#o+1]={string.match(d or '','^[^(]+') or r[i],r[i+1],'',''} end \
o[1]=n+redis.call('ZCARD',KEYS[2]) \
return o";

/// Python's RQ.
pub const RQ: Adapter = Adapter {
    framework: Framework::Rq,
    title: "RQ",
    usual: &["rq:queues"],
    signs: &[QueueSign {
        key: "queues",
        kind: KeyKind::Set,
        shows: Shows::Names(MemberForm::After("queue:")),
        beside: &[],
        proof: Some(HAS_LISTS),
    }],
    parts: &[
        part(Ready, "queue:{q}", Counts::Length(KeyKind::List)),
        part(InFlight, "wip:{q}", Counts::Length(KeyKind::Zset)),
        part(Orphaned, "wip:{q}", Counts::Until(TimeUnit::Seconds, 0)),
        part(Delayed, "scheduled:{q}", Counts::Length(KeyKind::Zset)),
        part(Delayed, "deferred:{q}", Counts::Length(KeyKind::Zset)),
        part(Dead, "failed:{q}", Counts::Length(KeyKind::Zset)),
        // Those without an end alone: the others go by themselves.
        part(Kept, "finished:{q}", Counts::Until(TimeUnit::Seconds, AGES_MS)),
        part(KeptBytes, "finished:{q}", Counts::Script(KEPT_BYTES, &[])),
        part(Workers, "workers:{q}", Counts::Script(ALIVE, &[])),
        part(Paused, "suspended", Counts::Length(KeyKind::String)),
    ],
    next: &[NextItem { key: "queue:{q}", kind: KeyKind::List, end: QueueEnd::First }],
    item: ItemForm {
        id: ItemId::Whole,
        time: ItemTime::Job("job:{id}", "enqueued_at", TimeUnit::Iso),
        class: ItemClass::Job("job:{id}", "description", Some(b'(')),
        cut: 100,
        record: None,
    },
    failed: &[FailedJobs {
        part: "dead",
        key: "failed:{q}",
        kept: FailureKept::Results("job:{id}", "results:{id}"),
        class: "description",
        error: "exc_info",
        message: "exc_string",
        time: "ended_at",
        unit: TimeUnit::Iso,
        text: ErrorText::Packed,
    }],
    schedules: &[ScheduleKeys {
        keys: &["cron_schedulers", "scheduler:scheduled_jobs"],
        script: CRON_JOBS,
        unit: TimeUnit::Any,
    }],
    not_queues: &[],
    guards: &["rq:*"],
};
