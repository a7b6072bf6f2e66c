//! What is told of an action while it runs, and what the operator may tell it.
//!
//! Knows numbers; draws nothing. Invariant: the time that is left is told only where the number of items is known.

use super::plan::{ActionKind, Plan};
use super::step::Tally;

/// How far an action is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// Of the action; empty before its intent is written.
    pub id: String,
    /// Which action.
    pub kind: &'static ActionKind,
    /// To what, for people.
    pub subject: String,
    /// What has been done.
    pub tally: Tally,
    /// Items that the plan counted.
    pub items: u64,
    /// Microseconds since its first step.
    pub elapsed_us: u64,
    /// Items a second at most, as the operator set it.
    pub per_s: Option<u64>,
    /// How often it has halved its pace by itself.
    pub halvings: u32,
    /// Why it stands still.
    pub held: Option<String>,
}

/// What the operator may tell an action that runs.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Control {
    /// Stand still.
    pub pause: bool,
    /// End after the step that is under way.
    pub cancel: bool,
    /// Grows by one with each request to go on after it stopped by itself.
    pub resumes: u32,
    /// Items a second at most; the outer none for what the action began with.
    pub per_s: Option<Option<u64>>,
}

impl Progress {
    /// Before the first step.
    pub fn of(plan: &Plan, per_s: Option<u64>) -> Self {
        Self {
            id: String::new(),
            kind: plan.kind,
            subject: plan.subject.to_string(),
            tally: Tally::default(),
            items: plan.impact.items,
            elapsed_us: 0,
            per_s,
            halvings: 0,
            held: None,
        }
    }

    /// Items that are through, whatever became of them.
    pub const fn through(&self) -> u64 {
        let Tally { done, gone, lost, .. } = self.tally;
        done + gone + lost
    }

    /// Items a second so far.
    pub fn rate(&self) -> Option<f64> {
        let seconds = self.elapsed_us as f64 / 1e6;
        (seconds > 0.2).then(|| self.through() as f64 / seconds)
    }

    /// Seconds that are left at that rate.
    pub fn left_s(&self) -> Option<u64> {
        let rate = self.rate().filter(|rate| *rate > 0.0)?;
        Some((self.items.saturating_sub(self.through()) as f64 / rate).ceil() as u64)
    }

    /// Share that is through, 0 to 1.
    pub fn share(&self) -> Option<f64> {
        (self.items > 0).then(|| (self.through() as f64 / self.items as f64).min(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::ops::plan::tests::plan;

    #[test]
    fn rate_share_and_the_time_left_follow_from_what_is_through() {
        let mut progress = Progress::of(&plan(), None);
        progress.items = 1_000;
        assert_eq!((progress.rate(), progress.left_s()), (None, None));
        progress.elapsed_us = 2_000_000;
        progress.tally = Tally { done: 190, gone: 10, ..Tally::default() };
        assert_eq!((progress.rate(), progress.left_s(), progress.share()), (Some(100.0), Some(8), Some(0.2)));
    }
}
