//! A histogram of times from 1 µs to 60 s, three digits exact.
//!
//! Knows numbers. Invariants: what is beyond the ends counts at the end; a histogram that can't take a value leaves the
//! others as they are.

use crate::core::reading::pings::Percentiles;
use hdrhistogram::Histogram;

/// Digits that are exact.
const DIGITS: u8 = 3;
/// The longest time, microseconds.
const LONGEST_US: u64 = 60_000_000;
/// Bars to a factor of ten: the ends of a bar differ by less than a half.
const BARS_A_DECADE: f64 = 6.0;

/// Times, and how many of each.
#[derive(Clone, Debug, Default)]
pub struct Times {
    counts: Option<Histogram<u32>>,
}

/// How many took how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// From this on, microseconds.
    pub from_us: u64,
    /// Up to this, microseconds.
    pub to_us: u64,
    /// How many.
    pub count: u64,
}

impl Times {
    /// Takes a time in, and those of the messages that it kept from being sent: one every so many microseconds.
    pub fn add(&mut self, us: u64, every_us: u64) {
        // It grows with its values: most of them are short.
        let counts = match &mut self.counts {
            Some(counts) => counts,
            None => match Histogram::new(DIGITS) {
                Ok(counts) => self.counts.insert(counts),
                Err(_) => return,
            },
        };
        let _full = counts.record_correct(us.clamp(1, LONGEST_US), every_us);
    }

    /// All of these together.
    pub fn of<'a>(parts: impl Iterator<Item = &'a Self>) -> Self {
        let mut all: Option<Histogram<u32>> = None;
        for counts in parts.filter_map(|part| part.counts.as_ref()) {
            match &mut all {
                Some(all) => {
                    let _full = all.add(counts);
                }
                None => all = Some(counts.clone()),
            }
        }
        Self { counts: all }
    }

    /// Their percentiles, each where there are enough.
    pub fn percentiles(&self) -> Percentiles {
        let Some(counts) = &self.counts else { return Percentiles::default() };
        let samples = counts.len();
        let at = |share: f64, enough: u64| (samples >= enough).then(|| counts.value_at_quantile(share));
        Percentiles {
            p50: at(0.50, 5),
            p95: at(0.95, 20),
            p99: at(0.99, 100),
            max: (samples > 0).then(|| counts.max()),
            samples: usize::try_from(samples).unwrap_or(usize::MAX),
        }
    }

    /// The same as bars of equal width on a logarithmic axis, from the quickest to the slowest, empty ones between.
    pub fn bars(&self) -> Vec<Bar> {
        let Some(counts) = self.counts.as_ref().filter(|counts| !counts.is_empty()) else {
            return Vec::new();
        };
        let place = |us: u64| ((us.max(1) as f64).log10() * BARS_A_DECADE).floor() as i32;
        let edge = |place: i32| 10f64.powf(f64::from(place) / BARS_A_DECADE).round() as u64;
        let (first, last) = (place(counts.min()), place(counts.max()));
        let bar = |place| Bar { from_us: edge(place), to_us: edge(place + 1), count: 0 };
        let mut bars: Vec<Bar> = (first..=last).map(bar).collect();
        for value in counts.iter_recorded() {
            let at = (place(value.value_iterated_to()) - first).clamp(0, last - first);
            if let Some(bar) = bars.get_mut(at.unsigned_abs() as usize) {
                bar.count += value.count_since_last_iteration();
            }
        }
        bars
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_beyond_the_ends_count_at_the_ends() {
        let mut times = Times::default();
        for us in [0, u64::MAX] {
            times.add(us, u64::MAX);
        }
        let max = times.percentiles().max.unwrap();
        assert!((59_900_000..=60_100_000).contains(&max), "{max}");
    }

    #[test]
    fn bars_stand_side_by_side_without_a_gap() {
        let mut times = Times::default();
        for us in [90, 100, 110, 5_000] {
            times.add(us, u64::MAX);
        }
        let bars = times.bars();
        assert_eq!(bars.iter().map(|bar| bar.count).sum::<u64>(), 4);
        assert!(bars.windows(2).all(|pair| pair[0].to_us == pair[1].from_us));
        assert!(bars.first().unwrap().from_us <= 90 && bars.last().unwrap().to_us >= 5_000);
    }

    proptest! {
        #[test]
        fn percentiles_are_right_to_three_digits(mut values in proptest::collection::vec(1_u64..2_000_000, 100..300)) {
            let mut times = Times::default();
            values.iter().for_each(|us| times.add(*us, u64::MAX));
            let (got, exact) = (times.percentiles(), Percentiles::of(std::mem::take(&mut values)));
            for (got, exact) in [(got.p50, exact.p50), (got.p99, exact.p99), (got.max, exact.max)] {
                let (got, exact) = (got.unwrap() as f64, exact.unwrap() as f64);
                prop_assert!((got - exact).abs() <= exact * 0.002 + 1.0, "{got} {exact}");
            }
        }
    }
}
