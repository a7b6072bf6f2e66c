//! What links of actions have looked up, for whoever reads the server's counters meanwhile.
//!
//! Knows sums. Invariant: what one link added, every holder of the same ledger sees, and sums never go down.

use crate::core::model::cache::Lookups;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Hits and misses that links of actions caused; its clones are one.
#[derive(Clone, Debug, Default)]
pub struct LookupLedger(Arc<(AtomicU64, AtomicU64)>);

impl LookupLedger {
    /// What was caused so far.
    pub fn total(&self) -> Lookups {
        Lookups { hits: self.0.0.load(Relaxed), misses: self.0.1.load(Relaxed) }
    }

    /// Adds some.
    pub(super) fn add(&self, lookups: Lookups) {
        self.0.0.fetch_add(lookups.hits, Relaxed);
        self.0.1.fetch_add(lookups.misses, Relaxed);
    }
}
