//! Where a gauge is going: its slope, and when it will be at a limit.
//!
//! The slope is the median of all slopes between pairs of samples (Theil and Sen): a single spike or a collection of
//! garbage does not turn it. Knows samples of one gauge; not what it measures. Invariants: nothing is foretold from fewer
//! than [`SAMPLES_LEAST`] samples, nor from a slope that its own noise explains, nor further than [`FARTHEST_S`].

use std::collections::VecDeque;

/// Samples before there is a slope.
pub const SAMPLES_LEAST: usize = 10;
/// Samples kept at most: pairs grow with their square.
const SAMPLES: usize = 90;
/// What is older than this is not now, microseconds; where polls are rare, the last samples count all the same.
const WINDOW_US: i64 = 60_000_000;
/// Samples closer than this say nothing new, microseconds.
const APART_US: i64 = 400_000;
/// Further than this nothing is foretold, seconds: a slope of a minute says nothing about next month.
pub const FARTHEST_S: f64 = 30.0 * 86_400.0;

/// A gauge over the last minute, or over its last samples where they are rare.
#[derive(Clone, Debug, Default)]
pub struct Trend {
    samples: VecDeque<(i64, f64)>,
}

impl Trend {
    /// Takes a sample in; `None` (unknown) is passed over. A clock that went back begins anew.
    pub fn add(&mut self, at_us: i64, value: Option<f64>) {
        let Some(value) = value.filter(|value| value.is_finite()) else { return };
        match self.samples.back_mut() {
            Some((last_us, _)) if at_us < *last_us => self.samples.clear(),
            Some((last_us, last)) if at_us.saturating_sub(*last_us) < APART_US => {
                *last = value;
                return;
            }
            _ => {}
        }
        self.samples.push_back((at_us, value));
        let is_old = |sample: Option<&(i64, f64)>| {
            sample.is_some_and(|(sampled_us, _)| at_us.saturating_sub(*sampled_us) > WINDOW_US)
        };
        while self.samples.len() > SAMPLES
            || (self.samples.len() > SAMPLES_LEAST && is_old(self.samples.front()))
        {
            self.samples.pop_front();
        }
    }

    /// The last sample.
    pub fn latest(&self) -> Option<f64> {
        self.samples.back().map(|(_, value)| *value)
    }

    /// Samples in the window.
    pub fn samples(&self) -> usize {
        self.samples.len()
    }

    /// Growth a second; `None` before there are [`SAMPLES_LEAST`] samples.
    pub fn per_s(&self) -> Option<f64> {
        if self.samples.len() < SAMPLES_LEAST {
            return None;
        }
        let mut slopes = Vec::with_capacity(self.samples.len() * self.samples.len() / 2);
        for (at, (from_us, from)) in self.samples.iter().enumerate() {
            for (to_us, to) in self.samples.iter().skip(at + 1) {
                let span_us = to_us.saturating_sub(*from_us);
                if span_us > 0 {
                    slopes.push((to - from) * 1e6 / span_us as f64);
                }
            }
        }
        median(&mut slopes)
    }

    /// The slope where it is more than noise: the line rises over the window by more than samples lie beside it.
    pub fn clear_per_s(&self) -> Option<f64> {
        let per_s = self.per_s()?;
        let (&(first_us, _), &(last_us, _)) = (self.samples.front()?, self.samples.back()?);
        let line = |at_us: i64| per_s * (at_us.saturating_sub(first_us)) as f64 / 1e6;
        let mut beside: Vec<f64> = self.samples.iter().map(|(at_us, value)| value - line(*at_us)).collect();
        let middle = median(&mut beside)?;
        let mut off: Vec<f64> = beside.iter().map(|value| (value - middle).abs()).collect();
        let noise = median(&mut off)?;
        (line(last_us).abs() > 3.0 * noise).then_some(per_s)
    }

    /// Seconds until the gauge is at `limit`; 0 where it is there, `None` where it does not clearly grow towards it.
    pub fn seconds_to(&self, limit: f64) -> Option<f64> {
        let left = limit - self.latest()?;
        if left <= 0.0 {
            return Some(0.0);
        }
        let per_s = self.clear_per_s().filter(|per_s| *per_s > 0.0)?;
        Some(left / per_s).filter(|seconds| *seconds <= FARTHEST_S)
    }
}

fn median(values: &mut [f64]) -> Option<f64> {
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f64::total_cmp).1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MIB: f64 = 1024.0 * 1024.0;

    fn trend(values: impl IntoIterator<Item = f64>) -> Trend {
        let mut trend = Trend::default();
        for (second, value) in values.into_iter().enumerate() {
            trend.add(second as i64 * 1_000_000, Some(value));
        }
        trend
    }

    #[test]
    fn a_ramp_is_full_when_it_says_and_nothing_is_said_of_nine_samples() {
        let ramp = trend((0..30).map(|s| 100.0 * MIB + f64::from(s) * MIB));
        assert_eq!(ramp.per_s(), Some(MIB));
        assert_eq!(ramp.seconds_to(229.0 * MIB), Some(100.0));
        assert_eq!(ramp.seconds_to(1.0), Some(0.0));
        assert_eq!(trend((0..9).map(f64::from)).per_s(), None);
    }

    #[test]
    fn one_spike_does_not_turn_it_and_noise_foretells_nothing() {
        let spiked = trend((0..30).map(|s| if s == 20 { 500.0 } else { f64::from(s) }));
        assert!((spiked.per_s().unwrap() - 1.0).abs() < 1e-9);
        let noisy = trend((0..40).map(|s| 1000.0 + f64::from((s * 7919) % 13)));
        assert_eq!(noisy.clear_per_s(), None);
        assert_eq!(noisy.seconds_to(2000.0), None);
    }

    #[test]
    fn a_gauge_that_falls_or_stands_still_is_never_full() {
        assert_eq!(trend((0..20).map(|_| 5.0)).seconds_to(10.0), None);
        assert_eq!(trend((0..20).map(|s| 50.0 - f64::from(s))).seconds_to(100.0), None);
    }

    #[test]
    fn rare_polls_keep_enough_samples_and_quick_ones_not_too_many() {
        let mut rare = Trend::default();
        (0..50).for_each(|poll| rare.add(poll * 30_000_000, Some(poll as f64)));
        assert_eq!(
            (rare.samples(), rare.per_s().map(|per_s| (per_s * 30.0).round())),
            (SAMPLES_LEAST, Some(1.0))
        );
        let mut quick = Trend::default();
        (0..2000).for_each(|poll| quick.add(poll * 100_000, Some(poll as f64)));
        assert!(quick.samples() <= SAMPLES && (quick.per_s().unwrap() - 10.0).abs() < 0.2);
    }

    proptest! {
        #[test]
        fn whatever_comes_in_the_forecast_is_a_finite_time_or_none(
            samples in proptest::collection::vec((any::<i32>(), proptest::option::of(any::<f64>())), 0..120),
            limit in any::<f64>(),
        ) {
            let mut trend = Trend::default();
            for (at_us, value) in samples {
                trend.add(i64::from(at_us) * 1000, value);
                if let Some(seconds) = trend.seconds_to(limit) {
                    prop_assert!((0.0..=FARTHEST_S).contains(&seconds));
                }
            }
        }
    }
}
