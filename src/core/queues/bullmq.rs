//! BullMQ: a handful of keys for each queue under one name, and a hash for each job.
//!
//! Knows keys alone. Invariant: a queue is known by its `:meta`, which BullMQ writes with the first job or worker.

use super::adapter::{
    Adapter, Counts, ItemClass, ItemForm, ItemId, ItemTime, NextItem, QueueEnd, QueueSign, ScheduleKeys,
    Shows, TimeUnit, failed_hashes, part,
};
use super::deeds::{Allowed, JobDeed, JobDrop, PauseDeed, QueueDeeds};
use super::lua::find_jobs;
use super::lua::kept_bytes;
use super::rewrite::Rewrite;
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

/// Jobs of a list, or of a sorted set, of a queue.
macro_rules! jobs_in {
    ($key:literal) => {
        find_jobs!(
            "local b=p..q..':' walk(b..'",
            $key,
            "',function(m,s) \
put(m,s,call('HGET',b..m,'name'),b..m,'',whys and call('HGET',b..m,'failedReason') or '') end)"
        )
    };
}
pub(super) use jobs_in;

/// Jobs at work that have no lock.
pub(super) const UNLOCKED: &str = find_jobs!(
    "local b=p..q..':' walk(b..'active',function(m) \
if call('EXISTS',b..m..':lock')==0 then put(m,'',call('HGET',b..m,'name'),b..m) end end)"
);

/// Where a job goes that is made ready, and what tells workers that it is there; `end_` is the side from which it is taken later.
macro_rules! to_wait {
    ($prev:literal) => {
        concat!(
            "local t=call('HMGET',b..'meta','paused','concurrency','opts.maxLenEvents') \
local to=t[1] and 'paused' or 'wait' \
local full=t[1] or (t[2] and call('LLEN',b..'active')>=tonumber(t[2])) \
call(push,b..to,m) \
if not full then call('ZADD',b..'marker',0,'0') end \
call('XADD',b..'events','MAXLEN','~',t[3] or 10000,'*','event','waiting','jobId',m,'prev','",
            $prev,
            "') "
        )
    };
}

const REQUEUE: &str = concat!(
    "local b,push=p..q..':','RPUSH' local j=b..m \
if call('EXISTS',j..':lock')==1 or call('EXISTS',j)==0 then return -1 end \
is(b..'wait','list') is(b..'paused','list') \
if call('LREM',b..'active',1,m)==0 then return 0 end \
call('SREM',b..'stalled',m) call('HINCRBY',j,'stc',1) ",
    to_wait!("active"),
    "call('XADD',b..'events','*','event','stalled','jobId',m) return 1"
);

const REVIVE: &str = concat!(
    "local b=p..q..':' local j=b..m \
if not call('ZSCORE',b..'failed',m) then return 0 end \
if call('EXISTS',j)==0 then return -1 end \
is(b..'wait','list') is(b..'paused','list') \
local push=string.find(call('HGET',j,'opts') or '','\"lifo\":true',1,true) and 'RPUSH' or 'LPUSH' \
call('ZREM',b..'failed',m) call('HDEL',j,'finishedOn','processedOn','failedReason') ",
    to_wait!("failed"),
    "local parent=call('HGET',j,'parentKey') \
if parent and call('EXISTS',parent)==1 then \
if call('ZREM',parent..':unsuccessful',j)==1 or call('HDEL',parent..':failed',j)==1 then \
call('SADD',parent..':dependencies',j) end end \
return 1"
);

/// Takes a job that still waits out again, and does something with it.
macro_rules! back {
    ($then:literal) => {
        concat!(
            "local b=p..q..':' \
if call('LREM',b..'wait',0,m)+call('LREM',b..'paused',0,m)==0 then return 0 end ",
            $then,
            " restore(b..m,d) return 1"
        )
    };
}
pub(super) use back;

/// Jobs that others depend on, that another key names, or that a scheduler counts on, stay: removing those is more than
/// removing a job.
macro_rules! drop_job {
    ($part:ident, $key:literal, $remove:literal, $back:literal) => {
        JobDrop {
            part: $part,
            deed: JobDeed {
                find: jobs_in!($key),
                act: concat!(
                    "local b=p..q..':' local j=b..m \
if call('EXISTS',j..':lock',j..':dependencies')>0 then return -1 end \
for _,f in ipairs({'parentKey','rjk','deid','de'}) do if call('HEXISTS',j,f)==1 then return -1 end end \
if ",
                    $remove,
                    "==0 then return 0 end call('ZREM',b..'priority',m) call('DEL',j,j..':logs') return 1"
                ),
                back: concat!(
                    "local b=p..q..':' if call('EXISTS',b..m)==1 then return -1 end restore(b..m,d) ",
                    $back,
                    " return 1"
                ),
                after: Rewrite::Same,
                text: concat!("remove <id> from ", $key, ", DEL <id> <id>:logs"),
                caveat: "jobs of a flow, of a scheduler and those that are deduplicated stay",
            },
        }
    };
}
pub(super) use drop_job;

const DEEDS: QueueDeeds = QueueDeeds {
    prefix: "bull:",
    silence: None,
    fates: &[],
    requeue: Allowed::Yes(JobDeed {
        find: UNLOCKED,
        act: REQUEUE,
        back: back!("call('LPUSH',b..'active',m)"),
        after: Rewrite::Same,
        text: "LREM active 1 <id>, HINCRBY <id> stc 1, RPUSH wait <id>, ZADD marker 0 0, XADD events",
        caveat: "as a worker's own check does, but a job that stalled more than once is not failed for it",
    }),
    revive: Allowed::Yes(JobDeed {
        find: jobs_in!("failed"),
        act: REVIVE,
        back: back!("call('ZADD',b..'failed',x,m)"),
        after: Rewrite::Same,
        text: "ZREM failed <id>, HDEL <id> failedReason finishedOn processedOn, LPUSH wait <id>, ZADD marker 0 0, XADD events",
        caveat: "as `job.retry()` does: attempts that were made stay counted",
    }),
    drop: &[
        drop_job!(
            Ready,
            "wait",
            "call('LREM',b..'wait',1,m)",
            "call('LPUSH',b..'wait',m) call('ZADD',b..'marker',0,'0')"
        ),
        drop_job!(Ready, "paused", "call('LREM',b..'paused',1,m)", "call('LPUSH',b..'paused',m)"),
        drop_job!(
            Ready,
            "prioritized",
            "call('ZREM',b..'prioritized',m)",
            "call('ZADD',b..'prioritized',x,m) call('ZADD',b..'marker',0,'0')"
        ),
        drop_job!(Delayed, "delayed", "call('ZREM',b..'delayed',m)", "call('ZADD',b..'delayed',x,m)"),
        drop_job!(Dead, "failed", "call('ZREM',b..'failed',m)", "call('ZADD',b..'failed',x,m)"),
    ],
    no_drop: "jobs at work belong to the worker that holds their lock",
    pause: Allowed::Yes(PauseDeed {
        pause: "local b=p..q..':' if call('HEXISTS',b..'meta','paused')==1 then return 0 end \
if call('EXISTS',b..'wait')==1 then call('RENAME',b..'wait',b..'paused') end \
call('HSET',b..'meta','paused',1) call('DEL',b..'marker') \
call('XADD',b..'events','*','event','paused') return 1",
        resume: "local b=p..q..':' if call('HEXISTS',b..'meta','paused')==0 then return 0 end \
local any=call('EXISTS',b..'paused')==1 \
if any then call('RENAME',b..'paused',b..'wait') end \
call('HDEL',b..'meta','paused') \
if any or call('ZCARD',b..'prioritized')>0 then call('ZADD',b..'marker',0,'0') \
else local d=call('ZRANGE',b..'delayed',0,0,'WITHSCORES') \
if d[2] then call('ZADD',b..'marker',math.floor(d[2]/4096),'1') end end \
call('XADD',b..'events','*','event','resumed') return 1",
        text: [
            "RENAME wait paused, HSET meta paused 1, DEL marker, XADD events",
            "RENAME paused wait, HDEL meta paused, ZADD marker, XADD events",
        ],
        is_for_all: false,
        caveat: "jobs that are at work go on",
    }),
};

/// Node's BullMQ.
pub const BULLMQ: Adapter = Adapter {
    framework: Framework::BullMq,
    title: "BullMQ",
    usual: &[],
    job_key: Some("{q}:{id}"),
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
    deeds: DEEDS,
};
