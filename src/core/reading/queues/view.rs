//! Queues as they are shown: columns, the age of the oldest job, classes, and what is wrong in one sentence.
//!
//! Knows what was kept of each queue; not how it is drawn. Invariants: what a site keeps for all its queues stands in a
//! row of its own, and with the queue where there is but one; unknown is `None`, and what is estimated says so.

use super::samples::{JobGroup, JobTrait};
use super::{FailureGroup, QueueState, QueueTrack};
use crate::core::diagnose::queues::{JobFlood, QueueFigures, QueueVerdict};
use crate::core::figures::column::Certainty;
use crate::core::model::Name;
use crate::core::model::clients::Client;
use crate::core::model::queues::{Framework, QueueColumn, QueueId};
use crate::core::queues::adapter;
use crate::core::queues::adapter::{ItemClass, QueuePart};
use std::collections::BTreeMap;

/// Growth that is none: a job in so many seconds.
const LEAST_GROWTH: f64 = 0.02;

/// A queue as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueView {
    /// Which.
    pub id: QueueId,
    /// Jobs that a worker could take now.
    pub ready: Option<u64>,
    /// How far that may be trusted.
    pub ready_kind: Certainty,
    /// Jobs that a worker has taken and not done with.
    pub in_flight: Option<u64>,
    /// Those of them that no live worker holds.
    pub orphaned: Option<u64>,
    /// Jobs that are to run later.
    pub delayed: Option<u64>,
    /// Jobs that failed for good.
    pub dead: Option<u64>,
    /// How long the job that is next has waited.
    pub oldest: Option<OldestJob>,
    /// Jobs that come, a second.
    pub in_per_s: Option<f64>,
    /// Jobs that are taken or done with, a second.
    pub out_per_s: Option<f64>,
    /// How fast the number of ready jobs grows, a second; negative where it falls.
    pub growth_per_s: Option<f64>,
    /// Workers that show signs of life; those of all queues where the framework does not tell them apart.
    pub workers: Option<u64>,
    /// Whether it is paused.
    pub is_paused: Option<bool>,
    /// Since when nothing was taken although something is ready, milliseconds.
    pub untouched_ms: Option<u64>,
    /// Clients of the server that wait for an item of any list or sorted set, or for an entry of any stream where it is a
    /// group; nobody tells of which.
    pub blocked: Option<u64>,
    /// Clients of the server that have waited for an item before, are connected and silent.
    pub silent: Option<u64>,
    /// What it is at.
    pub verdict: QueueVerdict,
    /// The same in a sentence.
    pub reason: String,
    /// Classes of jobs in each of its parts, the most frequent first.
    pub classes: Vec<JobGroup>,
    /// For whom they are, where a field that was named tells: the same.
    pub tenants: Vec<JobGroup>,
    /// Jobs that are done with and are kept, or what they came to.
    pub kept: Option<u64>,
    /// What those take, bytes, worked out from ten of them; `None` of few.
    pub kept_bytes: Option<u64>,
    /// Jobs that failed by error, the most frequent first.
    pub failures: Vec<FailureGroup>,
}

/// How long the job that is next has waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OldestJob {
    /// Milliseconds.
    pub age_ms: u64,
    /// How that is known.
    pub kind: AgeKind,
}

/// How an age is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgeKind {
    /// By a time that the framework has stored.
    Exact,
    /// By when it was seen to be the newest.
    Estimate,
    /// It is there for so long, perhaps longer.
    AtLeast,
}

impl QueueView {
    /// Milliseconds until nothing is ready, where the queue shrinks.
    pub fn drain_ms(&self) -> Option<u64> {
        let (ready, growth) = (self.ready?, self.growth_per_s?);
        (growth < -LEAST_GROWTH).then(|| (ready as f64 * 1000.0 / -growth) as u64)
    }

    /// What decides what it is at.
    pub fn figures(&self) -> QueueFigures {
        QueueFigures {
            ready: self.ready,
            in_flight: self.in_flight,
            orphaned: self.orphaned,
            workers: self.workers,
            is_paused: self.is_paused,
            growth_per_s: self.growth_per_s,
            untouched_ms: self.untouched_ms,
            blocked: self.blocked,
            silent: self.silent,
        }
    }

    /// The class that most jobs are of, dead ones left out.
    pub fn flood(&self) -> Option<JobFlood> {
        most_of(&self.classes)
    }

    /// The tenant that most jobs are for, dead ones left out.
    pub fn tenant_flood(&self) -> Option<JobFlood> {
        most_of(&self.tenants)
    }

    /// Its name, or that of what all queues share.
    pub fn name(&self) -> String {
        self.id.queue.as_ref().map_or_else(|| "*".to_owned(), Name::text)
    }

    /// Whose.
    pub fn framework(&self) -> Framework {
        self.id.site.framework
    }
}

/// The largest of some groups, dead jobs left out.
fn most_of(groups: &[JobGroup]) -> Option<JobFlood> {
    let counts = |group: &&JobGroup| group.column != QueueColumn::Dead && group.name.is_some();
    let most = groups.iter().filter(counts).max_by_key(|group| group.jobs)?;
    Some(JobFlood {
        name: most.name.clone()?,
        column: most.column,
        jobs: most.jobs,
        share: most.share,
        error: most.error,
    })
}

impl QueueTrack {
    /// Every queue, by framework, prefix and name; ages as of `now_us`.
    /// Clients may wait for an item of some list or sorted set; nothing taken for `limit_ms` is a sign of trouble.
    pub fn views(&self, now_us: i64, clients: Option<&[Client]>, limit_ms: u64) -> Vec<QueueView> {
        let mut named: BTreeMap<_, usize> = BTreeMap::new();
        for id in self.queues.keys().filter(|id| id.queue.is_some()) {
            *named.entry(&id.site).or_default() += 1;
        }
        let mut views = Vec::new();
        for (id, queue) in &self.queues {
            let of_site = QueueId { site: id.site.clone(), queue: None };
            let site = self.queues.get(&of_site).filter(|_| id.queue.is_some());
            let is_only = named.get(&id.site) == Some(&1);
            if id.queue.is_none() && is_only {
                continue;
            }
            views.push(queue.view(id, site.map(|site| (&of_site, site)), is_only, now_us));
        }
        let count = |is: &dyn Fn(&Client) -> bool| {
            clients.map(|clients| clients.iter().filter(|client| is(client)).count() as u64)
        };
        let blocked = count(&Client::waits_for_item);
        let silent = count(&|client| client.silent_since_pop_s().is_some_and(|s| s >= limit_ms / 1000));
        for view in &mut views {
            (view.blocked, view.silent) = (blocked, silent);
            (view.verdict, view.reason) = view.figures().judge(limit_ms);
        }
        views.retain(|view| view.id.queue.is_some() || view.has_figures());
        views
    }

    /// How many jobs of a column a queue had, and when, over a minute; `None` where nobody has told.
    pub fn levels(&self, id: &QueueId, column: QueueColumn) -> Option<Vec<(i64, u64)>> {
        let levels = self.queues.get(id)?.levels.get(&column)?;
        Some(levels.iter().copied().collect())
    }
}

impl QueueView {
    fn has_figures(&self) -> bool {
        let columns = [self.ready, self.in_flight, self.orphaned, self.delayed, self.dead];
        columns.iter().any(Option::is_some)
    }
}

impl QueueState {
    fn view(&self, id: &QueueId, site: Option<(&QueueId, &Self)>, is_only: bool, now_us: i64) -> QueueView {
        let own = |column| self.column(id, column);
        let shared = |column| site.and_then(|(id, site)| site.column(id, column));
        let figure = |column| own(column).or_else(|| shared(column).filter(|_| is_only));
        let growth_per_s = self.growth_per_s(QueueColumn::Ready);
        let added = self.added.per_s();
        let done =
            self.done.per_s().or_else(|| site.filter(|_| is_only).and_then(|(_, site)| site.done.per_s()));
        let out = || Some((added? - growth_per_s?).max(0.0));
        // What is done with has come, and so has whatever there is more of now.
        let grows = |column| {
            let shared = || site.filter(|_| is_only).and_then(|(_, site)| site.growth_per_s(column));
            self.growth_per_s(column).or_else(shared)
        };
        let come =
            || Some(done? + growth_per_s? + grows(QueueColumn::InFlight)? + grows(QueueColumn::Delayed)?);
        let in_per_s = added.or_else(|| come().map(|come| come.max(0.0)));
        let mut view = QueueView {
            id: id.clone(),
            ready: own(QueueColumn::Ready),
            ready_kind: own(QueueColumn::Ready).map_or(Certainty::Unknown, |_| Certainty::Exact),
            in_flight: figure(QueueColumn::InFlight),
            orphaned: figure(QueueColumn::Orphaned),
            delayed: figure(QueueColumn::Delayed),
            dead: figure(QueueColumn::Dead),
            oldest: self.oldest(now_us),
            in_per_s,
            out_per_s: done.or_else(out),
            growth_per_s,
            workers: own(QueueColumn::Workers).or_else(|| shared(QueueColumn::Workers)),
            is_paused: own(QueueColumn::Paused)
                .or_else(|| shared(QueueColumn::Paused))
                .map(|paused| paused > 0),
            untouched_ms: self.untouched_ms(id),
            blocked: None,
            silent: None,
            verdict: QueueVerdict::Unknown,
            reason: String::new(),
            classes: self.groups(id, JobTrait::Class),
            tenants: self.groups(id, JobTrait::Tenant),
            kept: figure(QueueColumn::Kept),
            kept_bytes: figure(QueueColumn::KeptBytes),
            failures: self.failures(id),
        };
        if let Some((of, site)) = site.filter(|_| is_only) {
            view.classes.extend(site.groups(of, JobTrait::Class));
            view.classes.sort_by_key(|class| std::cmp::Reverse(class.jobs));
            view.tenants.extend(site.groups(of, JobTrait::Tenant));
            view.tenants.sort_by_key(|tenant| std::cmp::Reverse(tenant.jobs));
            view.failures.extend(site.failures(of));
            view.failures.sort_by_key(|group| std::cmp::Reverse(group.jobs));
        }
        view
    }

    /// How fast a column grows, jobs a second, over up to a minute.
    fn growth_per_s(&self, column: QueueColumn) -> Option<f64> {
        let levels = self.levels.get(&column)?;
        let (&(from_us, from), &(to_us, to)) = (levels.front()?, levels.back()?);
        let span_us = to_us.checked_sub(from_us).filter(|span_us| *span_us > 0)?;
        Some((to as f64 - from as f64) * 1e6 / span_us as f64)
    }

    /// Of the jobs that are next the one that came first.
    fn oldest(&self, now_us: i64) -> Option<OldestJob> {
        let now_ms = now_us.div_euclid(1000);
        let age = |at_ms: i64| now_ms.saturating_sub(at_ms).max(0).unsigned_abs();
        let mut oldest: Option<OldestJob> = None;
        for (place, next) in &self.next {
            let Some(item) = &next.item else { continue };
            let marked = self
                .marks
                .get(place)
                .and_then(|marks| marks.iter().find(|(mark, _)| *mark == item.mark).map(|(_, at_us)| *at_us));
            let (age_ms, kind) = match (next.at_ms, marked) {
                (Some(at_ms), _) => (age(at_ms), AgeKind::Exact),
                // What was the newest at the first look may be older than we are.
                (None, Some(at_us)) if self.is_first_mark(*place, at_us) => {
                    (age(at_us.div_euclid(1000)), AgeKind::AtLeast)
                }
                (None, Some(at_us)) => (age(at_us.div_euclid(1000)), AgeKind::Estimate),
                (None, None) => (age(next.since_us.div_euclid(1000)), AgeKind::AtLeast),
            };
            if oldest.is_none_or(|oldest| oldest.age_ms < age_ms) {
                oldest = Some(OldestJob { age_ms, kind });
            }
        }
        oldest
    }

    fn is_first_mark(&self, place: usize, at_us: i64) -> bool {
        self.marks.get(&place).and_then(|marks| marks.front()).is_some_and(|(_, first)| *first == at_us)
    }

    /// Since when nothing was taken from any place where something waits, as far as was seen.
    fn untouched_ms(&self, id: &QueueId) -> Option<u64> {
        self.column(id, QueueColumn::Ready).filter(|ready| *ready > 0)?;
        let waiting = self.next.values().filter(|next| next.item.is_some());
        let spans = waiting.map(|next| next.seen_us.saturating_sub(next.since_us));
        spans.min().map(|span_us| span_us.max(0).unsigned_abs() / 1000)
    }

    /// Jobs that were looked at, by what they are told apart by, the most frequent first.
    fn groups(&self, id: &QueueId, by: JobTrait) -> Vec<JobGroup> {
        let Some(adapter) = adapter(id.site.framework) else { return Vec::new() };
        if by == JobTrait::Class && matches!(adapter.item.class, ItemClass::Unknown) {
            return Vec::new();
        }
        let mut all = Vec::new();
        for (at, sample) in &self.samples {
            let part = adapter.parts.get(*at);
            // What is taken and stays where it was is not looked at.
            let takes_off = |part: &QueuePart| {
                let column = adapter.parts.iter().filter(|other| other.column == part.column);
                column.into_iter().any(|other| other.takes_off)
            };
            let length = match part.filter(|part| takes_off(part)) {
                Some(part) => self.column(id, part.column),
                None => self.parts.get(at).and_then(|length| length.value),
            };
            let (Some(part), Some(length)) = (part, length) else { continue };
            all.extend(sample.groups(part.column, length, by));
        }
        all.sort_by_key(|group| std::cmp::Reverse(group.jobs));
        all
    }
}
