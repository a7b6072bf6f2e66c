//! How long keys live: one by one, and many together as a spread.
//!
//! Knows spans to a fifth of an octave, so that a median is within 15 % of the truth; keeps no key. Invariant: a key
//! without a TTL is never mixed with one whose TTL is not known.

/// How long a key lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ttl {
    /// So many milliseconds more.
    Ms(u64),
    /// For ever.
    Forever,
}

impl Ttl {
    /// The milliseconds, where it ends.
    pub const fn ms(self) -> Option<u64> {
        match self {
            Self::Ms(ms) => Some(ms),
            Self::Forever => None,
        }
    }
}

/// Steps in a doubling of the span.
const STEPS: u32 = 5;
/// Steps kept: up to 2^40 ms, 35 years; what is longer is in the last.
const KEPT: usize = 40 * STEPS as usize + 1;

/// Spans of many keys.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct TtlSpread {
    /// Keys without a TTL.
    pub forever: u64,
    /// Keys with one.
    pub with_ttl: u64,
    longest_ms: u64,
    steps: Vec<u32>,
}

/// Bounds of the bars that a person looks at, milliseconds: below each.
pub const BARS_MS: [u64; 7] = [1_000, 10_000, 60_000, 600_000, 3_600_000, 86_400_000, u64::MAX];

impl TtlSpread {
    /// Takes a key in.
    pub fn add(&mut self, ttl: Ttl) {
        let Some(ms) = ttl.ms() else {
            self.forever += 1;
            return;
        };
        self.with_ttl += 1;
        self.longest_ms = self.longest_ms.max(ms);
        self.steps.resize(KEPT, 0);
        if let Some(step) = self.steps.get_mut(step_of(ms)) {
            *step = step.saturating_add(1);
        }
    }

    /// Takes another spread in.
    pub fn merge(&mut self, other: &Self) {
        self.forever += other.forever;
        self.with_ttl += other.with_ttl;
        self.longest_ms = self.longest_ms.max(other.longest_ms);
        if !other.steps.is_empty() {
            self.steps.resize(KEPT, 0);
        }
        for (own, other) in self.steps.iter_mut().zip(&other.steps) {
            *own = own.saturating_add(*other);
        }
    }

    /// The longest, milliseconds; `None` where no key has a TTL.
    pub fn longest_ms(&self) -> Option<u64> {
        (self.with_ttl > 0).then_some(self.longest_ms)
    }

    /// The median of those that have one, milliseconds.
    pub fn median_ms(&self) -> Option<u64> {
        let half = self.with_ttl.div_ceil(2);
        let mut seen = 0;
        let at = self.steps.iter().position(|count| {
            seen += u64::from(*count);
            half > 0 && seen >= half
        })?;
        Some(middle_of(at).min(self.longest_ms))
    }

    /// Share of keys without a TTL, 0 to 1; `None` without keys.
    pub fn forever_share(&self) -> Option<f64> {
        let all = self.forever + self.with_ttl;
        (all > 0).then(|| self.forever as f64 / all as f64)
    }

    /// Keys that live longer than this, to the width of a step; those without a TTL are not among them.
    pub fn longer_than(&self, ms: u64) -> u64 {
        self.steps.iter().skip(step_of(ms) + 1).map(|count| u64::from(*count)).sum()
    }

    /// Keys by the bars of [`BARS_MS`], then those without a TTL.
    pub fn bars(&self) -> [u64; 8] {
        let mut bars = [0; 8];
        for (at, count) in self.steps.iter().enumerate() {
            let bar = BARS_MS.iter().position(|bound| middle_of(at) < *bound).unwrap_or(BARS_MS.len() - 1);
            if let Some(bar) = bars.get_mut(bar) {
                *bar += u64::from(*count);
            }
        }
        if let Some(last) = bars.last_mut() {
            *last = self.forever;
        }
        bars
    }
}

/// `STEPS * log2(ms)`, rounded down.
fn step_of(ms: u64) -> usize {
    let step = (ms.max(1) as f64).log2() * f64::from(STEPS);
    (step as usize).min(KEPT - 1)
}

/// The middle of a step, milliseconds.
fn middle_of(step: usize) -> u64 {
    2f64.powf((step as f64 + 0.5) / f64::from(STEPS)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_spread_tells_its_median_its_longest_and_who_lives_for_ever() {
        let mut spread = TtlSpread::default();
        (1..=99).for_each(|s| spread.add(Ttl::Ms(s * 1000)));
        spread.add(Ttl::Forever);
        assert_eq!((spread.longest_ms(), spread.forever_share()), (Some(99_000), Some(0.01)));
        let median = spread.median_ms().unwrap() as f64;
        assert!((median / 50_000.0 - 1.0).abs() < 0.15, "{median}");
        assert_eq!(spread.bars().iter().sum::<u64>(), 100);
        assert_eq!(TtlSpread::default().median_ms(), None);
    }

    proptest! {
        #[test]
        fn spreads_merged_are_the_spread_of_all(
            a in proptest::collection::vec(proptest::option::of(0_u64..1 << 45), 0..50),
            b in proptest::collection::vec(proptest::option::of(0_u64..1 << 45), 0..50),
        ) {
            let of = |ttls: &[Option<u64>]| {
                let mut spread = TtlSpread::default();
                ttls.iter().for_each(|ttl| spread.add(ttl.map_or(Ttl::Forever, Ttl::Ms)));
                spread
            };
            let mut merged = of(&a);
            merged.merge(&of(&b));
            let all = of(&[a, b].concat());
            prop_assert_eq!(merged.bars(), all.bars());
            prop_assert_eq!((merged.longest_ms(), merged.median_ms()), (all.longest_ms(), all.median_ms()));
        }
    }
}
