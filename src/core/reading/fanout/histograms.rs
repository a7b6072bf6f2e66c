//! What commands took within the last minute, by LATENCY HISTOGRAM: the difference of two of its replies.
//!
//! Knows steps that double; so a percentile is known up to its step and told by the upper end of it. Invariant: nothing
//! is computed across a reset of the server's figures.

use crate::core::model::Stamped;
use crate::core::model::latency::CommandHistogram;
use std::collections::{BTreeMap, VecDeque};

/// What percentiles are taken over, microseconds.
const WINDOW_US: i64 = 60_000_000;
/// Readings kept: one every two seconds.
const READINGS: usize = 32;

/// Histograms of a few commands over the last minute.
#[derive(Clone, Debug, Default)]
pub struct Histograms {
    readings: VecDeque<(i64, BTreeMap<String, CommandHistogram>)>,
}

/// Times of one command in the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct ServiceTime {
    /// Calls in the window.
    pub calls: u64,
    /// Half took no more than this, microseconds; `None` below 5 calls.
    pub p50_us: Option<u64>,
    /// 99 of a hundred took no more than this, microseconds; `None` below 100 calls.
    pub p99_us: Option<u64>,
}

impl Histograms {
    /// Takes the next reply in.
    pub fn advance(&mut self, histograms: Stamped<Vec<CommandHistogram>>) {
        let by_name: BTreeMap<_, _> =
            histograms.value.into_iter().map(|histogram| (histogram.name.clone(), histogram)).collect();
        let went_back = self.readings.back().is_some_and(|(at_us, last)| {
            *at_us >= histograms.at_us
                || last
                    .iter()
                    .any(|(name, before)| by_name.get(name).is_none_or(|now| now.calls < before.calls))
        });
        if went_back {
            self.readings.clear();
        }
        self.readings.push_back((histograms.at_us, by_name));
        let is_old = |reading: Option<&(i64, _)>| {
            reading.is_some_and(|(at_us, _)| histograms.at_us.saturating_sub(*at_us) >= WINDOW_US)
        };
        while self.readings.len() > READINGS || (self.readings.len() > 2 && is_old(self.readings.get(1))) {
            self.readings.pop_front();
        }
    }

    /// What this command took; `None` before the second reading and where the server has no histograms.
    pub fn of(&self, command: &str) -> Option<ServiceTime> {
        let ((from_us, from), (to_us, to)) = (self.readings.front()?, self.readings.back()?);
        if from_us >= to_us {
            return None;
        }
        let Some(now) = to.get(command) else { return Some(ServiceTime::default()) };
        let nothing = CommandHistogram::default();
        let before = from.get(command).unwrap_or(&nothing);
        let calls = now.calls.checked_sub(before.calls)?;
        let at = |share: f64, enough: u64| {
            let wanted = (calls as f64 * share).ceil() as u64;
            let mut steps = now.steps.iter();
            let step = steps.find(|(us, count)| count.saturating_sub(below(before, *us)) >= wanted);
            step.map(|(us, _)| *us).filter(|_| calls >= enough)
        };
        Some(ServiceTime { calls, p50_us: at(0.5, 5), p99_us: at(0.99, 100) })
    }
}

/// How many calls took so many microseconds or less: steps without a call of their own are left out by the server.
fn below(histogram: &CommandHistogram, us: u64) -> u64 {
    histogram.steps.iter().rev().find(|(limit, _)| *limit <= us).map_or(0, |(_, count)| *count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(second: i64, calls: u64, steps: &[(u64, u64)]) -> Stamped<Vec<CommandHistogram>> {
        let histogram = CommandHistogram { name: "publish".into(), calls, steps: steps.to_vec() };
        Stamped { at_us: second * 1_000_000, value: vec![histogram] }
    }

    #[test]
    fn percentiles_are_those_of_the_window_and_not_of_all_time() {
        let mut track = Histograms::default();
        track.advance(reading(0, 1_000, &[(1, 1_000)]));
        assert_eq!(track.of("publish"), None);
        track.advance(reading(2, 1_100, &[(1, 1_000), (66, 1_098), (1_056, 1_100)]));
        let time = track.of("publish").unwrap();
        assert_eq!((time.calls, time.p50_us, time.p99_us), (100, Some(66), Some(1_056)));
        assert_eq!(track.of("spublish"), Some(ServiceTime::default()));
    }

    #[test]
    fn few_calls_have_no_percentiles_and_a_reset_begins_anew() {
        let mut track = Histograms::default();
        track.advance(reading(0, 10, &[(1, 10)]));
        track.advance(reading(2, 14, &[(1, 14)]));
        assert_eq!(track.of("publish").unwrap().p50_us, None);
        track.advance(reading(4, 3, &[(1, 3)]));
        assert_eq!(track.of("publish"), None);
    }

    #[test]
    fn the_window_slides() {
        let mut track = Histograms::default();
        for second in 0..200 {
            let calls = second as u64 * 10;
            track.advance(reading(second * 2, calls, &[(8, calls)]));
        }
        let time = track.of("publish").unwrap();
        assert!((290..=320).contains(&time.calls), "{time:?}");
        assert!(track.readings.len() <= READINGS);
    }
}
