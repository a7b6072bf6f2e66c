//! streaq: a stream a queue and priority, of which an entry goes when its task ends.
//!
//! Knows keys alone, and the priority `normal`, which is there where nobody has asked for others. Invariants: what a worker
//! holds is pending in the group `workers`; a worker has a key that ends by itself.

use super::adapter::{
    Adapter, Counts, ItemClass, ItemForm, ItemId, ItemTime, JobKept, JobRecord, NextItem, QueueEnd,
    ScheduleKeys, TimeUnit, part, queue_sign,
};
use super::deeds::{Allowed, QueueDeeds};
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::Framework;
use crate::core::model::queues::QueueColumn::{Delayed, InFlight, Orphaned, Ready, Workers};

const TASKS: &str = "streaq:{q}:queues:normal";

/// Entries that are with nobody.
const WAITING: &str = "\
local p=redis.pcall('XPENDING',KEYS[1],'workers') \
return redis.call('XLEN',KEYS[1])-(p.err and 0 or p[1])";

/// Entries that are with workers; without a group there are none.
const PENDING: &str = "\
local p=redis.pcall('XPENDING',KEYS[1],'workers') \
return p.err and 0 or p[1]";

/// Those of them whose worker has no key of its health.
const WORKER_GONE: &str = "\
local p=redis.pcall('XPENDING',KEYS[1],'workers') \
if p.err or p[1]==0 then return 0 end \
local n=0 \
for i,c in ipairs(p[4]) do \
if i>200 then break end \
if redis.call('EXISTS',ARGV[2]..'streaq:'..ARGV[3]..':health:'..c[1])==0 then n=n+c[2] end \
end \
return n";

/// Consumers that have one; unknown where there are too many to look at.
const ALIVE: &str = "\
local g=redis.pcall('XINFO','GROUPS',KEYS[1]) \
if g.err or not g[1] then return 0 end \
for i=1,#g[1],2 do if g[1][i]=='consumers' and g[1][i+1]>300 then return -1 end end \
local c=redis.pcall('XINFO','CONSUMERS',KEYS[1],'workers') \
if c.err then return 0 end \
local n=0 \
for _,r in ipairs(c) do n=n+redis.call('EXISTS',ARGV[2]..'streaq:'..ARGV[3]..':health:'..r[2]) end \
return n";

/// Jobs of cron rules: the next time is the score.
const CRON_JOBS: &str = "\
local r=redis.call('ZRANGE',KEYS[1],0,99,'WITHSCORES') \
local o={redis.call('ZCARD',KEYS[1])} \
for i=1,#r,2 do o[#o+1]={r[i],r[i+1],'',redis.call('HGET',KEYS[2],r[i]) or ''} end \
return o";

const DEEDS: QueueDeeds = QueueDeeds {
    prefix: "",
    silence: None,
    fates: &[],
    requeue: Allowed::No(
        "jobs are entries of a stream: its group shows them as pending, and `reclaim` settles those",
    ),
    revive: Allowed::No("it keeps no dead jobs"),
    drop: &[],
    no_drop: "jobs are entries of a stream, or in keys that its own code alone takes apart",
    pause: Allowed::No("it has no flag at which workers look"),
};

/// Python's streaq.
pub const STREAQ: Adapter = Adapter {
    framework: Framework::Streaq,
    title: "streaq",
    usual: &["streaq:default:queues:normal"],
    job_key: Some("streaq:{q}:task:data:{id}"),
    signs: &[
        queue_sign(TASKS, KeyKind::Stream),
        queue_sign("streaq:{q}:queues:delayed:normal", KeyKind::Zset),
    ],
    parts: &[
        part(Ready, TASKS, Counts::Jobs(WAITING)),
        part(InFlight, TASKS, Counts::Script(PENDING, &[])),
        part(Orphaned, TASKS, Counts::Script(WORKER_GONE, &[])),
        part(Delayed, "streaq:{q}:queues:delayed:normal", Counts::Length(KeyKind::Zset)),
        part(Workers, TASKS, Counts::Script(ALIVE, &[])),
    ],
    next: &[NextItem { key: TASKS, kind: KeyKind::Stream, end: QueueEnd::First }],
    item: ItemForm {
        id: ItemId::Whole,
        time: ItemTime::Beside(TimeUnit::Millis),
        class: ItemClass::Pickled("f"),
        cut: 400,
        record: Some(JobRecord {
            kept: JobKept::Text,
            key: "{p}streaq:{q}:task:data:{id}",
            entry: "task_id",
            taken: "",
        }),
    },
    failed: &[],
    schedules: &[ScheduleKeys {
        keys: &["streaq:{q}:cron:schedule", "streaq:{q}:cron:jobs"],
        script: CRON_JOBS,
        unit: TimeUnit::Millis,
    }],
    not_queues: &[],
    guards: &["streaq:*"],
    deeds: DEEDS,
};
