//! What an item takes of the server: the least that is known of it.
//!
//! Knows round trips and the server's own figures; sends nothing. Others only add to both, so that the lesser one counts
//! (the server's own leave out what it takes to read and to write sockets). Invariant: a server that never tells a figure
//! is not asked for it with every step.

use crate::core::limits::FIGURES_EVERY_US;
use crate::core::model::sums::sum;
use crate::core::wire::decode::decode;
use crate::core::wire::{Exchange, Observation, ReadCmd};
use std::collections::VecDeque;

/// Steps that are remembered.
const REMEMBERED: usize = 8;

/// What an item takes of the server.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ItemPrice {
    /// Of the last steps: microseconds an item, without the way there and back and with it.
    trips: VecDeque<(f64, f64)>,
    /// Microseconds an item, by the server's own figures.
    told: Option<f64>,
    /// Microseconds that the server had spent on such commands when it was asked last.
    spent_us: Option<u64>,
    /// Items since then.
    items: u64,
    figured_us: Option<u64>,
    /// How often it was asked.
    asked: usize,
    /// Whether the server does not tell its figures.
    is_denied: bool,
}

impl ItemPrice {
    /// Takes in that so many items took so long, of which `idle_us` is the way there and back, as far as that is known.
    /// Answers how much of it the server needed for them: the rest are others, the network, or this machine.
    pub fn took(&mut self, items: u64, took_us: u64, idle_us: u64) -> u64 {
        let busy_us = took_us.saturating_sub(idle_us);
        if items == 0 {
            return busy_us;
        }
        self.items = self.items.saturating_add(items);
        self.trips.push_back((busy_us as f64 / items as f64, took_us as f64 / items as f64));
        if self.trips.len() > REMEMBERED {
            self.trips.pop_front();
        }
        match self.us() {
            Some(us) => busy_us.min((us * items as f64).ceil() as u64),
            None => busy_us,
        }
    }

    /// Asks for the server's own figures, when it is time.
    pub fn figures(&mut self, now_us: u64) -> Option<ReadCmd> {
        // Before anything is known of it each step is a guess; a server that tells nothing of it is not asked for ever.
        let is_guess = self.told.is_none() && self.asked < REMEMBERED;
        let is_due =
            is_guess || self.figured_us.is_none_or(|at_us| now_us.saturating_sub(at_us) >= FIGURES_EVERY_US);
        (is_due && !self.is_denied).then(|| {
            self.figured_us = Some(now_us);
            self.asked = self.asked.saturating_add(1);
            ReadCmd::Info(vec!["commandstats"])
        })
    }

    /// Takes them in, of the commands with these names.
    pub fn figured(&mut self, told: Exchange, names: &[&str]) {
        let told = decode(&Observation { exchanges: vec![told], ..Observation::default() }).commands;
        self.is_denied = told.is_none();
        let stats = told.iter().flat_map(|told| &told.stats);
        self.spent(sum(stats.filter(|stat| names.contains(&stat.name.as_str())).map(|stat| stat.usec)));
    }

    /// Takes in what the server has spent on such commands since it began, others' among them.
    fn spent(&mut self, now_us: u64) {
        let since_us = self.spent_us.replace(now_us).and_then(|before_us| now_us.checked_sub(before_us));
        let items = std::mem::take(&mut self.items);
        if let Some(since_us) = since_us.filter(|since_us| items > 0 && *since_us > 0) {
            self.told = Some(since_us as f64 / items as f64);
        }
    }

    /// Microseconds an item; none before the first step. One trip that seems to have taken nothing is not believed, and
    /// none is where the server itself tells, but that it took no longer than the whole of a trip.
    pub fn us(&self) -> Option<f64> {
        let least = |which: fn(&(f64, f64)) -> f64| {
            let mut trips: Vec<f64> = self.trips.iter().map(which).collect();
            trips.sort_unstable_by(f64::total_cmp);
            trips.get(1).or_else(|| trips.first()).copied()
        };
        match self.told {
            Some(told) => Some(least(|trip| trip.1).map_or(told, |whole| whole.min(told))),
            None => least(|trip| trip.0),
        }
    }

    /// How many items a step may have that should take `step_us`, after one of `batch`: it doubles at most, and
    /// halves at most.
    pub fn fitting(&self, step_us: u64, batch: u32) -> u32 {
        let Some(us) = self.us() else { return batch };
        // What takes no time that could be measured fits as often as one likes.
        let fits = (step_us as f64 / us.max(0.001)) as u32;
        fits.clamp(batch / 2, batch.saturating_mul(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_and_the_network_add_is_not_the_price() {
        let mut price = ItemPrice::default();
        for late_us in [30_000, 0, 900, 5_000, 0, 70_000, 12_000, 400] {
            let needed_us = price.took(100, 400 + late_us, 100);
            assert!(needed_us <= 300 + late_us);
        }
        assert_eq!(price.us(), Some(3.0));
        assert_eq!(price.took(100, 40_000, 100), 300);
    }

    #[test]
    fn over_a_link_whose_delay_varies_the_server_itself_tells_the_price() {
        let mut price = ItemPrice::default();
        price.spent(1_000_000);
        for _ in 0..20 {
            price.took(100, 9_000, 1_000);
        }
        assert_eq!(price.us(), Some(80.0));
        price.spent(1_002_000);
        assert_eq!(price.us(), Some(1.0));
        // A restart or a reset of the figures tells nothing.
        price.took(100, 9_000, 1_000);
        price.spent(5);
        assert_eq!(price.us(), Some(1.0));
    }

    #[test]
    fn a_server_that_tells_nothing_of_it_is_asked_a_few_times_and_then_at_its_pace() {
        let mut price = ItemPrice::default();
        let asked = (0..100).filter(|_| {
            price.took(100, 600, 100);
            price.spent(0);
            price.figures(1_000).is_some()
        });
        assert_eq!(asked.count(), REMEMBERED);
        assert!(price.figures(1_000 + FIGURES_EVERY_US).is_some());
        assert!(price.figures(1_001 + FIGURES_EVERY_US).is_none());
    }

    #[test]
    fn many_others_with_the_same_command_do_not_make_it_cheaper() {
        let mut price = ItemPrice::default();
        price.spent(0);
        price.took(100, 600, 100);
        price.took(100, 600, 100);
        // A thousand calls of others, of 10 us each, beside our two of 500.
        price.spent(11_000);
        assert_eq!(price.us(), Some(6.0));
    }

    #[test]
    fn a_way_there_and_back_that_was_taken_for_longer_than_it_is_makes_nothing_cheap_that_the_server_tells() {
        let mut price = ItemPrice::default();
        price.spent(0);
        price.took(100, 300, 300);
        price.took(100, 300, 300);
        assert_eq!(price.us(), Some(0.0));
        price.spent(400);
        assert_eq!(price.us(), Some(2.0));
    }

    #[test]
    fn steps_double_and_halve_at_most() {
        let mut price = ItemPrice::default();
        assert_eq!(price.fitting(500, 100), 100);
        price.took(100, 100, 100);
        assert_eq!(price.fitting(5_000, 100), 200);
        for _ in 0..8 {
            price.took(100, 100_000, 100);
        }
        assert_eq!(price.fitting(500, 100), 50);
        assert_eq!(price.fitting(500, 2), 1);
    }
}
