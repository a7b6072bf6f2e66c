//! taskiq-redis: a stream with a group, or a list, under any name.
//!
//! Knows keys alone, and the group's usual name. Invariants: of a stream what is done stays, so that the group tells how much
//! is left; from a list what is taken is gone, so that nobody knows what is in flight; nothing tells which workers live.

use super::adapter::{
    Adapter, Counts, ItemClass, ItemForm, ItemId, ItemTime, JobRecord, NextItem, QueueEnd, QueueSign, Shows,
    TimeUnit, part,
};
use super::deeds::{Allowed, QueueDeeds};
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::Framework;
use crate::core::model::queues::QueueColumn::{InFlight, Orphaned, Ready};

/// Items of a list, or entries that the group has not delivered: as it tells, or counted up to 200.
const WAITING: &str = "\
local t=redis.call('TYPE',KEYS[1]).ok \
if t=='none' then return 0 elseif t=='list' then return redis.call('LLEN',KEYS[1]) elseif t~='stream' then return -1 end \
local g=redis.call('XINFO','GROUPS',KEYS[1]) \
if not g[1] then return redis.call('XLEN',KEYS[1]) end \
local f={} \
for i=1,#g[1],2 do f[g[1][i]]=g[1][i+1] end \
if type(f.lag)=='number' then return f.lag end \
local ms,n=string.match(f['last-delivered-id'],'(%d+)-(%d+)') \
local r=redis.call('XRANGE',KEYS[1],ms..'-'..string.format('%.0f',n+1),'+','COUNT',200) \
return #r<200 and #r or -1";

/// Entries that a worker has and has not acknowledged; unknown of a list.
const PENDING: &str = "\
local t=redis.call('TYPE',KEYS[1]).ok \
if t~='stream' then return -1 end \
local p=redis.pcall('XPENDING',KEYS[1],'taskiq') \
return p.err and 0 or p[1]";

/// Of the 200 that came first those that a worker has for ten minutes, taskiq's own default.
const PENDING_LONG: &str = "\
local t=redis.call('TYPE',KEYS[1]).ok \
if t~='stream' then return -1 end \
local p=redis.pcall('XPENDING',KEYS[1],'taskiq','-','+',200) \
if p.err then return 0 end \
local n=0 \
for _,e in ipairs(p) do if e[3]>=tonumber(ARGV[4]) then n=n+1 end end \
return n";

/// Its last message names a task.
const HAS_TASKS: &str = "\
local t=redis.call('TYPE',KEYS[1]).ok \
local m \
if t=='list' then m=redis.call('LINDEX',KEYS[1],0) else \
local e=redis.call('XREVRANGE',KEYS[1],'+','-','COUNT',1)[1] \
if e and e[2][1]=='data' then m=e[2][2] end end \
return m and string.find(m,'\"task_name\"',1,true) and string.find(m,'\"task_id\"',1,true) and 1 or 0";

const fn sign(kind: KeyKind) -> QueueSign {
    QueueSign { key: "{w}", kind, shows: Shows::Queue, beside: &[], proof: Some(HAS_TASKS) }
}

const DEEDS: QueueDeeds = QueueDeeds {
    prefix: "",
    silence: None,
    fates: &[],
    requeue: Allowed::No(
        "jobs of a list are gone once they were taken; of a stream the group shows them as pending, and `reclaim` settles those",
    ),
    revive: Allowed::No("it keeps no dead jobs"),
    drop: &[],
    no_drop: "jobs are entries of a stream, or in keys that its own code alone takes apart",
    pause: Allowed::No("it has no flag at which workers look"),
};

/// Python's taskiq over its brokers for Redis.
pub const TASKIQ: Adapter = Adapter {
    framework: Framework::Taskiq,
    title: "taskiq",
    usual: &["taskiq"],
    job_key: None,
    signs: &[sign(KeyKind::Stream), sign(KeyKind::List)],
    parts: &[
        part(Ready, "{w}", Counts::Jobs(WAITING)),
        part(InFlight, "{w}", Counts::Script(PENDING, &[])),
        part(Orphaned, "{w}", Counts::Script(PENDING_LONG, &[])),
    ],
    next: &[
        NextItem { key: "{w}", kind: KeyKind::Stream, end: QueueEnd::First },
        NextItem { key: "{w}", kind: KeyKind::List, end: QueueEnd::Last },
    ],
    item: ItemForm {
        id: ItemId::Json(&["task_id"]),
        time: ItemTime::Beside(TimeUnit::Millis),
        class: ItemClass::Json(&[&["task_name"]]),
        cut: 1_024,
        record: Some(JobRecord { entry: "data", ..JobRecord::INLINE }),
    },
    failed: &[],
    schedules: &[],
    not_queues: &[],
    guards: &["taskiq", "schedule:time:*", "schedule:data:*", "schedule:cron", "schedule:interval"],
    deeds: DEEDS,
};
