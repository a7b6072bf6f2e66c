//! asynq: a handful of keys for each queue, with its name as a cluster's hash tag, and a hash for each task.
//!
//! Knows keys alone. Invariant: a task that is worked at has a lease; one whose lease has ended is an orphan, and so is one
//! without any, which asynq itself never brings back.

use super::adapter::{
    Adapter, Counts, ErrorText, FailedJobs, FailureKept, ItemClass, ItemForm, ItemId, ItemTime, JobKept,
    JobRecord, MemberForm, QueueEnd, ScheduleKeys, TimeUnit, next_of_list, part, registry,
};
use super::lua::with_fields;

use super::deeds::{Allowed, JobDeed, JobDrop, PauseDeed, QueueDeeds};
use super::lua::find_jobs;
use super::rewrite::Rewrite;
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
        among_others: false,
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

/// Tasks of a sorted set of the queue.
macro_rules! in_set {
    ($key:literal) => {
        find_jobs!(with_fields!(
            "local b=p..'asynq:{'..q..'}:' walk(b..'",
            $key,
            "',function(m,s) local v=call('HGET',b..'t:'..m,'msg') \
put(m,s,v,b..'t:'..m,'',whys and v and fields(v)['7'] or '') end)"
        ))
    };
}

/// Removes a task, with the lock that keeps its like away.
macro_rules! drop_task {
    ($part:ident, $find:expr, $remove:literal, $back:literal) => {
        JobDrop {
            part: $part,
            deed: JobDeed {
                find: $find,
                act: concat!(
                    "local b=p..'asynq:{'..q..'}:' local t=b..'t:'..m \
if call('HEXISTS',t,'group')==1 then return -1 end local u=call('HGET',t,'unique_key') \
if ",
                    $remove,
                    "==0 then return 0 end \
if u and u~='' and call('GET',u)==m then call('DEL',u) end call('DEL',t) return 1"
                ),
                back: concat!(
                    "local b=p..'asynq:{'..q..'}:' if call('EXISTS',b..'t:'..m)==1 then return -1 end restore(b..'t:'..m,d) ",
                    $back,
                    " return 1"
                ),
                after: Rewrite::Same,
                text: "remove <id> from its place, DEL t:<id> and its unique lock",
                caveat: "undo does not set the unique lock of a task again",
            },
        }
    };
}

const DEEDS: QueueDeeds = QueueDeeds {
    prefix: "",
    silence: None,
    fates: &[],
    requeue: Allowed::Yes(JobDeed {
        find: find_jobs!(
            "local b=p..'asynq:{'..q..'}:' walk(b..'active',function(m) \
local s=call('ZSCORE',b..'lease',m) \
if not s or tonumber(s)<now then put(m,s,call('HGET',b..'t:'..m,'msg'),b..'t:'..m) end end)"
        ),
        act: "local b=p..'asynq:{'..q..'}:' local s=call('ZSCORE',b..'lease',m) \
if s and tonumber(s)>=now then return -1 end is(b..'pending','list') \
if call('EXISTS',b..'t:'..m)==0 then return -1 end \
if call('LREM',b..'active',0,m)==0 then return 0 end \
call('ZREM',b..'lease',m) call('RPUSH',b..'pending',m) call('HSET',b..'t:'..m,'state','pending') return 1",
        back: "local b=p..'asynq:{'..q..'}:' if call('LREM',b..'pending',-1,m)==0 then return 0 end \
call('LPUSH',b..'active',m) if x~='' then call('ZADD',b..'lease',x,m) end restore(b..'t:'..m,d) return 1",
        after: Rewrite::Same,
        text: "LREM active 0 <id>, ZREM lease <id>, RPUSH pending <id>, HSET t:<id> state pending",
        caveat: "as a server does when it ends; asynq's recoverer would count one of the task's retries, and leaves tasks without \
                 a lease for ever",
    }),
    revive: Allowed::Yes(JobDeed {
        find: in_set!("archived"),
        act: "local b=p..'asynq:{'..q..'}:' if not call('ZSCORE',b..'archived',m) then return 0 end \
if call('EXISTS',b..'t:'..m)==0 then return -1 end is(b..'pending','list') \
call('LPUSH',b..'pending',m) call('ZREM',b..'archived',m) call('HSET',b..'t:'..m,'state','pending') return 1",
        back: "local b=p..'asynq:{'..q..'}:' if call('LREM',b..'pending',1,m)==0 then return 0 end \
call('ZADD',b..'archived',x,m) restore(b..'t:'..m,d) return 1",
        after: Rewrite::Same,
        text: "LPUSH pending <id>, ZREM archived <id>, HSET t:<id> state pending",
        caveat: "as `asynq task run` does: retries that were made stay counted",
    }),
    drop: &[
        drop_task!(
            Ready,
            find_jobs!(
                "local b=p..'asynq:{'..q..'}:' walk(b..'pending',function(m) put(m,'',call('HGET',b..'t:'..m,'msg'),b..'t:'..m) end)"
            ),
            "call('LREM',b..'pending',1,m)",
            "call('LPUSH',b..'pending',m)"
        ),
        drop_task!(
            Delayed,
            in_set!("scheduled"),
            "call('ZREM',b..'scheduled',m)",
            "call('ZADD',b..'scheduled',x,m)"
        ),
        drop_task!(Delayed, in_set!("retry"), "call('ZREM',b..'retry',m)", "call('ZADD',b..'retry',x,m)"),
        drop_task!(
            Dead,
            in_set!("archived"),
            "call('ZREM',b..'archived',m)",
            "call('ZADD',b..'archived',x,m)"
        ),
    ],
    no_drop: "tasks at work belong to the server that holds their lease",
    pause: Allowed::Yes(PauseDeed {
        pause: "local t=call('TIME') return call('SETNX',p..'asynq:{'..q..'}:paused',t[1])",
        resume: "return call('DEL',p..'asynq:{'..q..'}:paused')",
        text: ["SETNX asynq:{<queue>}:paused <now>", "DEL asynq:{<queue>}:paused"],
        is_for_all: false,
        caveat: "tasks that are at work go on",
    }),
};

/// Go's asynq.
pub const ASYNQ: Adapter = Adapter {
    framework: Framework::Asynq,
    title: "asynq",
    usual: &["asynq:queues"],
    job_key: None,
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
    deeds: DEEDS,
};
