//! What a round asks about queues of job frameworks: where they are, then each in its turn.
//!
//! Knows sites, queues and whose turn it is; keeps no figures for show. Invariants: their number and what a round asks are
//! bounded; a key that turned out to be something else is not asked again; jobs stay on the server.

mod asks;
mod jobs;
mod leads;

use super::capabilities::Capabilities;
use super::fanout::Asker;
use super::rotation::{Pick, Rotation};
use super::{Round, SECOND_US};
use crate::core::limits;
use crate::core::model::gap::GapScope;
use crate::core::model::queues::{HeldTimes, ItemsFor, QueueId, QueueSite, QueueValue};
use crate::core::model::{Gap, GapReason, Name, Snapshot};
use crate::core::queues::adapter::Shows;
use crate::core::queues::{QueueLead, adapter};
use crate::core::wire::read::{QueueAsk, QueueRead, ReadCmd, ReadVerb};
use asks::{job_ask, queue_asks, schedule_asks};
use jobs::JobWindows;
use leads::Leads;
use std::collections::BTreeMap;

/// A queue is read this often while there are few; of very many a second sees so many, and each is read this often at least.
const APART_US: u64 = 5 * SECOND_US;
const QUEUES_A_SECOND: u64 = 40;
const APART_MOST_US: u64 = 30 * SECOND_US;
/// The names in a registry are read this often.
const NAMES_APART_US: u64 = 10 * SECOND_US;
/// What is to begin again and again is read with every so many looks at a queue.
const SCHEDULES_EACH: u32 = 3;
/// Rounds that ask for something new again, which nobody answers.
const TRIES: u32 = 3;

/// What is known of queues.
#[derive(Clone, Debug, Default)]
pub struct KnownQueues {
    leads: Leads,
    /// Keys that somebody has named as queues.
    named: Vec<Name>,
    sites: BTreeMap<QueueSite, KnownSite>,
    queues: BTreeMap<QueueId, KnownQueue>,
    turns: Rotation<QueueId>,
    windows: JobWindows,
    refused: usize,
    /// The server's clock less ours, microseconds: scores are times.
    clock_offset_us: Option<i64>,
    held: HeldTimes,
}

/// A place where a framework keeps its queues.
#[derive(Clone, Debug, Default)]
struct KnownSite {
    /// Registries, by their sign and key.
    registries: BTreeMap<(usize, Name), Registry>,
}

/// When the names of a registry are due.
#[derive(Clone, Copy, Debug, Default)]
struct Registry {
    due_us: u64,
    /// How often it was asked at once: an answer does not say which of a site's registries it is of.
    asked: u32,
}

/// A queue.
#[derive(Clone, Debug, Default)]
struct KnownQueue {
    was_read: bool,
    /// Whether what begins its jobs again and again was told.
    has_schedules: bool,
    /// How often it was asked.
    asked: u32,
    /// Jobs that are next, by their place.
    next: BTreeMap<usize, NextJob>,
}

/// A job that is next.
#[derive(Clone, Debug)]
struct NextJob {
    id: Name,
    /// Whether its hash has told what it has to tell.
    was_read: bool,
    /// How often it was asked.
    asked: u32,
}

impl KnownQueue {
    /// Whether it was never answered, and has not been asked in vain either.
    fn is_new(&self) -> bool {
        !self.was_read && self.asked < TRIES
    }
}

impl NextJob {
    fn is_new(&self) -> bool {
        !self.was_read && self.asked < TRIES
    }
}

impl KnownQueues {
    /// Looks for the usual names first.
    /// Keys that match `lists` are queues without a framework.
    /// `tenant` is the field that names for whom a job is.
    pub fn new(is_on: bool, lists: &[Name], tenant: Option<Name>, held: HeldTimes) -> Self {
        let (leads, windows) = (Leads::new(is_on, lists), JobWindows::new(tenant));
        let mut known = Self { held, leads, windows, ..Self::default() };
        // A pattern without a wildcard is a name.
        let is_name = |name: &&Name| !name.as_bytes().iter().any(|byte| matches!(byte, b'*' | b'?' | b'['));
        known.named = lists.iter().filter(is_name).cloned().collect();
        known.leads.try_usual(&known.named);
        known
    }

    /// Another connection: everything is due.
    pub fn reconnected(&mut self) {
        self.leads.try_usual(&self.named);
        let registries = self.sites.values_mut().flat_map(|site| site.registries.values_mut());
        registries.for_each(|registry| *registry = Registry::default());
    }

    /// Takes names of keys in that a walk has found.
    pub fn learn_names(&mut self, found: &[Name]) {
        self.leads.offer(found);
    }

    /// Takes a name in that a key of a queue would have.
    pub fn learn_guess(&mut self, guess: &Name) {
        self.leads.guess(guess);
    }

    /// Whether something was found and not read yet.
    pub fn has_unread(&self, capabilities: &Capabilities) -> bool {
        if !capabilities.may(ReadVerb::QUEUE_TYPE) {
            return false;
        }
        let is_new = |queue: &KnownQueue| queue.is_new() || queue.next.values().any(NextJob::is_new);
        self.leads.has_open()
            || self.sites.values().any(|site| site.registries.values().any(|registry| registry.due_us == 0))
            || self.queues.values().any(is_new)
            || self.windows.has_open()
    }

    /// The questions of a round: queues in their turn, or those alone that were never read.
    pub fn ask(&mut self, asker: &Asker<'_>, is_new_only: bool, round: &mut Round) {
        let capabilities = asker.capabilities;
        let script = capabilities.script(ReadVerb::QUEUE_EVAL_RO, ReadVerb::QUEUE_EVAL);
        let mut asks = self.leads.ask(asker.everything, script);
        for (site, known) in &mut self.sites {
            let due = known.registries.iter_mut().filter(|(_, registry)| asker.now_us >= registry.due_us);
            for ((sign, key), registry) in due {
                registry.asked = registry.asked.saturating_add(1);
                if registry.asked >= TRIES {
                    registry.due_us = asker.now_us + NAMES_APART_US;
                }
                let of = QueueId { site: site.clone(), queue: None };
                asks.push((of, QueueAsk::Names { sign: *sign, key: key.clone() }));
            }
        }
        let now_ms = self.now_ms(asker.now_us);
        for id in self.turn(asker, is_new_only) {
            let held_ms = self.held.of(id.site.framework);
            asks.extend(queue_asks(&id, (now_ms, held_ms), script).into_iter().map(|ask| (id.clone(), ask)));
            // A script that was never sent before may be lost: then it is asked with the next look.
            let is_due = |queue: &KnownQueue| !queue.has_schedules || queue.asked % SCHEDULES_EACH == 1;
            if self.queues.get(&id).is_some_and(is_due) {
                asks.extend(schedule_asks(&id, script).into_iter().map(|ask| (id.clone(), ask)));
            }
        }
        for (id, queue) in &mut self.queues {
            for (place, job) in queue.next.iter_mut().filter(|(_, job)| job.is_new()) {
                job.asked += 1;
                asks.extend(job_ask(id, ItemsFor::Next(*place), &job.id).map(|ask| (id.clone(), ask)));
            }
        }
        asks.extend(self.windows.ask((asker.everything, is_new_only), script, capabilities));
        let reads = asks.into_iter().map(|(of, ask)| ReadCmd::Queue(QueueRead { of, ask }));
        round.commands.extend(reads.filter(|read| capabilities.may(read.verb())));
        self.tell_refused(round);
    }

    /// Queues that are asked now.
    fn turn(&mut self, asker: &Asker<'_>, is_new_only: bool) -> Vec<QueueId> {
        let turn = if is_new_only {
            let new = self.queues.iter().filter(|(_, queue)| queue.is_new());
            let places = if asker.everything { usize::MAX } else { limits::QUEUES_PER_ROUND };
            new.map(|(id, _)| id.clone()).take(places).collect()
        } else {
            let places = if asker.everything { usize::MAX } else { limits::QUEUES_PER_ROUND };
            self.turns.turn(asker.now_us, &[], places, |_| Pick::Take)
        };
        let apart_us = apart_us(self.queues.len());
        for id in &turn {
            if let Some(queue) = self.queues.get_mut(id) {
                queue.asked = queue.asked.saturating_add(1);
            }
            if !asker.everything {
                self.turns.rest(id, asker.now_us + apart_us);
            }
        }
        turn
    }

    fn tell_refused(&self, round: &mut Round) {
        if self.refused > 0 {
            round.gaps.push(Gap {
                what: "queues".to_owned(),
                why: GapReason::Bound,
                text: format!("{} more queues than streamgauge watches", self.refused),
                scope: GapScope::Item,
            });
        }
    }

    /// The server's time, milliseconds since 1970; 0 while nobody has told it.
    fn now_ms(&self, now_us: u64) -> u64 {
        let at_us = self.clock_offset_us.and_then(|offset_us| offset_us.checked_add_unsigned(now_us));
        at_us.and_then(|at_us| u64::try_from(at_us / 1000).ok()).unwrap_or(0)
    }

    /// Takes answers in.
    pub fn learn(&mut self, snapshot: &Snapshot, now_us: u64) {
        self.clock_offset_us = snapshot.clock_offset_us.or(self.clock_offset_us);
        for fact in &snapshot.queues {
            let of = &fact.value.of;
            match &fact.value.value {
                QueueValue::Kind(key, kind) => self.leads.learn(of, key, *kind),
                QueueValue::Proof(sign, key, is_so) => self.leads.learn_proof(of, *sign, key, *is_so),
                QueueValue::Names(sign, names, has_more) => {
                    let queues = names.iter().map(|name| self.queue_id(of, Some(name)));
                    let found: Vec<QueueId> = queues.collect();
                    found.iter().for_each(|id| self.add(id, now_us));
                    if !has_more {
                        self.forget_others(&of.site, *sign, &found, now_us);
                    }
                }
                QueueValue::Part(..) => {
                    if let Some(queue) = self.queues.get_mut(of) {
                        queue.was_read = true;
                    }
                    self.windows.learn_part(of, &fact.value.value);
                }
                QueueValue::Items(ItemsFor::Next(place), items) => {
                    self.learn_next(of, *place, items.first().and_then(|item| item.id.clone()));
                }
                QueueValue::Items(ItemsFor::Newest(_), _) => {}
                QueueValue::Items(why, items) => self.windows.learn_items(of, *why, items),
                QueueValue::Schedules(..) => {
                    self.queues.get_mut(of).into_iter().for_each(|queue| queue.has_schedules = true);
                }
                QueueValue::Failed(row, _) => self.windows.learn_failed(of, *row),
                QueueValue::Job(ItemsFor::Next(place), told) => {
                    let next = self.queues.get_mut(of).and_then(|queue| queue.next.get_mut(place));
                    next.into_iter().filter(|job| job.id == told.id).for_each(|job| job.was_read = true);
                }
                QueueValue::Job(..) => {}
            }
        }
        for lead in self.leads.take_confirmed() {
            self.open(&lead, now_us);
        }
    }

    fn queue_id(&self, of: &QueueId, queue: Option<&Name>) -> QueueId {
        QueueId { site: of.site.clone(), queue: queue.cloned() }
    }

    /// What is next in a queue; its hash is asked where that tells more.
    fn learn_next(&mut self, of: &QueueId, place: usize, job: Option<Name>) {
        let Some(queue) = self.queues.get_mut(of) else { return };
        match job.filter(|job| job_ask(of, ItemsFor::Next(place), job).is_some()) {
            Some(id) if queue.next.get(&place).is_none_or(|known| known.id != id) => {
                queue.next.insert(place, NextJob { id, was_read: false, asked: 0 });
            }
            Some(_) => {}
            None => drop(queue.next.remove(&place)),
        }
    }

    /// A key has shown what it is.
    fn open(&mut self, lead: &QueueLead, now_us: u64) {
        let site = lead.of.site.clone();
        let (Some(adapter), Some(sign)) = (adapter(site.framework), lead.sign()) else { return };
        if self.sites.len() >= limits::QUEUE_SITES && !self.sites.contains_key(&site) {
            self.refused += 1;
            return;
        }
        let known = self.sites.entry(site.clone()).or_default();
        match sign.shows {
            Shows::Names(_) => drop(known.registries.entry((lead.sign, lead.key.clone())).or_default()),
            Shows::Queue | Shows::Site => self.add(&lead.of, now_us),
        }
        let has_own = adapter.schedules.iter().any(|schedule| !schedule.is_of_queue());
        if has_own || adapter.parts.iter().any(|part| !part.is_of_queue()) {
            self.add(&QueueId { site, queue: None }, now_us);
        }
    }

    fn add(&mut self, id: &QueueId, now_us: u64) {
        if self.queues.contains_key(id) {
            return;
        }
        if self.queues.len() >= limits::QUEUES {
            self.refused += 1;
            return;
        }
        self.queues.insert(id.clone(), KnownQueue::default());
        self.turns.set(id, true, now_us);
    }

    /// Queues that the only registry of a site does not name any more.
    fn forget_others(&mut self, site: &QueueSite, sign: usize, named: &[QueueId], now_us: u64) {
        let registries = self.sites.get(site).map(|known| known.registries.len());
        let is_only = registries == Some(1)
            && adapter(site.framework).is_some_and(|adapter| adapter.signs.len() == 1 && sign == 0);
        if !is_only {
            return;
        }
        let gone = self.queues.keys().filter(|id| id.site == *site && id.queue.is_some());
        let gone: Vec<QueueId> = gone.filter(|id| !named.contains(id)).cloned().collect();
        for id in gone {
            self.queues.remove(&id);
            self.turns.set(&id, false, now_us);
            self.windows.forget(&id);
        }
    }
}

/// How often each of so many queues is read: what all of them cost the server stays the same.
fn apart_us(queues: usize) -> u64 {
    let fair_us = (queues as u64).saturating_mul(SECOND_US) / QUEUES_A_SECOND;
    fair_us.clamp(APART_US, APART_MOST_US)
}

#[cfg(test)]
mod tests;
