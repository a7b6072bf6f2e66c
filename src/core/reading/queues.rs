//! Queues of job frameworks over time: their columns, their rates, since when nothing was taken.
//!
//! Knows what was read of each queue and what its adapter says of it; keeps no job. Invariants: a column of which a part
//! could not be read is unknown, and so is a rate across a counter that went back; what was not read for a while is gone.

mod failures;
mod groups;
mod leaks;
mod samples;
mod schedules;
mod view;

use crate::core::limits;
use crate::core::model::Stamped;
use crate::core::model::meter::Meter;
use crate::core::model::node::NodeId;
use crate::core::model::queues::{
    FailedJob, ItemsFor, QueueColumn, QueueFact, QueueId, QueueItem, QueueValue, ScheduleEntry,
};
use crate::core::queues::adapter;
pub use failures::FailureGroup;
pub(super) use groups::group_workers;
pub use leaks::leaks;
pub use samples::JobGroup;
use samples::{JobSample, SampledJob};
pub use schedules::{ScheduleList, ScheduleView};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
pub use view::{AgeKind, OldestJob, QueueView};

/// What was not read for so long is not there any more, microseconds.
const FORGET_US: i64 = 120_000_000;
/// How far back the number of ready jobs is kept, microseconds.
const LEVEL_US: i64 = 60_000_000;
/// Jobs that failed of which the errors are kept, by part.
const FAILED_KEPT: usize = 400;
/// Marks of jobs that were last in line, to tell how old the first is.
const MARKS: usize = 600;

/// How far the share of a sample may be off, 19 times in 20: the normal approximation; where all were alike the rule of three
/// (Hanley and Lippman-Hand, 1983), since what was not seen may be there.
fn sample_error(share: f64, looked_at: f64) -> f64 {
    let looked_at = looked_at.max(1.0);
    if share > 0.0 && share < 1.0 {
        1.96 * (share * (1.0 - share) / looked_at).sqrt()
    } else {
        (3.0 / looked_at).min(1.0)
    }
}

/// Keeps a number with its time, over a minute; one that is not told any more has no past either.
fn note_level(levels: &mut VecDeque<(i64, u64)>, now_us: i64, level: Option<u64>) {
    let Some(level) = level else { return levels.clear() };
    if levels.back().is_some_and(|(at_us, _)| *at_us >= now_us) {
        return;
    }
    levels.push_back((now_us, level));
    let is_old = |at_us: i64| now_us.saturating_sub(at_us) > LEVEL_US;
    while levels.len() > 2 && levels.get(1).is_some_and(|(at_us, _)| is_old(*at_us)) {
        levels.pop_front();
    }
}

/// Every queue that was found.
#[derive(Clone, Debug, Default)]
pub struct QueueTrack {
    window_us: i64,
    queues: BTreeMap<QueueId, QueueState>,
}

/// A queue over time.
#[derive(Clone, Debug)]
pub struct QueueState {
    home: NodeId,
    /// Last answers of its parts, by their place in the adapter's table.
    parts: BTreeMap<usize, Stamped<Option<u64>>>,
    at_us: i64,
    /// How many were ready, in flight and delayed, and when, over a minute.
    levels: BTreeMap<QueueColumn, VecDeque<(i64, u64)>>,
    added: Meter,
    done: Meter,
    /// The next job of each place.
    next: BTreeMap<usize, NextSeen>,
    /// Jobs that were the newest, and when, by place: one of them that is next has waited since then.
    marks: BTreeMap<usize, VecDeque<(u64, i64)>>,
    /// Jobs that were looked at to tell what they are and for whom, by part.
    samples: BTreeMap<usize, JobSample>,
    /// Jobs that were looked at for their errors, by the adapter's row, the newest last; none for each that has not failed.
    failed: BTreeMap<usize, VecDeque<Option<FailedJob>>>,
    /// Entries that begin jobs again and again, by the adapter's row, and how many there are.
    schedules: BTreeMap<usize, (u64, Vec<ScheduleEntry>)>,
}

/// The job that is next in one place.
#[derive(Clone, Debug)]
struct NextSeen {
    item: Option<QueueItem>,
    /// Since when it is next, as far as was seen, and when that was looked at last: microseconds of the server.
    since_us: i64,
    seen_us: i64,
    /// When it came, milliseconds since 1970, where its hash has told.
    at_ms: Option<i64>,
}

impl QueueTrack {
    /// Nothing known yet; rates over `window_us`.
    pub fn new(window_us: i64) -> Self {
        Self { window_us, queues: BTreeMap::new() }
    }

    /// Takes the answers of one server's round in.
    pub fn advance(&mut self, home: &NodeId, facts: Vec<Stamped<QueueFact>>, now_us: i64) {
        let mut told: BTreeMap<QueueId, BTreeSet<usize>> = BTreeMap::new();
        for Stamped { at_us, value } in facts {
            if matches!(value.value, QueueValue::Kind(..) | QueueValue::Proof(..) | QueueValue::Names(..)) {
                continue;
            }
            if self.queues.len() >= limits::QUEUES && !self.queues.contains_key(&value.of) {
                continue;
            }
            if let QueueValue::Part(at, _) = &value.value {
                told.entry(value.of.clone()).or_default().insert(*at);
            }
            let window_us = self.window_us;
            let new = || QueueState::new(home, window_us);
            let queue = self.queues.entry(value.of.clone()).or_insert_with(new);
            queue.take(&value.of, value.value, at_us);
        }
        // Parts of a queue are asked together: one that did not come with the others is not known any more.
        for (id, parts) in &told {
            let queue = self.queues.get_mut(id);
            let kept = queue.into_iter().flat_map(|queue| &mut queue.parts);
            kept.filter(|(at, _)| !parts.contains(at)).for_each(|(_, part)| part.value = None);
        }
        for (id, queue) in self.queues.iter_mut().filter(|(_, queue)| queue.home == *home) {
            queue.end_round(id);
        }
        self.queues.retain(|_, queue| now_us.saturating_sub(queue.at_us) < FORGET_US);
    }

    /// Another process answers at this server: windows begin anew.
    pub fn begin_anew(&mut self, home: &NodeId) {
        for queue in self.queues.values_mut().filter(|queue| queue.home == *home) {
            queue.added.clear();
            queue.done.clear();
            queue.levels.clear();
            queue.next.clear();
            queue.marks.clear();
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.queues.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.queues.is_empty()
    }
}

impl QueueState {
    fn new(home: &NodeId, window_us: i64) -> Self {
        Self {
            home: home.clone(),
            parts: BTreeMap::new(),
            at_us: 0,
            levels: BTreeMap::new(),
            added: Meter::new(window_us),
            done: Meter::new(window_us),
            next: BTreeMap::new(),
            marks: BTreeMap::new(),
            samples: BTreeMap::new(),
            failed: BTreeMap::new(),
            schedules: BTreeMap::new(),
        }
    }

    fn take(&mut self, id: &QueueId, value: QueueValue, at_us: i64) {
        self.at_us = self.at_us.max(at_us);
        match value {
            QueueValue::Part(at, value) => drop(self.parts.insert(at, Stamped { at_us, value })),
            QueueValue::Items(ItemsFor::Next(place), items) => self.take_next(place, items, at_us),
            QueueValue::Items(ItemsFor::Newest(place), items) => {
                if let Some(item) = items.first() {
                    self.take_mark(place, item.mark, at_us);
                }
            }
            QueueValue::Items(ItemsFor::Classes(part), items) => {
                let by_hash = adapter(id.site.framework).is_some_and(|adapter| adapter.has_class_in_hash());
                if !by_hash {
                    let sampled = |item: QueueItem| SampledJob {
                        class: item.class,
                        tenant: item.tenant,
                        bytes: Some(item.bytes),
                    };
                    items.into_iter().for_each(|item| self.take_sampled(part, sampled(item), at_us));
                }
            }
            QueueValue::Schedules(row, total, entries) => {
                self.schedules.insert(row, (total, entries));
            }
            QueueValue::Failed(row, jobs) => {
                let kept = self.failed.entry(row).or_default();
                kept.extend(jobs);
                kept.drain(..kept.len().saturating_sub(FAILED_KEPT));
            }
            QueueValue::Job(ItemsFor::Next(place), job) => {
                let next = self.next.get_mut(&place);
                let is_it = |next: &&mut NextSeen| {
                    next.item.as_ref().is_some_and(|item| item.id.as_ref() == Some(&job.id))
                };
                next.filter(is_it).into_iter().for_each(|next| next.at_ms = job.at_ms);
            }
            QueueValue::Job(ItemsFor::Classes(part), job) => {
                let job = SampledJob { class: job.class, tenant: job.tenant, bytes: job.bytes };
                self.take_sampled(part, job, at_us);
            }
            QueueValue::Job(ItemsFor::Newest(_), ..)
            | QueueValue::Kind(..)
            | QueueValue::Proof(..)
            | QueueValue::Names(..) => {}
        }
    }

    /// Notes which job came last, where that changed.
    fn take_mark(&mut self, place: usize, mark: u64, at_us: i64) {
        let marks = self.marks.entry(place).or_default();
        if marks.back().is_some_and(|(last, _)| *last == mark) {
            return;
        }
        marks.push_back((mark, at_us));
        if marks.len() > MARKS {
            marks.pop_front();
        }
    }

    fn take_next(&mut self, place: usize, items: Vec<QueueItem>, at_us: i64) {
        let item = items.into_iter().next();
        let mark = |item: &Option<QueueItem>| item.as_ref().map(|item| item.mark);
        match self.next.get_mut(&place) {
            Some(next) if mark(&next.item) == mark(&item) => next.seen_us = at_us,
            _ => {
                let at_ms = item.as_ref().and_then(|item| item.at_ms);
                self.next.insert(place, NextSeen { item, since_us: at_us, seen_us: at_us, at_ms });
            }
        }
    }

    fn take_sampled(&mut self, part: usize, job: SampledJob, at_us: i64) {
        self.samples.entry(part).or_default().take(job, at_us);
    }

    /// Rates, once all parts of a round have come.
    fn end_round(&mut self, id: &QueueId) {
        let (added, done) = (self.column(id, QueueColumn::Added), self.column(id, QueueColumn::Done));
        for column in [QueueColumn::Ready, QueueColumn::InFlight, QueueColumn::Delayed] {
            let level = self.column(id, column);
            note_level(self.levels.entry(column).or_default(), self.at_us, level);
        }
        self.added.add(self.at_us, added);
        self.done.add(self.at_us, done);
        let lengths = &self.parts;
        let length = |part: &usize| lengths.get(part).and_then(|length| length.value);
        self.samples.retain(|part, _| length(part).is_none_or(|length| length > 0));
        for (part, sample) in &mut self.samples {
            length(part).into_iter().for_each(|length| sample.end_round(length));
        }
        self.end_failures(id);
    }

    /// The parts of a column added up; `None` where it has none, or one of them is unknown.
    fn column(&self, id: &QueueId, column: QueueColumn) -> Option<u64> {
        let adapter = adapter(id.site.framework)?;
        let mut sum: Option<i128> = None;
        for (at, part) in adapter.parts.iter().enumerate().filter(|(_, part)| part.column == column) {
            if part.is_of_queue() != id.queue.is_some() {
                continue;
            }
            let value = i128::from(self.parts.get(&at)?.value?);
            let value = if part.takes_off { -value } else { value };
            sum = Some(sum.map_or(value, |sum| sum + value));
        }
        // Parts are not read at one moment: what was taken meanwhile stands in both or in none.
        sum.map(|sum| u64::try_from(sum.max(0)).map_or(u64::MAX, |sum| sum))
    }
}

#[cfg(test)]
mod tests;
