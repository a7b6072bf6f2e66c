//! What a group holds: its consumers, and the first rows of its pending entries list.
//!
//! Knows the last reading of both, which may be older than the group's own figures. Invariants: consumers of a
//! replica are not judged; an entry counts as gone only after rows that were read later than the stream's first
//! entry, or when it was looked up and not found, and only when it was not just delivered.

use crate::core::diagnose::consumers::{ConsumerSigns, ConsumerVerdict, Listeners};
use crate::core::diagnose::thresholds::Thresholds;
use crate::core::model::consumers::{Consumer, Inactivity, PendingRow};
use crate::core::model::{Name, Rare, StreamId};
use std::collections::{BTreeMap, BTreeSet};

/// A number of deliveries from which on it is a mark and no count: XNACK FATAL sets the greatest (8.8).
const MARKED: u64 = i64::MAX as u64;

/// The pending rows in short.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Rows {
    /// When they were read; 0 before.
    pub at_us: i64,
    /// The lowest entry that is neither poison nor gone.
    pub oldest: Option<Oldest>,
    /// The entry that was delivered most, from the limit on: its id, how often, how many are like it.
    pub poison: Rare<(StreamId, Option<u64>, u64)>,
    /// Entries that are gone from the stream: the lowest, how many.
    pub ghosts: Rare<(StreamId, u64)>,
    first_us: i64,
    first: Option<StreamId>,
}

/// The pending entry that has waited longest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oldest {
    /// The entry.
    pub id: StreamId,
    /// Since its last delivery when it was read, milliseconds.
    pub idle_ms: u64,
    /// Who has it; empty when it was given back.
    pub holder: Name,
    /// Since when we have seen it in this place, microseconds.
    pub since_us: i64,
}

/// Which entries are gone from the stream.
#[derive(Clone, Copy, Debug)]
pub struct GoneRows<'a> {
    /// The stream's first entry, read before the rows; `StreamId::MAX` when the stream was empty, `None` when it is
    /// not known.
    pub floor: Option<StreamId>,
    /// Others that were looked up and not found.
    pub missing: &'a BTreeSet<StreamId>,
}

impl GoneRows<'_> {
    fn holds(&self, id: StreamId) -> bool {
        self.floor.is_some_and(|floor| id < floor) || self.missing.contains(&id)
    }
}

impl Rows {
    /// Takes rows in.
    pub fn advance(&mut self, at_us: i64, rows: &[PendingRow], gone: GoneRows<'_>, limits: &Thresholds) {
        let mut poison: Option<(StreamId, u64, u64)> = None;
        let mut ghosts: Option<(StreamId, u64)> = None;
        let mut oldest = None;
        for row in rows {
            if gone.holds(row.id) {
                // What was delivered a moment ago may be acknowledged as well, gone or not.
                if row.idle_ms.is_none_or(|ms| ms >= limits.ghost_idle_ms) {
                    let (lowest, many) = ghosts.unwrap_or((row.id, 0));
                    ghosts = Some((lowest.min(row.id), many + 1));
                }
            } else if row.deliveries >= limits.poison_deliveries {
                let (worst, most, many) = poison.unwrap_or((row.id, 0, 0));
                let is_worse = row.deliveries > most;
                poison = Some((if is_worse { row.id } else { worst }, most.max(row.deliveries), many + 1));
            } else if oldest.is_none() {
                oldest = row.idle_ms.map(|idle_ms| (row, idle_ms));
            }
        }
        self.oldest = oldest.map(|(row, idle_ms)| {
            let before = self.oldest.take().filter(|before| before.id == row.id);
            let since_us = before.map_or(at_us, |before| before.since_us);
            Oldest { id: row.id, idle_ms, holder: row.consumer.clone(), since_us }
        });
        self.poison.set(poison.map(|(id, most, many)| (id, (most < MARKED).then_some(most), many)));
        self.ghosts.set(ghosts);
        let first = poison.map(|(id, ..)| id).or(ghosts.map(|(id, _)| id));
        if first != self.first {
            self.first = first;
            self.first_us = at_us;
        }
        self.at_us = at_us;
    }

    /// Since when the poison, else the lowest ghost, has been seen.
    pub fn bad_since_us(&self) -> i64 {
        self.first_us
    }

    /// Nothing is pending any more.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

/// The consumers in short, and each one's verdict.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct GroupSigns {
    /// When they were read; 0 before.
    pub at_us: i64,
    /// Each one's verdict, in the order of the list.
    pub verdicts: Vec<Option<ConsumerVerdict>>,
    /// How long each has had what it holds, milliseconds, in the same order.
    pub held_ms: Vec<Option<u64>>,
    /// How many show no sign of life.
    pub silent: usize,
    /// The shortest silence of all, milliseconds, when it was read.
    pub least_idle_ms: Option<u64>,
    /// Since any of them last got something, milliseconds, when it was read; `None` where one does not tell.
    pub last_success_ms: Option<u64>,
    /// Those that may account for a nameless listener.
    pub alive: usize,
    /// Whether clients were known when they were judged.
    pub knows_clients: bool,
    /// Those that are stuck or dead.
    pub unwell: usize,
    /// Those whose client is connected and has sent nothing for as long as makes a consumer dead, by their place in the
    /// list, and for how long, milliseconds.
    pub mute: BTreeMap<usize, u64>,
}

/// What consumers are judged by beside their own row.
#[derive(Clone, Copy, Debug)]
pub struct GroupContext<'a> {
    /// The first pending rows of the group.
    pub rows: &'a [PendingRow],
    /// How long the group has had entries to read, milliseconds; 0 when it has none.
    pub behind_ms: Option<u64>,
    /// Clients, and how many seconds before the consumers they were read; `None` when they may not be.
    pub listeners: Option<(&'a Listeners, i64)>,
    /// Consumers of all groups that may account for nameless listeners.
    pub alive: usize,
}

impl GroupSigns {
    /// Takes the list in.
    pub fn advance(
        &mut self,
        at_us: i64,
        consumers: &[Consumer],
        context: &GroupContext<'_>,
        limits: &Thresholds,
    ) {
        let (mut verdicts, mut held_ms) =
            (std::mem::take(&mut self.verdicts), std::mem::take(&mut self.held_ms));
        verdicts.clear();
        held_ms.clear();
        verdicts.reserve_exact(consumers.len());
        held_ms.reserve_exact(consumers.len());
        let knows_clients = context.listeners.is_some();
        *self = Self { at_us, verdicts, held_ms, knows_clients, ..Self::default() };
        let mut all_tell = true;
        // Rows younger than what makes anybody slow decide nothing: thousands of names need not be compared.
        let is_old = |row: &PendingRow| row.idle_ms.is_some_and(|ms| ms >= limits.consumer_slow_ms);
        let context = &GroupContext {
            rows: if context.rows.iter().any(is_old) { context.rows } else { &[] },
            ..*context
        };
        for consumer in consumers {
            let signs = signs(consumer, context);
            let silent = signs.is_silent(limits);
            let quiet = consumer.idle_ms.is_some_and(|ms| ms >= limits.consumer_dead.warning_ms);
            let verdict = signs.verdict(limits);
            self.silent += usize::from(silent);
            self.alive += usize::from(!quiet || consumer.pending == Some(0));
            self.least_idle_ms = least(self.least_idle_ms, consumer.idle_ms);
            match consumer.inactive {
                Inactivity::Ms(ms) => self.last_success_ms = least(self.last_success_ms, Some(ms)),
                Inactivity::Unsupported => {
                    all_tell &= consumer.idle_ms.is_some();
                    self.last_success_ms = least(self.last_success_ms, consumer.idle_ms);
                }
                Inactivity::Never => {}
            }
            let silent_s = context.listeners.and_then(|(listeners, _)| listeners.silent_s(&consumer.name));
            let silent_ms = silent_s.map(|seconds| seconds.saturating_mul(1000));
            if let Some(ms) = silent_ms.filter(|ms| *ms >= limits.consumer_dead.warning_ms) {
                self.mute.insert(self.verdicts.len(), ms);
            }
            self.unwell += usize::from(verdict >= Some(ConsumerVerdict::Stuck));
            self.verdicts.push(verdict);
            self.held_ms.push(signs.held_ms());
        }
        self.last_success_ms = self.last_success_ms.filter(|_| all_tell);
    }

    /// How many have a client that is connected and silent, and the shortest of these silences, milliseconds.
    pub fn muted(&self) -> Option<(u64, u64)> {
        self.mute.values().min().map(|ms| (self.mute.len() as u64, *ms))
    }

    /// How many show signs of life; `None` where a row lacks what would tell, or where nobody knows whether the clients of
    /// some are connected that have been silent for long and hold nothing.
    pub fn living(&self) -> Option<u64> {
        let is_judged = self.verdicts.iter().all(Option::is_some);
        let dead = self.verdicts.iter().filter(|verdict| **verdict == Some(ConsumerVerdict::Dead)).count();
        let is_sure = is_judged && (self.knows_clients || self.silent == dead);
        is_sure.then(|| self.verdicts.len().saturating_sub(self.silent) as u64)
    }

    /// Whether there are consumers and none shows a sign of life.
    pub fn is_silent(&self) -> bool {
        !self.verdicts.is_empty() && self.silent == self.verdicts.len()
    }
}

fn signs(consumer: &Consumer, context: &GroupContext<'_>) -> ConsumerSigns {
    let own = |row: &&PendingRow| row.consumer == consumer.name;
    let holds = consumer.pending != Some(0);
    let oldest = holds.then(|| context.rows.iter().filter(own).filter_map(|row| row.idle_ms).max()).flatten();
    let mut signs = ConsumerSigns {
        pending: consumer.pending,
        idle_ms: consumer.idle_ms,
        inactive: consumer.inactive,
        oldest_row_idle_ms: oldest,
        behind_ms: context.behind_ms,
        is_listening: None,
    };
    signs.is_listening = context
        .listeners
        .map(|(listeners, apart_s)| listeners.may_be(&consumer.name, &signs, context.alive, apart_s));
    signs
}

fn least(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}
