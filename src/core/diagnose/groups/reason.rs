//! Why a group has its verdict: the numbers, and the sentence that they make.
//!
//! Knows words; decides nothing. A sentence is made only when somebody reads it, for there may be thousands of
//! groups. Invariant: every sentence about something wrong holds a number.

use super::losses::LossSeen;
use crate::core::diagnose::consumers::ConsumerVerdict;
use crate::core::diagnose::words::{lag as lagged, name};
use crate::core::figures::column::Certainty;
use crate::core::figures::sentence::{count, counted, span};
use crate::core::model::groups::Lag;
use crate::core::model::{Name, StreamId};
use std::fmt;

/// The numbers of a verdict.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// Trim ahead: losses follow each other.
    TrimAhead {
        /// What was lost since the first.
        lost: LossSeen,
        /// Since the first, milliseconds.
        for_ms: u64,
    },
    /// Loss: entries trimmed before they were delivered.
    Lost {
        /// What was lost.
        lost: LossSeen,
    },
    /// Dead: there is no consumer.
    NoConsumer {
        /// Entries waiting.
        lag: Lag,
        /// For how long, milliseconds.
        for_ms: u64,
    },
    /// Dead: no consumer shows a sign of life.
    AllSilent {
        /// Entries waiting.
        lag: Lag,
        /// How many consumers there are.
        consumers: u64,
        /// The shortest silence of all, milliseconds.
        for_ms: u64,
    },
    /// Stopped: entries wait, consumers live, the cursor stands.
    Stopped {
        /// Entries waiting.
        lag: Lag,
        /// How many consumers there are.
        consumers: Option<u64>,
        /// Since the cursor moved, milliseconds.
        for_ms: u64,
        /// How many of the consumers have a client that is connected and sends nothing, and since when at least,
        /// milliseconds.
        mute: Option<(u64, u64)>,
    },
    /// Not acknowledging.
    Pending(PendingReason),
    /// Rewound: the cursor went back.
    Rewound {
        /// From here.
        from: StreamId,
        /// To here.
        to: StreamId,
        /// Entries waiting.
        lag: Lag,
    },
    /// Poison: one entry was delivered too often.
    Poison {
        /// The entry.
        id: StreamId,
        /// How often; `None` when it was marked as poison (XNACK FATAL).
        deliveries: Option<u64>,
        /// Entries like it among the rows that were read.
        entries: u64,
    },
    /// Slow: the lag grows.
    Growing {
        /// Entries waiting.
        lag: Lag,
        /// By how much it grew.
        grown: u64,
        /// Over so long, milliseconds.
        for_ms: u64,
    },
    /// Ghosts: pending entries that are gone.
    Ghosts {
        /// How many, at least: of the rows that were read.
        entries: u64,
        /// The lowest.
        id: StreamId,
    },
    /// Unknown: not watched for long enough.
    TooSoon {
        /// Polls so far.
        polls: u32,
        /// Time so far, milliseconds.
        for_ms: u64,
    },
    /// Unknown: entries wait and the cursor was never seen moving, for less long than would make it stopped.
    NotSeenMoving {
        /// Entries waiting.
        lag: Lag,
        /// Time so far, milliseconds.
        for_ms: u64,
    },
    /// Unknown: neither cursor nor lag can be read.
    Unread,
    /// Idle: nothing came for so long.
    Quiet {
        /// Milliseconds.
        for_ms: u64,
    },
    /// Ok: everything was delivered.
    CaughtUp {
        /// Entries not yet acknowledged.
        pending: u64,
    },
    /// Ok: entries wait and the group reads on.
    Reading {
        /// Entries waiting.
        lag: Lag,
        /// Since the cursor moved, milliseconds.
        moved_ms: u64,
    },
}

/// How a group does not acknowledge.
#[derive(Clone, Debug, PartialEq)]
pub enum PendingReason {
    /// Entries are delivered and none is acknowledged.
    None {
        /// Delivered meanwhile.
        delivered: u64,
        /// Over so long, milliseconds.
        for_ms: u64,
        /// Waiting for their acknowledgement.
        pending: u64,
    },
    /// Some are acknowledged, one waits for long.
    Oldest {
        /// The entry.
        id: StreamId,
        /// For how long, milliseconds.
        for_ms: u64,
        /// Who has it, and how it fares.
        holder: Option<(Name, Option<ConsumerVerdict>)>,
        /// Waiting for their acknowledgement, all together.
        pending: u64,
    },
}

impl Reason {
    /// Who has the entry that the verdict is about, and the place for how that one fares.
    pub(super) fn holder_mut(&mut self) -> Option<(&Name, &mut Option<ConsumerVerdict>)> {
        match self {
            Self::Pending(PendingReason::Oldest { holder: Some((name, how)), .. }) => Some((name, how)),
            _ => None,
        }
    }
}

fn entries(number: u64) -> String {
    counted(number, "entry", "entries")
}

fn gone(lost: &LossSeen) -> String {
    match (lost.entries, lost.kind) {
        (None | Some(0), _) => "entries were".to_owned(),
        (Some(lost), Certainty::Estimate) => format!("about {}", entries(lost)),
        (Some(lost), _) => format!("at least {}", entries(lost)),
    }
}

/// Why there is no number.
fn untold(lost: &LossSeen) -> &'static str {
    match (lost.entries, lost.is_counted) {
        (None, false) => "; how many can't be told before Redis 7.0",
        (None | Some(0), _) => "; how many can't be told",
        (Some(_), _) => "",
    }
}

fn waiting(lag: Lag) -> String {
    let one = lag.entries.is_none_or(|entries| entries == 1);
    format!("{} {}", lagged(lag), if one { "entry waits" } else { "entries wait" })
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost { lost } => {
                write!(f, "{} trimmed before delivery: lost to this group{}", gone(lost), untold(lost))
            }
            Self::TrimAhead { lost, for_ms } => write!(
                f,
                "the trim runs ahead of this group: {} trimmed before delivery in {}{}",
                gone(lost),
                span(*for_ms),
                untold(lost)
            ),
            Self::NoConsumer { lag, for_ms } => {
                write!(f, "{} and the group has had no consumer for {}", waiting(*lag), span(*for_ms))
            }
            Self::AllSilent { lag, consumers, for_ms } => write!(
                f,
                "{} and no sign of life from {} for {}",
                waiting(*lag),
                counted(*consumers, "consumer", "consumers"),
                span(*for_ms)
            ),
            Self::Stopped { lag, consumers, for_ms, mute } => {
                write!(f, "{} and nothing was read for {}", waiting(*lag), span(*for_ms))?;
                if let Some(number) = consumers {
                    write!(f, ", with {}", counted(*number, "consumer", "consumers"))?;
                }
                let Some((clients, ms)) = mute else { return Ok(()) };
                let clients = counted(*clients, "client is", "clients are");
                write!(f, "; {clients} connected and silent for {}", span(*ms))
            }
            Self::Pending(reason) => reason.fmt(f),
            Self::Rewound { from, to, lag } => {
                write!(f, "set back from {from} to {to}: {} to be read again", waiting(*lag))
            }
            Self::Poison { id, deliveries, entries: many } => {
                match deliveries {
                    Some(deliveries) => write!(f, "entry {id} was delivered {} times", count(*deliveries))?,
                    None => write!(f, "entry {id} was marked as one that kills its consumers")?,
                }
                if *many > 1 { write!(f, ", {} more like it", count(many - 1)) } else { Ok(()) }
            }
            Self::Growing { lag, grown, for_ms } => write!(
                f,
                "{} and {} more came than were read in {}",
                waiting(*lag),
                count(*grown),
                span(*for_ms)
            ),
            Self::Ghosts { entries: gone, id } => {
                write!(f, "at least {} pending and no longer in the stream, from {id} on", entries(*gone))
            }
            Self::TooSoon { polls, for_ms } => {
                write!(f, "watched for {} and {}", counted(u64::from(*polls), "poll", "polls"), span(*for_ms))
            }
            Self::NotSeenMoving { lag, for_ms } => {
                write!(f, "{}; nothing was read in the {} we watched", waiting(*lag), span(*for_ms))
            }
            Self::Unread => f.write_str("its position or its lag can't be read"),
            Self::Quiet { for_ms } => {
                write!(f, "everything was delivered and nothing came for {}", span(*for_ms))
            }
            Self::CaughtUp { pending: 0 } => f.write_str("everything was delivered and acknowledged"),
            Self::CaughtUp { pending } => {
                write!(f, "everything was delivered, {} in work", entries(*pending))
            }
            Self::Reading { lag, moved_ms } => {
                write!(f, "{}, the last was read {} ago", waiting(*lag), span(*moved_ms))
            }
        }
    }
}

impl fmt::Display for PendingReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None { delivered, for_ms, pending } => write!(
                f,
                "{} delivered in {} and 0 acknowledged, {} pending",
                entries(*delivered),
                span(*for_ms),
                count(*pending)
            ),
            Self::Oldest { id, for_ms, holder, pending } => {
                write!(f, "entry {id} has waited {} for its acknowledgement", span(*for_ms))?;
                if let Some((holder, verdict)) = holder {
                    write!(f, " by {}", name(holder))?;
                    if let Some(verdict) = verdict.filter(|verdict| *verdict >= ConsumerVerdict::Stuck) {
                        write!(f, ", which is {}", verdict.word())?;
                    }
                }
                write!(f, "; {} pending in all", count(*pending))
            }
        }
    }
}
