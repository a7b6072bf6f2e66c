//! How fast an action goes: the size of its steps and the rest between them.
//!
//! Knows how long steps took; does not sleep. Invariants: no step is larger than its action's bound, a pace that was
//! halved never grows by itself, and rests add up: what a sleep was too short or too long is settled with the next.

use crate::core::limits::{
    REST_LEAST_US, REST_SAVED_US, STEP_PAUSE_US, STEP_REST, STEP_REST_MOST_US, STEP_US,
};

/// The pace of one action.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    least: u32,
    most: u32,
    batch: u32,
    per_s: Option<u64>,
    is_rested: bool,
    halvings: u32,
    /// Rest that is still owed to the others, microseconds; below zero what they had beyond it.
    owed_us: i64,
}

impl Pace {
    /// Begins with the middle of `bounds`: least, first, most items a step. `per_s` bounds the items a second;
    /// `is_rested` leaves the others their share of the server.
    pub const fn new(bounds: (u32, u32, u32), per_s: Option<u64>, is_rested: bool) -> Self {
        let (least, batch, most) = bounds;
        Self { least, most, batch, per_s, is_rested, halvings: 0, owed_us: 0 }
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

    /// Owes so much more rest; answers how much of it to take now, microseconds. A timer counts whole milliseconds, so
    /// that less than one is taken together with the next.
    pub fn owe(&mut self, rest_us: u64) -> u64 {
        self.owed_us = self.owed_us.saturating_add_unsigned(rest_us);
        match u64::try_from(self.owed_us) {
            Ok(owed_us) if owed_us >= REST_LEAST_US => owed_us,
            _ => 0,
        }
    }

    /// Takes in how long it really rested, microseconds.
    pub fn rested(&mut self, slept_us: u64) {
        self.owed_us = self.owed_us.saturating_sub_unsigned(slept_us).max(-REST_SAVED_US);
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
    fn rests_add_up_though_a_timer_counts_whole_milliseconds() {
        let mut pace = Pace::new((1, 1, 1), None, true);
        let (mut owed_us, mut slept_us, mut in_a_row) = (0, 0, 0);
        for step in 0..10_000_u64 {
            let rest_us = 500 + step % 7 * 100;
            owed_us += rest_us;
            match pace.owe(rest_us) {
                0 => in_a_row += 1,
                due_us => {
                    // To the next whole millisecond, and one more.
                    let slept = (due_us / 1_000 + 2) * 1_000;
                    pace.rested(slept);
                    slept_us += slept;
                    in_a_row = 0;
                }
            }
            assert!(in_a_row <= 6, "what is saved is bounded: {in_a_row} steps without a rest");
        }
        assert!(slept_us.abs_diff(owed_us) <= 4_000, "owed {owed_us}, slept {slept_us}");
    }

    #[test]
    fn a_stall_of_our_own_is_no_reason_to_rest_less_for_long() {
        let mut pace = Pace::new((1, 1, 1), None, true);
        assert_eq!(pace.owe(1_000), 1_000);
        pace.rested(5_000_000);
        assert_eq!(pace.owe(3_000), 0);
        assert_eq!(pace.owe(1_000), 1_000);
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
