//! Keys by pattern, from one pass of the walk that measures them to the next.
//!
//! Knows the pass that runs, the last that was whole and what the one before came to; does not know how keys are asked
//! for. Invariants: a pass that was broken off is forgotten; counts of a whole pass are never mixed with those of one
//! that runs; what is shown is bounded.

use super::Reading;
use super::watched::WatchSettings;
use crate::core::limits;
use crate::core::model::glob::Glob;
use crate::core::model::keys::{KeyFacts, KeyKind, KeyTotals, KeyTree, KeysPass, Tier, Ttl};
use crate::core::model::{Name, Snapshot};
use crate::core::queues::leaks::LEAKS;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// While the first pass runs, what was seen so far is put together again after this, microseconds.
const SO_FAR_US: i64 = 1_000_000;

/// Keys over time.
#[derive(Clone, Debug)]
pub struct KeyTrack {
    tiers: Vec<Tier>,
    separators: Vec<u8>,
    pass: KeysPass,
    running: PassProgress,
    shown: Arc<Keyspace>,
    before: Sizes,
    shown_us: i64,
    live: BTreeMap<Name, KeyFacts>,
}

/// Keys of a pass that runs.
#[derive(Clone, Debug, Default)]
struct PassProgress {
    number: u64,
    began_us: i64,
    /// Whether some of it is missing.
    is_broken: bool,
    total: KeyTotals,
    tiers: Vec<KeyTotals>,
    /// Keys that frameworks leave behind, by the place of their row: how many have no end, and what those take.
    leaks: [(u64, u64); LEAKS.len()],
    tree: KeyTree,
}

/// Bytes of patterns and of keys, and when.
#[derive(Clone, Debug, Default)]
struct Sizes {
    at_us: i64,
    patterns: BTreeMap<Name, u64>,
    keys: BTreeMap<Name, u64>,
}

/// What a pass came to, or what it has seen so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Keyspace {
    /// When it ended, or how far it goes, microseconds since 1970 on the clock of all stamps; 0 before anything was seen.
    pub at_us: i64,
    /// How long it took, microseconds.
    pub took_us: i64,
    /// Share of the keys that it has seen, 0 to 1; `None` where nobody tells how many there are.
    pub share: Option<f64>,
    /// Whether its counts are exact.
    pub is_exact: bool,
    /// All keys together.
    pub total: KeyTotals,
    /// By pattern: those of the config in their order, then those that were found, the greatest first.
    pub patterns: Vec<Pattern>,
    /// The biggest keys, the greatest first.
    pub biggest: Vec<BigKey>,
    /// Keys that frameworks leave behind, by the place of their row: how many have no end, and what those take, bytes.
    pub leaks: Vec<(u64, u64)>,
}

/// Keys of one pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// The pattern, as SCAN MATCH has it; empty for keys that stand alone.
    pub glob: Name,
    /// What the operator calls it, where it is one of the config's.
    pub name: Option<String>,
    /// How long its keys live at most, milliseconds, where the config says so.
    pub ttl_ms: Option<u64>,
    /// What its keys come to, as far as they were seen.
    pub tally: KeyTotals,
    /// Growth since the pass before, bytes a second.
    pub grows_per_s: Option<f64>,
}

/// A big key.
#[derive(Clone, Debug, PartialEq)]
pub struct BigKey {
    /// What was asked of it.
    pub facts: KeyFacts,
    /// Growth since the pass before, bytes a second; `None` where it was not among the biggest then.
    pub grows_per_s: Option<f64>,
}

impl KeyTrack {
    /// Nothing seen yet.
    pub fn new(watched: &WatchSettings) -> Self {
        Self {
            tiers: watched.tiers.clone(),
            separators: watched.separators.clone(),
            pass: KeysPass::default(),
            running: PassProgress::default(),
            shown: Arc::default(),
            before: Sizes::default(),
            shown_us: 0,
            live: BTreeMap::new(),
        }
    }

    /// How far the walk is.
    pub fn pass(&self) -> KeysPass {
        self.pass
    }

    /// The last whole pass, or while there is none what the first has seen so far.
    pub fn keyspace(&self) -> &Keyspace {
        &self.shown
    }

    /// What was last asked of a key that somebody looks at.
    pub fn live(&self, key: &Name) -> Option<&KeyFacts> {
        self.live.get(key)
    }

    /// The pattern that is written so.
    pub fn pattern(&self, glob: &Name) -> Option<&Pattern> {
        self.shown.patterns.iter().find(|pattern| pattern.glob == *glob)
    }

    /// Another process may answer: what was seen stays, what runs is forgotten.
    pub fn begin_anew(&mut self) {
        let is_broken = self.running.number > 0 && self.running.total.keys > 0;
        self.running = PassProgress { is_broken, ..self.run(self.running.number, 0) };
        self.before = Sizes::default();
        self.live.clear();
    }

    /// Takes a round or a step of the walk in.
    pub fn advance(&mut self, snapshot: &Snapshot) {
        if !snapshot.measures_keys {
            self.take_live(&snapshot.keys);
        }
        let Some(pass) = snapshot.keys_pass else { return };
        self.pass = pass;
        if pass.number != self.running.number {
            self.running = self.run(pass.number, snapshot.at_us);
        }
        if !snapshot.measures_keys || self.running.is_broken {
            return;
        }
        for key in snapshot.keys.iter().filter(|key| !key.is_gone) {
            self.take(key);
        }
        let is_first = self.shown.share.is_none_or(|share| share < 1.0) || self.shown.at_us == 0;
        if pass.is_over {
            self.show(pass, snapshot.at_us);
            let shown = Arc::clone(&self.shown);
            let keys = |key: &BigKey| Some((key.facts.name.clone(), key.facts.bytes?));
            self.before = Sizes {
                at_us: snapshot.at_us,
                patterns: shown.patterns.iter().map(|one| (one.glob.clone(), one.tally.bytes)).collect(),
                keys: shown.biggest.iter().filter_map(keys).collect(),
            };
        } else if is_first && snapshot.at_us.saturating_sub(self.shown_us) >= SO_FAR_US {
            self.show(pass, snapshot.at_us);
        }
    }

    /// A pass that has seen nothing yet.
    fn run(&self, number: u64, began_us: i64) -> PassProgress {
        let tiers = vec![KeyTotals::default(); self.tiers.len()];
        PassProgress { number, began_us, tiers, total: KeyTotals::mixed(), ..PassProgress::default() }
    }

    fn take_live(&mut self, keys: &[KeyFacts]) {
        if keys.is_empty() {
            return;
        }
        if self.live.len() > 4 * limits::KEYS_OF_PATTERN {
            self.live.clear();
        }
        self.live.extend(keys.iter().map(|key| (key.name.clone(), key.clone())));
    }

    fn take(&mut self, key: &KeyFacts) {
        self.running.total.add(key);
        if key.ttl == Some(Ttl::Forever) {
            let leaks = LEAKS.iter().zip(&mut self.running.leaks);
            for (_, (keys, bytes)) in leaks.filter(|(leak, _)| leak.matches(key.name.as_bytes())) {
                *keys += 1;
                *bytes = key.bytes.map_or(*bytes, |one| bytes.saturating_add(one));
            }
        }
        let mut is_named = false;
        for (tier, tally) in self.tiers.iter().zip(&mut self.running.tiers) {
            if tier.glob.matches(key.name.as_bytes()) {
                tally.add(key);
                is_named = true;
            }
        }
        if !is_named {
            self.running.tree.add(key, &self.separators);
        }
    }

    fn show(&mut self, pass: KeysPass, at_us: i64) {
        self.shown_us = at_us;
        let since_s = (at_us.saturating_sub(self.before.at_us)) as f64 / 1e6;
        let growth = |now: u64, before: Option<&u64>| {
            let before = before.filter(|_| self.before.at_us > 0 && since_s > 0.0 && pass.is_over)?;
            Some((now as f64 - *before as f64) / since_s)
        };
        let pattern = |glob: Name, name: Option<String>, ttl_ms: Option<u64>, tally: KeyTotals| Pattern {
            grows_per_s: growth(tally.bytes, self.before.patterns.get(&glob)),
            glob,
            name,
            ttl_ms,
            tally,
        };
        let named = self.tiers.iter().zip(&self.running.tiers);
        let named = named.map(|(tier, tally)| {
            pattern(tier.glob.text().clone(), Some(tier.name.clone()), tier.ttl_ms, tally.clone())
        });
        let found = self.running.tree.patterns().into_iter();
        let mut found: Vec<Pattern> =
            found.map(|one| pattern(glob_of(&one.pattern), None, None, one.tally)).collect();
        found.sort_by(|a, b| b.tally.bytes.cmp(&a.tally.bytes).then_with(|| a.glob.cmp(&b.glob)));
        let big = |facts: &KeyFacts| BigKey {
            facts: facts.clone(),
            grows_per_s: facts.bytes.and_then(|bytes| growth(bytes, self.before.keys.get(&facts.name))),
        };
        let biggest = self.running.total.biggest().into_iter().map(big).collect();
        self.shown = Arc::new(Keyspace {
            at_us,
            took_us: at_us.saturating_sub(self.running.began_us),
            share: pass.share(),
            is_exact: pass.is_exact(),
            total: self.running.total.clone(),
            patterns: named.chain(found).collect(),
            biggest,
            leaks: self.running.leaks.to_vec(),
        });
    }
}

impl Reading {
    /// The biggest keys as the last walk measured them, streams as they are now: what MEMORY USAGE says of a stream is not
    /// what it takes, and nobody asks it of one with very many consumers.
    pub fn biggest_keys(&self) -> Vec<BigKey> {
        let mut biggest = self.keys().keyspace().biggest.clone();
        if biggest.is_empty() {
            return biggest;
        }
        for key in &mut biggest {
            if let Some(stream) = self.streams().get(&key.facts.name) {
                key.facts.bytes = self.stream_size(stream).total().or(key.facts.bytes);
            }
        }
        let known: BTreeSet<Name> = biggest.iter().map(|key| key.facts.name.clone()).collect();
        let missing = self.this_node().memory.greatest_streams().filter(|key| !known.contains(*key));
        biggest.extend(missing.filter_map(|key| {
            let bytes = Some(self.stream_size(self.streams().get(key)?).total()?);
            let facts = KeyFacts {
                kind: Some(KeyKind::Stream),
                bytes,
                ..KeyFacts::new(key.clone(), self.this_node().at_us)
            };
            Some(BigKey { facts, grows_per_s: self.this_node().memory.stream_grows_per_s(key) })
        }));
        biggest
            .sort_by(|a, b| b.facts.bytes.cmp(&a.facts.bytes).then_with(|| a.facts.name.cmp(&b.facts.name)));
        biggest.truncate(limits::KEYS_OF_PATTERN);
        biggest
    }
}

/// A pattern that was found, as a glob: what is special in names is escaped, the stars are not.
pub(super) fn glob_of(found: &[u8]) -> Name {
    let mut parts = found.split(|byte| *byte == b'*').peekable();
    let mut glob = Vec::with_capacity(found.len());
    while let Some(part) = parts.next() {
        let literal = Glob::literal_prefix(part);
        let text = literal.text().as_bytes();
        glob.extend_from_slice(text.strip_suffix(b"*").unwrap_or(text));
        if parts.peek().is_some() {
            glob.push(b'*');
        }
    }
    Name::from(glob)
}

impl Keyspace {
    /// A count of what was seen, for all that there is: `None` where nobody tells how much that is.
    pub fn whole(&self, seen: u64) -> Option<u64> {
        let share = self.share.filter(|share| *share > 0.0)?;
        Some((seen as f64 / share).round() as u64)
    }

    /// Keys of a kind, as far as they were seen.
    pub fn of_kind(&self, kind: KeyKind) -> u64 {
        self.total.of_kind(kind)
    }

    /// Whether nothing was seen yet.
    pub fn is_empty(&self) -> bool {
        self.at_us == 0
    }
}

impl Pattern {
    /// Whether keys live longer than the config says, or for ever: their number. `None` where it says nothing.
    pub fn overdue(&self) -> Option<u64> {
        let ttl_ms = self.ttl_ms?;
        Some(self.tally.ttl.forever + self.tally.ttl.longer_than(ttl_ms.saturating_add(ttl_ms / 20)))
    }
}

#[cfg(test)]
mod tests;
