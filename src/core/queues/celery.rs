//! Celery over kombu: lists for each priority, and one hash and one sorted set for all that is taken and not acknowledged.
//!
//! Knows keys alone. Invariant: kombu keeps what was taken for all queues together, so that a queue's part of it is known only
//! while few enough tasks are held to look at each; the sum of all queues always is.

use super::adapter::{
    Adapter, Counts, ItemClass, ItemForm, ItemId, ItemTime, MemberForm, NextItem, QueueEnd, QueueSign,
    ScheduleKeys, Shows, TimeUnit, part,
};
use super::deeds::{Allowed, JobDeed, JobDrop, QueueDeeds, Silence};
use super::lua::find_jobs;
use super::lua::with_iso;
use super::rewrite::{Edit, NewValue, Rewrite};
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::Framework;
use crate::core::model::queues::QueueColumn::{Delayed, InFlight, Orphaned, Ready};

/// Tasks of the queue that workers hold, by whether they are to run later and whether the worker has held them for too long;
/// unknown where there is too much to look at, or one came through an exchange, so that its queue does not stand in it.
macro_rules! held {
    ($counts:literal) => {
        with_iso!(
            "if redis.call('ZCARD',KEYS[2])>100 then return -1 end \
local n,seen=0,0 \
local r=redis.call('ZRANGE',KEYS[2],0,99,'WITHSCORES') \
for i=1,#r,2 do \
seen=seen+redis.call('HSTRLEN',KEYS[1],r[i]) \
if seen>262144 then return -1 end \
local j=redis.call('HGET',KEYS[1],r[i]) \
if j then \
local q=string.match(string.sub(j,-200),', ?\"\", ?\"([^\"]*)\"%]$') \
if not q then return -1 end \
if q==ARGV[3] then \
local e=string.find(j,'\"eta\":',1,true) \
local eta=e and string.match(string.sub(j,e,e+60),'^\"eta\": ?\"([^\"]*)\"') \
local at=eta and iso(eta) \
local old=r[i+1]*1000<ARGV[1]-ARGV[4] \
local later=not old and at and at*1000>tonumber(ARGV[1]) \
if ",
            $counts,
            " then n=n+1 end end end end return n"
        )
    };
}

const TAKEN: &str = held!("not later");
const ORPHANED: &str = held!("old");
const FOR_LATER: &str = held!("later");

/// Entries of celery-redbeat: the next time is the score, the rest stands in a hash each. Beat's own file is not in Redis.
const REDBEAT: &str = "\
local r=redis.call('ZRANGE',KEYS[1],0,99,'WITHSCORES') \
local o={redis.call('ZCARD',KEYS[1])} \
for i=1,#r,2 do \
local h=redis.call('HMGET',r[i],'definition','meta') \
local d,m=h[1] or '',h[2] or '' \
local function word(k) return string.match(d,'\"'..k..'\": ?\"?([^\",}]+)') end \
local rule=word('every') and 'every '..word('every')..' s' or '' \
if rule=='' and word('minute') then \
rule=word('minute')..' '..(word('hour') or '*')..' '..(word('day_of_month') or '*')..' '..(word('month_of_year') or '*')..' '..(word('day_of_week') or '*') end \
local function part(k) return tonumber(string.match(m,'\"'..k..'\": ?(%d+)') or '') end \
local last='' \
if part('year') then last=string.format('%04d-%02d-%02dT%02d:%02d:%02dZ',part('year'),part('month'),part('day'),part('hour') or 0,part('minute') or 0,part('second') or 0) end \
o[#o+1]={word('name') or r[i],r[i+1],last,rule} end \
return o";

/// Tasks of the list of a priority.
macro_rules! drop_from {
    ($end:literal) => {
        JobDrop {
            part: Ready,
            deed: JobDeed {
                find: find_jobs!("walk(p..q..'", $end, "',function(m) put(m,'',m) end)"),
                act: concat!("return call('LREM',p..q..'", $end, "',1,m)"),
                back: concat!("local k=p..q..'", $end, "' is(k,'list') call('LPUSH',k,m) return 1"),
                after: Rewrite::Same,
                text: "LREM <queue> 1 <message>",
                caveat: "",
            },
        }
    };
}

const DEEDS: QueueDeeds = QueueDeeds {
    prefix: "",
    silence: Some(Silence {
        usual_ms: 3_600_000,
        setting: "queues.celery_visibility",
        what: "a worker has held the task for",
        theirs: "`visibility_timeout`",
    }),
    fates: &[],
    requeue: Allowed::Yes(JobDeed {
        find: find_jobs!(
            "walk(p..'unacked_index',function(m,s) if tonumber(s)<now-held then \
local j=call('HGET',p..'unacked',m) \
if j and string.match(string.sub(j,-200),', ?\"\", ?\"([^\"]*)\"%]$')==q then put(m,s,j) end end end)"
        ),
        act: "local s=call('ZSCORE',p..'unacked_index',m) if not s then return 0 end \
if tonumber(s)>=now-held then return -1 end \
local n=tonumber(string.match(a,'\"priority\": ?(%d+)') or '0') \
local k=p..q if n>=9 then k=k..'\\6\\0229' elseif n>=6 then k=k..'\\6\\0226' elseif n>=3 then k=k..'\\6\\0223' end \
is(k,'list') if call('HDEL',p..'unacked',m)==0 then return 0 end \
call('ZREM',p..'unacked_index',m) call('RPUSH',k,a) return 1",
        back: "for _,e in ipairs({'','\\6\\0223','\\6\\0226','\\6\\0229'}) do \
if call('LREM',p..q..e,-1,a)>0 then \
call('HSET',p..'unacked',m,d) call('ZADD',p..'unacked_index',x,m) return 1 end end return 0",
        after: Rewrite::Json(
            &["0"],
            &[
                Edit { object: &["headers"], key: "redelivered", to: NewValue::Put("true") },
                Edit {
                    object: &["properties", "delivery_info"],
                    key: "redelivered",
                    to: NewValue::Put("true"),
                },
            ],
        ),
        text: "HDEL unacked <tag>, ZREM unacked_index <tag>, RPUSH <queue> <message>",
        caveat: "as kombu does once the visibility time-out is over",
    }),
    revive: Allowed::No("it keeps no dead jobs: what failed is a result in the result backend"),
    drop: &[drop_from!(""), drop_from!("\\6\\0223"), drop_from!("\\6\\0226"), drop_from!("\\6\\0229")],
    no_drop: "tasks for later are in the hands of workers, which alone can revoke them (`celery control revoke`)",
    pause: Allowed::No(
        "workers stop taking tasks by remote control (`celery control cancel_consumer`), which leaves no flag",
    ),
};

/// Python's Celery.
pub const CELERY: Adapter = Adapter {
    framework: Framework::Celery,
    title: "Celery",
    usual: &["_kombu.binding.celery"],
    job_key: None,
    signs: &[QueueSign {
        key: "_kombu.binding.{x}",
        kind: KeyKind::Set,
        shows: Shows::Names(MemberForm::LastField("\x06\x16")),
        beside: &[],
        proof: None,
    }],
    parts: &[
        part(Ready, "{q}", Counts::Length(KeyKind::List)),
        part(Ready, "{q}\x06\x163", Counts::Length(KeyKind::List)),
        part(Ready, "{q}\x06\x166", Counts::Length(KeyKind::List)),
        part(Ready, "{q}\x06\x169", Counts::Length(KeyKind::List)),
        part(InFlight, "unacked", Counts::OfQueue(TAKEN, &["unacked_index"])),
        part(Orphaned, "unacked", Counts::OfQueue(ORPHANED, &["unacked_index"])),
        part(Delayed, "unacked", Counts::OfQueue(FOR_LATER, &["unacked_index"])),
        part(InFlight, "unacked_index", Counts::Length(KeyKind::Zset)),
        part(Orphaned, "unacked_index", Counts::UntilHeld(TimeUnit::Seconds)),
    ],
    next: &[
        NextItem { key: "{q}", kind: KeyKind::List, end: QueueEnd::Last },
        NextItem { key: "{q}\x06\x163", kind: KeyKind::List, end: QueueEnd::Last },
        NextItem { key: "{q}\x06\x166", kind: KeyKind::List, end: QueueEnd::Last },
        NextItem { key: "{q}\x06\x169", kind: KeyKind::List, end: QueueEnd::Last },
    ],
    item: ItemForm {
        id: ItemId::Json(&["headers", "id"]),
        time: ItemTime::Unknown,
        class: ItemClass::Json(&[&["headers", "task"]]),
        cut: 8_192,
        record: None,
    },
    failed: &[],
    schedules: &[ScheduleKeys { keys: &["redbeat::schedule"], script: REDBEAT, unit: TimeUnit::Any }],
    not_queues: &["*.pidbox", "celeryev.*", "*.reply.*"],
    guards: &["*_kombu.binding*", "_kombu.*", "celery", "*\x06\x16*", "unacked*", "*.reply.celery.pidbox"],
    deeds: DEEDS,
};
