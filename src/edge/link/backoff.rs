//! When to try again: pure arithmetic, time and chance come in.
//!
//! Knows failures in a row; does not sleep, does not know what failed. Invariant: a wait is never shorter
//! than 0.8 of the first and never longer than 1.2 of the open circuit's.

use crate::core::limits::{BACKOFF_FAILURES, BACKOFF_FIRST_MS, BACKOFF_LONGEST_MS, BACKOFF_OPEN_MS};

/// Failures in a row and what follows from them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Notes a failure at `now_us`; answers when the next try is due. `chance` is in 0..1.
    pub fn failed(&mut self, now_us: u64, chance: f64) -> u64 {
        self.failures = self.failures.saturating_add(1);
        let wait_ms = if self.circuit_open() {
            BACKOFF_OPEN_MS
        } else {
            let doublings = self.failures.saturating_sub(1).min(16);
            (BACKOFF_FIRST_MS << doublings).min(BACKOFF_LONGEST_MS)
        };
        // A fifth more or less, so that consoles that lost one server do not return at one instant.
        let spread = 0.8 + 0.4 * chance.clamp(0.0, 1.0);
        now_us.saturating_add((wait_ms as f64 * 1_000.0 * spread) as u64)
    }

    /// Forgets the failures.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// Failures in a row.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// Whether failures have been so many that tries are rare.
    pub fn circuit_open(&self) -> bool {
        self.failures >= BACKOFF_FAILURES
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn waits_double_up_to_the_longest_and_then_the_circuit_opens() {
        let mut backoff = Backoff::default();
        let waits: Vec<u64> = (0..10).map(|_| backoff.failed(0, 0.5) / 1_000).collect();
        assert_eq!(waits, [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 30_000, 30_000, 30_000]);
        assert!(backoff.circuit_open());
    }

    #[test]
    fn a_success_closes_the_circuit() {
        let mut backoff = Backoff::default();
        for _ in 0..20 {
            backoff.failed(0, 0.5);
        }
        backoff.succeeded();
        assert!(!backoff.circuit_open());
        assert_eq!(backoff.failed(1_000, 0.5), 251_000);
    }

    proptest! {
        #[test]
        fn every_wait_is_within_a_fifth_of_its_step(failures in 1u32..40, chance in 0.0f64..1.0) {
            let mut backoff = Backoff::default();
            let mut even = Backoff::default();
            for _ in 1..failures {
                backoff.failed(0, chance);
                even.failed(0, 0.5);
            }
            let (wait, middle) = (backoff.failed(0, chance) as f64, even.failed(0, 0.5) as f64);
            prop_assert!(wait >= middle * 0.799 && wait <= middle * 1.201);
        }
    }
}
