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

/// How a group fares, the worst first: verdicts are tried in this order and the first that holds is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupVerdict {
    /// The trim runs ahead of it: it loses entries again and again.
    TrimAhead,
    /// Entries were trimmed before it was given them.
    Loss,
    /// Entries wait and nobody is there to read them.
    Dead,
    /// Entries wait, consumers are there, and nothing is read.
    Stopped,
    /// It is given entries and does not acknowledge them.
    NotAcknowledging,
    /// It was set back and reads again what it had read.
    Rewound,
    /// An entry is delivered again and again.
    Poison,
    /// Its lag grows.
    Slow,
    /// It has entries pending that are no longer in the stream.
    Ghosts,
    /// Not watched long enough, or its figures can't be read.
    Unknown,
    /// Nothing comes and nothing waits.
    Idle,
    /// It keeps up.
    Ok,
}

impl GroupVerdict {
    /// Every verdict, the worst first.
    pub const ALL: [Self; 12] = [
        Self::TrimAhead,
        Self::Loss,
        Self::Dead,
        Self::Stopped,
        Self::NotAcknowledging,
        Self::Rewound,
        Self::Poison,
        Self::Slow,
        Self::Ghosts,
        Self::Unknown,
        Self::Idle,
        Self::Ok,
    ];

    /// The word for machines and people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::TrimAhead => "trim_ahead",
            Self::Loss => "loss",
            Self::Dead => "dead",
            Self::Stopped => "stopped",
            Self::NotAcknowledging => "not_acknowledging",
            Self::Rewound => "rewound",
            Self::Poison => "poison",
            Self::Slow => "slow",
            Self::Ghosts => "ghosts",
            Self::Unknown => "unknown",
            Self::Idle => "idle",
            Self::Ok => "ok",
        }
    }

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
