//! The steps of both removals, and whether a long list is worth reading again between them.
//!
//! Knows how many consumers a list may have; each removal knows its own commands. Invariant: both look again by the same
//! measure.

mod consumers;
mod groups;

use crate::core::limits::CONSUMERS_READ_AGAIN;

pub use consumers::ConsumersWork;
pub use groups::GroupsWork;

/// Whether a list of so many consumers is read again while an action runs.
const fn is_read_again(consumers: u64) -> bool {
    consumers <= CONSUMERS_READ_AGAIN
}
