//! Rates from counters that only grow, and what to do when they don't.
//!
//! Knows samples of one counter; does not know what it counts. Invariant: a rate is never negative and never
//! spans a reset: a counter or a clock that went back begins a new window.

use std::collections::VecDeque;

/// Samples kept at most: a window of 10 s polled ten times a second, and some.
const SAMPLES: usize = 128;

/// Samples closer than this, microseconds, make no rate: one entry more or less would be a spike.
const LEAST_SPAN_US: i64 = 20_000;

/// A counter over a sliding window.
#[derive(Clone, Debug)]
pub struct Meter {
    samples: VecDeque<(i64, u64)>,
    window_us: i64,
}

impl Meter {
    /// A meter over `window_us`; 0 takes just the last two samples.
    pub fn new(window_us: i64) -> Self {
        Self { samples: VecDeque::new(), window_us }
    }

    /// Takes a sample in; `None` (unknown) is passed over.
    pub fn add(&mut self, at_us: i64, counter: Option<u64>) {
        let Some(counter) = counter else { return };
        if let Some(&(last_us, last)) = self.samples.back() {
            if counter < last || at_us < last_us {
                self.samples.clear();
            } else if at_us == last_us {
                self.samples.pop_back();
            }
        }
        self.samples.push_back((at_us, counter));
        let old_enough = |sample: Option<&(i64, u64)>, window_us: i64| {
            sample.is_some_and(|&(sampled_us, _)| at_us.saturating_sub(sampled_us) >= window_us)
        };
        while self.samples.len() > SAMPLES
            || (self.samples.len() > 2 && old_enough(self.samples.get(1), self.window_us))
        {
            self.samples.pop_front();
        }
    }

    /// Begins anew.
    pub fn clear(&mut self) {
        self.samples.clear();
    }

    /// Growth a second over the window; `None` before the second sample.
    pub fn per_s(&self) -> Option<f64> {
        let (&(from_us, from), &(to_us, to)) = (self.samples.front()?, self.samples.back()?);
        let span_us = to_us.checked_sub(from_us).filter(|&span| span >= LEAST_SPAN_US)?;
        Some(to.checked_sub(from)? as f64 * 1e6 / span_us as f64)
    }

    /// Growth a second between the last two samples.
    pub fn last_per_s(&self) -> Option<f64> {
        let mut newest = self.samples.iter().rev();
        let (&(to_us, to), &(from_us, from)) = (newest.next()?, newest.next()?);
        let span_us = to_us.checked_sub(from_us).filter(|&span| span >= LEAST_SPAN_US)?;
        Some(to.checked_sub(from)? as f64 * 1e6 / span_us as f64)
    }

    /// Growth and time since the first sample of the window, microseconds.
    pub fn span_us(&self) -> Option<i64> {
        Some(self.samples.back()?.0.saturating_sub(self.samples.front()?.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_counter_that_went_back_blanks_one_window() {
        let mut meter = Meter::new(10_000_000);
        meter.add(0, Some(100));
        meter.add(1_000_000, Some(200));
        assert_eq!(meter.per_s(), Some(100.0));
        meter.add(2_000_000, Some(0));
        assert_eq!(meter.per_s(), None);
        meter.add(3_000_000, Some(50));
        assert_eq!(meter.per_s(), Some(50.0));
    }

    #[test]
    fn the_window_slides_and_always_keeps_two_samples() {
        let mut meter = Meter::new(0);
        for second in 0..5_u64 {
            meter.add(second as i64 * 1_000_000, Some(second * second));
        }
        assert_eq!(meter.per_s(), Some(7.0));
        let mut slow = Meter::new(1_000_000);
        slow.add(0, Some(0));
        slow.add(60_000_000, Some(60));
        assert_eq!(slow.per_s(), Some(1.0));
    }

    proptest! {
        #[test]
        fn a_rate_is_never_negative_nor_infinite(
            samples in proptest::collection::vec((any::<i32>(), proptest::option::of(any::<u64>())), 0..300)
        ) {
            let mut meter = Meter::new(10_000_000);
            for (at_us, counter) in samples {
                meter.add(i64::from(at_us), counter);
                if let Some(rate) = meter.per_s() {
                    prop_assert!(rate >= 0.0 && rate.is_finite());
                }
                prop_assert!(meter.samples.len() <= SAMPLES);
            }
        }
    }
}
