//! gocraft/work: a list for each kind of job, one of what each pool of workers is at, and three sorted sets for all kinds.
//!
//! Knows keys alone. Invariants: a queue is a kind of job, so that all its jobs are of one class; a pool says every few seconds
//! that it lives, in a hash that ends by itself.

use super::adapter::{
    Adapter, Counts, FailedJobs, ItemClass, ItemForm, ItemId, ItemTime, MemberForm, QueueEnd, ScheduleKeys,
    TimeUnit, failed_items, next_of_list, part, registry,
};
use super::deeds::{Allowed, JobDeed, JobDrop, PauseDeed, QueueDeeds, Silence};
use super::lua::find_jobs;
use super::rewrite::{NewValue, Rewrite, edit};
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::Framework;
use crate::core::model::queues::QueueColumn::{Dead, Delayed, InFlight, Orphaned, Paused, Ready, Workers};

/// Jobs that pools are at.
const AT_WORK: &str = "\
local n=0 \
for _,id in ipairs(redis.call('SRANDMEMBER',KEYS[1],200)) do \
n=n+redis.call('LLEN',ARGV[2]..'jobs:'..ARGV[3]..':'..id..':inprogress') end \
return n";

/// Those of pools that have said nothing for ten seconds, after which gocraft's own reaper takes them for dead.
const AT_WORK_DEAD: &str = "\
local n=0 \
for _,id in ipairs(redis.call('SRANDMEMBER',KEYS[1],200)) do \
local b=redis.call('HGET',ARGV[2]..'worker_pools:'..id,'heartbeat_at') \
if not b or b*1000<ARGV[1]-10000 then n=n+redis.call('LLEN',ARGV[2]..'jobs:'..ARGV[3]..':'..id..':inprogress') end end \
return n";

/// Pools that have said something since, and take jobs of this kind.
const ALIVE: &str = "\
local n=0 \
for _,id in ipairs(redis.call('SRANDMEMBER',KEYS[1],200)) do \
local r=redis.call('HMGET',ARGV[2]..'worker_pools:'..id,'heartbeat_at','job_names') \
if r[1] and r[1]*1000>=ARGV[1]-10000 then \
for one in string.gmatch(r[2] or '','[^,]+') do if one==ARGV[3] then n=n+1 end end end end \
return n";

/// Jobs of this kind in a sorted set of all kinds; unknown where there are too many to look at.
const OF_KIND: &str = "\
if redis.call('ZCARD',KEYS[1])>100 then return -1 end \
local n=0 \
for _,j in ipairs(redis.call('ZRANGE',KEYS[1],0,99)) do \
if string.find(j,'\"name\":\"'..ARGV[3]..'\"',1,true) then n=n+1 end end \
return n";

/// When periodic jobs were enqueued last: a pool that lives does that every two minutes.
const ENQUEUER: &str = "\
local t=redis.call('TYPE',KEYS[1]).ok=='string' and tonumber(redis.call('GET',KEYS[1])) \
return t and {1,{'periodic jobs',string.format('%.0f',t+120),string.format('%.0f',t),'every 120 s'}} or {0}";

/// Jobs of this kind in a sorted set of all kinds.
macro_rules! in_set {
    ($key:literal) => {
        find_jobs!(
            "local of='\"name\":\"'..q..'\"' walk(p..'",
            $key,
            "',function(m,s) if string.find(m,of,1,true) then put(m,s,m) end end)"
        )
    };
}

macro_rules! drop_from {
    ($part:ident, $key:literal) => {
        JobDrop {
            part: $part,
            deed: JobDeed {
                find: in_set!($key),
                act: concat!(
                    "if string.find(m,'\"unique\":true',1,true) then return -1 end return call('ZREM',p..'",
                    $key,
                    "',m)"
                ),
                back: concat!("return call('ZADD',p..'", $key, "','NX',x,m)"),
                after: Rewrite::Same,
                text: concat!("ZREM ", $key, " <job>"),
                caveat: "a unique job stays: a key of its own would keep its like away",
            },
        }
    };
}

const DEEDS: QueueDeeds = QueueDeeds {
    prefix: "work:",
    silence: Some(Silence {
        usual_ms: 10_000,
        setting: "",
        what: "its pool has been silent for",
        theirs: "",
    }),
    fates: &[],
    requeue: Allowed::Yes(JobDeed {
        find: find_jobs!(
            "for _,w in ipairs(call('SMEMBERS',p..'worker_pools')) do \
local b=call('HGET',p..'worker_pools:'..w,'heartbeat_at') \
if not b or tonumber(b)<now-held then \
for _,m in ipairs(call('LRANGE',p..'jobs:'..q..':'..w..':inprogress',0,999)) do if pick() then put(m,w,m) end end end end"
        ),
        act: "local b=call('HGET',p..'worker_pools:'..x,'heartbeat_at') \
if b and tonumber(b)>=now-held then return -1 end \
local k=p..'jobs:'..q is(k,'list') \
if call('LREM',k..':'..x..':inprogress',-1,m)==0 then return 0 end \
call('LPUSH',k,m) \
if call('HEXISTS',k..':lock_info',x)==1 then call('DECR',k..':lock') call('HINCRBY',k..':lock_info',x,-1) end return 1",
        back: "local k=p..'jobs:'..q if call('LREM',k,1,m)==0 then return 0 end \
call('LPUSH',k..':'..x..':inprogress',m) \
if call('HEXISTS',k..':lock_info',x)==1 then call('INCR',k..':lock') call('HINCRBY',k..':lock_info',x,1) end return 1",
        after: Rewrite::Same,
        text: "LREM <pool>:inprogress -1 <job>, LPUSH jobs:<queue> <job>, DECR lock",
        caveat: "as gocraft's own reaper does",
    }),
    revive: Allowed::Yes(JobDeed {
        find: in_set!("dead"),
        act: "if not call('ZSCORE',p..'dead',m) then return 0 end local k=p..'jobs:'..q is(k,'list') \
call('LPUSH',k,a) call('ZREM',p..'dead',m) return 1",
        back: "if call('LREM',p..'jobs:'..q,1,a)==0 then return 0 end call('ZADD',p..'dead',x,m) return 1",
        after: Rewrite::Json(
            &[],
            &[
                edit("fails", NewValue::Out),
                edit("failed_at", NewValue::Out),
                edit("err", NewValue::Out),
                edit("t", NewValue::NowSeconds),
            ],
        ),
        text: "LPUSH jobs:<queue> <job>, ZREM dead <job>",
        caveat: "as `RetryDeadJob` does",
    }),
    drop: &[
        JobDrop {
            part: Ready,
            deed: JobDeed {
                find: find_jobs!("walk(p..'jobs:'..q,function(m) put(m,'',m) end)"),
                act: "if string.find(m,'\"unique\":true',1,true) then return -1 end return call('LREM',p..'jobs:'..q,1,m)",
                back: "is(p..'jobs:'..q,'list') call('LPUSH',p..'jobs:'..q,m) return 1",
                after: Rewrite::Same,
                text: "LREM jobs:<queue> 1 <job>",
                caveat: "a unique job stays: a key of its own would keep its like away",
            },
        },
        drop_from!(Delayed, "scheduled"),
        drop_from!(Delayed, "retry"),
        drop_from!(Dead, "dead"),
    ],
    no_drop: "jobs at work belong to their pool",
    pause: Allowed::Yes(PauseDeed {
        pause: "local k=p..'jobs:'..q..':paused' if call('EXISTS',k)==1 then return 0 end call('SET',k,1) return 1",
        resume: "return call('DEL',p..'jobs:'..q..':paused')",
        text: ["SET jobs:<queue>:paused 1", "DEL jobs:<queue>:paused"],
        is_for_all: false,
        caveat: "jobs that are at work go on",
    }),
};

/// Go's gocraft/work.
pub const GOCRAFT: Adapter = Adapter {
    framework: Framework::Gocraft,
    title: "gocraft/work",
    usual: &["work:known_jobs"],
    job_key: None,
    signs: &[registry("known_jobs", MemberForm::Whole)],
    parts: &[
        part(Ready, "jobs:{q}", Counts::Length(KeyKind::List)),
        part(InFlight, "worker_pools", Counts::OfQueue(AT_WORK, &[])),
        part(Orphaned, "worker_pools", Counts::OfQueue(AT_WORK_DEAD, &[])),
        part(Delayed, "scheduled", Counts::Length(KeyKind::Zset)),
        part(Delayed, "retry", Counts::Length(KeyKind::Zset)),
        part(Dead, "dead", Counts::Length(KeyKind::Zset)),
        part(Delayed, "scheduled", Counts::OfQueue(OF_KIND, &[])),
        part(Delayed, "retry", Counts::OfQueue(OF_KIND, &[])),
        part(Dead, "dead", Counts::OfQueue(OF_KIND, &[])),
        part(Paused, "jobs:{q}:paused", Counts::Length(KeyKind::String)),
        part(Workers, "worker_pools", Counts::OfQueue(ALIVE, &[])),
    ],
    next: &[next_of_list("jobs:{q}", QueueEnd::Last)],
    item: ItemForm {
        id: ItemId::Json(&["id"]),
        time: ItemTime::Json(&[&["t"]], TimeUnit::SecondsOrMillis),
        class: ItemClass::Json(&[&["name"]]),
        cut: 1_024,
        record: None,
    },
    failed: &[
        failed_items("dead", "dead", "", "err"),
        FailedJobs { time: "failed_at", ..failed_items("retry", "retry", "", "err") },
    ],
    schedules: &[ScheduleKeys {
        keys: &["last_periodic_enqueue"],
        script: ENQUEUER,
        unit: TimeUnit::Seconds,
    }],
    not_queues: &[],
    guards: &["*:known_jobs", "*:worker_pools*", "*:jobs:*"],
    deeds: DEEDS,
};
