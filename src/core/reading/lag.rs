//! What a group's lag is, and how far it may be trusted.
//!
//! Knows ids, counts and counters of one group. Invariant: `Exact` only where the ids alone decide, or where a
//! count ended below its cap; the server's own figure is never more than an estimate.

use crate::core::figures::column::Certainty;
use crate::core::model::Rare;
use crate::core::model::StreamId;
use crate::core::model::groups::{Backlog, Group, Lag, ServerLag};
use crate::core::model::streams::StreamDetail;

/// The last count, and where the counters stood.
#[derive(Clone, Debug, Default)]
pub struct LagTrack {
    counted: Rare<LagCount>,
}

#[derive(Clone, Copy, Debug)]
struct LagCount {
    backlog: Backlog,
    added: Option<u64>,
    read: Option<u64>,
}

impl LagTrack {
    /// Takes a count in: exact below its cap; beyond it the server's own figure is the better estimate where it
    /// does not contradict the count.
    pub fn count(
        &mut self,
        backlog: &Backlog,
        group: &Group,
        length: Option<u64>,
        added: Option<u64>,
    ) -> Lag {
        self.counted.set(Some(LagCount { backlog: *backlog, added, read: group.entries_read }));
        if !backlog.is_capped {
            return Lag { entries: Some(backlog.entries), kind: Certainty::Exact };
        }
        match group.lag {
            ServerLag::Known(lag) if lag > backlog.entries && length.is_some_and(|length| lag < length) => {
                Lag { entries: Some(lag), kind: Certainty::Estimate }
            }
            _ => Lag { entries: Some(backlog.entries), kind: Certainty::AtLeast },
        }
    }

    /// The lag by the ids; else an estimate from the last count, or the server's own.
    pub fn judge(&self, group: &Group, length: Option<u64>, detail: Option<&StreamDetail>) -> Lag {
        if let Some(entries) = by_ids(group, length, detail) {
            return Lag { entries: Some(entries), kind: Certainty::Exact };
        }
        let estimate = |entries| Lag { entries: Some(entries), kind: Certainty::Estimate };
        let inside = |entries: &u64| length.is_some_and(|length| (1..length).contains(entries));
        if let Some(entries) = self.projected(group, detail).filter(inside) {
            return estimate(entries);
        }
        if let Some(counted) = self.counted.get().filter(|counted| {
            let is_same = group.last_delivered == Some(counted.backlog.cursor);
            let is_untrimmed = detail.and_then(|detail| detail.first_entry) <= Some(counted.backlog.cursor);
            counted.backlog.is_capped && is_same && is_untrimmed
        }) {
            // Nothing was read and nothing trimmed: what was there is there, deletions apart.
            if group.lag.raw().is_none() {
                return estimate(counted.backlog.entries);
            }
        }
        match group.lag {
            ServerLag::Known(lag) if inside(&lag) => estimate(lag),
            _ => Lag { entries: None, kind: Certainty::Unknown },
        }
    }

    /// The first entry after this cursor, where the last count found it and it is still ahead.
    pub fn first_after(&self, cursor: StreamId) -> Option<StreamId> {
        let backlog = self.counted.get()?.backlog;
        backlog.first.filter(|first| backlog.cursor <= cursor && cursor < *first)
    }

    fn projected(&self, group: &Group, detail: Option<&StreamDetail>) -> Option<u64> {
        let counted = self.counted.get().filter(|counted| !counted.backlog.is_capped)?;
        let added = detail?.entries_added?.checked_sub(counted.added?)?;
        let read = group.entries_read?.checked_sub(counted.read?)?;
        counted.backlog.entries.checked_add(added)?.checked_sub(read)
    }
}

fn by_ids(group: &Group, length: Option<u64>, detail: Option<&StreamDetail>) -> Option<u64> {
    if length == Some(0) {
        return Some(0);
    }
    let (cursor, detail) = (group.last_delivered?, detail?);
    let at_end = |id: Option<StreamId>| id.is_some_and(|id| cursor >= id);
    if at_end(detail.last_entry) || at_end(detail.last_generated) {
        return Some(0);
    }
    detail.first_entry.filter(|first| cursor < *first).and(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::Name;

    fn group(cursor: u64, read: Option<u64>, lag: ServerLag) -> Group {
        Group {
            name: Name::from("g"),
            consumers: Some(1),
            pending: Some(0),
            last_delivered: Some(StreamId::new(cursor, 0)),
            entries_read: read,
            lag,
        }
    }

    fn detail(added: u64) -> StreamDetail {
        StreamDetail {
            entries_added: Some(added),
            first_entry: Some(StreamId::new(5, 0)),
            last_entry: Some(StreamId::new(9, 0)),
            last_generated: Some(StreamId::new(9, 0)),
            ..StreamDetail::default()
        }
    }

    fn backlog(cursor: u64, entries: u64, is_capped: bool) -> Backlog {
        let cursor = StreamId::new(cursor, 0);
        Backlog { cursor, entries, is_capped, first: Some(cursor.successor()) }
    }

    #[test]
    fn lag_is_exact_where_the_ids_say_so_and_the_servers_figure_is_an_estimate() {
        let judged = |cursor, lag| {
            let lag = LagTrack::default().judge(&group(cursor, None, lag), Some(5), Some(&detail(9)));
            (lag.entries, lag.kind)
        };
        assert_eq!(judged(9, ServerLag::Known(3)), (Some(0), Certainty::Exact));
        assert_eq!(judged(2, ServerLag::Known(8)), (Some(5), Certainty::Exact));
        assert_eq!(judged(6, ServerLag::Known(3)), (Some(3), Certainty::Estimate));
        for nonsense in
            [ServerLag::Known(8), ServerLag::Known(0), ServerLag::Negative(-4), ServerLag::Unknown]
        {
            assert_eq!(judged(6, nonsense), (None, Certainty::Unknown));
        }
    }

    #[test]
    fn a_count_below_its_cap_is_exact_and_one_at_it_is_a_lower_bound() {
        let mut lags = LagTrack::default();
        let mut counted = |entries, is_capped, lag| {
            let lag = lags.count(&backlog(6, entries, is_capped), &group(6, None, lag), Some(9_000), None);
            (lag.entries, lag.kind)
        };
        assert_eq!(counted(3, false, ServerLag::Known(99)), (Some(3), Certainty::Exact));
        assert_eq!(counted(1000, true, ServerLag::Unknown), (Some(1000), Certainty::AtLeast));
        assert_eq!(counted(1000, true, ServerLag::Known(5)), (Some(1000), Certainty::AtLeast));
        assert_eq!(counted(1000, true, ServerLag::Known(20_000)), (Some(1000), Certainty::AtLeast));
        assert_eq!(counted(1000, true, ServerLag::Known(4_000)), (Some(4_000), Certainty::Estimate));
    }

    #[test]
    fn between_counts_the_counters_carry_the_last_one_on_as_an_estimate() {
        let mut lags = LagTrack::default();
        lags.count(&backlog(6, 30, false), &group(6, Some(50), ServerLag::Unknown), Some(500), Some(100));
        let lag = lags.judge(&group(7, Some(60), ServerLag::Unknown), Some(500), Some(&detail(125)));
        assert_eq!((lag.entries, lag.kind), (Some(45), Certainty::Estimate));
    }

    #[test]
    fn the_oldest_undelivered_entry_is_known_as_long_as_it_is_ahead() {
        let mut lags = LagTrack::default();
        lags.count(&backlog(6, 3, false), &group(6, None, ServerLag::Unknown), Some(9), None);
        assert_eq!(lags.first_after(StreamId::new(6, 0)), Some(StreamId::new(6, 1)));
        assert_eq!(lags.first_after(StreamId::new(7, 0)), None);
        assert_eq!(lags.first_after(StreamId::new(5, 0)), None);
    }
}
