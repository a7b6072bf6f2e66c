//! Jobs that failed, as Laravel's Horizon keeps them beside the application's database: a sorted set, and a hash for each job.
//!
//! Knows keys alone; the queues themselves are Laravel's (`laravel`). Invariant: what Horizon keeps of all queues stands for
//! itself, since its prefix is not that of the queues.

use super::adapter::{
    Adapter, Counts, FailedJobs, ItemClass, ItemForm, ItemId, OPAQUE, QueueSign, Shows, TimeUnit,
    failed_hashes, part,
};
use super::deeds::{Allowed, QueueDeeds};
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::Framework;
use crate::core::model::queues::QueueColumn::Dead;

const DEEDS: QueueDeeds = QueueDeeds {
    prefix: "",
    silence: None,
    fates: &[],
    requeue: Allowed::No("these are jobs that failed: what a worker has taken stands with Laravel's queues"),
    revive: Allowed::No(
        "Horizon's page retries a job with a new id, and notes that on the old one: `php artisan queue:retry`",
    ),
    drop: &[],
    no_drop: "failed jobs are in the application's database, too: `php artisan horizon:forget`",
    pause: Allowed::No("supervisors stop for a while by a command of their own: `php artisan horizon:pause`"),
};

/// PHP's Horizon.
pub const HORIZON: Adapter = Adapter {
    framework: Framework::Horizon,
    title: "Horizon",
    usual: &["laravel_horizon:failed_jobs", "horizon:failed_jobs"],
    job_key: None,
    signs: &[QueueSign {
        key: "failed_jobs",
        kind: KeyKind::Zset,
        shows: Shows::Site,
        beside: &[
            ("recent_failed_jobs", KeyKind::Zset),
            ("recent_jobs", KeyKind::Zset),
            ("supervisors", KeyKind::Zset),
            ("masters", KeyKind::Zset),
        ],
        proof: None,
    }],
    parts: &[part(Dead, "failed_jobs", Counts::Length(KeyKind::Zset))],
    next: &[],
    item: ItemForm { id: ItemId::Whole, class: ItemClass::Job("{id}", "name", None), cut: 200, ..OPAQUE },
    failed: &[FailedJobs {
        time: "failed_at",
        unit: TimeUnit::Seconds,
        ..failed_hashes("failed_jobs", "{id}", "exception")
    }],
    schedules: &[],
    not_queues: &[],
    guards: &["*_horizon:*", "horizon:*"],
    deeds: DEEDS,
};
