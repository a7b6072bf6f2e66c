//! RQ: lists of ids with a hash for each job, and registries for what becomes of them.
//!
//! Knows keys alone. Invariant: registry, queues and jobs begin alike, with `rq:` where nobody has changed it.

use super::adapter::{
    Adapter, Counts, ErrorText, FailedJobs, FailureKept, ItemClass, ItemForm, ItemId, ItemTime, MemberForm,
    NextItem, QueueEnd, QueueSign, ScheduleKeys, Shows, TimeUnit, part,
};
use super::deeds::{Allowed, JobDeed, JobDrop, PauseDeed, QueueDeeds};
use super::lua::find_jobs;
use super::lua::kept_bytes;
use super::rewrite::Rewrite;
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

/// A job of RQ's in one of its registries, looked for by a condition and told by its class.
macro_rules! in_registry {
    ($key:literal) => {
        find_jobs!(
            "local function why(j,m) \
local e=call('XREVRANGE',p..'results:'..m,'+','-','COUNT',1)[1] \
for i=1,e and #e[2] or 0,2 do if e[2][i]=='exc_string' then return e[2][i+1] end end \
return call('HGET',j,'exc_info') or '' end \
walk(p..'",
            $key,
            ":'..q,function(m,s) \
local j=p..'job:'..m \
put(m,s,call('HGET',j,'description'),j,'',whys and why(j,m) or '') end)"
        )
    };
}

/// Executions whose time is over.
const GIVEN_UP: &str = find_jobs!(
    "walk(p..'wip:'..q,function(m,s) \
local id=string.match(m,'^(.*):') \
if id and tonumber(s)<now then local j=p..'job:'..id put(m,s,call('HGET',j,'description'),j) end end)"
);

/// As RQ's own queue writes a job that it takes in: `id` is that of the job.
macro_rules! enqueue {
    ($($before:literal),+) => {
        concat!(
            $($before),+,
            "local j=p..'job:'..id \
is(p..'queue:'..q,'list') \
if call('EXISTS',j)==0 or call('HEXISTS',j,'rate_limit_key')==1 then return -1 end \
call('RPUSH',p..'queue:'..q,id) call('SADD',p..'queues',p..'queue:'..q) \
call('HSET',j,'status','queued','enqueued_at',utc(now),'started_at','','ended_at','') call('HDEL',j,'exc_info') "
        )
    };
}

const REQUEUE: &str = concat!(
    enqueue!(
        "local w=p..'wip:'..q local s=call('ZSCORE',w,m) \
if not s then return 0 end \
local id=string.match(m,'^(.*):') \
if tonumber(s)>=now or call('HGET',p..'job:'..id,'status')~='started' then return -1 end "
    ),
    "call('ZREM',w,m) call('DEL',p..'execution:'..m) \
call('ZREM',p..'executions:'..id,string.sub(m,#id+2)) return 1"
);

const REVIVE: &str = concat!(
    enqueue!("local id,w=m,p..'failed:'..q if not call('ZSCORE',w,m) then return 0 end "),
    "call('ZREM',w,m) return 1"
);

/// Takes a job that still waits out of the queue, and gives its registry and its hash back.
macro_rules! back {
    ($id:literal, $key:literal) => {
        concat!(
            "local id=",
            $id,
            " if call('LREM',p..'queue:'..q,-1,id)==0 then return 0 end \
call('ZADD',p..'",
            $key,
            ":'..q,x,m) restore(p..'job:'..id,d) return 1"
        )
    };
}

/// Removes a job that nothing waits for from a sorted set.
macro_rules! drop_from {
    ($part:ident, $key:literal) => {
        JobDrop {
            part: $part,
            deed: JobDeed {
                find: in_registry!($key),
                act: concat!(
                    "local j=p..'job:'..m \
if call('EXISTS',j..':dependents')==1 then return -1 end \
if call('ZREM',p..'",
                    $key,
                    ":'..q,m)==0 then return 0 end call('DEL',j) return 1"
                ),
                back: concat!(
                    "local j=p..'job:'..m if call('EXISTS',j)==1 then return -1 end \
restore(j,d) call('ZADD',p..'",
                    $key,
                    ":'..q,x,m) return 1"
                ),
                after: Rewrite::Same,
                text: concat!("ZREM ", $key, ":<queue> <id>, DEL job:<id>"),
                caveat: "a job on which others wait stays",
            },
        }
    };
}

const DEEDS: QueueDeeds = QueueDeeds {
    prefix: "rq:",
    silence: None,
    fates: &[],
    requeue: Allowed::Yes(JobDeed {
        find: GIVEN_UP,
        act: REQUEUE,
        back: back!("string.match(m,'^(.*):')", "wip"),
        after: Rewrite::Same,
        text: "RPUSH queue:<queue> <id>, ZREM wip:<queue> <execution>, HSET job:<id> status queued",
        caveat: "RQ itself would call the job's on_failure first, and count one of its retries: nobody outside Python can; \
                 jobs with a rate limit stay",
    }),
    revive: Allowed::Yes(JobDeed {
        find: in_registry!("failed"),
        act: REVIVE,
        back: back!("m", "failed"),
        after: Rewrite::Same,
        text: "RPUSH queue:<queue> <id>, ZREM failed:<queue> <id>, HSET job:<id> status queued",
        caveat: "as `rq requeue` does; jobs with a rate limit stay",
    }),
    drop: &[
        JobDrop {
            part: Ready,
            deed: JobDeed {
                find: find_jobs!(
                    "walk(p..'queue:'..q,function(m) \
local j=p..'job:'..m put(m,'',call('HGET',j,'description'),j) end,true)"
                ),
                act: "local j=p..'job:'..m \
if call('EXISTS',j..':dependents')==1 then return -1 end \
if call('LREM',p..'queue:'..q,-1,m)==0 then return 0 end \
call('DEL',j) return 1",
                back: "local j=p..'job:'..m if call('EXISTS',j)==1 then return -1 end \
is(p..'queue:'..q,'list') restore(j,d) \
call('RPUSH',p..'queue:'..q,m) call('SADD',p..'queues',p..'queue:'..q) return 1",
                after: Rewrite::Same,
                text: "LREM queue:<queue> -1 <id>, DEL job:<id>",
                caveat: "a job on which others wait stays",
            },
        },
        drop_from!(Delayed, "scheduled"),
        drop_from!(Dead, "failed"),
    ],
    no_drop: "jobs that others wait for are RQ's own to cancel",
    pause: Allowed::Yes(PauseDeed {
        pause: "if call('EXISTS',p..'suspended')==1 then return 0 end call('SET',p..'suspended',1) return 1",
        resume: "return call('DEL',p..'suspended')",
        text: ["SET suspended 1", "DEL suspended"],
        is_for_all: true,
        caveat: "a worker that waits for a job when the pause begins takes one more before it sees it",
    }),
};

/// Python's RQ.
pub const RQ: Adapter = Adapter {
    framework: Framework::Rq,
    title: "RQ",
    usual: &["rq:queues"],
    job_key: None,
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
        among_others: false,
    }],
    schedules: &[ScheduleKeys {
        keys: &["cron_schedulers", "scheduler:scheduled_jobs"],
        script: CRON_JOBS,
        unit: TimeUnit::Any,
    }],
    not_queues: &[],
    guards: &["rq:*"],
    deeds: DEEDS,
};
