//! What is asked of a trim, before anybody looked at the server.
//!
//! Invariant: what is not said is safe.

use crate::core::model::id_unit::IdUnit;
use crate::core::model::{Name, StreamId};

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

impl TrimRequest {
    /// Entry by entry, and what goes is kept where somebody may need it.
    pub const fn new(key: Name, to: TrimTo) -> Self {
        Self { key, to, approx: false, archive: None }
    }
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
