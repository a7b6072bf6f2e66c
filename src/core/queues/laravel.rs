//! Laravel's queues: a list and two sorted sets under one name, and Horizon's supervisors under another prefix.
//!
//! Knows keys alone. Invariants: what is taken stands in `:reserved` until its time is over; what failed for good is in the
//! application's database, so that nobody knows it here; workers are known where Horizon runs.

use super::adapter::{
    Adapter, Counts, ItemClass, ItemForm, ItemId, ItemTime, QueueEnd, QueueSign, Shows, TimeUnit,
    next_of_list, part, queue_sign,
};
use super::deeds::{Allowed, JobDeed, JobDrop, JobFate, QueueDeeds};
use super::lua::find_jobs;
use super::rewrite::Rewrite;
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::Framework;
use crate::core::model::queues::QueueColumn::{Delayed, InFlight, Orphaned, Ready, Workers};

/// Its first item is a job as Laravel writes it.
const HAS_JOBS: &str = "\
local j=redis.call('LINDEX',KEYS[1],0) \
return j and string.find(j,'\"attempts\":',1,true) \
and (string.find(j,'\"displayName\":',1,true) or string.find(j,'\"job\":',1,true)) and 1 or 0";

/// Processes that Horizon's living supervisors run for the queue: their hashes end by themselves. Horizon's prefix is the
/// application's with another end. Unknown where Horizon is not there.
const OF_HORIZON: &str = "\
local p=string.gsub(ARGV[2],'database[_:]$','horizon:') \
local s=p..'supervisors' \
if redis.call('TYPE',s).ok~='zset' then p='horizon:' s=p..'supervisors' end \
if redis.call('TYPE',s).ok~='zset' then return -1 end \
local n=0 \
for _,name in ipairs(redis.call('ZRANGE',s,0,99)) do \
local j=redis.call('HGET',p..'supervisor:'..name,'processes') \
if j then for q,c in string.gmatch(j,'\"([^\"]+)\":(%d+)') do \
q=string.match(q,':(.*)$') or q \
for one in string.gmatch(q,'[^,]+') do if one==ARGV[3] then n=n+c end end end end end \
return n";

/// Jobs whose time is over, and whether a worker fails them at once: it counts a further attempt as it takes one. `retryUntil`
/// (`timeoutAt` up to Laravel 7) stands above `maxTries`; where neither is there, the worker's own `--tries` decides.
const GIVEN_UP: &str = find_jobs!(
    "local function fate(m) \
local j={} local many=false \
for k,v in string.gmatch(m,'\"(%a+)\": ?(%w+)') do \
if k=='attempts' or k=='maxTries' or k=='retryUntil' or k=='timeoutAt' then many=many or j[k] j[k]=v end end \
if many then local ok,d=pcall(cjson.decode,m) if not ok or type(d)~='table' then return 'unsaid' end j=d end \
local function number(k) local v=j[k] if type(v)=='number' or type(v)=='string' then return tonumber(v) end end \
local till=number('retryUntil') or number('timeoutAt') \
if till and till>0 then if now>till then return 'spent' end return '' end \
local made,most=number('attempts'),number('maxTries') \
if not made or not most then return 'unsaid' end \
if most>0 and made>=most then return 'spent' end return '' end \
walk(p..'queues:'..q..':reserved',function(m,s) \
if tonumber(s)<=now then put(m,s,m,nil,not keep and fate(m)) end end)"
);

const FATES: &[JobFate] = &[
    JobFate {
        word: "spent",
        text: "whose tries are used up: the worker that takes one fails it at once, as it would without this action",
    },
    JobFate {
        word: "unsaid",
        text: "that name no `maxTries`: the worker's own `--tries` decides, and with its default of 1 they fail at once",
    },
];

const DEEDS: QueueDeeds = QueueDeeds {
    prefix: "laravel_database_",
    silence: None,
    fates: FATES,
    requeue: Allowed::Yes(JobDeed {
        find: GIVEN_UP,
        act: "local k=p..'queues:'..q local s=call('ZSCORE',k..':reserved',m) \
if not s then return 0 end if tonumber(s)>now then return -1 end \
is(k,'list') call('RPUSH',k,m) call('RPUSH',k..':notify',1) call('ZREM',k..':reserved',m) return 1",
        back: "local k=p..'queues:'..q if call('LREM',k,-1,m)==0 then return 0 end \
call('ZADD',k..':reserved',x,m) return 1",
        after: Rewrite::Same,
        text: "RPUSH queues:<queue> <job>, ZREM queues:<queue>:reserved <job>",
        caveat: "as a worker itself does before it takes its next job; attempts that were made stay counted, and a worker fails a job at once \
                 whose `tries` are used up: the plan says how many those are",
    }),
    revive: Allowed::No("failed jobs are in the application's database: `php artisan queue:retry`"),
    drop: &[
        JobDrop {
            part: Ready,
            deed: JobDeed {
                find: find_jobs!("walk(p..'queues:'..q,function(m) put(m,'',m) end,true)"),
                act: "return call('LREM',p..'queues:'..q,-1,m)",
                back: "is(p..'queues:'..q,'list') call('RPUSH',p..'queues:'..q,m) call('RPUSH',p..'queues:'..q..':notify',1) return 1",
                after: Rewrite::Same,
                text: "LREM queues:<queue> -1 <job>",
                caveat: "",
            },
        },
        JobDrop {
            part: Delayed,
            deed: JobDeed {
                find: find_jobs!("walk(p..'queues:'..q..':delayed',function(m,s) put(m,s,m) end)"),
                act: "return call('ZREM',p..'queues:'..q..':delayed',m)",
                back: "return call('ZADD',p..'queues:'..q..':delayed','NX',x,m)",
                after: Rewrite::Same,
                text: "ZREM queues:<queue>:delayed <job>",
                caveat: "",
            },
        },
    ],
    no_drop: "failed jobs are in the application's database: `php artisan queue:forget`",
    pause: Allowed::No(
        "its flags are in the application's cache, which need not be this Redis: `php artisan queue:pause`",
    ),
};

/// PHP's Laravel, with Horizon or without.
pub const LARAVEL: Adapter = Adapter {
    framework: Framework::Laravel,
    title: "Laravel",
    usual: &["laravel_database_queues:default", "queues:default"],
    job_key: None,
    signs: &[
        QueueSign {
            key: "queues:{q}",
            kind: KeyKind::List,
            shows: Shows::Queue,
            beside: &[],
            proof: Some(HAS_JOBS),
        },
        queue_sign("queues:{q}:reserved", KeyKind::Zset),
        queue_sign("queues:{q}:delayed", KeyKind::Zset),
    ],
    parts: &[
        part(Ready, "queues:{q}", Counts::Length(KeyKind::List)),
        part(InFlight, "queues:{q}:reserved", Counts::Length(KeyKind::Zset)),
        part(Orphaned, "queues:{q}:reserved", Counts::Until(TimeUnit::Seconds, 0)),
        part(Delayed, "queues:{q}:delayed", Counts::Length(KeyKind::Zset)),
        part(Workers, "queues:{q}", Counts::Script(OF_HORIZON, &[])),
    ],
    next: &[next_of_list("queues:{q}", QueueEnd::First)],
    item: ItemForm {
        id: ItemId::Json(&["uuid"]),
        time: ItemTime::Json(&[&["pushedAt"], &["createdAt"]], TimeUnit::SecondsOrMillis),
        class: ItemClass::Json(&[&["displayName"], &["job"]]),
        // Horizon writes its time at the end.
        cut: 8_192,
        record: None,
    },
    failed: &[],
    schedules: &[],
    not_queues: &["*:reserved", "*:delayed", "*:notify"],
    guards: &["queues:*", "*_database_queues:*", "*_horizon:*", "horizon:*"],
    deeds: DEEDS,
};
