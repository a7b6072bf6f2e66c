//! What the links of this process have asked, looked up and been refused, for whoever reads the server's counters
//! meanwhile; and which words of a greeting are not said again.
//!
//! Knows sums, and when what was sent and answered. Invariants: what one link added, every holder of the same ledger
//! sees, and sums never go down.

use super::manners::Manners;
use crate::core::model::cache::Lookups;
use crate::core::model::cost::Cost;
use crate::core::model::refusals::{RefusalCode, RefusalCounts};
use crate::core::wire::Resp;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Pipelines that are remembered with their times: those of ten seconds and more at the pace of an action.
const PIPELINES: usize = 32_768;

/// What links have asked; its clones are one.
#[derive(Clone, Debug, Default)]
pub struct LinkLedger {
    sums: Arc<Mutex<LedgerSums>>,
    manners: Arc<Manners>,
    scope: LedgerScope,
}

/// What whoever adds by a clone adds beside refusals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum LedgerScope {
    /// Lookups and cost: links of actions.
    #[default]
    All,
    /// Lookups: the cost is told with the replies.
    Lookups,
    /// Neither: the rounds, which stand between two readings of the counters.
    Refusals,
}

/// Commands that are under way; those that were not answered when it is dropped may yet be refused.
#[derive(Debug)]
pub(super) struct InFlight {
    ledger: LinkLedger,
    commands: u64,
}

#[derive(Debug, Default)]
struct LedgerSums {
    /// Lookups of pipelines that are not remembered any more.
    earlier: Lookups,
    pipelines: VecDeque<LedgerEntry>,
    total: Lookups,
    cost: Cost,
    refused: RefusalCounts,
    /// Commands without an answer: under way, or lost.
    unanswered: u64,
}

/// One pipeline that looked something up.
#[derive(Clone, Copy, Debug)]
struct LedgerEntry {
    sent_us: u64,
    received_us: u64,
    lookups: Lookups,
}

impl LinkLedger {
    /// The same for links whose cost is told with their replies: it would count twice.
    #[must_use]
    pub fn of_lookups(&self) -> Self {
        Self { scope: LedgerScope::Lookups, ..self.clone() }
    }

    /// The same for the links of the rounds, whose lookups and cost are told with them.
    #[must_use]
    pub fn of_refusals(&self) -> Self {
        Self { scope: LedgerScope::Refusals, ..self.clone() }
    }

    /// Which words of a greeting are not said again.
    pub(super) fn manners(&self) -> &Manners {
        &self.manners
    }

    /// Errors that were answered so far, and commands that have no answer.
    pub fn refused(&self) -> (RefusalCounts, u64) {
        let sums = self.sums();
        (sums.refused.clone(), sums.unanswered)
    }

    /// So many commands are sent now.
    pub(super) fn sending(&self, commands: usize) -> InFlight {
        let commands = commands as u64;
        let mut sums = self.sums();
        sums.unanswered = sums.unanswered.saturating_add(commands);
        drop(sums);
        InFlight { ledger: self.clone(), commands }
    }

    /// Whether lookups or cost are noted.
    pub(super) fn takes_lookups(&self) -> bool {
        self.scope != LedgerScope::Refusals
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
        if self.scope == LedgerScope::All {
            sums.cost.add(cost);
            sums.cost.waited_us = sums.cost.waited_us.saturating_add(received_us.saturating_sub(sent_us));
        }
        if !self.takes_lookups() || lookups == Lookups::default() {
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

impl InFlight {
    /// The next of them was answered.
    pub(super) fn answered(&mut self, reply: &Resp) {
        let mut sums = self.ledger.sums();
        if self.commands > 0 {
            self.commands -= 1;
            sums.unanswered = sums.unanswered.saturating_sub(1);
        }
        sums.take(reply);
    }

    /// All of them were answered.
    pub(super) fn all_answered<'a>(mut self, replies: impl IntoIterator<Item = &'a Resp>) {
        replies.into_iter().for_each(|reply| self.answered(reply));
    }
}

impl LedgerSums {
    /// Counts the error that it is, or the errors in what EXEC answers.
    fn take(&mut self, reply: &Resp) {
        match reply {
            Resp::Error(error) => {
                if let Some(code) = RefusalCode::of(&error.code) {
                    self.refused.add_one(code);
                }
            }
            Resp::Array(items) => {
                let errors = items.iter().filter(|item| matches!(item, Resp::Error(_)));
                errors.for_each(|error| self.take(error));
            }
            _ => {}
        }
    }

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
        let ledger = LinkLedger::default();
        let cost = Cost { request_bytes: 7, ..Cost::default() };
        ledger.add(100, 300, (hits(3), &cost));
        ledger.clone().add(200, 250, (hits(5), &cost));
        assert_eq!((ledger.sent_by(150), ledger.answered_by(250)), (hits(3), hits(5)));
        assert_eq!((ledger.sent_by(99), ledger.total()), (hits(0), hits(8)));
        assert_eq!((ledger.take_cost().request_bytes, ledger.take_cost()), (14, Cost::default()));
    }

    #[test]
    fn what_tells_its_cost_itself_is_not_counted_twice() {
        let ledger = LinkLedger::default();
        ledger.of_lookups().add(1, 2, (hits(3), &Cost { request_bytes: 7, ..Cost::default() }));
        assert_eq!((ledger.total(), ledger.take_cost()), (hits(3), Cost::default()));
    }

    #[test]
    fn errors_are_counted_by_code_and_what_was_never_answered_stays_open() {
        let ledger = LinkLedger::default();
        let error = |line: &str| Resp::error(line);
        let flight = ledger.of_refusals().sending(3);
        drop(ledger.sending(2));
        assert_eq!(ledger.refused().1, 5);
        flight.all_answered(&[
            error("NOPERM no"),
            Resp::Array(vec![error("OOM no"), Resp::Int(1)]),
            error("ERR x"),
        ]);
        let (refused, unanswered) = ledger.refused();
        let count = |code| refused.get(code);
        assert_eq!((count(RefusalCode::NoPerm), count(RefusalCode::Oom)), (Some(1), Some(1)));
        assert_eq!((count(RefusalCode::NoAuth), unanswered), (None, 2));
    }

    #[test]
    fn what_is_not_remembered_any_more_still_counts() {
        let ledger = LinkLedger::default();
        for at_us in 0..=PIPELINES as u64 {
            ledger.add(at_us, at_us, (hits(1), &Cost::default()));
        }
        assert_eq!(ledger.sent_by(u64::MAX), hits(PIPELINES as u64 + 1));
        assert_eq!(ledger.sent_by(0), hits(1));
    }
}
