//! When keys expire that are to expire instead of going: each at a moment of its own, so that their origin is not asked
//! for all of them at once.
//!
//! Invariant: no key gets less than half of the longest time, nor more than all of it.

/// The shortest time to live that a key gets, milliseconds: half of the longest. Where it is kept first, that takes a
/// moment, and the time when it expires is fixed before.
pub(super) fn least_ms(most_ms: u64, is_kept: bool) -> u64 {
    let half_ms = most_ms - most_ms / 2;
    if is_kept { half_ms.saturating_add(most_ms / 20).min(most_ms) } else { half_ms }.max(1)
}

/// Chance that is the same for the same seed.
#[derive(Debug)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// A time to live between half of `most_ms` and all of it. Where the key is kept first, that takes a moment, and the
    /// time when it expires is fixed before.
    pub(super) fn ms(&mut self, most_ms: u64, is_kept: bool) -> u64 {
        let least_ms = least_ms(most_ms, is_kept);
        least_ms + self.below(most_ms.saturating_sub(least_ms) + 1)
    }

    /// A number below `end`, which is 1 at least, that is hard to guess from its neighbours (xorshift).
    pub(super) const fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}
