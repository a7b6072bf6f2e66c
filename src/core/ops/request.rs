//! What the operator wants done, before anybody looked at the server.
//!
//! Knows the actions and their options; not whether they make sense here. Invariant: no wish names a default that
//! would destroy: what is not said is safe.

use crate::core::model::Name;

pub use super::invalidate::request::InvalidateRequest;
pub use super::reclaim::request::{ReclaimRequest, ReclaimVerb};
pub use super::remove::request::{RemoveConsumersRequest, RemoveGroupsRequest};
pub use super::trim::request::{TrimRequest, TrimTo};

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
