//! A plan while it is being made: which one it is, and how far the look at the server has come.
//!
//! Knows numbers; asks nothing. Invariant: no two plans of one console have the same id, so that the answer to a
//! request that was given up is never taken for the answer to a later one.

use crate::core::figures::sentence::{count, percent};

/// Which plan of a console: the first is 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlanId(u64);

impl PlanId {
    /// The one after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// How far the look at the server has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlanProgress {
    /// What is counted now: keys, entries, pending rows; empty before anything is.
    pub items: &'static str,
    /// How many were looked at.
    pub seen: u64,
    /// How many there are, where that is known.
    pub of: Option<u64>,
    /// How often it went half as fast because the server answered late.
    pub halvings: u32,
}

impl PlanProgress {
    /// The line that tells it.
    pub fn text(&self) -> String {
        if self.items.is_empty() {
            return "Looking at the server".to_owned();
        }
        let of = self.of.filter(|of| *of > 0);
        let share = of.map(|of| self.seen.min(of) as f64 / of as f64);
        let share = share.map_or(String::new(), |share| format!(", {}", percent(share)));
        let of = of.map_or(String::new(), |of| format!(" of about {}", count(of)));
        let slower = if self.halvings > 0 { "; slowed down: the server answers late" } else { "" };
        format!("Counting {}: {}{of}{share}{slower}", self.items, count(self.seen))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_with_its_share_where_the_whole_is_known() {
        let mut progress = PlanProgress::default();
        assert_eq!(progress.text(), "Looking at the server");
        (progress.items, progress.seen) = ("keys", 120_000);
        assert_eq!(progress.text(), "Counting keys: 120,000");
        progress.of = Some(400_000);
        assert_eq!(progress.text(), "Counting keys: 120,000 of about 400,000, 30%");
        (progress.seen, progress.halvings) = (401_000, 1);
        assert!(progress.text().contains("100%; slowed down"));
    }

    #[test]
    fn ids_differ() {
        let first = PlanId::default().next();
        assert!(first != first.next() && first != PlanId::default());
    }
}
