//! What a queue is at, from its columns; and what rules look at.
//!
//! Knows figures of one queue; not how they were read. Invariants: the worst is what is told; nothing is called well that
//! was not seen to be so.

use super::groups::GroupVerdict;
use crate::core::figures::sentence::{count, counted, span};
use crate::core::model::Name;
use crate::core::model::queues::{QueueColumn, QueueId};

/// Growth that is none: a job in so many seconds, and a thousandth of what is ready.
const LEAST_GROWTH: f64 = 0.02;
const LEAST_SHARE: f64 = 0.001;

/// What a queue is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueVerdict {
    /// Nothing is known yet.
    Unknown,
    /// Nothing is ready.
    Idle,
    /// Jobs are taken, or were looked at too shortly to tell.
    Ok,
    /// Somebody has paused it.
    Paused,
    /// More comes than is taken.
    Growing,
    /// Jobs were taken by workers that are gone.
    Orphans,
    /// All workers are busy, and jobs wait.
    Overloaded,
    /// Jobs wait, and nobody takes them.
    NotListening,
    /// It is a group of a stream, which is judged by rules of its own.
    Group(GroupVerdict),
}

impl QueueVerdict {
    /// The word for machines and people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Idle => "idle",
            Self::Ok => "ok",
            Self::Growing => "growing",
            Self::Paused => "paused",
            Self::Overloaded => "overloaded",
            Self::Orphans => "orphans",
            Self::NotListening => "not_listening",
            Self::Group(verdict) => verdict.word(),
        }
    }

    /// How bad it is beside the others: the greatest is the worst.
    pub const fn rank(self) -> u8 {
        match self {
            Self::Unknown | Self::Group(GroupVerdict::Unknown) => 0,
            Self::Idle | Self::Group(GroupVerdict::Idle) => 1,
            Self::Ok | Self::Group(GroupVerdict::Ok) => 2,
            Self::Paused => 3,
            Self::Growing | Self::Group(GroupVerdict::Slow | GroupVerdict::Rewound) => 4,
            Self::Orphans
            | Self::Group(GroupVerdict::Ghosts | GroupVerdict::Poison | GroupVerdict::NotAcknowledging) => 5,
            Self::Overloaded => 6,
            Self::NotListening
            | Self::Group(
                GroupVerdict::Dead | GroupVerdict::Stopped | GroupVerdict::Loss | GroupVerdict::TrimAhead,
            ) => 7,
        }
    }
}

/// The figures of a queue that decide what it is at.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct QueueFigures {
    /// Jobs that a worker could take now.
    pub ready: Option<u64>,
    /// Jobs that a worker has taken and not done with.
    pub in_flight: Option<u64>,
    /// Those of them that no live worker holds.
    pub orphaned: Option<u64>,
    /// Workers that show signs of life.
    pub workers: Option<u64>,
    /// Whether it is paused.
    pub is_paused: Option<bool>,
    /// How fast what is ready grows, a second.
    pub growth_per_s: Option<f64>,
    /// Since when nothing was taken although something is ready, milliseconds.
    pub untouched_ms: Option<u64>,
    /// Clients of the server that wait for an item of any list or sorted set; nobody tells of which.
    pub blocked: Option<u64>,
    /// Clients of the server that have waited for such an item before, are connected, and have sent nothing for as long as
    /// is a sign of trouble.
    pub silent: Option<u64>,
}

impl QueueFigures {
    /// What the queue is at, and why. Where nothing was taken for `limit_ms`, nobody listens, or all who do are busy.
    pub fn judge(&self, limit_ms: u64) -> (QueueVerdict, String) {
        let Some(ready) = self.ready else {
            return match self.orphaned.filter(|orphaned| *orphaned > 0) {
                Some(orphaned) => (QueueVerdict::Orphans, orphans(orphaned)),
                None => (QueueVerdict::Unknown, "how many jobs are ready is not known".to_owned()),
            };
        };
        if self.is_paused == Some(true) {
            return (QueueVerdict::Paused, format!("paused; {} ready", count(ready)));
        }
        if let Some(untouched_ms) = self.untouched_ms.filter(|ms| *ms >= limit_ms) {
            return self.untouched(ready, untouched_ms);
        }
        if self.workers == Some(0) && ready > 0 {
            return (QueueVerdict::NotListening, format!("{} ready, and no worker is alive", count(ready)));
        }
        if let Some(orphaned) = self.orphaned.filter(|orphaned| *orphaned > 0) {
            return (QueueVerdict::Orphans, orphans(orphaned));
        }
        match self.growth_per_s {
            _ if ready == 0 => (QueueVerdict::Idle, "nothing is ready".to_owned()),
            Some(growth) if growth > LEAST_GROWTH.max(ready as f64 * LEAST_SHARE) => {
                (QueueVerdict::Growing, format!("{} ready, {growth:.1} more every second", count(ready)))
            }
            _ => match self.untouched_ms {
                Some(ms) if ms > 0 => {
                    (QueueVerdict::Ok, format!("{} ready, none was taken for {}", count(ready), span(ms)))
                }
                _ => (QueueVerdict::Ok, format!("{} ready", count(ready))),
            },
        }
    }

    /// Jobs wait and none is taken: everybody is busy, or nobody listens.
    fn untouched(&self, ready: u64, untouched_ms: u64) -> (QueueVerdict, String) {
        let waits = format!("{} ready, none was taken for {}", count(ready), span(untouched_ms));
        let held = match (self.in_flight, self.orphaned) {
            (Some(jobs), Some(orphaned)) => jobs.checked_sub(orphaned),
            (jobs, _) => jobs,
        };
        let held = held.filter(|held| *held > 0);
        match (self.workers, held) {
            (Some(0), _) => (QueueVerdict::NotListening, self.nobody(format!("{waits}: no worker is alive"))),
            (Some(workers), Some(held)) => {
                let workers = counted(workers, "worker is", "workers are");
                (QueueVerdict::Overloaded, format!("{waits}: {workers} alive, {} in flight", count(held)))
            }
            (Some(workers), None) => {
                let workers = counted(workers, "worker is", "workers are");
                (QueueVerdict::NotListening, self.nobody(format!("{waits}: {workers} alive, none has a job")))
            }
            (None, Some(held)) => {
                (QueueVerdict::Overloaded, format!("{waits}; {} are in flight", count(held)))
            }
            (None, None) => (QueueVerdict::NotListening, self.nobody(waits)),
        }
    }

    /// Says that no client waits for a job at all, where that is so.
    fn nobody(&self, sentence: String) -> String {
        match self.blocked {
            Some(0) => match self.silent.filter(|silent| *silent > 0) {
                Some(silent) => {
                    let silent = counted(silent, "that has is", "that have are");
                    format!("{sentence}; no client waits in a blocking pop, {silent} connected and silent")
                }
                None => format!("{sentence}; no client waits in a blocking pop"),
            },
            _ => sentence,
        }
    }
}

fn orphans(orphaned: u64) -> String {
    format!("{} in flight with no live worker", count(orphaned))
}

/// A queue, as rules look at it.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueCase {
    /// Which.
    pub id: QueueId,
    /// What it is at.
    pub verdict: QueueVerdict,
    /// The same in a sentence.
    pub reason: String,
    /// Its figures.
    pub figures: QueueFigures,
    /// How long the oldest job has waited at least, milliseconds.
    pub oldest_ms: Option<u64>,
    /// The class that most jobs of a part are of.
    pub flood: Option<JobFlood>,
    /// The tenant that most jobs of a part are for, where a field that was named tells.
    pub tenant: Option<JobFlood>,
}

/// How many work for a group of a stream, where workers of queues are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupWorkers {
    /// The stream.
    pub key: Name,
    /// The group.
    pub group: Name,
    /// Its consumers that show signs of life; `None` where that can't be read.
    pub alive: Option<u64>,
}

/// What is left behind, and takes memory for nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueLeak {
    /// Whose: a framework, a queue or a family of names.
    pub of: String,
    /// What it is, many of them.
    pub what: &'static str,
    /// How many.
    pub count: u64,
    /// What they take, bytes, about.
    pub bytes: Option<u64>,
    /// Share of the keys that was looked at for that, 0 to 1; `None` where a counter tells.
    pub seen: Option<f64>,
    /// What to do about it.
    pub remedy: &'static str,
}

/// An entry that should have begun a job by now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverdueCase {
    /// Whose.
    pub of: QueueId,
    /// The entry.
    pub name: Name,
    /// For how long it is due, milliseconds.
    pub overdue_ms: u64,
}

/// A class that most jobs of a part of a queue are of, or a tenant that they are for.
#[derive(Clone, Debug, PartialEq)]
pub struct JobFlood {
    /// The class or the tenant.
    pub name: Name,
    /// Which part.
    pub column: QueueColumn,
    /// Its jobs, about.
    pub jobs: u64,
    /// Its share of the part, 0 to 1, and how far that may be off, 19 times in 20.
    pub share: f64,
    /// How far the share may be off.
    pub error: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(figures: QueueFigures) -> QueueVerdict {
        figures.judge(15_000).0
    }

    #[test]
    fn who_does_not_listen_is_told_apart_from_who_is_busy_and_from_a_pause() {
        let waits = QueueFigures { ready: Some(7), untouched_ms: Some(20_000), ..QueueFigures::default() };
        assert_eq!(judged(waits), QueueVerdict::NotListening);
        let busy = QueueFigures { workers: Some(2), in_flight: Some(2), orphaned: Some(0), ..waits };
        assert_eq!(judged(busy), QueueVerdict::Overloaded);
        assert_eq!(judged(QueueFigures { orphaned: Some(2), ..busy }), QueueVerdict::NotListening);
        assert_eq!(judged(QueueFigures { in_flight: Some(0), ..busy }), QueueVerdict::NotListening);
        assert_eq!(judged(QueueFigures { is_paused: Some(true), ..waits }), QueueVerdict::Paused);
        assert_eq!(judged(QueueFigures { untouched_ms: Some(3_000), ..waits }), QueueVerdict::Ok);
    }

    #[test]
    fn without_a_worker_nobody_listens_at_the_first_look() {
        let figures = QueueFigures { ready: Some(7), workers: Some(0), ..QueueFigures::default() };
        assert_eq!(judged(figures), QueueVerdict::NotListening);
        assert_eq!(judged(QueueFigures { ready: Some(0), ..figures }), QueueVerdict::Idle);
        assert_eq!(judged(QueueFigures { ready: None, ..figures }), QueueVerdict::Unknown);
    }

    #[test]
    fn growth_is_told_where_it_is_more_than_a_ripple() {
        let grows = |growth| QueueFigures {
            ready: Some(10_000),
            growth_per_s: Some(growth),
            ..QueueFigures::default()
        };
        assert_eq!((judged(grows(2.0)), judged(grows(50.0))), (QueueVerdict::Ok, QueueVerdict::Growing));
    }
}
