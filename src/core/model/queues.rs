//! Queues of job frameworks at one instant: whose they are, and what was read of each.
//!
//! Knows facts of one server, a queue and a part of it at a time; sums nothing up, and does not know what keys are called
//! (`core::queues`). Invariant: of what a job holds no more is kept than its class, its id, when it came, and the
//! one field that the operator named.

use super::Name;
use super::keys::KeyKind;
use serde::{Deserialize, Serialize};

/// A framework that keeps its jobs in Redis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "each is the framework of its name")]
pub enum Framework {
    Celery,
    BullMq,
    Bull,
    Sidekiq,
    Resque,
    Rq,
    Asynq,
    Dramatiq,
    Arq,
    Streaq,
    Saq,
    Taskiq,
    Laravel,
    Horizon,
    Huey,
    Rmq,
    Gocraft,
    Plain,
    Stream,
}

impl Framework {
    /// The word for machines.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Celery => "celery",
            Self::BullMq => "bullmq",
            Self::Bull => "bull",
            Self::Sidekiq => "sidekiq",
            Self::Resque => "resque",
            Self::Rq => "rq",
            Self::Asynq => "asynq",
            Self::Dramatiq => "dramatiq",
            Self::Arq => "arq",
            Self::Streaq => "streaq",
            Self::Saq => "saq",
            Self::Taskiq => "taskiq",
            Self::Laravel => "laravel",
            Self::Horizon => "horizon",
            Self::Huey => "huey",
            Self::Rmq => "rmq",
            Self::Gocraft => "gocraft/work",
            Self::Plain => "plain",
            Self::Stream => "stream",
        }
    }
}

/// How long a worker may hold a job before the framework gives it to another, where only its clients know: milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldTimes {
    /// Celery's `visibility_timeout`.
    pub celery_ms: u64,
    /// dramatiq's `heartbeat_timeout`.
    pub dramatiq_ms: u64,
    /// taskiq's `idle_timeout`.
    pub taskiq_ms: u64,
}

impl Default for HeldTimes {
    fn default() -> Self {
        Self { celery_ms: 3_600_000, dramatiq_ms: 60_000, taskiq_ms: 600_000 }
    }
}

impl HeldTimes {
    /// That of a framework; 0 for those whose keys tell.
    pub const fn of(self, framework: Framework) -> u64 {
        match framework {
            Framework::Celery => self.celery_ms,
            Framework::Dramatiq => self.dramatiq_ms,
            Framework::Taskiq => self.taskiq_ms,
            _ => 0,
        }
    }
}

/// Keys of a framework that belong together: all that begin alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct QueueSite {
    /// Whose.
    pub framework: Framework,
    /// What stands before the names that the framework gives its keys; mostly nothing. Of a stream its key: its groups are
    /// the queues.
    pub prefix: Name,
}

/// A queue, or what a site keeps for all its queues together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct QueueId {
    /// Where it is.
    pub site: QueueSite,
    /// Its name; none for what all queues of the site share.
    pub queue: Option<Name>,
}

/// What a figure of a queue counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QueueColumn {
    /// Jobs that a worker could take now.
    Ready,
    /// Jobs that a worker has taken and not done with.
    InFlight,
    /// Those of them that no live worker holds.
    Orphaned,
    /// Jobs that are to run later: by a time of their own, after a failure, or after other jobs.
    Delayed,
    /// Jobs that failed for good and are kept.
    Dead,
    /// Jobs that are done with and are kept, or what they came to.
    Kept,
    /// What those take, bytes, worked out from ten of them.
    KeptBytes,
    /// Workers that have shown a sign of life lately.
    Workers,
    /// Jobs that were added, ever.
    Added,
    /// Jobs that were done with, ever, failed ones included.
    Done,
    /// Whether the queue is paused: 1 where it is.
    Paused,
}

/// What a few jobs are looked at for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ItemsFor {
    /// The job that a worker would take next, in the place with this number: how long it has waited.
    Next(usize),
    /// The job that came last in the place with this number: what it is next to in time.
    Newest(usize),
    /// Jobs from anywhere, to tell which classes there are; of this part.
    Classes(usize),
}

/// A job as it stands in a list or a sorted set, without what it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueItem {
    /// Tells it from others.
    pub mark: u64,
    /// How long it is, bytes.
    pub bytes: u64,
    /// Its id, where it stands in it.
    pub id: Option<Name>,
    /// Its class, where it stands in it.
    pub class: Option<Name>,
    /// When it came, milliseconds since 1970, where that stands in it.
    pub at_ms: Option<i64>,
    /// For whom it is, where a field that was named tells.
    pub tenant: Option<Name>,
}

/// What the hash of a job tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashedJob {
    /// Its id.
    pub id: Name,
    /// When it came, milliseconds since 1970.
    pub at_ms: Option<i64>,
    /// Its class.
    pub class: Option<Name>,
    /// For whom it is, where a field that was named tells.
    pub tenant: Option<Name>,
    /// How long its payload is, bytes, where that was read.
    pub bytes: Option<u64>,
}

/// A job that failed, without what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedJob {
    /// Its class.
    pub class: Option<Name>,
    /// When it failed, milliseconds since 1970.
    pub at_ms: Option<i64>,
    /// What went wrong, without whatever differs from one job to the next; short.
    pub error: Option<Name>,
}

/// An entry that begins a job again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleEntry {
    /// What it is called, or what it begins.
    pub name: Name,
    /// When it is due next, milliseconds since 1970.
    pub next_ms: Option<i64>,
    /// When it began a job last, the same.
    pub last_ms: Option<i64>,
    /// By which rule: `*/5 * * * *`, `every 60 s`.
    pub rule: Option<Name>,
}

/// What was read of a queue.
#[derive(Clone, Debug, PartialEq)]
pub enum QueueValue {
    /// A part of the adapter, by its place in the table; `None` where the key is something else.
    Part(usize, Option<u64>),
    /// Queues that a registry names, of the sign with this place in the table, and whether there are more.
    Names(usize, Vec<Name>, bool),
    /// A few jobs; none where there are none.
    Items(ItemsFor, Vec<QueueItem>),
    /// What a job says of itself in its hash.
    Job(ItemsFor, HashedJob),
    /// Jobs that failed, of the adapter's row with this number; none for each that was looked at and has not.
    Failed(usize, Vec<Option<FailedJob>>),
    /// Entries that begin jobs again and again, of the adapter's row with this number, and how many there are in all.
    Schedules(usize, u64, Vec<ScheduleEntry>),
    /// What kind a key is that may show a framework; `None` where it is gone.
    Kind(Name, Option<KeyKind>),
    /// Whether a key is what the sign with this place in the table says.
    Proof(usize, Name, bool),
}

/// A value with whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueFact {
    /// Whose.
    pub of: QueueId,
    /// What.
    pub value: QueueValue,
}
