//! How a consumer group fares: its verdict, and the reason as a sentence with its numbers.
//!
//! Knows the words and their order; `track` watches one group, `judge` decides, `group_consumers` looks at pending rows.
//! Invariants: the first verdict that holds is the verdict; quiet and caught up is never wrong; while the group
//! was not watched for long enough the verdict is `unknown`, not `ok`.

pub mod group_consumers;
mod judge;
pub mod losses;
mod reason;
pub mod track;

pub use judge::JudgedGroup;
pub use reason::{PendingReason, Reason};

worded! {
    /// How a group fares, the worst first: verdicts are tried in this order and the first that holds is taken.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum GroupVerdict {
        /// The trim runs ahead of it: it loses entries again and again.
        TrimAhead "trim_ahead",
        /// Entries were trimmed before it was given them.
        Loss "loss",
        /// Entries wait and nobody is there to read them.
        Dead "dead",
        /// Entries wait, consumers are there, and nothing is read.
        Stopped "stopped",
        /// It is given entries and does not acknowledge them.
        NotAcknowledging "not_acknowledging",
        /// It was set back and reads again what it had read.
        Rewound "rewound",
        /// An entry is delivered again and again.
        Poison "poison",
        /// Its lag grows.
        Slow "slow",
        /// It has entries pending that are no longer in the stream.
        Ghosts "ghosts",
        /// Not watched long enough, or its figures can't be read.
        Unknown "unknown",
        /// Nothing comes and nothing waits.
        Idle "idle",
        /// It keeps up.
        Ok "ok",
    }
    /// The word for machines and people.
    fn word
}

impl GroupVerdict {
    /// Whether something is wrong.
    pub fn is_wrong(self) -> bool {
        self < Self::Unknown
    }
}

/// A verdict, why, and since when.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: GroupVerdict,
    /// Why: its text is the sentence.
    pub reason: Reason,
    /// Since when, microseconds since 1970 on the clock of all stamps.
    pub since_us: i64,
}
