//! What came of an action, for whoever tells it.
//!
//! Knows values. Invariant: an action of which nothing was begun has no id.

use super::record::RecordCounts;
use super::run::Outcome;
use super::step::Tally;

/// What came of an action.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// Of the action; empty where nothing was begun.
    pub id: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What has been done.
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
    pub has_archive: bool,
}

impl Receipt {
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
