//! One consumer group over time: lag, pending entries, what it delivers and acknowledges.
//!
//! Invariant: a lag says how far it may be trusted; the server's own figure is never passed on as exact.

use crate::core::model::consumers::{Consumer, PendingRow};
use crate::core::model::groups::{Group, Lag, LagKind, ServerLag};
use crate::core::model::history::History;
use crate::core::model::meter::Meter;
use crate::core::model::snapshot::PendingPage;
use crate::core::model::streams::{StreamDetail, id_age_ms};
use crate::core::model::{Name, Stamped, StreamId};

/// What is known of a group.
#[derive(Clone, Debug)]
pub struct GroupState {
    /// The last row of XINFO GROUPS.
    pub facts: Group,
    /// Its lag, judged.
    pub lag: Lag,
    /// Its consumers.
    pub consumers: Option<Stamped<Vec<Consumer>>>,
    /// The first rows of its pending entries list.
    pub pending: Option<Stamped<Vec<PendingRow>>>,
    /// The page that somebody looks at: whose, and its rows.
    pub page: Option<PendingPage>,
    delivered: Meter,
    acked: Meter,
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
            lag: Lag { entries: None, kind: LagKind::Unknown },
            consumers: None,
            pending: None,
            page: None,
            delivered: Meter::new(window_us),
            acked: Meter::new(window_us),
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
    ) {
        if facts.last_delivered < self.facts.last_delivered {
            // The group was set back or made anew: what was read before is no measure.
            self.begin_anew();
        }
        self.delivered.add(at_us, facts.entries_read);
        let acked =
            facts.entries_read.zip(facts.pending).and_then(|(read, pending)| read.checked_sub(pending));
        self.acked.add(at_us, acked);
        self.lag = judge_lag(facts, length, detail.map(|detail| &detail.value));
        if facts.pending == Some(0) {
            self.pending = Some(Stamped { at_us, value: Vec::new() });
            self.page = None;
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

    /// Takes a page of the pending entries list in.
    pub fn take_pending(&mut self, page: PendingPage) {
        if page.consumer.is_none() && page.start == StreamId::MIN {
            self.pending = Some(Stamped { at_us: page.at_us, value: page.rows.clone() });
        }
        if page.count > crate::core::limits::PENDING_ROWS {
            self.page = Some(page);
        }
    }

    /// Windows begin anew.
    pub fn begin_anew(&mut self) {
        self.delivered.clear();
        self.acked.clear();
    }

    /// Entries delivered a second (7.0).
    pub fn delivered_per_s(&self) -> Option<f64> {
        self.delivered.per_s()
    }

    /// Entries acknowledged a second (7.0).
    pub fn acked_per_s(&self) -> Option<f64> {
        self.acked.per_s()
    }

    /// Seconds until the lag is gone, from the rates in and out; `None` when it is unknown or grows.
    pub fn seconds_to_drain(&self, in_per_s: Option<f64>) -> Option<f64> {
        let lag = self.lag.entries?;
        if lag == 0 {
            return Some(0.0);
        }
        let shrinks_per_s = self.delivered_per_s()? - in_per_s?;
        (shrinks_per_s > 0.0).then(|| lag as f64 / shrinks_per_s)
    }

    /// Age of the oldest pending entry in milliseconds, since it was produced.
    pub fn oldest_pending_age_ms(&self, now_ms: i64) -> Option<u64> {
        id_age_ms(self.pending.as_ref()?.value.first()?.id, now_ms)
    }

    /// Age of the oldest entry that was not delivered: known when all of the stream is unread.
    pub fn oldest_undelivered_age_ms(&self, first_entry: Option<StreamId>, now_ms: i64) -> Option<u64> {
        let (first, cursor) = (first_entry?, self.facts.last_delivered?);
        (self.lag.entries != Some(0) && cursor < first).then(|| id_age_ms(first, now_ms)).flatten()
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

/// What follows from the ids alone is exact; the server's figure is an estimate where it is possible at all.
fn judge_lag(group: &Group, length: Option<u64>, detail: Option<&StreamDetail>) -> Lag {
    let exact = |entries| Lag { entries: Some(entries), kind: LagKind::Exact };
    if length == Some(0) {
        return exact(0);
    }
    if let (Some(cursor), Some(detail)) = (group.last_delivered, detail) {
        let at_end = |id: Option<StreamId>| id.is_some_and(|id| cursor >= id);
        if at_end(detail.last_entry) || at_end(detail.last_generated) {
            return exact(0);
        }
        if let (Some(first), Some(length)) = (detail.first_entry, length)
            && cursor < first
        {
            return exact(length);
        }
    }
    match (group.lag, length) {
        (ServerLag::Known(lag), Some(length)) if (1..length).contains(&lag) => {
            Lag { entries: Some(lag), kind: LagKind::Estimate }
        }
        _ => Lag { entries: None, kind: LagKind::Unknown },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(cursor: StreamId, lag: ServerLag) -> Group {
        Group {
            name: Name::from("g"),
            consumers: Some(1),
            pending: Some(0),
            last_delivered: Some(cursor),
            entries_read: None,
            lag,
        }
    }

    #[test]
    fn lag_is_exact_only_where_the_ids_say_so() {
        let detail = StreamDetail {
            first_entry: Some(StreamId::new(5, 0)),
            last_entry: Some(StreamId::new(9, 0)),
            last_generated: Some(StreamId::new(9, 0)),
            ..StreamDetail::default()
        };
        let judged =
            |cursor: u64, lag| judge_lag(&group(StreamId::new(cursor, 0), lag), Some(5), Some(&detail));
        assert_eq!(judged(9, ServerLag::Known(3)), Lag { entries: Some(0), kind: LagKind::Exact });
        assert_eq!(judged(2, ServerLag::Known(8)), Lag { entries: Some(5), kind: LagKind::Exact });
        assert_eq!(judged(6, ServerLag::Known(3)), Lag { entries: Some(3), kind: LagKind::Estimate });
        for nonsense in
            [ServerLag::Known(8), ServerLag::Known(0), ServerLag::Negative(-4), ServerLag::Unknown]
        {
            assert_eq!(judged(6, nonsense), Lag { entries: None, kind: LagKind::Unknown });
        }
    }
}
