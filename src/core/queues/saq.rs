//! SAQ: lists of ids, one of what waits and one of what workers are at, and a string for each job.
//!
//! Knows keys alone. Invariants: a job says which worker is at it, and a worker has a key that ends by itself; jobs that failed
//! are single keys with an end, so that nobody knows how many there are.

use super::adapter::{
    Adapter, Counts, ItemClass, ItemForm, ItemId, ItemTime, JobKept, JobRecord, QueueEnd, ScheduleKeys,
    TimeUnit, next_of_list, part, queue_sign,
};
use super::deeds::{Allowed, JobDeed, JobDrop, QueueDeeds};
use super::lua::find_jobs;
use super::rewrite::{NewValue, Rewrite, edit};
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::Framework;
use crate::core::model::queues::QueueColumn::{Delayed, InFlight, Orphaned, Ready, Workers};

/// Of the 100 jobs that came first that are worked at those whose worker is gone. What is looked at of a job is its end: that is where the
/// worker stands.
const WORKER_GONE: &str = "\
local n=0 \
local base=string.match(KEYS[1],'^(.*):active$') \
for _,id in ipairs(redis.call('LRANGE',KEYS[1],0,99)) do \
local w=string.match(redis.call('GETRANGE',id,-512,-1),'.*\"worker_id\": ?\"([^\"]+)\"') \
if w and redis.call('EXISTS',base..':worker_info:'..w)==0 then n=n+1 end \
end \
return n";

/// Every job with a time at all is for later: what is queued has 0 in place of one. Fifty years, in milliseconds.
const AGES_MS: u64 = 1_577_880_000_000;

/// Jobs of cron rules among those that wait for their time; all of up to 1,000 are looked at.
const CRON_JOBS: &str = "\
local r=redis.call('ZRANGE',KEYS[1],0,999,'WITHSCORES') \
local o,n={0},0 \
for i=1,#r,2 do \
local name=string.match(r[i],':cron:(.*)$') \
if name and tonumber(r[i+1])>0 then n=n+1 if n<=100 then o[#o+1]={name,r[i+1],'',''} end end end \
o[1]=n \
return o";

const DEEDS: QueueDeeds = QueueDeeds {
    prefix: "",
    silence: None,
    fates: &[],
    requeue: Allowed::Yes(JobDeed {
        find: find_jobs!(
            "local b='saq:'..q..':' walk(p..b..'active',function(m) \
local w=string.match(call('GETRANGE',m,-512,-1),'.*\"worker_id\": ?\"([^\"]+)\"') \
if w and call('EXISTS',p..b..'worker_info:'..w)==0 then put(m,w,call('GET',m),m) end end)"
        ),
        act: "local b=p..'saq:'..q..':' local w=string.match(call('GETRANGE',m,-512,-1),'.*\"worker_id\": ?\"([^\"]+)\"') \
if w~=x or call('EXISTS',b..'worker_info:'..x)==1 then return -1 end is(b..'queued','list') \
if call('LREM',b..'active',1,m)==0 then return 0 end \
call('SET',m,a) call('ZADD',b..'incomplete',0,m) call('RPUSH',b..'queued',m) return 1",
        back: "local b=p..'saq:'..q..':' if call('LREM',b..'queued',-1,m)==0 then return 0 end \
call('RPUSH',b..'active',m) restore(m,d) return 1",
        after: Rewrite::Json(
            &[],
            &[
                edit("status", NewValue::Set("\"queued\"")),
                edit("started", NewValue::Out),
                edit("completed", NewValue::Out),
                edit("progress", NewValue::Out),
                edit("worker_id", NewValue::Out),
                edit("touched", NewValue::NowMillis),
            ],
        ),
        text: "LREM active 1 <id>, SET <id> with status queued, ZADD incomplete 0 <id>, RPUSH queued <id>",
        caveat: "SAQ's own sweep would end a job as aborted that has no retries left: here it runs once more",
    }),
    revive: Allowed::No("a job that failed is a single key with an end, in no list: `job.retry()` in Python"),
    drop: &[
        JobDrop {
            part: Ready,
            deed: JobDeed {
                find: find_jobs!(
                    "walk(p..'saq:'..q..':queued',function(m) put(m,'',call('GET',m),m) end,true)"
                ),
                act: "local b=p..'saq:'..q..':' if call('LREM',b..'queued',-1,m)==0 then return 0 end \
call('ZREM',b..'incomplete',m) call('DEL',m) return 1",
                back: "local b=p..'saq:'..q..':' if call('EXISTS',m)==1 then return -1 end \
is(b..'queued','list') restore(m,d) call('ZADD',b..'incomplete',0,m) call('RPUSH',b..'queued',m) return 1",
                after: Rewrite::Same,
                text: "LREM queued -1 <id>, ZREM incomplete <id>, DEL <id>",
                caveat: "whoever waits for its result waits until a time-out",
            },
        },
        JobDrop {
            part: Delayed,
            deed: JobDeed {
                find: find_jobs!(
                    "walk(p..'saq:'..q..':incomplete',function(m,s) if tonumber(s)>now then put(m,s,call('GET',m),m) end end)"
                ),
                act: "local k=p..'saq:'..q..':incomplete' local s=call('ZSCORE',k,m) \
if not s then return 0 end if s~=x then return -1 end call('ZREM',k,m) call('DEL',m) return 1",
                back: "if call('EXISTS',m)==1 then return -1 end \
restore(m,d) call('ZADD',p..'saq:'..q..':incomplete',x,m) return 1",
                after: Rewrite::Same,
                text: "ZREM incomplete <id>, DEL <id>",
                caveat: "whoever waits for its result waits until a time-out",
            },
        },
    ],
    no_drop: "a job that failed is a single key with an end, in no list",
    pause: Allowed::No("it has no flag at which workers look"),
};

/// Python's SAQ.
pub const SAQ: Adapter = Adapter {
    framework: Framework::Saq,
    title: "SAQ",
    usual: &["saq:default:incomplete"],
    job_key: Some("saq:job:{q}:{id}"),
    signs: &[queue_sign("saq:{q}:incomplete", KeyKind::Zset), queue_sign("saq:{q}:queued", KeyKind::List)],
    parts: &[
        part(Ready, "saq:{q}:queued", Counts::Length(KeyKind::List)),
        part(InFlight, "saq:{q}:active", Counts::Length(KeyKind::List)),
        part(Orphaned, "saq:{q}:active", Counts::Script(WORKER_GONE, &[])),
        part(Delayed, "saq:{q}:incomplete", Counts::Since(TimeUnit::Seconds, AGES_MS)),
        part(Workers, "saq:{q}:stats", Counts::Since(TimeUnit::Millis, 0)),
    ],
    next: &[next_of_list("saq:{q}:queued", QueueEnd::First)],
    item: ItemForm {
        id: ItemId::Whole,
        time: ItemTime::Json(&[&["queued"]], TimeUnit::Millis),
        class: ItemClass::Json(&[&["function"]]),
        cut: 8_192,
        record: Some(JobRecord { kept: JobKept::Text, key: "{id}", entry: "", taken: "" }),
    },
    failed: &[],
    schedules: &[ScheduleKeys { keys: &["saq:{q}:incomplete"], script: CRON_JOBS, unit: TimeUnit::Seconds }],
    not_queues: &[],
    guards: &["saq:*"],
    deeds: DEEDS,
};
