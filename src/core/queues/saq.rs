//! SAQ: lists of ids, one of what waits and one of what workers are at, and a string for each job.
//!
//! Knows keys alone. Invariants: a job says which worker is at it, and a worker has a key that ends by itself; jobs that failed
//! are single keys with an end, so that nobody knows how many there are.

use super::adapter::{
    Adapter, Counts, ItemClass, ItemForm, ItemId, ItemTime, JobKept, JobRecord, QueueEnd, ScheduleKeys,
    TimeUnit, next_of_list, part, queue_sign,
};
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

/// Python's SAQ.
pub const SAQ: Adapter = Adapter {
    framework: Framework::Saq,
    title: "SAQ",
    usual: &["saq:default:incomplete"],
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
};
