//! What came of an action, for whoever tells it.
//!
//! Knows values. Invariant: an action of which nothing was begun has no id.

use super::record::{CONSUMER, CONSUMERS, MEMORY, RecordCounts};
use super::run::Outcome;
use super::step::Tally;
use crate::core::figures::sentence::{bytes, count};
use serde::Serialize;

/// What came of an action. Its fields are those of `result` in what actions print.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Receipt {
    /// Of the action; empty where nothing was begun.
    pub id: String,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What has been done.
    #[serde(flatten)]
    pub tally: Tally,
    /// How things stood.
    pub before: RecordCounts,
    /// How things stand.
    pub after: RecordCounts,
    /// Milliseconds.
    pub took_ms: u64,
    /// What else has to be said.
    pub note: Option<String>,
    /// What the command of the warm-up did.
    pub warm_up: Option<String>,
    /// Whether there is an archive of it.
    #[serde(rename = "can_undo")]
    pub has_archive: bool,
}

impl Receipt {
    /// What it changed, by name: how it stood and how it stands. Counts that stayed as they were are left out, unless
    /// nothing changed at all; so are consumers that nobody had counted before.
    pub fn effects(&self) -> Vec<(&str, String)> {
        let told = self.after.iter().filter_map(|(name, after)| {
            let before = self.before.get(name).copied();
            let is_new = before.is_none() && name.starts_with(CONSUMER);
            // Among consumers that were listed, one that was not there had nothing.
            let before = if is_new && self.listed_consumers() { Some(0) } else { before };
            (before.is_some() || !is_new).then_some((name.as_str(), before, *after))
        });
        let told: Vec<_> = told.collect();
        let has_changed = told.iter().any(|(_, before, after)| *before != Some(*after));
        let shown = told.into_iter().filter(|(_, before, after)| !has_changed || *before != Some(*after));
        shown.map(|(name, before, after)| (name, effect(name, before, after))).collect()
    }

    /// Whether it was told before which consumers there were, and what each had pending.
    fn listed_consumers(&self) -> bool {
        let none = |(name, count): (&String, &u64)| name.starts_with(CONSUMERS) && *count == 0;
        self.before.keys().any(|name| name.starts_with(CONSUMER)) || self.before.iter().any(none)
    }

    /// Of an action that was not begun.
    pub fn nothing_begun(outcome: Outcome) -> Self {
        Self {
            id: String::new(),
            outcome,
            tally: Tally::default(),
            before: RecordCounts::new(),
            after: RecordCounts::new(),
            took_ms: 0,
            note: None,
            warm_up: None,
            has_archive: false,
        }
    }
}

fn effect(name: &str, before: Option<u64>, after: u64) -> String {
    let number = if name == MEMORY { bytes } else { count };
    let Some(before) = before else { return format!("? -> {}", number(after)) };
    let freed = match before.checked_sub(after) {
        Some(freed) if name == MEMORY && freed > 0 => format!("freed {}: ", bytes(freed)),
        _ => String::new(),
    };
    format!("{freed}{} -> {}", number(before), number(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_effect_is_what_changed_with_the_memory_that_was_freed() {
        let counts =
            |counts: &[(&str, u64)]| counts.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
        let mut receipt = Receipt::nothing_begun(Outcome::Done);
        receipt.before = counts(&[("length", 9), ("pending of shipping-2", 15), ("memory", 30 << 20)]);
        receipt.after = counts(&[("length", 9), ("pending of shipping-2", 0), ("memory", 10 << 20)]);
        let lines: Vec<String> =
            receipt.effects().into_iter().map(|(name, text)| format!("{name}: {text}")).collect();
        assert_eq!(lines, ["memory: freed 20 MiB: 30 MiB -> 10 MiB", "pending of shipping-2: 15 -> 0"]);
        receipt.after = receipt.before.clone();
        assert_eq!(receipt.effects().len(), 3);
    }

    #[test]
    fn a_consumer_that_is_new_had_nothing_and_one_that_nobody_had_counted_is_not_told() {
        let counts =
            |counts: &[(&str, u64)]| counts.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
        let mut receipt = Receipt::nothing_begun(Outcome::Done);
        receipt.before = counts(&[("consumers of g", 121)]);
        receipt.after = counts(&[("consumers of g", 1), ("consumer live", 9)]);
        assert_eq!(receipt.effects(), [("consumers of g", "121 -> 1".to_owned())]);
        receipt.before = counts(&[("consumers of g", 1), ("consumer a", 9)]);
        receipt.after = counts(&[("consumers of g", 2), ("consumer a", 0), ("consumer b", 9)]);
        let told = receipt.effects();
        assert_eq!(told[..2], [("consumer a", "9 -> 0".to_owned()), ("consumer b", "0 -> 9".to_owned())]);
        receipt.before = counts(&[("consumers of g", 0)]);
        assert_eq!(receipt.effects()[0], ("consumer b", "0 -> 9".to_owned()));
    }
}
