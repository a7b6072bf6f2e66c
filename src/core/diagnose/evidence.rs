//! What rules look at: figures of one moment and of its window, put together by the reading.
//!
//! Knows shapes. Invariants: what is not known is `None`; only what may be wrong is listed one by one, the rest is
//! counted, so that rules cost what is wrong and not what is there.

pub mod fanout;
pub mod memory;

use super::consumers::ConsumerVerdict;
use super::finding::{FindingSubject, Severity};
use super::groups::Judgement;
use super::hold::Hold;
use super::queues::{GroupWorkers, OverdueCase, QueueCase, QueueLeak};
use crate::core::model::Name;
use crate::core::model::cache::Window;
use crate::core::model::info::Info;
use crate::core::model::refusals::{RefusalCode, RefusalCounts};
use crate::core::model::replies::Refusing;
use memory::MemoryCase;

/// Everything a rule may look at.
#[derive(Clone, Debug)]
pub struct Evidence<'a> {
    /// Now, milliseconds since 1970 on the clock of all stamps.
    pub now_ms: i64,
    /// What every command was refused with in the last rounds; `None` where some were answered.
    pub refusing: Option<&'a Refusing>,
    /// The last INFO, unless it is stale.
    pub info: Option<&'a Info>,
    /// Hits and misses of others over the last window.
    pub cache: Window,
    /// Connections refused in the last minute, as far as it was watched.
    pub rejected: Option<u64>,
    /// Errors of others in the last minute, by code; `None` where the server does not count them (6.2).
    pub refusals: Option<RefusalCounts>,
    /// Keys evicted a second.
    pub evicted_per_s: Option<f64>,
    /// What the slow log gained.
    pub slow: Option<SlowWork>,
    /// Round trips of PING.
    pub pings: PingTimes,
    /// Publish and subscribe.
    pub fanout: fanout::FanoutCase<'a>,
    /// Groups that are not well, with their numbers.
    pub groups: Vec<GroupCase<'a>>,
    /// Consumers that are dead or stuck.
    pub consumers: Vec<ConsumerCase<'a>>,
    /// Groups in numbers.
    pub tally: GroupCounts,
    /// Memory, buffers and tiers of keys over time.
    pub memory: MemoryCase<'a>,
    /// Queues of job frameworks.
    pub queues: Vec<QueueCase>,
    /// Groups of streams and who works for them, as far as workers are wanted and these are fewer, or unknown.
    pub group_workers: Vec<GroupWorkers>,
    /// What begins jobs again and again and is overdue.
    pub overdue: Vec<OverdueCase>,
    /// What frameworks have left behind.
    pub queue_leaks: Vec<QueueLeak>,
    /// What stands already.
    pub standing: &'a Hold,
}

impl Evidence<'_> {
    /// For how long every command has been refused, milliseconds.
    pub fn refused_for_ms(&self, refusing: &Refusing) -> u64 {
        u64::try_from(self.now_ms.saturating_sub(refusing.since_us.div_euclid(1000))).unwrap_or(0)
    }

    /// Errors of others in the last minute, where there were any.
    pub fn refused(&self, code: RefusalCode) -> Option<u64> {
        self.refusals.as_ref().and_then(|counts| counts.get(code)).filter(|&count| count > 0)
    }

    /// How bad what this rule found about this subject is already.
    pub fn standing(&self, id: &'static str, subject: &FindingSubject) -> Option<Severity> {
        self.standing.standing(id, subject)
    }
}

/// How many groups could be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct GroupCounts {
    /// Groups known.
    pub groups: usize,
    /// Of them not watched long enough.
    pub too_soon: usize,
    /// Of them unreadable, or beyond the bound.
    pub unread: usize,
    /// Groups with pending entries whose consumers are not known.
    pub without_consumers: usize,
    /// Groups with pending entries whose rows are not known.
    pub without_rows: usize,
    /// Streams whose groups are not known.
    pub streams_unread: usize,
    /// Whether the search for streams has been through once, or cannot be made.
    pub is_searched: bool,
}

impl GroupCounts {
    /// Counts those of another stream too; whether all were searched for is told apart.
    pub fn add(&mut self, other: &Self) {
        self.each(other, |own, other| *own += other);
    }

    /// Counts those of a stream no more that were counted before.
    pub fn take_out(&mut self, other: &Self) {
        self.each(other, |own, other| *own = own.saturating_sub(other));
    }

    fn each(&mut self, other: &Self, change: impl Fn(&mut usize, usize)) {
        change(&mut self.groups, other.groups);
        change(&mut self.too_soon, other.too_soon);
        change(&mut self.unread, other.unread);
        change(&mut self.without_consumers, other.without_consumers);
        change(&mut self.without_rows, other.without_rows);
        change(&mut self.streams_unread, other.streams_unread);
    }
}

/// A group that is not well.
#[derive(Clone, Debug)]
pub struct GroupCase<'a> {
    /// The stream.
    pub key: &'a Name,
    /// The group.
    pub group: &'a Name,
    /// The verdict with its numbers.
    pub judgement: &'a Judgement,
    /// Entries to read.
    pub lag: Option<u64>,
    /// Entries not acknowledged.
    pub pending: Option<u64>,
    /// Consumers it has.
    pub consumers: Option<u64>,
}

impl GroupCase<'_> {
    /// Since when, milliseconds since 1970.
    pub fn since_ms(&self) -> i64 {
        self.judgement.since_us.div_euclid(1000)
    }
}

/// A consumer that is not well.
#[derive(Clone, Debug)]
pub struct ConsumerCase<'a> {
    /// The stream.
    pub key: &'a Name,
    /// The group.
    pub group: &'a Name,
    /// The consumer.
    pub consumer: &'a Name,
    /// How it fares.
    pub verdict: ConsumerVerdict,
    /// Entries in its hands.
    pub pending: u64,
    /// Since its last attempt (7.2), or its last success (before), milliseconds.
    pub idle_ms: u64,
    /// How long it has had something in its hands, milliseconds.
    pub held_ms: Option<u64>,
    /// Its lists were read so long ago, milliseconds.
    pub read_ms_ago: u64,
    /// Whether idle means an attempt to read.
    pub idle_is_attempt: bool,
    /// How long its client, which is connected and does not wait for an entry, has sent nothing, milliseconds, where that
    /// is long.
    pub silent_ms: Option<u64>,
}

/// New entries of the slow log within the last minute.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SlowWork {
    /// How many.
    pub entries: u64,
    /// How long they held the server together, microseconds.
    pub total_us: u64,
    /// The longest: its command, its microseconds, when (milliseconds since 1970).
    pub longest: Option<(Name, u64, i64)>,
}

/// Round trips of PING, microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct PingTimes {
    /// How many in the last seconds.
    pub samples: usize,
    /// The longest of them.
    pub longest_us: Option<u64>,
    /// Their median.
    pub median_us: Option<u64>,
    /// The median of the last minutes.
    pub usual_us: Option<u64>,
}
