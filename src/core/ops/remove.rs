//! Removing groups, and consumers that do nothing: the steps.
//!
//! Knows groups and consumers as values; asks nothing itself. Invariants: a group goes only as it was kept, or as somebody
//! typed its name; a consumer with pending rows stays. One that shows a sign of life stays too, as far as the list of a
//! group's consumers is short enough to be read again: no command tells how long a single one has been idle.

mod consumers;
mod groups;
pub mod plan;
pub mod request;

use crate::core::limits::CONSUMERS_READ_AGAIN;

pub use consumers::ConsumersWork;
pub use groups::GroupsWork;

/// Whether a list of so many consumers is read again while an action runs.
const fn is_read_again(consumers: u64) -> bool {
    consumers <= CONSUMERS_READ_AGAIN
}
