//! What a group was seen to lose.
//!
//! Knows numbers and how far to trust them; does not know how they were found. Invariant: a number that nobody knows is
//! none, however often a loss was seen.

use crate::core::figures::column::Certainty;

/// What a group lost since we look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LossSeen {
    /// Entries; `None` where nobody can tell how many.
    pub entries: Option<u64>,
    /// How far to trust that.
    pub kind: Certainty,
    /// How often entries were seen to be lost.
    pub times: u64,
    /// Whether the server has the counters that it takes (7.0).
    pub is_counted: bool,
}
