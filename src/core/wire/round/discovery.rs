//! The search for streams: a slow walk through the keyspace, again and again.
//!
//! Knows cursors and pace; does not know what is done with the streams found. Invariants: one SCAN a step, each
//! about 0.3 ms of server time, and no more than about one part in a hundred of it over time; where somebody waits for the
//! end, up to a millisecond and without pauses.

use super::super::observation::{AskedFor, Exchange, Observation};
use super::super::read::{ReadCmd, ReadVerb, ScanFor};
use super::capabilities::Capabilities;
use crate::core::limits;
use crate::core::model::glob::Glob;
use crate::core::model::keys::{KeyFacts, KeyKind};
use crate::core::model::snapshot::Discovery;
use crate::core::model::{Name, Snapshot};
use std::collections::VecDeque;

/// Steps of the first pass that follow each other without a pause: small servers are seen at once.
const EAGER_STEPS: u64 = 16;
/// Pause between steps, microseconds.
const PAUSE_US: u64 = 25_000;
/// How often the pause doubles while no page comes: up to three seconds, for it is over sooner or later.
const LATEST_PAUSE: u32 = 7;
/// Pause between passes at least, microseconds; longer passes rest a hundred times the server time they took.
const LAP_PAUSE_US: u64 = 5_000_000;

/// The walk and what it found.
#[derive(Clone, Debug)]
pub struct Search {
    /// Whether only streams are looked for.
    of_streams: bool,
    literals: Vec<Name>,
    /// Globs of names that are looked for beside those of queues.
    also: Vec<Name>,
    walks: Vec<Option<Name>>,
    walk: usize,
    cursor: u64,
    count: ScanCount,
    untyped: VecDeque<Name>,
    found: Vec<Name>,
    progress: Discovery,
    due_us: u64,
    pass_cost_us: u64,
    idle_us: u64,
    is_hurried: bool,
    /// Whether the last step is still to be answered.
    is_asked: bool,
    /// Steps in a row that brought no page.
    refusals: u32,
}

impl Search {
    /// Names without wildcards are streams to watch; the others are walked for, and everything where asked. A hurried
    /// search is one that somebody waits for.
    pub fn new(patterns: &[Name], everywhere: bool, is_hurried: bool) -> Self {
        let is_glob = |name: &&Name| name.as_bytes().iter().any(|byte| b"*?[]\\".contains(byte));
        let literals = patterns.iter().filter(|name| !is_glob(name)).cloned().collect();
        let mut walks: Vec<_> = if everywhere {
            vec![None]
        } else {
            patterns.iter().filter(is_glob).map(|pattern| Some(pattern.clone())).collect()
        };
        walks.dedup();
        Self { is_hurried, count: ScanCount::new(is_hurried), ..Self::through(walks, literals, true) }
    }

    /// Names of queues and of channel layers are walked for, among keys that begin like one of these.
    pub fn of_names(prefixes: &[Name], also: &[Name], is_hurried: bool) -> Self {
        let walks = prefixes
            .iter()
            .map(|prefix| Some(Glob::literal_prefix(prefix.as_bytes()).text().clone()))
            .collect();
        let count = ScanCount::new(is_hurried);
        Self { is_hurried, count, also: also.to_vec(), ..Self::through(walks, Vec::new(), false) }
    }

    fn through(walks: Vec<Option<Name>>, literals: Vec<Name>, of_streams: bool) -> Self {
        let passes = u64::from(walks.is_empty());
        Self {
            of_streams,
            literals,
            also: Vec::new(),
            walks,
            walk: 0,
            cursor: 0,
            count: ScanCount::new(false),
            untyped: VecDeque::new(),
            found: Vec::new(),
            progress: Discovery { passes, ..Discovery::default() },
            due_us: 0,
            pass_cost_us: 0,
            idle_us: u64::MAX,
            is_hurried: false,
            is_asked: false,
            refusals: 0,
        }
    }

    /// Keys named in the configuration.
    pub fn literals(&self) -> &[Name] {
        &self.literals
    }

    /// Streams found since the last call.
    pub fn take_found(&mut self) -> Vec<Name> {
        std::mem::take(&mut self.found)
    }

    /// How far the walk is.
    pub fn progress(&self) -> Discovery {
        self.progress
    }

    /// Whether there are keys whose type is still to be asked.
    pub fn has_untyped(&self) -> bool {
        !self.untyped.is_empty()
    }

    /// When the next step is due; `None` when there is nothing to walk through.
    pub fn due_us(&self) -> Option<u64> {
        (!self.walks.is_empty()).then_some(self.due_us)
    }

    /// The commands of the next step, when it is due.
    pub fn step(&mut self, now_us: u64, capabilities: &Capabilities) -> Option<Vec<ReadCmd>> {
        if self.walks.is_empty() || now_us < self.due_us || !capabilities.may_scan() {
            return None;
        }
        self.is_asked = true;
        let pattern = self.walks.get(self.walk).cloned().flatten();
        if !self.of_streams {
            let (cursor, count, also) = (self.cursor, self.count.now(), self.also.clone());
            return Some(vec![ReadCmd::ScanNames { cursor, pattern, count, also }]);
        }
        if !self.untyped.is_empty() {
            // A hundred refusals say no more than one.
            let most = if capabilities.is_proven(ReadVerb::TYPE) { limits::PIPELINE_COMMANDS - 2 } else { 1 };
            let batch = self.untyped.len().min(most);
            return Some(self.untyped.drain(..batch).map(ReadCmd::Type).collect());
        }
        Some(vec![ReadCmd::Scan {
            cursor: self.cursor,
            pattern,
            count: self.count.now(),
            wanted: match capabilities.may(ReadVerb::SCAN_TYPE) {
                true => ScanFor::Streams,
                false => ScanFor::Types,
            },
        }])
    }

    /// Takes a page, or types, in and sets the pace.
    pub fn learn(&mut self, observation: &Observation, snapshot: &Snapshot, now_us: u64) {
        // Keys that are measured are told too, and cost the search for streams nothing.
        let is_stream = |key: &&KeyFacts| key.kind == Some(KeyKind::Stream);
        if self.of_streams {
            self.found.extend(snapshot.keys.iter().filter(is_stream).map(|key| key.name.clone()));
        }
        // A round may be answered while a step is under way.
        if !self.is_asked || observation.cause != AskedFor::Search {
            return;
        }
        self.is_asked = false;
        let taken_us = observation
            .exchanges
            .first()
            .map_or(0, |exchange| exchange.received_us.saturating_sub(exchange.sent_us));
        self.idle_us = self.idle_us.min(taken_us.max(1));
        if !snapshot.keys.is_empty() {
            self.due_us = now_us.saturating_add(self.pause_us());
        }
        let of_streams = self.of_streams;
        let is_own = |exchange: &Exchange| match exchange.command {
            ReadCmd::Scan { .. } => of_streams,
            ReadCmd::ScanNames { .. } => !of_streams,
            _ => false,
        };
        let streams = snapshot.scan.as_ref().filter(|page| of_streams && !page.for_sizes);
        let names = snapshot.names.as_ref().filter(|_| !of_streams);
        let Some(next) = streams.map(|page| page.next).or(names.map(|page| page.next)) else {
            if observation.exchanges.iter().any(is_own) {
                // Refused in this form, or lost: the next step tries again in another, and then ever later.
                let pause_us = PAUSE_US << self.refusals.min(LATEST_PAUSE);
                self.refusals += 1;
                self.due_us = now_us.saturating_add(pause_us);
            }
            return;
        };
        self.refusals = 0;
        self.progress.steps += 1;
        self.progress.keys = self.progress.keys.saturating_add(u64::from(self.count.now()));
        let call_us = taken_us.saturating_sub(self.idle_us);
        self.pass_cost_us = self.pass_cost_us.saturating_add(call_us);
        self.count.adapt(call_us);
        self.found.extend(names.into_iter().flat_map(|page| page.names.iter().cloned()));
        match streams {
            Some(page) if page.streams_only => self.found.extend(page.keys.iter().cloned()),
            Some(page) => {
                let room = limits::UNTYPED_KEYS.saturating_sub(self.untyped.len());
                self.untyped.extend(page.keys.iter().take(room).cloned());
            }
            None => {}
        }
        self.cursor = next;
        self.due_us = now_us.saturating_add(self.pause_us());
        if next == 0 {
            self.end_walk(now_us);
        }
    }

    fn end_walk(&mut self, now_us: u64) {
        self.walk += 1;
        if self.walk >= self.walks.len() {
            self.walk = 0;
            self.progress.passes += 1;
            self.progress.steps = 0;
            self.progress.keys = 0;
            let rest_us = self.pass_cost_us.saturating_mul(100).max(LAP_PAUSE_US);
            self.pass_cost_us = 0;
            self.due_us = now_us.saturating_add(if self.untyped.is_empty() { rest_us } else { PAUSE_US });
        }
    }

    fn pause_us(&self) -> u64 {
        let eager = self.progress.passes == 0 && self.progress.steps < EAGER_STEPS;
        match (eager, self.is_hurried && self.progress.passes == 0) {
            (true, _) => 0,
            // Somebody waits for it: others have their turn between two calls.
            (false, true) => 0,
            (false, false) => PAUSE_US,
        }
    }
}

/// COUNT of SCAN, which follows the time that a call takes: the quickest of a few, since a machine that is busy
/// elsewhere makes any one of them late, and none of them too quick.
#[derive(Clone, Copy, Debug)]
pub(super) struct ScanCount {
    count: u32,
    least: u32,
    /// What one call should take, microseconds.
    call_us: u64,
    quickest_us: u64,
    calls: u32,
}

/// The first COUNT, and the least, where somebody waits for the end of a search.
const HURRIED_COUNT: u32 = 500;
/// Calls before the count changes.
const CALLS: u32 = 4;

impl ScanCount {
    /// Begins small; where somebody waits for the end calls become as long as any read may be.
    pub(super) fn new(is_hurried: bool) -> Self {
        // A key takes 0.4 to 1.2 us of a server. On a busy machine a call takes longer than the server needs for it, and pages
        // that are too small make a search take ten times as long.
        let (count, least, call_us) = match is_hurried {
            true => (HURRIED_COUNT, HURRIED_COUNT, limits::CALL_US),
            false => (100, *limits::SCAN_COUNT.start(), limits::SCAN_CALL_US),
        };
        Self { count, least, call_us, quickest_us: u64::MAX, calls: 0 }
    }

    /// For the next call.
    pub(super) fn now(self) -> u32 {
        self.count
    }

    /// More after quick calls, less after slow ones.
    pub(super) fn adapt(&mut self, call_us: u64) {
        self.quickest_us = self.quickest_us.min(call_us);
        self.calls += 1;
        if self.calls < CALLS {
            return;
        }
        let next = if self.quickest_us > self.call_us {
            self.count / 2
        } else if self.quickest_us < self.call_us / 2 {
            self.count.saturating_mul(2)
        } else {
            self.count
        };
        let count = next.clamp(self.least, *limits::SCAN_COUNT.end());
        (self.count, self.quickest_us, self.calls) = (count, u64::MAX, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(calls_us: &[u64]) -> u32 {
        let mut count = ScanCount::new(false);
        calls_us.iter().for_each(|us| count.adapt(*us));
        count.now()
    }

    #[test]
    fn one_late_answer_does_not_slow_the_walk_and_slow_ones_do() {
        assert_eq!(after(&[50, 9_000, 60, 70]), 200);
        assert_eq!(after(&[9_000, 8_000, 900, 700]), 50);
        assert_eq!(after(&[200, 200, 200, 200]), 100);
        assert_eq!(after(&[0; 100]), *limits::SCAN_COUNT.end());
    }
}
