//! Round trips of PING: what a client feels, network included.

use crate::core::limits;
use std::collections::VecDeque;

/// The last round trips, microseconds each.
#[derive(Clone, Debug, Default)]
pub struct Pings {
    trips: VecDeque<(i64, u64)>,
}

/// Percentiles of a set of times; each is `None` while there are too few samples for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Percentiles {
    /// Median, from 5 samples on.
    pub p50: Option<u64>,
    /// 95th percentile, from 20 samples on.
    pub p95: Option<u64>,
    /// 99th percentile, from 100 samples on.
    pub p99: Option<u64>,
    /// The greatest.
    pub max: Option<u64>,
    /// How many samples.
    pub samples: usize,
}

impl Percentiles {
    /// Nearest-rank percentiles of these times.
    pub fn of(mut times: Vec<u64>) -> Self {
        times.sort_unstable();
        let samples = times.len();
        let rank = |share: f64, enough: usize| {
            let at = ((samples as f64 * share).ceil() as usize).saturating_sub(1);
            (samples >= enough).then(|| times.get(at).copied()).flatten()
        };
        Self {
            p50: rank(0.50, 5),
            p95: rank(0.95, 20),
            p99: rank(0.99, 100),
            max: times.last().copied(),
            samples,
        }
    }
}

impl Pings {
    /// Takes round trips in.
    pub fn advance(&mut self, at_us: i64, trips_us: &[u64]) {
        self.trips.extend(trips_us.iter().map(|&trip_us| (at_us, trip_us)));
        while self.trips.len() > limits::PINGS {
            self.trips.pop_front();
        }
    }

    /// Of the last `span_us`, as of `now_us`.
    pub fn percentiles(&self, now_us: i64, span_us: i64) -> Percentiles {
        let recent = self.trips.iter().filter(|(at_us, _)| now_us.saturating_sub(*at_us) <= span_us);
        Percentiles::of(recent.map(|(_, trip_us)| *trip_us).collect())
    }

    /// The last ones, oldest first: when (microseconds since 1970) and how long (microseconds).
    pub fn trips(&self) -> impl Iterator<Item = (i64, u64)> + '_ {
        self.trips.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_wait_for_enough_samples() {
        let of = |count: u64| Percentiles::of((1..=count).collect());
        assert_eq!(of(4).p50, None);
        assert_eq!((of(5).p50, of(5).p95), (Some(3), None));
        assert_eq!(
            (of(100).p50, of(100).p95, of(100).p99, of(100).max),
            (Some(50), Some(95), Some(99), Some(100))
        );
    }
}
