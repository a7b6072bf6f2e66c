//! Bull, which BullMQ came from: the same names for the most part, and nothing that says which of both it is.
//!
//! Knows keys alone. Invariants: jobs with a priority stand in the list with the others; what BullMQ alone writes must not be
//! there.

use super::adapter::{
    Adapter, Counts, ItemClass, ItemForm, ItemId, ItemTime, QueueEnd, QueueSign, ScheduleKeys, Shows,
    TimeUnit, failed_hashes, next_of_list, part,
};
use super::bullmq::{KEPT_BYTES, REPEATED, UNLOCKED, WITHOUT_LOCK, back, drop_job, jobs_in};
use super::deeds::{Allowed, JobDeed, JobDrop, PauseDeed, QueueDeeds};
use super::lua::find_jobs;
use super::rewrite::Rewrite;
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

const DEEDS: QueueDeeds = QueueDeeds {
    prefix: "bull:",
    silence: None,
    fates: &[],
    requeue: Allowed::Yes(JobDeed {
        find: UNLOCKED,
        act: "local b=p..q..':' local j=b..m \
if call('EXISTS',j..':lock')==1 or call('EXISTS',j)==0 then return -1 end \
is(b..'wait','list') is(b..'paused','list') \
if call('LREM',b..'active',1,m)==0 then return 0 end \
call('SREM',b..'stalled',m) call('HINCRBY',j,'stalledCounter',1) \
call('RPUSH',b..(call('EXISTS',b..'meta-paused')==1 and 'paused' or 'wait'),m) \
call('PUBLISH',b..'stalled@',m) return 1",
        back: back!("call('LPUSH',b..'active',m)"),
        after: Rewrite::Same,
        text: "LREM active 1 <id>, HINCRBY <id> stalledCounter 1, RPUSH wait <id>, PUBLISH stalled@",
        caveat: "as a worker's own check does, but a job that stalled more than once is not failed for it",
    }),
    revive: Allowed::Yes(JobDeed {
        find: jobs_in!("failed"),
        act: "local b=p..q..':' local j=b..m \
if not call('ZSCORE',b..'failed',m) then return 0 end \
if call('EXISTS',j)==0 or call('EXISTS',j..':lock')==1 then return -1 end \
is(b..'wait','list') is(b..'paused','list') \
local push=string.find(call('HGET',j,'opts') or '','\"lifo\":true',1,true) and 'RPUSH' or 'LPUSH' \
call('ZREM',b..'failed',m) call('HDEL',j,'finishedOn','processedOn','failedReason') \
call('HSET',j,'retriedOn',string.format('%.0f',now*1000)) \
call(push,b..(call('EXISTS',b..'meta-paused')==1 and 'paused' or 'wait'),m) \
call('PUBLISH',b..'waiting@',m) return 1",
        back: back!("call('ZADD',b..'failed',x,m)"),
        after: Rewrite::Same,
        text: "ZREM failed <id>, HDEL <id> failedReason finishedOn processedOn, LPUSH wait <id>, PUBLISH waiting@",
        caveat: "as `job.retry()` does: attempts that were made stay counted",
    }),
    drop: &[
        drop_job!(Ready, "wait", "call('LREM',b..'wait',1,m)", "call('LPUSH',b..'wait',m)"),
        drop_job!(Ready, "paused", "call('LREM',b..'paused',1,m)", "call('LPUSH',b..'paused',m)"),
        drop_job!(Delayed, "delayed", "call('ZREM',b..'delayed',m)", "call('ZADD',b..'delayed',x,m)"),
        drop_job!(Dead, "failed", "call('ZREM',b..'failed',m)", "call('ZADD',b..'failed',x,m)"),
    ],
    no_drop: "jobs at work belong to the worker that holds their lock",
    pause: Allowed::Yes(PauseDeed {
        pause: "local b=p..q..':' if call('EXISTS',b..'meta-paused')==1 then return 0 end \
if call('EXISTS',b..'wait')==1 then call('RENAME',b..'wait',b..'paused') end \
call('SET',b..'meta-paused',1) call('HSET',b..'meta','paused',1) \
call('PUBLISH',b..'paused','paused') return 1",
        resume: "local b=p..q..':' if call('EXISTS',b..'meta-paused')==0 then return 0 end \
if call('EXISTS',b..'paused')==1 then call('RENAME',b..'paused',b..'wait') end \
call('DEL',b..'meta-paused') call('HDEL',b..'meta','paused') \
call('PUBLISH',b..'resumed','resumed') return 1",
        text: [
            "RENAME wait paused, SET meta-paused 1, HSET meta paused 1, PUBLISH paused",
            "RENAME paused wait, DEL meta-paused, HDEL meta paused, PUBLISH resumed",
        ],
        is_for_all: false,
        caveat: "jobs that are at work go on",
    }),
};

/// Node's Bull.
pub const BULL: Adapter = Adapter {
    framework: Framework::Bull,
    title: "Bull",
    usual: &[],
    job_key: Some("{q}:{id}"),
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
    deeds: DEEDS,
};
