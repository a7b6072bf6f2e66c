//! Looks at groups between the rounds, where a trim may run past them unseen.
//!
//! Knows how far the trim and the cursors went from round to round; does not know what was lost. Some servers set a
//! group's counter anew when the trim has passed its cursor: what was delivered and what was lost between two rounds can
//! then only be told apart by looking more often. Invariants: nothing is looked at where counters or ids tell it anyway,
//! nor a group that nobody reads; looks take a small, stated share of the server's time.

use super::super::read::{ReadCmd, ReadVerb};
use super::Planner;
use super::capabilities::Capabilities;
use super::known::KnownStream;
use crate::core::limits;
use crate::core::model::groups::ReadCounter;
use crate::core::model::streams::StreamFacts;
use crate::core::model::{Name, Snapshot, StreamId};
use std::collections::{BTreeMap, HashMap};

/// Time between two looks at a stream, microseconds: the shortest is a round trip. It is sought between them so that the
/// trim stands still in most steps (six of seven): what happens in those is certain.
const STEP_US: std::ops::RangeInclusive<u64> = 0..=25_000;
const FIRST_STEP_US: u64 = 10_000;
/// From the shortest on it grows by this at least, microseconds.
const STEP_GROWS_US: u64 = 20;
/// A stream is looked at for so many intervals, and so long at least, after it gave reason to.
const INTERVALS: u64 = 3;
const LEAST_US: u64 = 10_000_000;
/// What a look takes of the server's time: both commands, and each group, nanoseconds.
const LOOK_NS: u64 = 8_000;
const GROUP_NS: u64 = 800;
/// And each count.
const COUNT_NS: u64 = 20_000;

/// Whose turn it is, and when.
#[derive(Clone, Debug, Default)]
pub(super) struct LookTurn {
    counter: ReadCounter,
    streams: BTreeMap<Name, WatchedTrim>,
    budget: LookBudget,
    /// Counts looks: no two steps are of one length, for clients have rhythms of their own.
    number: u64,
    /// None before, microseconds: there was no answer.
    later_us: u64,
}

/// A stream that is looked at.
#[derive(Clone, Copy, Debug)]
struct WatchedTrim {
    until_us: u64,
    due_us: u64,
    step_us: u64,
    first: Option<StreamId>,
}

/// Server time for looks: it is spent in bursts, so that some steps are short however little there is.
#[derive(Clone, Copy, Debug, Default)]
struct LookBudget {
    /// What is left, nanoseconds, and when that was so, microseconds.
    left_ns: u64,
    at_us: u64,
    is_resting: bool,
}

impl LookBudget {
    fn refill(&mut self, now_us: u64) {
        let since_us = now_us.saturating_sub(self.at_us);
        let came_ns = since_us.saturating_mul(1_000) / limits::LOOKS_SHARE;
        self.left_ns = self.left_ns.saturating_add(came_ns).min(limits::LOOKS_BURST_NS);
        self.at_us = now_us;
        self.is_resting &= self.left_ns < limits::LOOKS_BURST_NS;
    }

    fn spend(&mut self, cost_ns: u64) {
        self.left_ns = self.left_ns.saturating_sub(cost_ns);
        self.is_resting |= self.left_ns < cost_ns;
    }

    /// When there is enough again, microseconds.
    fn full_us(&self) -> u64 {
        let lacks_ns = limits::LOOKS_BURST_NS.saturating_sub(self.left_ns);
        self.at_us.saturating_add(lacks_ns.saturating_mul(limits::LOOKS_SHARE).div_ceil(1_000))
    }
}

impl LookTurn {
    fn may(&self, capabilities: &Capabilities) -> bool {
        self.counter != ReadCounter::Counts
            && capabilities.may(ReadVerb::XINFO_STREAM)
            && capabilities.may(ReadVerb::XINFO_GROUPS)
    }
}

impl Planner {
    /// When the next look is due; `None` while there is nothing to look at.
    pub fn look_due_us(&self) -> Option<u64> {
        let looks = &self.looks;
        let due_us = looks.streams.values().map(|watched| watched.due_us).min()?.max(looks.later_us);
        let rests_us = if looks.budget.is_resting { looks.budget.full_us() } else { 0 };
        looks.may(&self.capabilities).then_some(due_us.max(rests_us))
    }

    /// The next look, if it is due: facts and groups of a few streams.
    pub fn look(&mut self, now_us: u64) -> Option<Vec<ReadCmd>> {
        self.looks.budget.refill(now_us);
        if self.look_due_us().is_none_or(|due_us| now_us < due_us) {
            return None;
        }
        let due = self.looks.streams.iter().filter(|(_, watched)| watched.due_us <= now_us);
        let mut turn: Vec<(u64, Name)> = due.map(|(key, watched)| (watched.due_us, key.clone())).collect();
        turn.sort_unstable();
        turn.truncate(limits::STREAMS_A_LOOK);
        // The server's own clock: how long a step took shows to the microsecond, whatever the way is like.
        let time = self.capabilities.may(ReadVerb::TIME).then_some(ReadCmd::Time);
        let (mut commands, mut cost_ns) = (Vec::from_iter(time), 0);
        for (_, key) in &turn {
            let Some(stream) = self.known.streams.get(key) else { continue };
            commands.extend([self.facts_of(key, stream), ReadCmd::XinfoGroups(key.clone())]);
            cost_ns += LOOK_NS + GROUP_NS * stream.groups.len() as u64;
            if self.looks.counter == ReadCounter::Absent {
                let counts = self.counts(key, stream);
                cost_ns += COUNT_NS * counts.len() as u64;
                commands.extend(counts);
            }
        }
        self.looks.number = self.looks.number.wrapping_add(1);
        self.looks.budget.spend(cost_ns);
        for (_, key) in &turn {
            let number = self.looks.number;
            if let Some(watched) = self.looks.streams.get_mut(key) {
                watched.due_us = now_us.saturating_add(varied(watched.step_us, number));
            }
        }
        Some(commands)
    }

    /// Takes a look in: where the trim went on meanwhile the next one is sooner, else later.
    pub fn learn_look(&mut self, looked: &Snapshot) {
        for facts in &looked.streams {
            let Some(watched) = self.looks.streams.get_mut(&facts.key) else { continue };
            let first = facts.detail.as_ref().and_then(|detail| detail.first_entry);
            let step_us = match watched.first == first {
                true => watched.step_us.saturating_mul(12) / 11 + STEP_GROWS_US,
                false => watched.step_us.saturating_mul(3) / 5,
            };
            watched.step_us = step_us.clamp(*STEP_US.start(), *STEP_US.end());
            watched.first = first;
        }
    }

    /// The next entry of each group, where no counter says that it is gone.
    fn counts(&self, key: &Name, stream: &KnownStream) -> Vec<ReadCmd> {
        let Some(read_only) = self.capabilities.counting_script() else { return Vec::new() };
        let cap = limits::COUNT_FIRST;
        let one = |group: &Name| ReadCmd::CountUndelivered {
            key: key.clone(),
            group: group.clone(),
            cap,
            read_only,
        };
        stream.groups.keys().take(limits::GROUPS_COUNTED_A_LOOK).map(one).collect()
    }

    fn facts_of(&self, key: &Name, stream: &KnownStream) -> ReadCmd {
        if stream.reply_bytes > limits::FAT_REPLY_BYTES {
            let read_only = self.capabilities.may(ReadVerb::EVAL_RO);
            return ReadCmd::XinfoStreamLean { key: key.clone(), read_only };
        }
        ReadCmd::XinfoStream(key.clone())
    }

    /// There was no answer: later.
    pub fn look_later(&mut self, now_us: u64) {
        self.looks.later_us = now_us.saturating_add(super::SECOND_US);
    }

    /// Takes a round in, before anything else learns from it: which streams are to be looked at from now on.
    pub(super) fn learn_trims(&mut self, snapshot: &Snapshot, now_us: u64) {
        if let Some(info) = &snapshot.info {
            self.looks.counter = ReadCounter::on(&info.server);
        }
        let interval_us = self.settings.interval_us;
        let may_script = self.capabilities.may(ReadVerb::EVAL_RO) || self.capabilities.may(ReadVerb::EVAL);
        let now_ms = snapshot.at_us.div_euclid(1000);
        self.looks.streams.retain(|_, watched| now_us < watched.until_us);
        let told: HashMap<&Name, &StreamFacts> =
            snapshot.streams.iter().map(|facts| (&facts.key, facts)).collect();
        for (key, groups) in &snapshot.groups {
            let Some(detail) = told.get(key).and_then(|facts| facts.detail.as_ref()) else { continue };
            let Some(stream) = self.known.streams.get_mut(key) else { continue };
            let mut mark = stream.trim_mark;
            let before = |name: &Name| stream.groups.get(name)?.cursor;
            let is_near = mark.advance((detail, &groups.value), before, (now_ms, interval_us));
            let is_fat = stream.reply_bytes > limits::FAT_REPLY_BYTES && !may_script;
            if is_near && !is_fat && (1..=limits::GROUPS_LOOKED_AT).contains(&groups.value.len()) {
                let until_us = now_us.saturating_add(interval_us.saturating_mul(INTERVALS).max(LEAST_US));
                let first = WatchedTrim { until_us, due_us: now_us, step_us: FIRST_STEP_US, first: None };
                self.looks.streams.entry(key.clone()).or_insert(first).until_us = until_us;
            }
            stream.trim_mark = mark;
        }
    }
}

/// Three quarters to five quarters of it, never twice the same.
fn varied(step_us: u64, number: u64) -> u64 {
    // The fractions of the golden ratio's multiples lie evenly.
    let part = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 54;
    step_us.saturating_mul(1536 + part) / 2048
}
