//! Errors of others within the last minute, by code: the growth of what the server counts, less what our own
//! connections have caused.
//!
//! Knows counters; judges nothing. Invariants: an error of ours never counts as one of others, not even one whose answer
//! is still on its way (then one of others may go uncounted); what was counted once is not taken back.

use crate::core::diagnose::growth::Growth;
use crate::core::model::info::Info;
use crate::core::model::refusals::{OwnRefusals, RefusalCode, RefusalCounts};
use std::collections::BTreeMap;

/// Errors of others over time.
#[derive(Clone, Debug, Default)]
pub struct RefusalTrack {
    codes: BTreeMap<RefusalCode, CodeTrack>,
}

/// One code.
#[derive(Clone, Debug)]
struct CodeTrack {
    /// The server's count and ours where we began.
    began: (u64, u64),
    /// The server's count.
    counter: u64,
    /// Errors of others since we began.
    others: u64,
    growth: Growth,
}

impl RefusalTrack {
    /// Takes a reading of INFO in, with what our own connections have caused.
    pub fn advance(&mut self, info: &Info, own: &OwnRefusals, at_us: i64) {
        let counts = info.stats.refusals.as_ref();
        for code in RefusalCode::COUNTED {
            match counts.and_then(|counts| counts.get(code)) {
                Some(counter) => {
                    let (least, most) = (own.least(code), own.most(code));
                    let begin = || CodeTrack::new(counter, least);
                    self.codes.entry(code).or_insert_with(begin).advance(counter, (least, most), at_us);
                }
                None => drop(self.codes.remove(&code)),
            }
        }
    }

    /// Counters were set back, or another process answers.
    pub fn begin_anew(&mut self) {
        self.codes.clear();
    }

    /// Errors of others in the last minute, as far as it was watched; `None` where the server does not count.
    pub fn of_others(&self, code: RefusalCode) -> Option<u64> {
        self.codes.get(&code)?.growth.grown()
    }

    /// The same of all codes; `None` where the server counts none of them.
    pub fn all(&self) -> Option<RefusalCounts> {
        let counts = RefusalCode::COUNTED.into_iter().filter_map(|code| Some((code, self.of_others(code)?)));
        (!self.codes.is_empty()).then(|| counts.collect())
    }
}

impl CodeTrack {
    fn new(counter: u64, own: u64) -> Self {
        Self { began: (counter, own), counter, others: 0, growth: Growth::of_a_minute() }
    }

    fn advance(&mut self, counter: u64, (own_least, own_most): (u64, u64), at_us: i64) {
        if counter < self.counter {
            *self = Self::new(counter, own_least);
        }
        self.counter = counter;
        let own = own_most.saturating_sub(self.began.1);
        // Our own may be counted before the server's count is read: then the difference is too small, for a while.
        let others = counter.saturating_sub(self.began.0).saturating_sub(own);
        self.others = self.others.max(others);
        self.growth.add(at_us, Some(self.others));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: RefusalCode = RefusalCode::NoPerm;

    /// After each reading, errors of others within the last minute: the server's count, ours before it was read, ours
    /// by now, commands without an answer.
    fn told(readings: &[(u64, u64, u64, u64)]) -> Vec<Option<u64>> {
        let mut track = RefusalTrack::default();
        let mut at_us = 0;
        let mut one = |&(counter, before, by_now, unanswered): &(u64, u64, u64, u64)| {
            at_us += 1_000_000;
            let mut info = Info::default();
            info.stats.refusals = Some(RefusalCounts::from_iter([(CODE, counter)]));
            let counts = |count| RefusalCounts::from_iter([(CODE, count)]);
            let own = OwnRefusals { before: counts(before), by_now: counts(by_now), unanswered };
            track.advance(&info, &own, at_us);
            track.of_others(CODE)
        };
        readings.iter().map(&mut one).collect()
    }

    #[test]
    fn what_others_are_refused_is_the_growth_less_our_own() {
        let readings = [(900, 0, 4, 0), (907, 4, 4, 0), (915, 4, 9, 0), (915, 9, 9, 0)];
        assert_eq!(told(&readings), [Some(0), Some(3), Some(6), Some(6)]);
    }

    #[test]
    fn our_own_errors_never_count_whenever_they_are_read() {
        // Denied after INFO was read in the first round, in flight in the second, answered in the third, lost in the last.
        let readings =
            [(50, 0, 12, 0), (112, 12, 12, 50), (112, 62, 62, 0), (120, 62, 62, 8), (120, 62, 62, 8)];
        assert_eq!(told(&readings), [Some(0); 5]);
    }

    #[test]
    fn counters_that_were_set_back_begin_anew() {
        let readings = [(50, 9, 9, 0), (60, 9, 9, 0), (7, 9, 9, 0), (8, 9, 9, 0)];
        assert_eq!(told(&readings), [Some(0), Some(10), Some(0), Some(1)]);
    }

    #[test]
    fn a_server_that_does_not_count_tells_nothing() {
        let mut track = RefusalTrack::default();
        track.advance(&Info::default(), &OwnRefusals::default(), 1);
        assert_eq!((track.of_others(CODE), track.all()), (None, None));
    }
}
