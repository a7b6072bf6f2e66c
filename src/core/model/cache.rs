//! Keyspace hits and misses, told apart by who caused them.
//!
//! Every round of ours stands between two readings of the server's counters (a bracket). What the counters
//! gain inside brackets may be ours; what they gain between brackets is the clients', less what actions of ours looked
//! up beside the rounds. Invariant: nothing that we ask can enter the hit ratio.

use super::Stamped;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// The two counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Lookups {
    /// Lookups that found the key.
    pub hits: u64,
    /// Lookups that did not.
    pub misses: u64,
}

impl Lookups {
    /// Both together.
    pub const fn total(self) -> u64 {
        self.hits.saturating_add(self.misses)
    }

    /// Hits over all lookups, 0 to 1; `None` without lookups.
    pub fn ratio(self) -> Option<f64> {
        (self.total() > 0).then(|| self.hits as f64 / self.total() as f64)
    }

    /// Both added up.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { hits: self.hits.saturating_add(other.hits), misses: self.misses.saturating_add(other.misses) }
    }

    /// What is left of these without `other`, and what is left of `other`.
    fn without(self, other: Self) -> (Self, Self) {
        let less = |a: Self, b: Self| Self {
            hits: a.hits.saturating_sub(b.hits),
            misses: a.misses.saturating_sub(b.misses),
        };
        (less(self, other), less(other, self))
    }

    fn since(self, earlier: Self) -> Option<Self> {
        Some(Self {
            hits: self.hits.checked_sub(earlier.hits)?,
            misses: self.misses.checked_sub(earlier.misses)?,
        })
    }
}

/// The counters before and after a round of ours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bracket {
    /// Read first.
    pub first: Stamped<Lookups>,
    /// Read last; `None` when the round was cut off.
    pub last: Option<Stamped<Lookups>>,
    /// What actions of ours had looked up beside the rounds, since the console began.
    pub beside: OwnLookups,
}

/// Lookups of our actions, up to the ends of a bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OwnLookups {
    /// When its round was sent.
    pub first: Lookups,
    /// When its replies were there.
    pub last: Lookups,
}

/// What happened in a window.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Window {
    /// Lookups of others.
    pub lookups: Lookups,
    /// Time between brackets, microseconds.
    pub outside_us: u64,
    /// Whole time, microseconds.
    pub whole_us: u64,
}

impl Window {
    /// Hits over lookups, where there were enough of them to mean anything.
    pub fn ratio(&self) -> Option<f64> {
        (self.lookups.total() >= MIN_LOOKUPS).then(|| self.lookups.ratio()).flatten()
    }

    /// Share of the time that lies outside our own brackets, 0 to 1.
    pub fn coverage(&self) -> Option<f64> {
        (self.whole_us > 0).then(|| self.outside_us as f64 / self.whole_us as f64)
    }
}

/// Fewer lookups than this say nothing about a ratio.
pub const MIN_LOOKUPS: u64 = 50;
/// One piece of the track: a second.
const PIECE_US: i64 = 1_000_000;
/// Pieces kept: fifteen minutes.
const PIECES: usize = 15 * 60;

/// Hits and misses of others over the last fifteen minutes, a piece a second.
#[derive(Clone, Debug, Default)]
pub struct CacheTrack {
    pieces: VecDeque<(i64, Window)>,
    end: Option<Stamped<Lookups>>,
    start: Option<i64>,
    /// Lookups of our actions at the end of the last bracket.
    beside: Lookups,
    /// Lookups of our actions that the server's counters did not show yet.
    owed: Lookups,
}

impl CacheTrack {
    /// Takes the next bracket in. Counters that went down (a reset) begin anew.
    pub fn advance(&mut self, bracket: &Bracket) {
        if let Some(end) = self.end {
            let gained = bracket.first.value.since(end.value);
            let outside_us = bracket.first.at_us.saturating_sub(end.at_us);
            let begin = self.start.unwrap_or(end.at_us);
            let whole_us = bracket.first.at_us.saturating_sub(begin);
            let ours = bracket.beside.first.since(self.beside).unwrap_or_default().and(self.owed);
            match gained {
                Some(gained) if outside_us >= 0 && whole_us >= outside_us => {
                    let (lookups, owed) = gained.without(ours);
                    self.owed = owed;
                    let window = Window { lookups, outside_us: outside_us as u64, whole_us: whole_us as u64 };
                    self.add(bracket.first.at_us, window);
                }
                _ => self.clear(),
            }
        }
        self.start = Some(bracket.first.at_us);
        self.end = bracket.last;
        self.beside = bracket.beside.last;
        if self.end.is_none() {
            self.start = None;
        }
    }

    /// Forgets everything: another process answers, or the counters were reset.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// What happened in the last `span_us`, or in what is known of it.
    pub fn window(&self, span_us: i64) -> Window {
        let Some(&(newest, _)) = self.pieces.back() else { return Window::default() };
        let mut sum = Window::default();
        let wanted = (span_us / PIECE_US).max(1);
        for (second, piece) in self.pieces.iter().rev() {
            if newest.saturating_sub(*second) >= wanted {
                break;
            }
            sum = join(sum, *piece);
        }
        sum
    }

    fn add(&mut self, at_us: i64, window: Window) {
        let second = at_us.div_euclid(PIECE_US);
        match self.pieces.back_mut() {
            Some((last, piece)) if *last == second => *piece = join(*piece, window),
            _ => self.pieces.push_back((second, window)),
        }
        while self.pieces.len() > PIECES {
            self.pieces.pop_front();
        }
    }
}

fn join(a: Window, b: Window) -> Window {
    Window {
        lookups: a.lookups.and(b.lookups),
        outside_us: a.outside_us.saturating_add(b.outside_us),
        whole_us: a.whole_us.saturating_add(b.whole_us),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(at_us: i64, hits: u64, misses: u64) -> Stamped<Lookups> {
        Stamped { at_us, value: Lookups { hits, misses } }
    }

    fn bracket(first: Stamped<Lookups>, last: Option<Stamped<Lookups>>) -> Bracket {
        Bracket { first, last, beside: OwnLookups::default() }
    }

    #[test]
    fn what_an_action_looks_up_beside_the_rounds_stays_out_too_and_waits_for_the_counters() {
        let mut track = CacheTrack::default();
        let ours = |hits| Lookups { hits, misses: 0 };
        let mut advance = |at_us, hits, misses, told: (u64, u64)| {
            let beside = OwnLookups { first: ours(told.0), last: ours(told.1) };
            let (first, last) = (at(at_us, hits, misses), Some(at(at_us + 1, hits, misses)));
            track.advance(&Bracket { first, last, beside });
            track.window(60_000_000).lookups
        };
        advance(0, 0, 0, (0, 0));
        // 5,000 hits are all ours; 40 more were sent for than the server had counted when it was asked.
        assert_eq!(advance(1_000_000, 5_000, 20, (5_040, 5_100)), Lookups { hits: 0, misses: 20 });
        assert_eq!(advance(2_000_000, 5_220, 40, (5_100, 5_100)), Lookups { hits: 180, misses: 40 });
    }

    #[test]
    fn what_we_cause_inside_brackets_stays_out_of_the_ratio() {
        let mut track = CacheTrack::default();
        for second in 0..60 {
            let (start, ours, theirs) = (second * 1_000_000, second as u64 * 400, second as u64);
            track.advance(&Bracket {
                first: at(start, ours + theirs * 80, theirs * 20),
                last: Some(at(start + 10_000, ours + 400 + theirs * 80, theirs * 20)),
                beside: OwnLookups::default(),
            });
        }
        let window = track.window(60_000_000);
        assert_eq!(window.ratio(), Some(0.8));
        assert!((window.coverage().unwrap() - 0.99).abs() < 1e-9);
    }

    #[test]
    fn a_reset_of_the_counters_begins_anew_without_a_negative_number() {
        let mut track = CacheTrack::default();
        track.advance(&bracket(at(0, 900, 900), Some(at(1, 900, 900))));
        track.advance(&bracket(at(1_000_000, 5, 5), Some(at(1_000_001, 5, 5))));
        assert_eq!(track.window(60_000_000).lookups.total(), 0);
        track.advance(&bracket(at(2_000_000, 55, 15), None));
        assert_eq!(track.window(60_000_000).lookups, Lookups { hits: 50, misses: 10 });
    }

    #[test]
    fn few_lookups_give_no_ratio() {
        let few = Window { lookups: Lookups { hits: 49, misses: 0 }, ..Window::default() };
        assert_eq!(few.ratio(), None);
    }
}
