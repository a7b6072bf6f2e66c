//! What is wrong in a theme file, where, and what to try.
//!
//! Does not know how the file was found. Invariant: lines and columns count from 1, columns in characters.

use crate::config::problem::{Location, Problem};
use std::fmt;
use std::ops::Range;

/// One mistake in a theme file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ThemeError {
    /// The file, as the operator knows it.
    pub origin: String,
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// What is wrong.
    pub text: String,
    /// What to try.
    pub hint: Option<String>,
}

impl fmt::Display for ThemeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.origin, self.line, self.column, self.text)?;
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

/// Collects every mistake of one file.
pub(super) struct Mistakes<'a> {
    origin: &'a str,
    text: &'a str,
    found: Vec<ThemeError>,
    broken_lines: Vec<usize>,
}

impl<'a> Mistakes<'a> {
    pub(super) fn new(origin: &'a str, text: &'a str) -> Self {
        Self { origin, text, found: Vec::new(), broken_lines: Vec::new() }
    }

    /// Notes text that is not even TOML. What else is wrong on that line is only its echo.
    pub(super) fn broken(&mut self, span: Range<usize>, text: String, hint: Option<String>) {
        self.broken_lines.push(place(self.text, span.start).0);
        self.push(span, text, hint);
    }

    /// Notes a mistake at a span of bytes.
    pub(super) fn note(&mut self, span: Range<usize>, text: String, hint: Option<String>) {
        if !self.broken_lines.contains(&place(self.text, span.start).0) {
            self.push(span, text, hint);
        }
    }

    fn push(&mut self, span: Range<usize>, text: String, hint: Option<String>) {
        let (line, column) = place(self.text, span.start);
        self.found.push(ThemeError { origin: self.origin.to_owned(), line, column, text, hint });
    }

    /// All mistakes, in the order of the file.
    pub(super) fn into_sorted(mut self) -> Vec<ThemeError> {
        self.found.sort_by_key(|error| (error.line, error.column));
        self.found
    }
}

/// Line and column of a byte, both from 1.
fn place(text: &str, byte: usize) -> (usize, usize) {
    let before: String = text.char_indices().take_while(|(at, _)| *at < byte).map(|(_, c)| c).collect();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

/// `did you mean …` when one of the known words is near enough, else a list of what is known.
pub(super) fn nearest(word: &str, known: &[&str]) -> Option<String> {
    let score = |name: &&&str| strsim::damerau_levenshtein(word, name);
    let best = known.iter().min_by_key(score)?;
    if strsim::damerau_levenshtein(word, best) <= word.chars().count().max(3) / 3 + 1 {
        return Some(format!("did you mean '{best}'?"));
    }
    Some(format!("known: {}", known.join(", ")))
}

impl From<ThemeError> for Problem {
    fn from(error: ThemeError) -> Self {
        let place = Location::File { path: error.origin.into(), line: error.line, column: error.column };
        Problem::new(place, error.text, error.hint.unwrap_or_default())
    }
}
