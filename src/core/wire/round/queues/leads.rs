//! Keys whose names look like those of a framework: what type they have, and what is beside them.
//!
//! Knows what was asked and answered of each; not what follows from it. Invariants: how many wait and how many are
//! remembered as something else is bounded; each is answered once.

use crate::core::limits;
use crate::core::model::Name;
use crate::core::model::glob::Glob;
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::QueueId;
use crate::core::queues::adapter::QueueSign;
use crate::core::queues::{ADAPTERS, QueueLead, leads, plain_leads};
use crate::core::wire::read::QueueAsk;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Asked in one round, and where somebody waits for all.
const A_ROUND: usize = 60;
const AT_ONCE: usize = 500;
/// Wait to be asked; what is found beyond is found again by the next walk.
const WAITING: usize = 5_000;
/// Of keys whose names say nothing so many are looked at in a round, and so many while somebody waits for all.
const ANY_A_ROUND: usize = 6;
const ANY_AT_ONCE: usize = 500;
/// And so many are remembered: the rest of the room is for names that say something.
const ANY_KNOWN: usize = limits::NO_QUEUES / 2;
/// Rounds that ask for the same, which nobody answers: a command that was never sent before goes alone, and rounds are lost.
const TRIES: u32 = 3;

/// What may be a framework's.
#[derive(Clone, Debug, Default)]
pub(super) struct Leads {
    is_on: bool,
    /// Queues without a framework, as somebody has named them.
    lists: Vec<Glob>,
    /// Leads, and how often each was asked.
    waiting: VecDeque<(QueueLead, u32)>,
    /// Keys whose names say nothing, and how many of those were looked at.
    any: VecDeque<QueueLead>,
    any_asked: usize,
    /// Leads of which types and neighbours are right, and how often it was asked what they are.
    proving: BTreeMap<QueueLead, u32>,
    asked: BTreeMap<QueueLead, LeadAnswers>,
    /// Keys that were looked at, whatever they turned out to be.
    known: BTreeSet<QueueLead>,
    confirmed: Vec<QueueLead>,
    /// Names that were guessed: each is looked at once, whatever comes of it.
    guessed: BTreeSet<Name>,
}

/// What was asked of a lead.
#[derive(Clone, Debug, Default)]
struct LeadAnswers {
    /// How often, this time included.
    times: u32,
    /// Types that were answered so far, by key.
    kinds: BTreeMap<Name, Option<KeyKind>>,
}

impl Leads {
    pub fn new(is_on: bool, lists: &[Name]) -> Self {
        let lists = lists.iter().cloned().map(Glob::new).collect();
        Self { is_on, lists, ..Self::default() }
    }

    /// Keys as frameworks call them where nobody has changed it, and those that somebody has named.
    pub fn try_usual(&mut self, named: &[Name]) {
        if !self.is_on {
            return;
        }
        // What is not there today may be tomorrow.
        self.known.clear();
        self.guessed.clear();
        for adapter in ADAPTERS {
            // What any name may be is not asked of a name that says whose it is.
            let found = adapter.usual.iter().flat_map(|name| leads(&Name::from(*name)));
            found.filter(|lead| lead.of.site.framework == adapter.framework).for_each(|lead| self.wait(lead));
        }
        // What somebody has named is a queue, also while its key is not there because nothing waits in it.
        self.confirmed.extend(named.iter().filter_map(|name| plain_leads(name).next()));
    }

    pub fn offer(&mut self, found: &[Name]) {
        if !self.is_on {
            return;
        }
        for name in found {
            if self.lists.iter().any(|glob| glob.matches(name.as_bytes())) {
                plain_leads(name).for_each(|lead| self.wait(lead));
                continue;
            }
            for lead in leads(name) {
                if !lead.sign().is_some_and(QueueSign::is_any_name) {
                    self.wait(lead);
                } else if self.any.len() < WAITING
                    && self.known.len() < ANY_KNOWN
                    && self.known.insert(lead.clone())
                {
                    self.any.push_back(lead);
                }
            }
        }
    }

    /// A name that a key may have which no walk has come to yet.
    pub fn guess(&mut self, name: &Name) {
        let has_room = self.guessed.len() < limits::NAMES_GUESSED_IN_ALL && self.waiting.len() < WAITING;
        if self.is_on && has_room && self.guessed.insert(name.clone()) {
            let says_something = |lead: &QueueLead| !lead.sign().is_some_and(QueueSign::is_any_name);
            leads(name).into_iter().filter(says_something).for_each(|lead| self.wait(lead));
        }
    }

    fn wait(&mut self, lead: QueueLead) {
        if self.waiting.len() >= WAITING || self.known.contains(&lead) {
            return;
        }
        if self.known.len() >= limits::NO_QUEUES {
            self.known.clear();
        }
        self.known.insert(lead.clone());
        self.waiting.push_back((lead, 0));
    }

    pub fn has_open(&self) -> bool {
        !self.waiting.is_empty()
            || !self.asked.is_empty()
            || !self.proving.is_empty()
            || (!self.any.is_empty() && self.any_asked < ANY_AT_ONCE)
    }

    pub fn ask(&mut self, everything: bool, script: Option<bool>) -> Vec<(QueueId, QueueAsk)> {
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
        let any = if everything { ANY_AT_ONCE } else { ANY_A_ROUND };
        let any = self.any.len().min(any);
        self.any_asked = self.any_asked.saturating_add(any);
        let any = self.any.drain(..any).map(|lead| (lead, 0));
        for (lead, times) in self.waiting.drain(..batch).chain(any) {
            let beside = lead.beside().into_iter().map(|(key, _)| key);
            let keys = std::iter::once(lead.key.clone()).chain(beside);
            asks.extend(keys.map(|key| (lead.of.clone(), QueueAsk::Kind(key))));
            self.asked.insert(lead, LeadAnswers { times: times + 1, ..LeadAnswers::default() });
        }
        self.proving.retain(|_, asked| *asked < TRIES);
        for (lead, asked) in &mut self.proving {
            *asked += 1;
            let Some(read_only) = script else { continue };
            let ask = QueueAsk::Proof { sign: lead.sign, key: lead.key.clone(), read_only };
            asks.push((lead.of.clone(), ask));
        }
        // Where no script may run, names, types and neighbours have to do; a name that says nothing does not.
        if script.is_none() {
            let unproven = std::mem::take(&mut self.proving).into_keys();
            self.confirmed.extend(unproven.filter(|lead| !lead.sign().is_some_and(QueueSign::is_any_name)));
        }
        asks
    }

    /// What a key is in truth.
    pub fn learn_proof(&mut self, of: &QueueId, sign: usize, key: &Name, is_so: bool) {
        let lead = QueueLead { of: of.clone(), sign, key: key.clone() };
        if self.proving.remove(&lead).is_some() && is_so {
            self.confirmed.push(lead);
        }
    }

    pub fn learn(&mut self, of: &QueueId, key: &Name, kind: Option<KeyKind>) {
        let is_of = |lead: &QueueLead| {
            lead.of == *of && (lead.key == *key || lead.beside().iter().any(|(beside, _)| beside == key))
        };
        let leads: Vec<QueueLead> = self.asked.keys().filter(|lead| is_of(lead)).cloned().collect();
        for lead in leads {
            let Some(LeadAnswers { kinds, .. }) = self.asked.get_mut(&lead) else { continue };
            kinds.insert(key.clone(), kind);
            let beside = lead.beside();
            if kinds.len() < beside.len() + 1 {
                continue;
            }
            let is = |key: &Name, kind: KeyKind| kinds.get(key).copied().flatten() == Some(kind);
            let is_gone = kinds.get(&lead.key).is_some_and(Option::is_none);
            let is_shown = lead.sign().is_some_and(|sign| is(&lead.key, sign.kind))
                && (beside.is_empty() || beside.iter().any(|(key, kind)| is(key, *kind)));
            self.asked.remove(&lead);
            let needs_proof = lead.sign().is_some_and(|sign| sign.proof.is_some());
            match (is_shown, needs_proof) {
                (true, true) => drop(self.proving.insert(lead, 0)),
                (true, false) => self.confirmed.push(lead),
                // Gone: the next walk may find it again. A queue without a job has no key.
                (false, _) if is_gone => drop(self.known.remove(&lead)),
                (false, _) => {}
            }
        }
    }

    pub fn take_confirmed(&mut self) -> Vec<QueueLead> {
        std::mem::take(&mut self.confirmed)
    }
}
