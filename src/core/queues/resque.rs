//! Resque: a list for each queue, one of all that failed, and a string for each worker that is at something.
//!
//! Knows keys alone. Invariants: a job has no id and no time; registry and lists are called as Sidekiq's are, and what the jobs
//! or the keys beside say tells them apart.

use super::adapter::{
    Adapter, Counts, FailedJobs, ItemClass, ItemForm, ItemId, ItemTime, MemberForm, QueueEnd, QueueSign,
    ScheduleKeys, TimeUnit, failed_items, next_of_list, part, registry,
};
use super::deeds::{Allowed, JobDeed, JobDrop, QueueDeeds, Silence};
use super::lua::find_jobs;
use super::lua::with_iso;
use super::rewrite::Rewrite;
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::Framework;
use crate::core::model::queues::QueueColumn::{Dead, Delayed, Done, InFlight, Orphaned, Ready, Workers};

/// Nothing of Sidekiq's is there, and something of Resque's: its workers, its failures, or jobs with a class and no id.
const IS_RESQUE: &str = "\
local p=ARGV[1] \
if redis.call('EXISTS',p..'processes',p..'schedule',p..'retry',p..'dead')>0 then return 0 end \
if redis.call('EXISTS',p..'workers',p..'workers:heartbeat',p..'failed')>0 \
and string.sub(redis.call('SRANDMEMBER',KEYS[1]),1,#p+6)~=p..'queue:' then return 1 end \
for _,q in ipairs(redis.call('SRANDMEMBER',KEYS[1],50)) do \
local k=p..'queue:'..q \
if redis.call('TYPE',k).ok=='list' then \
local j=redis.call('LINDEX',k,0) \
return string.find(j,'\"class\":',1,true) and not string.find(j,'\"jid\":',1,true) and 1 or 0 end end \
return 0";

/// Workers that are at a job of the queue.
const AT_WORK: &str = "\
local n=0 \
for _,w in ipairs(redis.call('SRANDMEMBER',KEYS[1],100)) do \
local j=redis.call('GETRANGE',ARGV[2]..'worker:'..w,0,300) \
if string.find(j,'\"queue\":\"'..ARGV[3]..'\"',1,true) then n=n+1 end end \
return n";

/// Those of them that have not said anything for five minutes, after which Resque itself takes them for dead; unknown where no
/// worker says anything.
const AT_WORK_DEAD: &str = with_iso!(
    "local n=0 \
if redis.call('EXISTS',KEYS[2])==0 then return -1 end \
for _,w in ipairs(redis.call('SRANDMEMBER',KEYS[1],100)) do \
local j=redis.call('GETRANGE',ARGV[2]..'worker:'..w,0,300) \
if string.find(j,'\"queue\":\"'..ARGV[3]..'\"',1,true) then \
local b=redis.call('HGET',KEYS[2],w) \
local t=b and iso(b) \
if t and t*1000<ARGV[1]-300000 then n=n+1 end end end \
return n"
);

/// Workers that have said something since.
const ALIVE: &str = with_iso!(
    "local n=0 \
if redis.call('EXISTS',KEYS[2])==0 then return redis.call('SCARD',KEYS[1]) end \
for _,w in ipairs(redis.call('SRANDMEMBER',KEYS[1],100)) do \
local b=redis.call('HGET',KEYS[2],w) \
local t=b and iso(b) \
if not t or t*1000>=ARGV[1]-300000 then n=n+1 end end \
return n"
);

/// Jobs of the queue among those that failed; unknown where there are too many to look at.
const FAILED: &str = "\
if redis.call('LLEN',KEYS[1])>100 then return -1 end \
local n=0 \
for _,j in ipairs(redis.call('LRANGE',KEYS[1],0,99)) do \
if string.find(j,'\"queue\":\"'..ARGV[3]..'\"',1,true) then n=n+1 end end \
return n";

/// Jobs of the queue that resque-scheduler keeps for later, a list for each time; unknown where there are too many.
const FOR_LATER: &str = "\
if redis.call('ZCARD',KEYS[1])>100 then return -1 end \
local n,seen=0,0 \
for _,t in ipairs(redis.call('ZRANGE',KEYS[1],0,99)) do \
local k=ARGV[2]..'delayed:'..t \
seen=seen+redis.call('LLEN',k) \
if seen>100 then return -1 end \
for _,j in ipairs(redis.call('LRANGE',k,0,99)) do \
if string.find(j,'\"queue\":\"'..ARGV[3]..'\"',1,true) then n=n+1 end end end \
return n";

/// What resque-scheduler keeps of its entries: when each was enqueued last, by name.
const SCHEDULED: &str = "\
if redis.call('TYPE',KEYS[1]).ok~='hash' then return {0} end \
local r=redis.call('HSCAN',KEYS[1],0,'COUNT',100)[2] \
local o={redis.call('HLEN',KEYS[1])} \
for i=1,#r,2 do if #o<=100 then o[#o+1]={r[i],'',r[i+1],''} end end \
return o";

/// Jobs of the queue that workers were at which have said nothing for five minutes. Where no worker says anything nobody knows.
const SILENT: &str = find_jobs!(with_iso!(
    "if call('EXISTS',p..'workers:heartbeat')==0 then \
return redis.error_reply('NOHEARTBEAT no worker writes heartbeats here, so that nobody knows which is gone') end \
for _,w in ipairs(call('SMEMBERS',p..'workers')) do if pick() then \
local j,b=call('GET',p..'worker:'..w),call('HGET',p..'workers:heartbeat',w) local t=b and iso(b) \
if j and t and t<now-held and string.find(j,'\"queue\":\"'..q..'\"',1,true) then put(w,b,j) end end end "
));

const REQUEUE: &str = with_iso!(
    "local j,b=call('GET',p..'worker:'..m),call('HGET',p..'workers:heartbeat',m) \
if not j then return 0 end \
if b~=x or iso(b)>=now-held or not string.find(j,a,1,true) then return -1 end \
is(p..'queue:'..q,'list') call('RPUSH',p..'queue:'..q,a) call('SADD',p..'queues',q) \
call('DEL',p..'worker:'..m,p..'worker:'..m..':started') \
call('SREM',p..'workers',m) call('HDEL',p..'workers:heartbeat',m) return 1"
);

/// Failures of the queue.
const FAILED_JOBS: &str = find_jobs!(
    "local of='\"queue\":\"'..q..'\"' \
walk(p..'failed',function(m) if string.find(m,of,1,true) then put(m,'',m) end end,true)"
);

const DEEDS: QueueDeeds = QueueDeeds {
    prefix: "resque:",
    silence: Some(Silence {
        usual_ms: 300_000,
        setting: "",
        what: "its worker has been silent for",
        theirs: "`prune_interval`",
    }),
    fates: &[],
    requeue: Allowed::Yes(JobDeed {
        find: SILENT,
        act: REQUEUE,
        back: "if call('LREM',p..'queue:'..q,-1,a)==0 then return 0 end \
call('SET',p..'worker:'..m,d) call('SADD',p..'workers',m) call('HSET',p..'workers:heartbeat',m,x) return 1",
        after: Rewrite::Json(&["payload"], &[]),
        text: "RPUSH queue:<queue> <job>, DEL worker:<worker>, SREM workers <worker>, HDEL workers:heartbeat <worker>",
        caveat: "Resque itself would write such a job down as failed (DirtyExit), with the hooks of its class: nobody outside \
                 Ruby can; here it runs again",
    }),
    revive: Allowed::Yes(JobDeed {
        find: FAILED_JOBS,
        act: "is(p..'queue:'..q,'list') if call('LREM',p..'failed',1,m)==0 then return 0 end \
call('RPUSH',p..'queue:'..q,a) call('SADD',p..'queues',q) return 1",
        back: "if call('LREM',p..'queue:'..q,-1,a)==0 then return 0 end call('RPUSH',p..'failed',m) return 1",
        after: Rewrite::Json(&["payload"], &[]),
        text: "RPUSH queue:<queue> <job>, LREM failed 1 <failure>",
        caveat: "hooks of the job's class that run when it is enqueued are Ruby's, and do not run; undo puts failures last",
    }),
    drop: &[
        JobDrop {
            part: Ready,
            deed: JobDeed {
                find: find_jobs!("walk(p..'queue:'..q,function(m) put(m,'',m) end,true)"),
                act: "return call('LREM',p..'queue:'..q,-1,m)",
                back: "is(p..'queue:'..q,'list') call('RPUSH',p..'queue:'..q,m) call('SADD',p..'queues',q) return 1",
                after: Rewrite::Same,
                text: "LREM queue:<queue> -1 <job>",
                caveat: "jobs that are written alike are one to Resque: as many go as are counted",
            },
        },
        JobDrop {
            part: Dead,
            deed: JobDeed {
                find: FAILED_JOBS,
                act: "return call('LREM',p..'failed',1,m)",
                back: "is(p..'failed','list') call('RPUSH',p..'failed',m) return 1",
                after: Rewrite::Same,
                text: "LREM failed 1 <failure>",
                caveat: "",
            },
        },
    ],
    no_drop: "jobs for later are resque-scheduler's, in a list for each time and a key for each job",
    pause: Allowed::No("Ruby's looks at `pause-all-workers`, node's does not, and no key tells which it is"),
};

/// Ruby's Resque.
pub const RESQUE: Adapter = Adapter {
    framework: Framework::Resque,
    title: "Resque",
    usual: &["resque:queues", "queues"],
    job_key: None,
    signs: &[QueueSign { proof: Some(IS_RESQUE), ..registry("queues", MemberForm::Whole) }],
    parts: &[
        part(Ready, "queue:{q}", Counts::Length(KeyKind::List)),
        part(InFlight, "workers", Counts::OfQueue(AT_WORK, &[])),
        part(Orphaned, "workers", Counts::OfQueue(AT_WORK_DEAD, &["workers:heartbeat"])),
        part(Dead, "failed", Counts::Length(KeyKind::List)),
        part(Dead, "failed", Counts::OfQueue(FAILED, &[])),
        part(Delayed, "delayed_queue_schedule", Counts::OfQueue(FOR_LATER, &[])),
        part(Workers, "workers", Counts::Script(ALIVE, &["workers:heartbeat"])),
        part(Done, "stat:processed", Counts::Number(None)),
    ],
    next: &[next_of_list("queue:{q}", QueueEnd::First)],
    item: ItemForm {
        id: ItemId::Unknown,
        time: ItemTime::Unknown,
        class: ItemClass::Json(&[&["args", "0", "job_class"], &["payload", "class"], &["class"]]),
        cut: 1_024,
        record: None,
    },
    failed: &[FailedJobs {
        time: "failed_at",
        unit: TimeUnit::Iso,
        ..failed_items("dead", "failed", "exception", "error")
    }],
    schedules: &[ScheduleKeys {
        keys: &["delayed:last_enqueued_at"],
        script: SCHEDULED,
        unit: TimeUnit::Any,
    }],
    not_queues: &[],
    guards: &["resque:*"],
    deeds: DEEDS,
};
