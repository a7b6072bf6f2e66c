//! What links of actions have asked and looked up, for whoever reads the server's counters meanwhile.
//!
//! Knows sums, and when what was sent and answered. Invariants: what one link added, every holder of the same ledger
//! sees, and sums never go down.

use crate::core::model::cache::Lookups;
use crate::core::model::cost::Cost;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Pipelines that are remembered with their times: those of ten seconds and more at the pace of an action.
const PIPELINES: usize = 32_768;

/// What links of actions cost the server; its clones are one.
#[derive(Clone, Debug, Default)]
pub struct LookupLedger {
    sums: Arc<Mutex<LedgerSums>>,
    /// Whoever adds by this clone tells the cost elsewhere.
    is_lookups_only: bool,
}

#[derive(Debug, Default)]
struct LedgerSums {
    /// Lookups of pipelines that are not remembered any more.
    earlier: Lookups,
    pipelines: VecDeque<LedgerEntry>,
    total: Lookups,
    cost: Cost,
}

/// One pipeline that looked something up.
#[derive(Clone, Copy, Debug)]
struct LedgerEntry {
    sent_us: u64,
    received_us: u64,
    lookups: Lookups,
}

impl LookupLedger {
    /// The same for links whose cost is told with their replies: it would count twice.
    #[must_use]
    pub fn of_lookups(&self) -> Self {
        Self { is_lookups_only: true, ..self.clone() }
    }

    /// Hits and misses that were caused so far.
    pub fn total(&self) -> Lookups {
        self.sums().total
    }

    /// Lookups of what had been sent by then: microseconds of the process's clock.
    pub fn sent_by(&self, at_us: u64) -> Lookups {
        self.sums().until(|entry| entry.sent_us <= at_us)
    }

    /// Lookups of what had been answered by then.
    pub fn answered_by(&self, at_us: u64) -> Lookups {
        self.sums().until(|entry| entry.received_us <= at_us)
    }

    /// What was asked since this was asked last.
    pub fn take_cost(&self) -> Cost {
        std::mem::take(&mut self.sums().cost)
    }

    /// Adds a pipeline.
    pub(super) fn add(&self, sent_us: u64, received_us: u64, (lookups, cost): (Lookups, &Cost)) {
        let mut sums = self.sums();
        if !self.is_lookups_only {
            sums.cost.add(cost);
        }
        if lookups == Lookups::default() {
            return;
        }
        sums.total = sums.total.and(lookups);
        sums.pipelines.push_back(LedgerEntry { sent_us, received_us, lookups });
        if sums.pipelines.len() > PIPELINES
            && let Some(oldest) = sums.pipelines.pop_front()
        {
            sums.earlier = sums.earlier.and(oldest.lookups);
        }
    }

    /// A task that panicked while it added left whole sums behind.
    fn sums(&self) -> MutexGuard<'_, LedgerSums> {
        self.sums.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LedgerSums {
    fn until(&self, is_counted: impl Fn(&LedgerEntry) -> bool) -> Lookups {
        let counted = self.pipelines.iter().filter(|entry| is_counted(entry));
        counted.fold(self.earlier, |sum, entry| sum.and(entry.lookups))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(hits: u64) -> Lookups {
        Lookups { hits, misses: 0 }
    }

    #[test]
    fn lookups_belong_to_the_moment_in_which_they_were_sent_and_answered() {
        let ledger = LookupLedger::default();
        let cost = Cost { request_bytes: 7, ..Cost::default() };
        ledger.add(100, 300, (hits(3), &cost));
        ledger.clone().add(200, 250, (hits(5), &cost));
        assert_eq!((ledger.sent_by(150), ledger.answered_by(250)), (hits(3), hits(5)));
        assert_eq!((ledger.sent_by(99), ledger.total()), (hits(0), hits(8)));
        assert_eq!((ledger.take_cost().request_bytes, ledger.take_cost()), (14, Cost::default()));
    }

    #[test]
    fn what_tells_its_cost_itself_is_not_counted_twice() {
        let ledger = LookupLedger::default();
        ledger.of_lookups().add(1, 2, (hits(3), &Cost { request_bytes: 7, ..Cost::default() }));
        assert_eq!((ledger.total(), ledger.take_cost()), (hits(3), Cost::default()));
    }

    #[test]
    fn what_is_not_remembered_any_more_still_counts() {
        let ledger = LookupLedger::default();
        for at_us in 0..=PIPELINES as u64 {
            ledger.add(at_us, at_us, (hits(1), &Cost::default()));
        }
        assert_eq!(ledger.sent_by(u64::MAX), hits(PIPELINES as u64 + 1));
        assert_eq!(ledger.sent_by(0), hits(1));
    }
}
