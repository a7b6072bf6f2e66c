//! Looks at groups between two rounds, kept until the next round hands them over.
//!
//! Does not know when a look is due. Invariant: what is kept is bounded, however rare rounds are.

use crate::core::limits;
use crate::core::model::Snapshot;
use crate::core::wire::Observation;

/// What was looked at since the last round.
#[derive(Debug, Default)]
pub struct Looks {
    kept: Vec<Observation>,
    rows: usize,
}

impl Looks {
    /// Keeps a look that says this; whether there is room for more.
    pub fn keep(&mut self, look: Observation, looked: &Snapshot) -> bool {
        let rows: usize = looked.groups.iter().map(|(_, groups)| groups.value.len()).sum();
        if self.rows >= limits::LOOKED_ROWS {
            return false;
        }
        self.rows += rows;
        self.kept.push(look);
        true
    }

    /// Hands everything over.
    pub fn take(&mut self) -> Vec<Observation> {
        self.rows = 0;
        std::mem::take(&mut self.kept)
    }
}
