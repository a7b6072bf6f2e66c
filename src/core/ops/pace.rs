//! How fast an action goes: the size of its steps and the rest between them.
//!
//! Knows how long steps took; does not sleep. Invariant: no step is larger than its action's bound, and a pace that was
//! halved never grows by itself.

use crate::core::limits::{STEP_PAUSE_US, STEP_REST, STEP_REST_MOST_US, STEP_US};

/// The pace of one action.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    least: u32,
    most: u32,
    batch: u32,
    per_s: Option<u64>,
    is_rested: bool,
    halvings: u32,
}

impl Pace {
    /// Begins with the middle of `bounds`: least, first, most items a step. `per_s` bounds the items a second;
    /// `is_rested` leaves the others their share of the server.
    pub const fn new(bounds: (u32, u32, u32), per_s: Option<u64>, is_rested: bool) -> Self {
        let (least, batch, most) = bounds;
        Self { least, most, batch, per_s, is_rested, halvings: 0 }
    }

    /// Items of the next step: what the rate allows in a second, so that the rest after it is short.
    pub fn batch(&self) -> u32 {
        let of_rate = self.per_s.map_or(u32::MAX, |per_s| u32::try_from(per_s).unwrap_or(u32::MAX));
        self.batch.min(of_rate).max(1)
    }

    /// Items a second at most.
    pub const fn per_s(&self) -> Option<u64> {
        self.per_s
    }

    /// Sets the items a second; none for no bound.
    pub const fn set_per_s(&mut self, per_s: Option<u64>) {
        self.per_s = per_s;
    }

    /// Whether the others are left their share.
    pub const fn is_rested(&self) -> bool {
        self.is_rested
    }

    /// How often it was halved.
    pub const fn halvings(&self) -> u32 {
        self.halvings
    }

    /// Goes half as fast from now on.
    pub fn halve(&mut self) {
        self.halvings = self.halvings.saturating_add(1).min(10);
        self.most = (self.most / 2).max(self.least);
        self.batch = (self.batch / 2).max(self.least);
        self.per_s = self.per_s.map(|per_s| (per_s / 2).max(1));
    }

    /// Takes in that a step of so many items took so long, of which `idle_us` is the way there and back, and that the
    /// one before ended `since_us` ago; answers how long to rest, microseconds.
    pub fn stepped(&mut self, items: u64, took_us: u64, idle_us: u64, since_us: u64) -> u64 {
        let busy_us = took_us.saturating_sub(idle_us);
        // One late step says more about the machine than about the step: it shrinks by a little.
        let next = if busy_us > STEP_US * 2 {
            self.batch / 2
        } else if busy_us > STEP_US {
            self.batch - self.batch / 8
        } else if busy_us < STEP_US * 3 / 4 && items >= u64::from(self.batch) {
            self.batch.saturating_add(self.batch / 4).saturating_add(1)
        } else {
            self.batch
        };
        self.batch = next.clamp(self.least, self.most.max(self.least));
        let rest_us = if self.is_rested {
            busy_us.saturating_mul(STEP_REST).max(STEP_PAUSE_US) << self.halvings
        } else {
            0
        };
        let due_us = self.per_s.map_or(0, |per_s| items.saturating_mul(1_000_000) / per_s.max(1));
        rest_us.max(due_us.saturating_sub(since_us.max(took_us))).min(STEP_REST_MOST_US)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_follow_the_time_they_take_within_their_bounds() {
        let mut pace = Pace::new((10, 50, 200), None, true);
        for _ in 0..20 {
            pace.stepped(u64::from(pace.batch()), 150, 100, 150);
        }
        assert_eq!(pace.batch(), 200);
        for _ in 0..20 {
            pace.stepped(u64::from(pace.batch()), 5_000, 100, 5_000);
        }
        assert_eq!(pace.batch(), 10);
    }

    #[test]
    fn no_rest_is_longer_than_its_bound_and_a_low_rate_makes_the_steps_small() {
        let mut pace = Pace::new((10, 100, 200), None, true);
        (0..20).for_each(|_| pace.halve());
        assert_eq!(pace.stepped(10, 9_000_000, 100, 9_000_000), STEP_REST_MOST_US);
        let mut slow = Pace::new((10, 100, 200), Some(3), true);
        assert_eq!(slow.batch(), 3);
        assert_eq!(slow.stepped(3, 100, 0, 100), 999_900);
        slow.set_per_s(None);
        assert_eq!(slow.batch(), 100);
    }

    #[test]
    fn the_rest_is_a_share_of_the_step_and_a_rate_makes_it_longer() {
        let mut pace = Pace::new((10, 100, 200), Some(10_000), true);
        assert_eq!(pace.stepped(100, 1_100, 100, 1_500), 10_000 - 1_500);
        pace.set_per_s(None);
        assert_eq!(pace.stepped(100, 1_100, 100, 1_500), 2_000);
        pace.halve();
        assert_eq!(pace.stepped(100, 1_100, 100, 1_500), 4_000);
        let mut free = Pace::new((10, 100, 200), None, false);
        assert_eq!(free.stepped(100, 1_100, 100, 1_500), 0);
    }
}
