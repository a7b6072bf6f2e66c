//! huey: a list, or a sorted set by priority, and a sorted set of what is to run later.
//!
//! Knows keys alone. Invariants: what a worker has taken is nowhere, so that nobody knows what is in flight or lost; what is to
//! run later lies in the queue until a worker has seen it, and counts as ready till then.

use super::adapter::{
    Adapter, Counts, ErrorText, FailedJobs, FailureKept, ItemClass, ItemForm, ItemId, ItemTime, JobRecord,
    NextItem, QueueEnd, SIZE, TimeUnit, next_of_list, part, queue_sign,
};
use super::deeds::{Allowed, JobDeed, JobDrop, QueueDeeds};
use super::lua::find_jobs;
use super::rewrite::Rewrite;
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::Framework;
use crate::core::model::queues::QueueColumn::{Delayed, Kept, Ready};

/// Jobs of a list or a sorted set: the item is all there is of a job.
macro_rules! drop_from {
    ($part:ident, $key:literal) => {
        JobDrop {
            part: $part,
            deed: JobDeed {
                find: find_jobs!("walk(p..'", $key, "'..q,function(m,s) put(m,s,m) end)"),
                act: concat!(
                    "local k=p..'",
                    $key,
                    "'..q if x=='' then return call('LREM',k,1,m) end return call('ZREM',k,m)"
                ),
                back: concat!(
                    "local k=p..'",
                    $key,
                    "'..q if x=='' then is(k,'list') call('LPUSH',k,m) return 1 end return call('ZADD',k,'NX',x,m)"
                ),
                after: Rewrite::Same,
                text: concat!("LREM or ZREM ", $key, "<queue> <job>"),
                caveat: "",
            },
        }
    };
}

const DEEDS: QueueDeeds = QueueDeeds {
    prefix: "",
    silence: None,
    fates: &[],
    requeue: Allowed::No("a job that was taken is in no key, so that nobody can bring it back"),
    revive: Allowed::No("a job that failed is in no key"),
    drop: &[drop_from!(Ready, "huey.redis."), drop_from!(Delayed, "huey.schedule.")],
    no_drop: "huey keeps no dead jobs",
    pause: Allowed::No("it has no flag for a queue: single tasks are revoked by name, in Python"),
};

/// Python's huey.
pub const HUEY: Adapter = Adapter {
    framework: Framework::Huey,
    title: "huey",
    usual: &["huey.redis.huey"],
    job_key: None,
    signs: &[
        queue_sign("huey.redis.{q}", KeyKind::List),
        queue_sign("huey.redis.{q}", KeyKind::Zset),
        queue_sign("huey.schedule.{q}", KeyKind::Zset),
        queue_sign("huey.results.{q}", KeyKind::Hash),
    ],
    parts: &[
        part(Ready, "huey.redis.{q}", Counts::Jobs(SIZE)),
        part(Kept, "huey.results.{q}", Counts::Length(KeyKind::Hash)),
        part(Delayed, "huey.schedule.{q}", Counts::Length(KeyKind::Zset)),
    ],
    next: &[
        next_of_list("huey.redis.{q}", QueueEnd::Last),
        NextItem { key: "huey.redis.{q}", kind: KeyKind::Zset, end: QueueEnd::First },
    ],
    item: ItemForm {
        id: ItemId::Unknown,
        time: ItemTime::FirstMicros,
        class: ItemClass::PickledAt(3),
        cut: 400,
        record: Some(JobRecord::INLINE),
    },
    failed: &[FailedJobs {
        part: "results",
        key: "huey.results.{q}",
        kept: FailureKept::Values,
        class: "",
        error: "",
        message: "",
        time: "",
        unit: TimeUnit::Millis,
        text: ErrorText::Pickled("error"),
        among_others: false,
    }],
    schedules: &[],
    not_queues: &[],
    guards: &["huey.*"],
    deeds: DEEDS,
};
