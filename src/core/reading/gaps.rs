//! What is missing now, and why.

use crate::core::limits;
use crate::core::model::gap::GapScope;
use crate::core::model::{Gap, Snapshot};
use std::collections::BTreeMap;

/// A gap of one item that has not come again for this long has closed, microseconds.
const ITEM_OPEN_US: i64 = 90_000_000;

/// Open gaps, by what is missing.
#[derive(Clone, Debug, Default)]
pub struct Gaps {
    open: BTreeMap<String, (i64, Gap)>,
    /// Gaps beyond the bound, since the start.
    pub dropped: u64,
}

impl Gaps {
    /// Opens and closes gaps after what a round learnt.
    pub fn advance(&mut self, snapshot: &Snapshot) {
        let at_us = snapshot.at_us;
        self.open.retain(|what, (seen_us, gap)| match gap.scope {
            GapScope::Command => !snapshot.answered.contains(what.as_str()),
            GapScope::Item => at_us.saturating_sub(*seen_us) < ITEM_OPEN_US,
        });
        for gap in &snapshot.gaps {
            if self.open.len() >= limits::GAPS && !self.open.contains_key(&gap.what) {
                self.dropped += 1;
            } else {
                self.open.insert(gap.what.clone(), (at_us, gap.clone()));
            }
        }
    }

    /// Every open gap.
    pub fn iter(&self) -> impl Iterator<Item = &Gap> {
        self.open.values().map(|(_, gap)| gap)
    }

    /// The gap of a command or of one of its items: the reason for a blank panel.
    pub fn about(&self, what: &str) -> Option<&Gap> {
        let exact = self.open.get(what);
        let of_items = || self.open.values().find(|(_, gap)| gap.what.split(" /").next() == Some(what));
        exact.or_else(of_items).map(|(_, gap)| gap)
    }

    /// How many are open.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Whether nothing is missing.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}
