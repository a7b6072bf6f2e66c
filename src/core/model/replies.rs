//! How the commands of a round were answered: with data, or with which errors.
//!
//! Knows codes and counts, not commands. Invariant: the list of errors is bounded.

use super::refusals::RefusalCode;

/// Kinds of errors that are counted apart.
const ERRORS: usize = 8;

/// How the commands of a round were answered.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ReplyCounts {
    /// Replies that were no errors.
    pub answered: u64,
    /// Errors, by their code.
    pub errors: Vec<ErrorCount>,
}

/// Errors of one code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorCount {
    /// The first word: `BUSY`, `LOADING`, `ERR`.
    pub code: String,
    /// What the first of them said after it.
    pub text: String,
    /// How many.
    pub count: u64,
}

/// The server refuses every command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusing {
    /// With this error, most of all.
    pub error: ErrorCount,
    /// Since when, microseconds since 1970 on the clock of all stamps.
    pub since_us: i64,
}

impl ErrorCount {
    /// Whether they are of this code.
    pub fn is(&self, code: RefusalCode) -> bool {
        self.code == code.word()
    }
}

impl ReplyCounts {
    /// Counts an error.
    pub fn add_error(&mut self, code: &str, text: &str) {
        if let Some(known) = self.errors.iter_mut().find(|known| known.code == code) {
            known.count = known.count.saturating_add(1);
        } else if self.errors.len() < ERRORS {
            self.errors.push(ErrorCount { code: code.to_owned(), text: text.to_owned(), count: 1 });
        }
    }

    /// Whether errors came and nothing else.
    pub const fn are_errors(&self) -> bool {
        self.answered == 0 && !self.errors.is_empty()
    }

    /// The error that came most often.
    pub fn worst(&self) -> Option<&ErrorCount> {
        self.errors.iter().max_by_key(|error| error.count)
    }
}
