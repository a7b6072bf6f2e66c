//! Which consumer is meant, and how long it must have been idle, before anybody looked at the server.
//!
//! Knows names; whether they exist is for the plan to see. Invariant: the idle time is said by whoever asks, never guessed.

use crate::core::model::Name;

/// A deletion of a consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeleteConsumerRequest {
    /// The stream.
    pub key: Name,
    /// The group.
    pub group: Name,
    /// The consumer.
    pub consumer: Name,
    /// Idle time that it must have, milliseconds.
    pub min_idle_ms: u64,
}
