//! What is asked of a removal of groups, or of consumers that do nothing, before anybody looked at the server.
//!
//! Invariant: what is not said is safe.

use crate::core::model::Name;

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
