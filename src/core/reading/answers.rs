//! Whether the server answers with data or with errors, and how old its figures are.
//!
//! Knows how rounds were answered; judges nothing. Invariant: an error is no data: a round in which every command was
//! refused makes no figure young.

use crate::core::model::Snapshot;
use crate::core::model::replies::Refusing;

/// A figure this many intervals old is stale.
const STALE_INTERVALS: i64 = 3;
/// Below this nothing is stale, microseconds: a round takes its time.
const STALE_LEAST_US: i64 = 1_500_000;

/// How the last rounds were answered.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    interval_us: i64,
    /// When INFO came last, and how long after the one before.
    info_us: Option<i64>,
    info_gap_us: i64,
    /// Whether the last round asked for INFO and did not get it.
    lacks_info: bool,
    refusing: Option<Refusing>,
}

impl Answers {
    /// Takes in how a snapshot was answered.
    pub fn advance(&mut self, snapshot: &Snapshot) {
        if let Some(interval_us) = snapshot.interval_us {
            self.interval_us = i64::try_from(interval_us).unwrap_or(i64::MAX);
        }
        if snapshot.info.is_some() {
            self.info_gap_us = self.info_us.map_or(0, |before_us| snapshot.at_us.saturating_sub(before_us));
            self.info_us = Some(snapshot.at_us);
        }
        if snapshot.asks_info {
            self.lacks_info = snapshot.info.is_none();
        }
        let replies = &snapshot.replies;
        if replies.answered > 0 || !snapshot.pings_us.is_empty() {
            self.refusing = None;
        } else if let Some(error) = replies.worst() {
            let since_us = self.refusing.as_ref().map_or(snapshot.at_us, |refusing| refusing.since_us);
            self.refusing = Some(Refusing { error: error.clone(), since_us });
        }
    }

    /// What every command was refused with, if nothing else came.
    pub fn refusing(&self) -> Option<&Refusing> {
        self.refusing.as_ref()
    }

    /// Whether the last round asked for INFO and did not get it.
    pub const fn lacks_info(&self) -> bool {
        self.lacks_info
    }

    /// Whether a figure of this age is stale: older than three intervals, or than three times what a round takes.
    pub fn is_stale(&self, age_us: i64) -> bool {
        let usual_us = self.interval_us.max(self.info_gap_us);
        age_us > usual_us.saturating_mul(STALE_INTERVALS).max(STALE_LEAST_US)
    }

    /// Another process answers: what was known of its rhythm is not.
    pub fn begin_anew(&mut self) {
        *self = Self { interval_us: self.interval_us, refusing: self.refusing.take(), ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::info::Info;
    use crate::core::model::replies::ReplyCounts;

    fn round(at_us: i64, info: bool, errors: &[&str]) -> Snapshot {
        let mut replies = ReplyCounts { answered: u64::from(info), ..ReplyCounts::default() };
        errors.iter().for_each(|line| {
            let (code, text) = line.split_once(' ').unwrap();
            replies.add_error(code, text);
        });
        let info = info.then(Info::default);
        Snapshot { at_us, info, replies, interval_us: Some(1_000_000), ..Snapshot::default() }
    }

    #[test]
    fn a_server_that_answers_errors_alone_is_refusing_since_the_first_of_them() {
        let mut answers = Answers::default();
        answers.advance(&round(0, true, &["NOPERM no"]));
        assert_eq!(answers.refusing(), None);
        answers.advance(&round(1_000_000, false, &["BUSY Redis is busy", "BUSY Redis is busy", "ERR x"]));
        answers.advance(&round(2_000_000, false, &["BUSY Redis is busy"]));
        let refusing = answers.refusing().unwrap();
        assert_eq!((refusing.error.code.as_str(), refusing.since_us), ("BUSY", 1_000_000));
        answers.advance(&Snapshot { pings_us: vec![200], ..round(3_000_000, false, &["ERR x"]) });
        assert_eq!(answers.refusing(), None, "a PING was answered");
    }

    #[test]
    fn three_intervals_make_a_figure_stale_and_a_slow_link_has_its_own_rhythm() {
        let mut answers = Answers::default();
        answers.advance(&round(0, true, &[]));
        assert!(!answers.is_stale(3_000_000) && answers.is_stale(3_000_001));
        answers.advance(&round(8_000_000, true, &[]));
        assert!(!answers.is_stale(24_000_000) && answers.is_stale(24_000_001));
    }
}
