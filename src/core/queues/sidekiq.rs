//! Sidekiq: a list for each queue; what is to run later, to be tried again, or dead, for all of them together.
//!
//! Knows keys alone. Invariant: a job that a worker has taken is nowhere but in the worker's own hash, so that one whose
//! process was killed is lost and can't be counted.

use super::adapter::{
    Adapter, Counts, FailedJobs, ItemClass, ItemForm, ItemId, ItemTime, MemberForm, NextItem, QueueEnd,
    QueueSign, ScheduleKeys, Shows, TimeUnit, failed_items, part,
};
use super::deeds::{Allowed, JobDeed, JobDrop, QueueDeeds};
use super::lua::find_jobs;
use super::rewrite::{NewValue, Rewrite, edit};
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::Framework;
use crate::core::model::queues::QueueColumn::{Dead, Delayed, Done, InFlight, Paused, Ready, Workers};

/// Processes whose hash is there: it ends a minute after their last beat.
const ALIVE: &str = "\
local n=0 \
for _,id in ipairs(redis.call('SRANDMEMBER',KEYS[1],200)) do n=n+redis.call('EXISTS',ARGV[2]..id) end \
return n";

/// Jobs that those processes say they are at, in a hash that had another name up to 6.4.
const AT_WORK: &str = "\
local n=0 \
for _,id in ipairs(redis.call('SRANDMEMBER',KEYS[1],200)) do \
if redis.call('EXISTS',ARGV[2]..id)==1 then n=n+redis.call('HLEN',ARGV[2]..id..':work')+redis.call('HLEN',ARGV[2]..id..':workers') end \
end \
return n";

/// Those of them that are of the queue; unknown where there are too many to look at.
const AT_WORK_OF: &str = "\
local n,seen=0,0 \
for _,id in ipairs(redis.call('SRANDMEMBER',KEYS[1],50)) do \
if redis.call('EXISTS',ARGV[2]..id)==1 then \
for _,k in ipairs({':work',':workers'}) do \
seen=seen+redis.call('HLEN',ARGV[2]..id..k) \
if seen>100 then return -1 end \
for _,j in ipairs(redis.call('HVALS',ARGV[2]..id..k)) do \
if string.find(j,'\"queue\":\"'..ARGV[3]..'\"',1,true) then n=n+1 end end end end end \
return n";

/// Jobs of the queue in a sorted set of all; unknown where there are too many to look at.
const OF_QUEUE: &str = "\
if redis.call('ZCARD',KEYS[1])>100 then return -1 end \
local n=0 \
for _,j in ipairs(redis.call('ZRANGE',KEYS[1],0,99)) do \
if string.find(j,'\"queue\":\"'..ARGV[3]..'\"',1,true) then n=n+1 end end \
return n";

/// Sidekiq's keys are beside it, or a job in one of the lists has an id of Sidekiq's; members are names alone.
const IS_SIDEKIQ: &str = "\
local p=ARGV[1] \
local m=redis.call('SRANDMEMBER',KEYS[1]) \
if not m or string.sub(m,1,#p+6)==p..'queue:' then return 0 end \
if redis.call('EXISTS',p..'processes',p..'schedule',p..'retry',p..'dead')>0 then return 1 end \
for _,q in ipairs(redis.call('SRANDMEMBER',KEYS[1],50)) do \
local k=p..'queue:'..q \
if redis.call('TYPE',k).ok=='list' then \
return string.find(redis.call('LINDEX',k,0),'\"jid\":',1,true) and 1 or 0 end end \
return 0";

/// What sidekiq-scheduler and sidekiq-cron keep of their entries: the second knows the last time alone.
const PERIODIC: &str = "\
local o,n={0},0 \
local function take(k) \
if redis.call('TYPE',k).ok~='hash' then return {} end \
return redis.call('HSCAN',k,0,'COUNT',100)[2] end \
local last,names={},{} \
local r=take(KEYS[2]) \
for i=1,#r,2 do last[r[i]]=r[i+1] end \
r=take(KEYS[1]) \
for i=1,#r,2 do n=n+1 if n<=100 then o[#o+1]={r[i],r[i+1],last[r[i]] or '',''} end end \
for _,k in ipairs({KEYS[3],KEYS[3]..':default'}) do \
if redis.call('TYPE',k).ok=='set' then \
n=n+redis.call('SCARD',k) \
for _,j in ipairs(redis.call('SRANDMEMBER',k,100)) do \
if #o<=100 then \
local h=redis.call('HMGET',ARGV[1]..j,'name','cron','last_enqueue_time') \
o[#o+1]={h[1] or j,'',h[3] or '',h[2] or ''} end end end end \
o[1]=n \
return o";

/// Jobs of the queue in a sorted set of all queues.
macro_rules! in_set {
    ($key:literal) => {
        find_jobs!(
            "local of='\"queue\":\"'..q..'\"' walk(p..'",
            $key,
            "',function(m,s) \
if string.find(m,of,1,true) then put(m,s,m) end end)"
        )
    };
}

macro_rules! drop_from {
    ($part:ident, $key:literal) => {
        JobDrop {
            part: $part,
            deed: JobDeed {
                find: in_set!($key),
                act: concat!("return call('ZREM',p..'", $key, "',m)"),
                back: concat!("return call('ZADD',p..'", $key, "','NX',x,m)"),
                after: Rewrite::Same,
                text: concat!("ZREM ", $key, " <job>"),
                caveat: "",
            },
        }
    };
}

const DEEDS: QueueDeeds = QueueDeeds {
    prefix: "",
    silence: None,
    fates: &[],
    requeue: Allowed::No(
        "a job that a killed process had is in no key; Pro keeps it, and brings it back itself",
    ),
    revive: Allowed::Yes(JobDeed {
        find: in_set!("dead"),
        act: "if not call('ZSCORE',p..'dead',m) then return 0 end \
is(p..'queue:'..q,'list') \
call('LPUSH',p..'queue:'..q,a) call('SADD',p..'queues',q) call('ZREM',p..'dead',m) return 1",
        back: "if call('LREM',p..'queue:'..q,1,a)==0 then return 0 end call('ZADD',p..'dead',x,m) return 1",
        after: Rewrite::Json(
            &[],
            &[edit("enqueued_at", NewValue::NowLike("created_at")), edit("retry_count", NewValue::OneLess)],
        ),
        text: "LPUSH queue:<queue> <job>, ZREM dead <job>",
        caveat: "as Sidekiq's own page does, but without the client's middleware, which is Ruby's",
    }),
    drop: &[
        JobDrop {
            part: Ready,
            deed: JobDeed {
                find: find_jobs!("walk(p..'queue:'..q,function(m) put(m,'',m) end)"),
                act: "return call('LREM',p..'queue:'..q,1,m)",
                back: "is(p..'queue:'..q,'list') call('LPUSH',p..'queue:'..q,m) call('SADD',p..'queues',q) return 1",
                after: Rewrite::Same,
                text: "LREM queue:<queue> 1 <job>",
                caveat: "",
            },
        },
        drop_from!(Delayed, "schedule"),
        drop_from!(Delayed, "retry"),
        drop_from!(Dead, "dead"),
    ],
    no_drop: "jobs at work are in no key that can be removed",
    pause: Allowed::No("only Pro looks at the set `paused`, and no key tells whether this is Pro"),
};

/// Ruby's Sidekiq.
pub const SIDEKIQ: Adapter = Adapter {
    framework: Framework::Sidekiq,
    title: "Sidekiq",
    usual: &["queues"],
    job_key: None,
    signs: &[QueueSign {
        key: "queues",
        kind: KeyKind::Set,
        shows: Shows::Names(MemberForm::Whole),
        beside: &[],
        proof: Some(IS_SIDEKIQ),
    }],
    parts: &[
        part(Ready, "queue:{q}", Counts::Length(KeyKind::List)),
        part(Paused, "paused", Counts::Member),
        part(InFlight, "processes", Counts::Script(AT_WORK, &[])),
        part(InFlight, "processes", Counts::OfQueue(AT_WORK_OF, &[])),
        part(Delayed, "schedule", Counts::OfQueue(OF_QUEUE, &[])),
        part(Delayed, "retry", Counts::OfQueue(OF_QUEUE, &[])),
        part(Dead, "dead", Counts::OfQueue(OF_QUEUE, &[])),
        part(Delayed, "schedule", Counts::Length(KeyKind::Zset)),
        part(Delayed, "retry", Counts::Length(KeyKind::Zset)),
        part(Dead, "dead", Counts::Length(KeyKind::Zset)),
        part(Workers, "processes", Counts::Script(ALIVE, &[])),
        part(Done, "stat:processed", Counts::Number(None)),
    ],
    next: &[NextItem { key: "queue:{q}", kind: KeyKind::List, end: QueueEnd::Last }],
    item: ItemForm {
        id: ItemId::Json(&["jid"]),
        time: ItemTime::Json(&[&["enqueued_at"], &["created_at"]], TimeUnit::SecondsOrMillis),
        class: ItemClass::Json(&[&["wrapped"], &["class"]]),
        cut: 1_024,
        record: None,
    },
    failed: &[
        failed_items("dead", "dead", "error_class", "error_message"),
        FailedJobs { time: "failed_at", ..failed_items("retry", "retry", "error_class", "error_message") },
    ],
    schedules: &[ScheduleKeys {
        keys: &["sidekiq-scheduler:next_times", "sidekiq-scheduler:last_times", "cron_jobs"],
        script: PERIODIC,
        unit: TimeUnit::Any,
    }],
    not_queues: &[],
    guards: &["queues", "queue:*", "processes", "schedule", "retry", "dead", "stat:*", "paused"],
    deeds: DEEDS,
};
