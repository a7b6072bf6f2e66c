//! arq: one sorted set a queue, by when each job is due, in which a job stays until it has ended.
//!
//! Knows keys alone. Invariants: what a worker is at has a key of its own that ends by itself, so that a job of a dead worker
//! is ready again and never an orphan; keys of jobs begin with `arq:` whatever the queue is called.

use super::adapter::{
    Adapter, Counts, ItemClass, ItemForm, ItemId, ItemTime, JobKept, JobRecord, NextItem, QueueEnd,
    QueueSign, Shows, TimeUnit, less, part,
};
use super::deeds::{Allowed, JobDeed, JobDrop, QueueDeeds};
use super::lua::find_jobs;
use super::rewrite::Rewrite;
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::Framework;
use crate::core::model::queues::QueueColumn::{Delayed, InFlight, Ready};

/// Of the first 200 jobs that are due those that somebody is at.
const AT_WORK: &str = "\
local n=0 \
for _,id in ipairs(redis.call('ZRANGEBYSCORE',KEYS[1],'-inf',ARGV[1],'LIMIT',0,200)) do \
n=n+redis.call('EXISTS','arq:in-progress:'..id) end \
return n";

/// One of its first members is a job of arq's.
const HAS_JOBS: &str = "\
for _,id in ipairs(redis.call('ZRANGE',KEYS[1],0,9)) do \
if redis.call('EXISTS','arq:job:'..id)==1 then return 1 end \
end \
return 0";

/// Its text is that of a worker's health.
const IS_HEALTH: &str =
    "return string.find(redis.call('GETRANGE',KEYS[1],0,200),'j_complete=',1,true) and 1 or 0";

/// Jobs by when they are due; one that a worker is at stays.
macro_rules! drop_due {
    ($part:ident, $when:literal) => {
        JobDrop {
            part: $part,
            deed: JobDeed {
                find: find_jobs!(
                    "walk(q,function(m,s) if ",
                    $when,
                    " then local j='arq:job:'..m put(m,s,call('GET',j),j) end end)"
                ),
                act: "local s=call('ZSCORE',q,m) if not s then return 0 end \
if s~=x or call('EXISTS','arq:in-progress:'..m)==1 then return -1 end \
call('ZREM',q,m) call('DEL','arq:job:'..m,'arq:retry:'..m) return 1",
                back: "local j='arq:job:'..m if call('EXISTS',j)==1 then return -1 end \
restore(j,d) call('ZADD',q,x,m) return 1",
                after: Rewrite::Same,
                text: "ZREM <queue> <id>, DEL arq:job:<id> arq:retry:<id>",
                caveat: "a job that a worker is at stays",
            },
        }
    };
}

const DEEDS: QueueDeeds = QueueDeeds {
    prefix: "",
    silence: None,
    fates: &[],
    requeue: Allowed::No("a job of a dead worker is ready again by itself, when its in-progress key ends"),
    revive: Allowed::No("a job that failed leaves a result that ends, and stands in no list"),
    drop: &[drop_due!(Ready, "tonumber(s)<=now*1000"), drop_due!(Delayed, "tonumber(s)>now*1000")],
    no_drop: "arq keeps no dead jobs",
    pause: Allowed::No("it has no flag at which workers look"),
};

/// Python's arq.
pub const ARQ: Adapter = Adapter {
    framework: Framework::Arq,
    title: "arq",
    usual: &["arq:queue"],
    job_key: None,
    signs: &[
        QueueSign {
            key: "{w}:health-check",
            kind: KeyKind::String,
            shows: Shows::Queue,
            beside: &[],
            proof: Some(IS_HEALTH),
        },
        QueueSign {
            key: "{w}",
            kind: KeyKind::Zset,
            shows: Shows::Queue,
            beside: &[],
            proof: Some(HAS_JOBS),
        },
    ],
    parts: &[
        part(Ready, "{w}", Counts::Until(TimeUnit::Millis, 0)),
        less(Ready, "{w}", Counts::Script(AT_WORK, &[])),
        part(InFlight, "{w}", Counts::Script(AT_WORK, &[])),
        part(Delayed, "{w}", Counts::Since(TimeUnit::Millis, 0)),
    ],
    next: &[NextItem { key: "{w}", kind: KeyKind::Zset, end: QueueEnd::First }],
    item: ItemForm {
        id: ItemId::Whole,
        time: ItemTime::Beside(TimeUnit::Millis),
        class: ItemClass::Pickled("f"),
        cut: 400,
        record: Some(JobRecord {
            kept: JobKept::Text,
            key: "arq:job:{id}",
            entry: "",
            taken: "arq:in-progress:{id}",
        }),
    },
    failed: &[],
    schedules: &[],
    not_queues: &[],
    guards: &["arq:*"],
    deeds: DEEDS,
};
