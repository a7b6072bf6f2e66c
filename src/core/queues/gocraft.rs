//! gocraft/work: a list for each kind of job, one of what each pool of workers is at, and three sorted sets for all kinds.
//!
//! Knows keys alone. Invariants: a queue is a kind of job, so that all its jobs are of one class; a pool says every few seconds
//! that it lives, in a hash that ends by itself.

use super::adapter::{
    Adapter, Counts, FailedJobs, ItemClass, ItemForm, ItemId, ItemTime, MemberForm, QueueEnd, ScheduleKeys,
    TimeUnit, failed_items, next_of_list, part, registry,
};
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

/// Go's gocraft/work.
pub const GOCRAFT: Adapter = Adapter {
    framework: Framework::Gocraft,
    title: "gocraft/work",
    usual: &["work:known_jobs"],
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
};
