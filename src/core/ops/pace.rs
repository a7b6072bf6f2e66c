//! How fast an action goes: the size of its steps and the rest between them.
//!
//! Knows how long steps took and what others feel of it; does not sleep. Invariants: no step is larger than its action's
//! bound, a pace that was halved never grows by itself, and rests add up: what a sleep was too short or too long is settled
//! with the next.

use super::item_price::ItemPrice;
use crate::core::limits::{
    HURRIED_STEP_US, REST_LEAST_US, REST_SAVED_US, REST_TIMES, STEP_LEAST_US, STEP_PAUSE_US,
    STEP_REST_MOST_US, STEP_US,
};

/// The pace of one action.
#[derive(Clone, Debug, PartialEq)]
pub struct Pace {
    least: u32,
    most: u32,
    batch: u32,
    per_s: Option<u64>,
    is_rested: bool,
    halvings: u32,
    /// Rest after a step, in times of the step.
    rest_times: f64,
    price: ItemPrice,
    /// Of a look, however much it looks at: one is much like the next.
    look_price: ItemPrice,
    /// Rest that is still owed to the others, microseconds; below zero what they had beyond it.
    owed_us: i64,
}

impl Pace {
    /// Begins with the middle of `bounds`: least, first, most items a step. `per_s` bounds the items a second;
    /// `is_rested` goes by what others feel of it.
    pub fn new(bounds: (u32, u32, u32), per_s: Option<u64>, is_rested: bool) -> Self {
        let (least, batch, most) = bounds;
        let (price, look_price) = (ItemPrice::default(), ItemPrice::default());
        let rest_times = REST_TIMES.0;
        Self { least, most, batch, per_s, is_rested, halvings: 0, rest_times, price, look_price, owed_us: 0 }
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

    /// Whether it goes by what others feel of it.
    pub const fn is_rested(&self) -> bool {
        self.is_rested
    }

    /// How often it was halved.
    pub const fn halvings(&self) -> u32 {
        self.halvings
    }

    /// Sets the rest after a step, in times of the step: what others feel says how long (`core::ops::strain`).
    pub const fn set_rest(&mut self, times: f64) {
        self.rest_times = times;
    }

    /// Goes half as fast from now on.
    pub fn halve(&mut self) {
        self.halvings = self.halvings.saturating_add(1).min(10);
        self.most = (self.most / 2).max(self.least);
        self.batch = (self.batch / 2).max(self.least);
        self.per_s = self.per_s.map(|per_s| (per_s / 2).max(1));
    }

    /// How long the server should be busy with one step, microseconds: the shorter, the more others feel of it.
    pub fn step_us(&self) -> u64 {
        if !self.is_rested {
            return HURRIED_STEP_US;
        }
        let shorter = self.rest_times.max(1.0) * f64::from(1_u32 << self.halvings);
        ((STEP_US as f64 / shorter) as u64).max(STEP_LEAST_US)
    }

    /// Takes in that a step of so many items took so long, of which `idle_us` is the way there and back, and that the
    /// one before ended `since_us` ago; answers how long to rest, microseconds.
    pub fn stepped(&mut self, items: u64, took_us: u64, idle_us: u64, since_us: u64) -> u64 {
        let busy_us = self.price.took(items, took_us, idle_us);
        let fits = self.price.fitting(self.step_us(), self.batch);
        // A step that had not all that it might have had does not show that more is fine.
        let next = if items.saturating_mul(2) >= u64::from(self.batch) { fits } else { fits.min(self.batch) };
        self.batch = next.clamp(self.least, self.most.max(self.least));
        let due_us = self.per_s.map_or(0, |per_s| items.saturating_mul(1_000_000) / per_s.max(1));
        self.rest_us(busy_us).max(due_us.saturating_sub(since_us.max(took_us))).min(STEP_REST_MOST_US)
    }

    /// The same for what was only looked at.
    pub fn looked(&mut self, took_us: u64, idle_us: u64) -> u64 {
        let busy_us = self.look_price.took(1, took_us, idle_us);
        self.rest_us(busy_us).min(STEP_REST_MOST_US)
    }

    /// What an item takes of the server.
    pub const fn price(&mut self) -> &mut ItemPrice {
        &mut self.price
    }

    fn rest_us(&self, busy_us: u64) -> u64 {
        if !self.is_rested {
            return 0;
        }
        let rest_us = (busy_us as f64 * self.rest_times) as u64;
        match self.halvings {
            0 => rest_us,
            halvings => rest_us.max(busy_us).max(STEP_PAUSE_US) << halvings,
        }
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
            pace.stepped(u64::from(pace.batch()), 50_000, 100, 50_000);
        }
        assert_eq!(pace.batch(), 10);
    }

    #[test]
    fn a_step_takes_what_others_do_not_feel_however_late_this_machine_is() {
        let mut pace = Pace::new((10, 50, 10_000), None, true);
        for step in 0..200_u64 {
            let items = u64::from(pace.batch());
            let late_us = [0, 12_000, 900, 0, 3_000][step as usize % 5];
            pace.stepped(items, 100 + items * 2 + late_us, 100, 1_000);
        }
        assert!((200..=250).contains(&pace.batch()), "{}", pace.batch());
    }

    #[test]
    fn what_others_feel_makes_steps_shorter_and_rests_longer() {
        let mut pace = Pace::new((10, 100, 1_000), None, true);
        pace.set_rest(0.0);
        assert_eq!((pace.step_us(), pace.stepped(100, 600, 100, 600)), (STEP_US, 0));
        pace.set_rest(4.0);
        assert_eq!((pace.step_us(), pace.stepped(100, 600, 100, 600)), (STEP_US / 4, 2_000));
        assert_eq!(pace.looked(300, 100), 800);
        assert!(pace.batch() < 100);
    }

    #[test]
    fn a_step_with_less_than_it_might_have_had_does_not_make_the_next_one_larger() {
        let mut pace = Pace::new((10, 100, 1_000), None, true);
        pace.stepped(3, 110, 100, 500);
        assert_eq!(pace.batch(), 100);
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
        assert!(slow.batch() >= 50, "what bounded it was the rate: {}", slow.batch());
    }

    #[test]
    fn the_rest_is_a_share_of_the_step_and_a_rate_makes_it_longer() {
        let mut pace = Pace::new((10, 100, 200), Some(10_000), true);
        assert_eq!(pace.stepped(100, 1_100, 100, 1_500), 10_000 - 1_500);
        pace.set_per_s(None);
        pace.set_rest(2.0);
        assert_eq!(pace.stepped(100, 1_100, 100, 1_500), 2_000);
        pace.halve();
        assert_eq!(pace.stepped(100, 1_100, 100, 1_500), 4_000);
        pace.set_rest(0.0);
        assert_eq!(pace.stepped(100, 1_100, 100, 1_500), 2_000, "a pace that was halved stays so");
        let mut free = Pace::new((10, 100, 200), None, false);
        assert_eq!(free.stepped(100, 1_100, 100, 1_500), 0);
    }
}
