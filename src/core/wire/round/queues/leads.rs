//! Keys whose names look like those of a framework: what type they have, and what is beside them.
//!
//! Knows what was asked and answered of each; not what follows from it. Invariants: how many wait and how many are
//! remembered as something else is bounded; each is answered once.

use crate::core::limits;
use crate::core::model::Name;
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::QueueId;
use crate::core::queues::{ADAPTERS, QueueLead, leads};
use crate::core::wire::read::QueueAsk;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Asked in one round, and where somebody waits for all.
const A_ROUND: usize = 20;
const AT_ONCE: usize = 500;
/// Wait to be asked; what is found beyond is found again by the next walk.
const WAITING: usize = 5_000;
/// Rounds that ask for the same, which nobody answers: a command that was never sent before goes alone, and rounds are lost.
const TRIES: u32 = 3;

/// What may be a framework's.
#[derive(Clone, Debug, Default)]
pub(super) struct Leads {
    is_on: bool,
    /// Leads, and how often each was asked.
    waiting: VecDeque<(QueueLead, u32)>,
    asked: BTreeMap<QueueLead, Asked>,
    /// Keys that were looked at, whatever they turned out to be.
    known: BTreeSet<QueueLead>,
    confirmed: Vec<QueueLead>,
}

/// What was asked of a lead.
#[derive(Clone, Debug, Default)]
struct Asked {
    /// How often, this time included.
    times: u32,
    /// Types that were answered so far, by key.
    kinds: BTreeMap<Name, Option<KeyKind>>,
}

impl Leads {
    pub fn new(is_on: bool) -> Self {
        Self { is_on, ..Self::default() }
    }

    /// Keys as frameworks call them where nobody has changed it.
    pub fn try_usual(&mut self) {
        let usual = ADAPTERS.iter().flat_map(|adapter| adapter.usual);
        let names: Vec<Name> = usual.map(|name| Name::from(*name)).collect();
        // What is not there today may be tomorrow.
        self.known.clear();
        self.offer(&names);
    }

    pub fn offer(&mut self, found: &[Name]) {
        if !self.is_on {
            return;
        }
        for lead in found.iter().flat_map(leads) {
            if self.waiting.len() >= WAITING || self.known.contains(&lead) {
                continue;
            }
            if self.known.len() >= limits::NO_QUEUES {
                self.known.clear();
            }
            self.known.insert(lead.clone());
            self.waiting.push_back((lead, 0));
        }
    }

    pub fn has_open(&self) -> bool {
        !self.waiting.is_empty() || !self.asked.is_empty()
    }

    pub fn ask(&mut self, everything: bool) -> Vec<(QueueId, QueueAsk)> {
        let mut asks = Vec::new();
        for (lead, asked) in std::mem::take(&mut self.asked) {
            if asked.times < TRIES {
                self.waiting.push_front((lead, asked.times));
            } else {
                // The next walk finds it again.
                self.known.remove(&lead);
            }
        }
        let most = if everything { AT_ONCE } else { A_ROUND };
        let batch = self.waiting.len().min(most);
        for (lead, times) in self.waiting.drain(..batch) {
            let beside = lead.beside().into_iter().map(|(key, _)| key);
            let keys = std::iter::once(lead.key.clone()).chain(beside);
            asks.extend(keys.map(|key| (lead.of.clone(), QueueAsk::Kind(key))));
            self.asked.insert(lead, Asked { times: times + 1, ..Asked::default() });
        }
        asks
    }

    pub fn learn(&mut self, of: &QueueId, key: &Name, kind: Option<KeyKind>) {
        let is_of = |lead: &QueueLead| {
            lead.of == *of && (lead.key == *key || lead.beside().iter().any(|(beside, _)| beside == key))
        };
        let leads: Vec<QueueLead> = self.asked.keys().filter(|lead| is_of(lead)).cloned().collect();
        for lead in leads {
            let Some(Asked { kinds, .. }) = self.asked.get_mut(&lead) else { continue };
            kinds.insert(key.clone(), kind);
            let beside = lead.beside();
            if kinds.len() < beside.len() + 1 {
                continue;
            }
            let is = |key: &Name, kind: KeyKind| kinds.get(key).copied().flatten() == Some(kind);
            let is_shown = lead.sign().is_some_and(|sign| is(&lead.key, sign.kind))
                && (beside.is_empty() || beside.iter().any(|(key, kind)| is(key, *kind)));
            self.asked.remove(&lead);
            if is_shown {
                self.confirmed.push(lead);
            }
        }
    }

    pub fn take_confirmed(&mut self) -> Vec<QueueLead> {
        std::mem::take(&mut self.confirmed)
    }
}
