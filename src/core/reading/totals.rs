//! All streams together: what comes in, what goes out, and how far all groups are behind.
//!
//! Knows figures of streams; not how they are written. Invariant: where one stream's figure is not known the sum is a lower
//! bound that says so, and is no point of a line.

use super::streams::StreamState;
use crate::core::figures::column::Certainty;
use crate::core::model::history::History;

/// Two sums are at least so far apart, milliseconds: a round may come in many pieces.
const APART_MS: i64 = 900;

/// Sums over all streams.
#[derive(Clone, Debug)]
pub struct StreamTotals {
    at_ms: i64,
    /// Entries added a second.
    pub added: StreamSum,
    /// Entries delivered a second, all groups together.
    pub out: StreamSum,
    /// Entries that groups have not got yet.
    pub lag: StreamSum,
}

/// One figure added up.
#[derive(Clone, Debug)]
pub struct StreamSum {
    /// The sum of what is known; `None` where nothing is.
    pub now: Option<f64>,
    /// How far it may be trusted.
    pub kind: Certainty,
    /// The same over time.
    pub series: History,
}

impl Default for StreamTotals {
    fn default() -> Self {
        let sum = || StreamSum { now: None, kind: Certainty::Unknown, series: History::hour() };
        Self { at_ms: i64::MIN, added: sum(), out: sum(), lag: sum() }
    }
}

impl StreamTotals {
    /// Adds up anew, where that is due.
    pub(super) fn advance<'a>(&mut self, at_ms: i64, streams: impl Iterator<Item = &'a StreamState> + Clone) {
        if (0..APART_MS).contains(&at_ms.saturating_sub(self.at_ms)) {
            return;
        }
        self.at_ms = at_ms;
        let rate = |rate: Option<f64>| (rate, Certainty::Exact);
        self.added.take(at_ms, streams.clone().map(|stream| rate(stream.in_per_s())));
        let read = streams.clone().filter(|stream| stream.group_count() != Some(0));
        self.out.take(at_ms, read.map(|stream| rate(stream.out_per_s())));
        let groups = streams.flat_map(|stream| stream.groups.values());
        let lag = groups.map(|group| (group.lag.entries.map(|entries| entries as f64), group.lag.kind));
        self.lag.take(at_ms, lag);
    }
}

impl StreamSum {
    fn take(&mut self, at_ms: i64, figures: impl Iterator<Item = (Option<f64>, Certainty)>) {
        (self.now, self.kind) = figures.fold((None, Certainty::Exact), |(sum, kind), figure| {
            let sum_with = |value| sum.map_or(value, |sum: f64| sum + value);
            match figure {
                (Some(value), of) => (Some(sum_with(value)), weaker(kind, of)),
                (None, _) => (sum, Certainty::AtLeast),
            }
        });
        if self.now.is_none() {
            self.kind = Certainty::Unknown;
        }
        let is_whole = matches!(self.kind, Certainty::Exact | Certainty::Estimate);
        self.series.add(at_ms, self.now.filter(|_| is_whole));
    }
}

/// What a sum of both is worth.
const fn weaker(one: Certainty, other: Certainty) -> Certainty {
    match (one, other) {
        (Certainty::AtLeast | Certainty::Unknown, _) | (_, Certainty::AtLeast | Certainty::Unknown) => {
            Certainty::AtLeast
        }
        (Certainty::Estimate, _) | (_, Certainty::Estimate) => Certainty::Estimate,
        (Certainty::Exact, Certainty::Exact) => Certainty::Exact,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_stream_that_is_not_known_makes_the_sum_a_lower_bound_and_no_point() {
        let mut totals = StreamTotals::default();
        let sum = &mut totals.added;
        sum.take(1_000, [(Some(2.0), Certainty::Exact), (Some(3.0), Certainty::Estimate)].into_iter());
        assert_eq!((sum.now, sum.kind), (Some(5.0), Certainty::Estimate));
        sum.take(2_000, [(Some(2.0), Certainty::Exact), (None, Certainty::Unknown)].into_iter());
        assert_eq!((sum.now, sum.kind), (Some(2.0), Certainty::AtLeast));
        sum.take(3_000, [(None, Certainty::Unknown)].into_iter());
        assert_eq!((sum.now, sum.kind), (None, Certainty::Unknown));
        let values: Vec<_> = sum.series.fine().iter().map(|point| point.value).collect();
        assert_eq!(values, [Some(5.0), None, None]);
    }
}
