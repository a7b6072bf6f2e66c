//! How much a counter grew in the last minute, or in another window.
//!
//! Knows readings of one counter. Invariants: bounded by its pieces; a counter that went back begins anew; growth
//! before the first reading is nobody's.

use std::collections::VecDeque;

/// Pieces of the window: coarse, for it answers "in the last minute" and no finer.
const PIECES: i64 = 12;

/// Growth of one counter over a window.
#[derive(Clone, Debug)]
pub struct Growth {
    window_us: i64,
    last: Option<(i64, u64)>,
    pieces: VecDeque<(i64, u64)>,
}

impl Growth {
    /// Over the last minute.
    pub fn of_a_minute() -> Self {
        Self::over(60_000_000)
    }

    /// Over so many microseconds.
    pub fn over(window_us: i64) -> Self {
        Self { window_us, last: None, pieces: VecDeque::new() }
    }

    /// Takes a reading in; an unknown one is passed over.
    pub fn add(&mut self, at_us: i64, counter: Option<u64>) {
        let Some(counter) = counter else { return };
        // The server's clock is estimated anew with each reading: it may seem to go back by a part of a round trip.
        let last = self.last.filter(|(last_us, _)| last_us.saturating_sub(at_us) <= self.window_us);
        let at_us = last.map_or(at_us, |(last_us, _)| at_us.max(last_us));
        let grown = match last {
            Some((_, last)) if counter >= last => counter - last,
            _ => {
                self.pieces.clear();
                0
            }
        };
        self.last = Some((at_us, counter));
        let piece = at_us.div_euclid((self.window_us / PIECES).max(1));
        match self.pieces.back_mut() {
            Some((number, sum)) if *number == piece => *sum = sum.saturating_add(grown),
            _ => self.pieces.push_back((piece, grown)),
        }
        while self.pieces.front().is_some_and(|(number, _)| piece.saturating_sub(*number) >= PIECES) {
            self.pieces.pop_front();
        }
    }

    /// The growth; `None` before the first reading.
    pub fn grown(&self) -> Option<u64> {
        self.last.map(|_| self.pieces.iter().map(|(_, grown)| *grown).fold(0, u64::saturating_add))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_came_in_the_last_minute_counts() {
        let mut rejected = Growth::of_a_minute();
        assert_eq!(rejected.grown(), None);
        for (second, counter, grown) in [(0, 100, 0), (1, 103, 3), (30, 103, 3), (59, 104, 4), (120, 104, 0)]
        {
            rejected.add(second * 1_000_000, Some(counter));
            assert_eq!(rejected.grown(), Some(grown), "second {second}");
        }
        rejected.add(121_000_000, Some(5));
        assert_eq!(rejected.grown(), Some(0), "a reset is no growth");
    }

    #[test]
    fn a_clock_that_trembles_loses_nothing_and_one_that_was_set_back_begins_anew() {
        let mut rejected = Growth::of_a_minute();
        for (at_us, counter, grown) in [
            (90_000_000, 1, 0),
            (89_995_000, 8, 7),
            (90_001_000, 9, 8),
            (1_000_000, 12, 0),
            (2_000_000, 14, 2),
        ] {
            rejected.add(at_us, Some(counter));
            assert_eq!(rejected.grown(), Some(grown), "at {at_us}");
        }
    }
}
