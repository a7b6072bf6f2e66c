//! What the operator wants done, before anybody looked at the server.
//!
//! Knows the actions and their options; not whether they make sense here. Invariant: no wish names a default that
//! would destroy: what is not said is safe.

use crate::core::model::id_unit::IdUnit;
use crate::core::model::{Name, StreamId};

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Remove the oldest entries of a stream.
    Trim(TrimRequest),
    /// Settle pending rows of a group.
    Reclaim(ReclaimRequest),
    /// Remove keys, or shorten their time to live.
    Invalidate(InvalidateRequest),
    /// Delete a consumer that has nothing pending.
    DeleteConsumer {
        /// The stream.
        key: Name,
        /// The group.
        group: Name,
        /// The consumer.
        consumer: Name,
        /// Idle time that it must have, milliseconds.
        min_idle_ms: u64,
    },
    /// Remove groups of a stream.
    RemoveGroups(RemoveGroupsRequest),
    /// Remove the consumers of a group that do nothing.
    RemoveConsumers(RemoveConsumersRequest),
    /// End a client's connection.
    KillClient(u64),
    /// End the script or function that holds the server.
    KillScript,
    /// Bring back what an action removed.
    Undo(String),
}

/// A trim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrimRequest {
    /// The stream.
    pub key: Name,
    /// Up to where.
    pub to: TrimTo,
    /// Whole nodes only: a little less goes, and it is cheaper.
    pub approx: bool,
    /// Keep what goes; none for the default of the action.
    pub archive: Option<bool>,
}

/// Up to where a stream is trimmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrimTo {
    /// Up to what some group still needs.
    Safe,
    /// Until so many entries are left.
    MaxLen(u64),
    /// What is below this id.
    MinId(StreamId),
    /// What is older.
    OlderThan {
        /// The age, milliseconds.
        age_ms: u64,
        /// What the ids count.
        unit: IdUnit,
    },
}

/// A reclaim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReclaimRequest {
    /// The stream.
    pub key: Name,
    /// The group.
    pub group: Name,
    /// What is done with the rows.
    pub verb: ReclaimVerb,
    /// Idle time that a row must have, milliseconds.
    pub min_idle_ms: u64,
    /// Rows at most.
    pub count: Option<u64>,
    /// Only rows of this consumer.
    pub consumer: Option<Name>,
    /// Only these rows; empty for all.
    pub ids: Vec<StreamId>,
    /// Keep what they were; none for the default of the action.
    pub archive: Option<bool>,
}

/// What is done with pending rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReclaimVerb {
    /// Give them to this consumer.
    HandOver(Name),
    /// Let workers' own XAUTOCLAIM take them.
    Release,
    /// Append a copy to the stream.
    Requeue,
    /// Move those that were delivered so often to another stream.
    DeadLetter {
        /// The stream for them.
        to: Name,
        /// Deliveries at least.
        deliveries: u64,
    },
    /// Acknowledge them.
    Drop,
    /// Acknowledge those whose entry is gone.
    Sweep,
}

/// A removal of groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoveGroupsRequest {
    /// The stream.
    pub key: Name,
    /// A glob of their names; the name itself where only one is meant.
    pub pattern: Name,
    /// Only those that nobody has read for so long, milliseconds; none for the one group that is named.
    pub unread_ms: Option<u64>,
    /// Idle time below which a consumer is alive, milliseconds.
    pub alive_ms: u64,
    /// Keep where they stand; none for the default of the action.
    pub archive: Option<bool>,
}

/// A removal of consumers with nothing pending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoveConsumersRequest {
    /// The stream.
    pub key: Name,
    /// The group.
    pub group: Name,
    /// Idle time that each must have, milliseconds.
    pub min_idle_ms: u64,
    /// Keep their names; none for the default of the action.
    pub archive: Option<bool>,
}

/// An invalidation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidateRequest {
    /// The pattern, as the server reads it.
    pub pattern: Name,
    /// What the operator wrote: a prefix, where it was literal.
    pub written: Name,
    /// Only keys of this type.
    pub kind: Option<String>,
    /// Shorten the time to live to a random part of this, milliseconds, instead of removing.
    pub expire_ms: Option<u64>,
    /// Keys a second at most; none for as fast as it goes.
    pub per_s: Option<u64>,
    /// Keep what goes; none for the default of the action.
    pub archive: Option<bool>,
    /// More patterns of keys that are not to be touched.
    pub protect: Vec<Name>,
    /// The command that fills the cache again: program and arguments.
    pub warm_up: Vec<String>,
}

impl ReclaimVerb {
    /// What it is called.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::HandOver(_) => "hand over",
            Self::Release => "release",
            Self::Requeue => "requeue",
            Self::DeadLetter { .. } => "dead-letter",
            Self::Drop => "drop",
            Self::Sweep => "sweep",
        }
    }
}
