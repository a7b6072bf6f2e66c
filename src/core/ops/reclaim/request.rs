//! What is asked of a reclaim, before anybody looked at the server.
//!
//! Invariant: what is not said is safe.

use crate::core::model::{Name, StreamId};

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

/// Deliveries from which on an entry is a dead letter, unless told otherwise.
pub const DELIVERIES: u64 = 5;

impl ReclaimRequest {
    /// All rows of the group that are idle for so long.
    pub const fn new(key: Name, group: Name, verb: ReclaimVerb, min_idle_ms: u64) -> Self {
        Self { key, group, verb, min_idle_ms, count: None, consumer: None, ids: Vec::new(), archive: None }
    }
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
