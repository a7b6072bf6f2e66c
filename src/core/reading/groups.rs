//! One consumer group over time: lag, pending entries, what it delivers and acknowledges.
//!
//! Knows counters, pages and samples; what a lag is worth is judged by `lag`, what was lost by `loss`.
//! Invariant: a window never spans a group that was set back or made anew.

use super::lag::LagTrack;
use super::loss::{DeliveredEntries, GroupPosition, LossTrack, LostEntries};
use super::pings::Percentiles;
use crate::core::diagnose::groups::losses::LossSeen;
use crate::core::figures::column::Certainty;
use crate::core::limits;
use crate::core::model::consumers::{Consumer, PendingRow};
use crate::core::model::groups::{Backlog, Group, Lag, ReadCounter, ServerLag};
use crate::core::model::history::History;
use crate::core::model::memory::members::MeanWeight;
use crate::core::model::meter::Meter;
use crate::core::model::snapshot::{GroupsLook, PendingPage};
use crate::core::model::streams::{StreamDetail, id_age_ms, id_time_ms};
use crate::core::model::{Name, Stamped, StreamId};
use std::collections::{BTreeSet, VecDeque};

/// A rate of deliveries is shown so long while the next one is not settled, microseconds.
const TOLD_FOR_US: i64 = 2_000_000;

/// When a lag will be gone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Drain {
    /// Nobody can tell, or nothing moves.
    Unknown,
    /// In so many seconds; 0 when there is none.
    In(f64),
    /// Not as it goes: it grows.
    Never {
        /// Entries a second.
        grows_per_s: f64,
    },
}

/// What is known of a group.
#[derive(Clone, Debug)]
pub struct GroupState {
    /// The last row of XINFO GROUPS.
    pub facts: Group,
    /// Its lag, judged.
    pub lag: Lag,
    /// Its consumers.
    pub consumers: Option<Stamped<Vec<Consumer>>>,
    /// What they take without what they have pending, by their names.
    pub consumers_weight: Option<MeanWeight>,
    /// The first rows of its pending entries list.
    pub pending: Option<Stamped<Vec<PendingRow>>>,
    /// The page that somebody looks at: whose, and its rows.
    pub page: Option<Box<PendingPage>>,
    /// Of its first rows those whose entries are not in the stream any more.
    pub missing: BTreeSet<StreamId>,
    /// Rows from all over its pending entries list, by where they begin.
    pub samples: Vec<PendingPage>,
    lags: LagTrack,
    losses: LossTrack,
    counter: ReadCounter,
    deliveries: VecDeque<(i64, u64)>,
    delivered: Meter,
    acked: Meter,
    acked_base: Option<u64>,
    deliveries_seen: u64,
    is_delivery_told: bool,
    told_us: i64,
    /// Lag over time.
    pub lag_series: Option<History>,
    /// Pending entries over time.
    pub pending_series: Option<History>,
}

impl GroupState {
    /// A group seen for the first time.
    pub fn new(facts: Group, window_us: i64, has_series: bool) -> Self {
        Self {
            facts,
            lag: Lag { entries: None, kind: Certainty::Unknown },
            consumers: None,
            consumers_weight: None,
            pending: None,
            page: None,
            missing: BTreeSet::new(),
            samples: Vec::new(),
            lags: LagTrack::default(),
            losses: LossTrack::default(),
            counter: ReadCounter::default(),
            deliveries: VecDeque::new(),
            delivered: Meter::new(window_us),
            acked: Meter::new(window_us),
            acked_base: None,
            deliveries_seen: 0,
            is_delivery_told: false,
            told_us: 0,
            lag_series: has_series.then(History::minutes),
            pending_series: has_series.then(History::minutes),
        }
    }

    /// Takes the next row of XINFO GROUPS in.
    pub fn advance(
        &mut self,
        facts: &Group,
        at_us: i64,
        length: Option<u64>,
        detail: Option<&Stamped<StreamDetail>>,
        counter: ReadCounter,
    ) {
        self.counter = counter;
        if facts.last_delivered < self.facts.last_delivered {
            // The group was set back or made anew: what was read before is no measure.
            self.begin_anew();
        }
        let detail = detail.map(|detail| &detail.value);
        self.lag = self.lags.judge(facts, length, detail);
        self.losses.advance(position(at_us, facts, self.lag, length, detail), counter);
        self.losses.settle(at_us);
        self.follow_deliveries(facts, at_us);
        if facts.pending == Some(0) {
            self.pending = Some(Stamped { at_us, value: Vec::new() });
            self.page = None;
            self.samples.clear();
        }
        if facts.consumers == Some(0) {
            self.consumers = Some(Stamped { at_us, value: Vec::new() });
        }
        let at_ms = at_us.div_euclid(1000);
        if let Some(series) = &mut self.lag_series {
            series.add(at_ms, self.lag.entries.map(|entries| entries as f64));
        }
        if let Some(series) = &mut self.pending_series {
            series.add(at_ms, facts.pending.map(|pending| pending as f64));
        }
        self.facts = facts.clone();
    }

    /// Where every delivery is counted that count is the best there is; else what follows from the places.
    fn follow_deliveries(&mut self, facts: &Group, at_us: i64) {
        let told = match (self.counter, facts.entries_read) {
            (ReadCounter::Counts, Some(read)) => DeliveredEntries::Known(at_us, read),
            (ReadCounter::Counts | ReadCounter::Absent, _) => DeliveredEntries::Unsure(at_us, 0),
            _ => self.losses.delivered(),
        };
        let (told_us, delivered) = match told {
            DeliveredEntries::Known(told_us, delivered) => (told_us, delivered),
            DeliveredEntries::Unsure(told_us, delivered) => {
                self.delivered.clear();
                self.acked.clear();
                (told_us, delivered)
            }
            DeliveredEntries::Waiting => {
                self.is_delivery_told &= at_us.saturating_sub(self.told_us) <= TOLD_FOR_US;
                return;
            }
        };
        self.is_delivery_told = matches!(told, DeliveredEntries::Known(..));
        self.told_us = at_us;
        self.deliveries_seen = delivered;
        // Rows that were pending before we looked may be acknowledged now.
        self.acked_base = self.acked_base.or(facts.pending);
        let acked = facts.pending.zip(self.acked_base);
        let acked = acked.and_then(|(pending, base)| delivered.saturating_add(base).checked_sub(pending));
        self.delivered.add(told_us, Some(delivered));
        self.acked.add(told_us, acked);
    }

    /// Takes a look between two rounds in: nobody is shown it, but it tells what happened meanwhile.
    pub fn look(&mut self, look: &GroupsLook, facts: &Group) {
        let (length, detail) = (look.facts.length, look.facts.detail.as_ref());
        let lag = LagTrack::default().judge(facts, length, detail);
        let counted = look
            .backlogs
            .iter()
            .find(|(name, backlog)| *name == facts.name && Some(backlog.cursor) == facts.last_delivered);
        let undelivered = counted.and_then(|(_, backlog)| backlog.first);
        let position = position(look.facts.at_us, facts, lag, length, detail);
        self.losses.advance(GroupPosition { undelivered, ..position }, self.counter);
    }

    /// Takes a count of what was not delivered in.
    pub fn take_backlog(
        &mut self,
        backlog: &Stamped<Backlog>,
        length: Option<u64>,
        detail: Option<&StreamDetail>,
    ) {
        let added = detail.and_then(|detail| detail.entries_added);
        self.lag = self.lags.count(&backlog.value, &self.facts, length, added);
        let uncounted = Lag { entries: None, kind: Certainty::Unknown };
        let position = position(backlog.at_us, &self.facts, uncounted, length, detail);
        let position = GroupPosition { undelivered: backlog.value.first, ..position };
        // A count is a moment younger than the rest: it serves where nothing else tells the place.
        if self.facts.last_delivered == Some(backlog.value.cursor) && position.place(self.counter).is_none() {
            self.losses.advance(GroupPosition { lag: self.lag, ..position }, self.counter);
            self.losses.settle(backlog.at_us);
        }
    }

    /// Takes a page of the pending entries list in.
    pub fn take_pending(&mut self, page: PendingPage) {
        if page.start != StreamId::MIN {
            self.sample_deliveries(&page);
            return;
        }
        if page.consumer.is_none() {
            self.missing.retain(|id| page.rows.iter().any(|row| row.id == *id));
            self.pending = Some(Stamped { at_us: page.at_us, value: page.rows.clone() });
        }
        if page.count > limits::PENDING_ROWS {
            self.page = Some(Box::new(page));
        }
    }

    /// Takes rows in whose entries are not in the stream any more: none of them comes back. Those that are not among its
    /// first rows are forgotten with the next page.
    pub fn take_missing(&mut self, ids: Vec<StreamId>) {
        self.missing.extend(ids);
    }

    /// Takes rows from anywhere in its pending entries list in: those of an older look go.
    pub fn take_sample(&mut self, page: PendingPage) {
        const SAME_LOOK_US: i64 = 1_000_000;
        self.samples.retain(|kept| page.at_us.saturating_sub(kept.at_us) < SAME_LOOK_US);
        if self.samples.len() < limits::PENDING_SAMPLE_PAGES as usize {
            self.samples.push(page);
        }
    }

    /// How long entries waited that were delivered once, since the last sample. Entries that were acknowledged
    /// meanwhile are not seen.
    fn sample_deliveries(&mut self, page: &PendingPage) {
        let now_ms = page.at_us.div_euclid(1000);
        for row in page.rows.iter().filter(|row| row.deliveries == 1) {
            let (Some(idle_ms), Some(id_ms)) = (row.idle_ms, id_time_ms(row.id, now_ms)) else { continue };
            let delivered_ms = now_ms.saturating_sub(i64::try_from(idle_ms).unwrap_or(i64::MAX));
            let waited_ms = delivered_ms.saturating_sub(id_ms).max(0).unsigned_abs();
            self.deliveries.push_back((page.at_us, waited_ms));
        }
        while self.deliveries.len() > limits::DELIVERY_SAMPLES {
            self.deliveries.pop_front();
        }
    }

    /// How long entries waited for their delivery, milliseconds, over the last minute before `now_us`.
    pub fn delivery_ms(&self, now_us: i64) -> Percentiles {
        const MINUTE_US: i64 = 60_000_000;
        let recent = self.deliveries.iter().filter(|(at_us, _)| now_us.saturating_sub(*at_us) <= MINUTE_US);
        Percentiles::of(recent.map(|(_, waited_ms)| *waited_ms).collect())
    }

    /// Entries that we saw this group lose: trimmed before it was given them.
    pub fn lost_undelivered(&self) -> LostEntries {
        self.losses.lost()
    }

    /// The same for those who judge.
    pub(super) fn loss_seen(&self) -> LossSeen {
        let lost = self.losses.lost();
        LossSeen {
            entries: lost.entries,
            kind: lost.kind,
            times: lost.times,
            is_counted: self.untold().is_none(),
        }
    }

    /// Why nothing can be said about what it was given and what it lost, where that is so for good.
    pub fn untold(&self) -> Option<&'static str> {
        let is_old = self.facts.lag == ServerLag::Unsupported && self.facts.entries_read.is_none();
        is_old.then_some("can't be told before Redis 7.0")
    }

    /// Windows begin anew.
    pub fn begin_anew(&mut self) {
        self.delivered.clear();
        self.acked.clear();
        self.losses.rebase();
        self.lags = LagTrack::default();
    }

    /// Entries delivered a second (7.0).
    pub fn delivered_per_s(&self) -> Option<f64> {
        self.delivered.per_s().filter(|_| self.is_delivery_told)
    }

    /// Entries delivered a second between the last two readings.
    pub fn last_delivered_per_s(&self) -> Option<f64> {
        self.delivered.last_per_s().filter(|_| self.is_delivery_told)
    }

    /// Entries acknowledged a second (7.0).
    pub fn acked_per_s(&self) -> Option<f64> {
        self.acked.per_s().filter(|_| self.is_delivery_told)
    }

    /// When the lag will be gone, from the measured rates in and out.
    pub fn drain(&self, in_per_s: Option<f64>) -> Drain {
        let (Some(lag), Some(out_per_s), Some(in_per_s)) =
            (self.lag.entries, self.delivered_per_s(), in_per_s)
        else {
            return if self.lag.entries == Some(0) { Drain::In(0.0) } else { Drain::Unknown };
        };
        let shrinks_per_s = out_per_s - in_per_s;
        match lag {
            0 => Drain::In(0.0),
            _ if shrinks_per_s > 0.0 => Drain::In(lag as f64 / shrinks_per_s),
            _ if shrinks_per_s < 0.0 => Drain::Never { grows_per_s: -shrinks_per_s },
            _ => Drain::Unknown,
        }
    }

    /// Seconds until the lag is gone; `None` when it is unknown or never.
    pub fn seconds_to_drain(&self, in_per_s: Option<f64>) -> Option<f64> {
        match self.drain(in_per_s) {
            Drain::In(seconds) => Some(seconds),
            Drain::Never { .. } | Drain::Unknown => None,
        }
    }

    /// Age of the oldest pending entry in milliseconds, since it was produced.
    pub fn oldest_pending_age_ms(&self, now_ms: i64) -> Option<u64> {
        id_age_ms(self.pending.as_ref()?.value.first()?.id, now_ms)
    }

    /// The oldest entry that was not delivered, where it is known.
    pub fn first_undelivered(&self, first_entry: Option<StreamId>) -> Option<StreamId> {
        if self.lag.entries == Some(0) {
            return None;
        }
        let (first, cursor) = (first_entry?, self.facts.last_delivered?);
        if cursor < first { Some(first) } else { self.lags.first_after(cursor).filter(|id| *id >= first) }
    }

    /// Age of the oldest entry that was not delivered, milliseconds: 0 when there is none.
    pub fn oldest_undelivered_age_ms(&self, first_entry: Option<StreamId>, now_ms: i64) -> Option<u64> {
        if self.lag.entries == Some(0) {
            return Some(0);
        }
        id_age_ms(self.first_undelivered(first_entry)?, now_ms)
    }

    /// The consumer of this name.
    pub fn consumer(&self, name: &Name) -> Option<&Consumer> {
        self.consumers.as_ref()?.value.iter().find(|consumer| consumer.name == *name)
    }

    /// The rows of the pending entries list that are known, of one consumer or of all.
    pub fn pending_rows(&self, consumer: Option<&Name>) -> Option<Stamped<Vec<PendingRow>>> {
        if let Some(page) = self.page.as_ref().filter(|page| page.consumer.as_ref() == consumer) {
            return Some(Stamped { at_us: page.at_us, value: page.rows.clone() });
        }
        let all = self.pending.as_ref()?;
        let rows = all.value.iter().filter(|row| consumer.is_none_or(|name| row.consumer == *name));
        Some(Stamped { at_us: all.at_us, value: rows.cloned().collect() })
    }
}

fn position(
    at_us: i64,
    facts: &Group,
    lag: Lag,
    length: Option<u64>,
    detail: Option<&StreamDetail>,
) -> GroupPosition {
    GroupPosition {
        at_us,
        lag,
        cursor: facts.last_delivered,
        entries_read: facts.entries_read,
        entries_added: detail.and_then(|detail| detail.entries_added),
        length,
        max_deleted: detail.and_then(|detail| detail.max_deleted),
        first_entry: detail.and_then(|detail| detail.first_entry),
        undelivered: None,
    }
}
