//! Jobs that failed, by what went wrong.
//!
//! Knows the jobs that were looked at, whose errors have nothing left of theirs; not how they were asked for. Invariants: how
//! many were looked at of how many is told with each error; what is estimated says how far it may be off.

use super::{QueueState, sample_error};
use crate::core::model::Name;
use crate::core::model::queues::{FailedJob, QueueId};
use crate::core::queues::adapter;
use std::collections::BTreeMap;

/// Errors that are told of one part, the most frequent first.
const ERRORS: usize = 20;

/// Jobs that failed with one error.
#[derive(Clone, Debug, PartialEq)]
pub struct FailureGroup {
    /// Where they stand: `dead`, `retry`, `results`.
    pub part: &'static str,
    /// The error without numbers, ids and quoted values; none of jobs that do not tell theirs.
    pub error: Option<Name>,
    /// The class that most of them are of, where they tell.
    pub class: Option<Name>,
    /// How many classes they are of.
    pub classes: u64,
    /// Jobs, about.
    pub jobs: u64,
    /// Share of the part, 0 to 1.
    pub share: f64,
    /// How far the share may be off, 19 times in 20.
    pub off: f64,
    /// When the newest of those that were looked at failed, milliseconds since 1970.
    pub newest_ms: Option<i64>,
    /// The same of the oldest.
    pub oldest_ms: Option<i64>,
    /// Jobs of the part that were looked at.
    pub looked_at: u64,
    /// Jobs of the part.
    pub of: u64,
}

impl QueueState {
    /// Forgets jobs of parts that are empty by now.
    pub(super) fn end_failures(&mut self, id: &QueueId) {
        let Some(adapter) = adapter(id.site.framework) else { return };
        let parts = &self.parts;
        self.failed.retain(|row, _| {
            let place = adapter.failed.get(*row).and_then(|form| form.place(adapter));
            let length = place.and_then(|at| parts.get(&at)).and_then(|length| length.value);
            length.is_none_or(|length| length > 0)
        });
    }

    /// Jobs that failed by error, the most frequent first.
    pub(super) fn failures(&self, id: &QueueId) -> Vec<FailureGroup> {
        let Some(adapter) = adapter(id.site.framework) else { return Vec::new() };
        let mut all = Vec::new();
        for (row, seen) in &self.failed {
            let Some(form) = adapter.failed.get(*row) else { continue };
            let length =
                form.place(adapter).and_then(|at| self.parts.get(&at)).and_then(|length| length.value);
            let Some(length) = length else { continue };
            // All jobs of a small part are looked at each time: the last look counts.
            let is_whole = length <= u64::from(form.jobs_a_read());
            let last = usize::try_from(length).ok().filter(|_| is_whole);
            let most = last.map_or(seen.len(), |last| last.min(seen.len()));
            let jobs: Vec<&FailedJob> = seen.iter().rev().take(most).filter_map(Option::as_ref).collect();
            let looked_at = most as u64;
            let mut groups: BTreeMap<&Option<Name>, Vec<&FailedJob>> = BTreeMap::new();
            jobs.into_iter().for_each(|job| groups.entry(&job.error).or_default().push(job));
            let window = FailureWindow { part: form.part, looked_at, of: length, is_whole };
            let mut groups: Vec<FailureGroup> =
                groups.into_iter().map(|(error, jobs)| window.group(error.clone(), &jobs)).collect();
            groups.sort_by(|a, b| b.jobs.cmp(&a.jobs).then_with(|| a.error.cmp(&b.error)));
            groups.truncate(ERRORS);
            all.append(&mut groups);
        }
        all.sort_by_key(|group| std::cmp::Reverse(group.jobs));
        all
    }
}

/// What was looked at of a part.
struct FailureWindow {
    part: &'static str,
    looked_at: u64,
    of: u64,
    is_whole: bool,
}

impl FailureWindow {
    fn group(&self, error: Option<Name>, jobs: &[&FailedJob]) -> FailureGroup {
        let looked_at = self.looked_at.max(1) as f64;
        let share = jobs.len() as f64 / looked_at;
        let mut classes: BTreeMap<&Name, u64> = BTreeMap::new();
        jobs.iter()
            .filter_map(|job| job.class.as_ref())
            .for_each(|class| *classes.entry(class).or_default() += 1);
        let most = classes.iter().max_by_key(|(_, jobs)| **jobs).map(|(class, _)| (*class).clone());
        let times = || jobs.iter().filter_map(|job| job.at_ms);
        FailureGroup {
            part: self.part,
            error,
            class: most,
            classes: classes.len() as u64,
            jobs: (share * self.of as f64).round() as u64,
            share,
            off: if self.is_whole { 0.0 } else { sample_error(share, looked_at) },
            newest_ms: times().max(),
            oldest_ms: times().min(),
            // Some were looked at twice.
            looked_at: self.looked_at.min(self.of),
            of: self.of,
        }
    }
}
