//! Windows of jobs, to tell their classes: places spread over a queue, since jobs of one class often stand together.
//!
//! Knows which parts hold jobs and how many; not which classes there are. Invariants: a window is of few jobs, which stand
//! where the server finds them at once: of a long list not far from its ends; parts have their windows in turn.

use super::super::capabilities::Capabilities;
use super::super::rotation::{Pick, Rotation};
use super::{TRIES, job_ask};
use crate::core::limits;
use crate::core::model::Name;
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::{ItemsFor, QueueColumn, QueueId, QueueItem, QueueValue};
use crate::core::queues::adapter::{Counts, FailedJobs, FailureKept, ItemClass, QueuePart};
use crate::core::queues::{adapter, names};
use crate::core::wire::read::{QueueAsk, ReadVerb};
use std::collections::BTreeMap;

/// Windows of one round, and where somebody waits for all; of these so many of one part at most.
const A_ROUND: usize = 4;
const AT_ONCE: usize = 400;
const OF_A_PART: usize = 20;
/// A part with so many jobs may be flooded: it has so many windows at once when it is found.
const MANY_JOBS: u64 = 10_000;
const FIRST_WINDOWS: u64 = 10;
/// How far from its end the middle of a list is looked at: a list is walked through from its nearer end.
const LIST_DEPTH: u64 = 20_000;
/// Jobs whose hashes are asked in one round: those of the windows of the round before.
const JOBS_A_ROUND: usize = A_ROUND * limits::JOBS_IN_WINDOW as usize;
/// The same where somebody waits for all.
const JOBS_AT_ONCE: usize = 1_000;

/// A queue, a part of it, and the row of its jobs that failed where it is read for their errors.
type WindowKey = (QueueId, usize, Option<usize>);

/// Which windows are due.
#[derive(Clone, Debug, Default)]
pub(super) struct JobWindows {
    parts: BTreeMap<WindowKey, WindowPart>,
    turns: Rotation<WindowKey>,
    jobs: Vec<(QueueId, ItemsFor, Name)>,
    now: u64,
    /// The field that names for whom a job is, where somebody named one.
    tenant: Option<Name>,
}

/// A part that holds jobs.
#[derive(Clone, Copy, Debug, Default)]
struct WindowPart {
    length: u64,
    /// Windows that were asked for, the last of them not answered yet perhaps.
    read: u64,
    was_answered: bool,
    /// Rounds in which it was asked.
    tries: u32,
}

impl WindowPart {
    /// Whether it was never looked at, and not in vain either, or not often enough yet where it is long.
    fn is_new(&self) -> bool {
        match self.was_answered {
            false => self.tries < TRIES,
            true => self.length >= MANY_JOBS && self.read < FIRST_WINDOWS,
        }
    }
}

/// Whether a part holds the jobs themselves, so that they can be looked at.
fn has_jobs(part: &QueuePart) -> bool {
    let is_holder = |kind: KeyKind| matches!(kind, KeyKind::List | KeyKind::Zset | KeyKind::Hash);
    let holds = match part.counts {
        Counts::Length(kind) => is_holder(kind),
        Counts::Jobs(_) | Counts::Until(..) | Counts::Since(..) => true,
        _ => false,
    };
    let is_column = matches!(part.column, QueueColumn::Ready | QueueColumn::Delayed | QueueColumn::Dead);
    holds && is_column && !part.takes_off
}

impl JobWindows {
    /// None are known; `tenant` is the field that names for whom a job is.
    pub fn new(tenant: Option<Name>) -> Self {
        Self { tenant, ..Self::default() }
    }

    /// How many jobs a part holds.
    pub fn learn_part(&mut self, of: &QueueId, value: &QueueValue) {
        let QueueValue::Part(at, length) = value else { return };
        let Some(adapter) = adapter(of.site.framework) else { return };
        let tells = !matches!(adapter.item.class, ItemClass::Unknown) || self.tenant.is_some();
        let Some(part) = adapter.parts.get(*at) else { return };
        let failed = adapter.failed.iter().position(|failed| failed.key == part.key);
        let failed = failed.filter(|_| matches!(part.counts, Counts::Length(_)));
        let classes = (tells && has_jobs(part)).then_some(None);
        for row in classes.into_iter().chain(failed.map(Some)) {
            self.set_length((of.clone(), *at, row), *length);
        }
    }

    fn set_length(&mut self, key: WindowKey, length: Option<u64>) {
        match length.filter(|length| *length > 0) {
            Some(length) => {
                self.turns.set(&key, true, self.now);
                self.parts.entry(key).or_default().length = length;
            }
            None => {
                self.turns.set(&key, false, self.now);
                self.parts.remove(&key);
            }
        }
    }

    pub fn forget(&mut self, id: &QueueId) {
        let is_other = |of: &QueueId| of != id;
        self.parts.retain(|(of, ..), _| is_other(of));
        self.turns.retain(|(of, ..)| is_other(of));
        self.jobs.retain(|(of, ..)| is_other(of));
    }

    /// Whether there is a part that was never looked at.
    pub fn has_open(&self) -> bool {
        !self.jobs.is_empty() || self.parts.values().any(WindowPart::is_new)
    }

    /// Jobs of a window whose class stands in their hash.
    pub fn learn_items(&mut self, of: &QueueId, why: ItemsFor, items: &[QueueItem]) {
        if let ItemsFor::Classes(at) = why
            && let Some(part) = self.parts.get_mut(&(of.clone(), at, None))
        {
            part.was_answered = true;
        }
        for job in items.iter().filter_map(|item| item.id.as_ref()) {
            if self.jobs.len() < JOBS_AT_ONCE && job_ask(of, why, job).is_some() {
                self.jobs.push((of.clone(), why, job.clone()));
            }
        }
    }

    /// Jobs of this row that failed were told.
    pub fn learn_failed(&mut self, of: &QueueId, row: usize) {
        let told = self.parts.iter_mut().filter(|((id, _, failed), _)| id == of && *failed == Some(row));
        told.for_each(|(_, part)| part.was_answered = true);
    }

    /// The same question with the field that names for whom the job is, where its hash can be looked into.
    fn with_tenant(&self, ask: QueueAsk, script: Option<bool>) -> QueueAsk {
        match (ask, script) {
            (QueueAsk::Job { why, key, id, .. }, Some(read_only)) => {
                QueueAsk::Job { why, key, id, tenant: self.tenant.clone(), read_only }
            }
            (ask, _) => ask,
        }
    }

    /// The windows of a round, and the jobs of those before.
    pub fn ask(
        &mut self,
        (everything, is_new_only): (bool, bool),
        script: Option<bool>,
        capabilities: &Capabilities,
    ) -> Vec<(QueueId, QueueAsk)> {
        // Of what was never answered a round lets one through.
        let most = match (capabilities.is_proven(ReadVerb::HMGET), everything) {
            (false, _) => 1,
            (true, true) => JOBS_AT_ONCE,
            (true, false) => JOBS_A_ROUND,
        };
        let batch = self.jobs.len().min(most);
        let jobs: Vec<_> = self.jobs.drain(..batch).collect();
        let mut asks: Vec<(QueueId, QueueAsk)> = jobs
            .into_iter()
            .filter_map(|(id, why, job)| {
                Some((id.clone(), self.with_tenant(job_ask(&id, why, &job)?, script)))
            })
            .collect();
        // Without a script a window would bring whole jobs.
        let Some(read_only) = script else {
            for part in self.parts.values_mut() {
                (part.was_answered, part.read) = (true, FIRST_WINDOWS);
            }
            return asks;
        };
        let is_proven = |verb| capabilities.is_proven(verb);
        if !is_proven(ReadVerb::QUEUE_EVAL_RO) && !is_proven(ReadVerb::QUEUE_EVAL) {
            return asks;
        }
        self.now += 1;
        let keys: Vec<WindowKey> = if everything || is_new_only {
            let most = if everything { usize::MAX } else { A_ROUND };
            let new = self.parts.iter().filter(|(_, part)| part.is_new());
            new.map(|(key, _)| key.clone()).take(most).collect()
        } else {
            self.turns.turn(self.now, &[], A_ROUND, |_| Pick::Take)
        };
        let all = if everything { AT_ONCE } else { A_ROUND };
        let each = (all / keys.len().max(1)).clamp(1, OF_A_PART);
        for key in keys {
            let Some(part) = self.parts.get_mut(&key) else { continue };
            part.tries = part.tries.saturating_add(1);
            if !part.was_answered {
                part.read = 0;
            }
            for _ in 0..each {
                let ask = window(&key, *part, self.tenant.as_ref(), read_only);
                asks.extend(ask.map(|ask| (key.0.clone(), ask)));
                part.read += 1;
                if part.length <= u64::from(jobs_a_read(&key)) {
                    break;
                }
            }
        }
        asks
    }
}

/// How many jobs one window of a part is of.
fn jobs_a_read((of, _, failed): &WindowKey) -> u32 {
    let row = failed.and_then(|row| adapter(of.site.framework)?.failed.get(row));
    row.map_or(limits::JOBS_IN_WINDOW, FailedJobs::jobs_a_read)
}

/// The next window of a part: all of it where it is small, else places spread over it.
fn window(
    (of, at, failed): &WindowKey,
    part: WindowPart,
    tenant: Option<&Name>,
    read_only: bool,
) -> Option<QueueAsk> {
    let at = *at;
    if let Some(row) = failed {
        return failed_window(of, *row, part, read_only);
    }
    // Of a sorted set by time what is due stands first, and what is to run later last.
    let (kind, end) = match adapter(of.site.framework)?.parts.get(at)?.counts {
        Counts::Length(kind) => (kind, None),
        Counts::Jobs(_) => (KeyKind::List, None),
        Counts::Until(..) => (KeyKind::Zset, Some(false)),
        Counts::Since(..) => (KeyKind::Zset, Some(true)),
        _ => return None,
    };
    let key = names::key(adapter(of.site.framework)?.parts.get(at)?.key, of, None);
    let (why, is_list) = (ItemsFor::Classes(at), kind == KeyKind::List);
    let count = limits::JOBS_IN_WINDOW;
    if part.length <= u64::from(count) {
        // No more than the part holds: what follows belongs to another.
        let (count, is_last) = (part.length as u32, end.unwrap_or(false));
        let (from, spread, tenant) = (0, None, tenant.cloned());
        return Some(QueueAsk::Items { why, key, is_list, from, count, is_last, spread, tenant, read_only });
    }
    let is_deep = is_list && part.length > LIST_DEPTH;
    let spread = Some(if is_deep { LIST_DEPTH } else { part.length });
    let is_last = end.unwrap_or(is_deep && part.read % 2 == 1);
    let from = part.read.saturating_mul(u64::from(count));
    let tenant = tenant.cloned();
    Some(QueueAsk::Items { why, key, is_list, from, count, is_last, spread, tenant, read_only })
}

/// The same of jobs that failed.
fn failed_window(of: &QueueId, at: usize, part: WindowPart, read_only: bool) -> Option<QueueAsk> {
    let adapter = adapter(of.site.framework)?;
    let form = adapter.failed.get(at)?;
    let kind = adapter.parts.iter().find(|part| part.key == form.key).map(|part| &part.counts);
    let is_deep = matches!(kind, Some(Counts::Length(KeyKind::List))) && part.length > LIST_DEPTH;
    let begin = |template: &str| names::key(template.trim_end_matches("{id}"), of, None);
    let beside = match form.kept {
        FailureKept::Item | FailureKept::Values => Vec::new(),
        FailureKept::Field(key) | FailureKept::Hash(key) | FailureKept::Message(key) => vec![begin(key)],
        FailureKept::Results(job, results) => vec![begin(job), begin(results)],
    };
    Some(QueueAsk::Failed {
        at,
        key: names::key(form.key, of, None),
        beside,
        from: part.read.saturating_mul(u64::from(form.jobs_a_read())),
        places: if is_deep { LIST_DEPTH } else { part.length },
        is_last: is_deep && part.read % 2 == 1,
        read_only,
    })
}
