//! What is wrong with what the operator wrote: what, where, what to try.
//!
//! Knows places (a file with line and column, a variable, an option); prints nothing. Invariant: a problem
//! is one line, and no value that may hold a password goes into one.

use super::masked::masked;
use std::fmt;
use std::path::PathBuf;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it was written.
    pub place: Location,
    /// What is wrong.
    pub what: String,
    /// What to try; empty when there is nothing to say.
    pub hint: String,
}

/// Where something was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Location {
    /// Nobody wrote it.
    Default,
    /// In a file. Line and column count from 1, columns in characters.
    File {
        /// The file.
        path: PathBuf,
        /// Line; 0 for the file as a whole.
        line: usize,
        /// Column; 0 for the file as a whole.
        column: usize,
    },
    /// In a variable of the environment.
    Env(String),
    /// In an option of the command line, as typed: `-u`.
    Flag(&'static str),
}

/// Everything that is wrong, in the order in which it was found. Shows one line each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl Problem {
    /// A problem at a place.
    pub fn new(place: Location, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { place, what: what.into(), hint: hint.into() }
    }
}

impl Location {
    /// A file as a whole.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::File { path: path.into(), line: 0, column: 0 }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line: 0, .. } => write!(f, "{}", path.display()),
            Self::File { path, line, column } => write!(f, "{}:{line}:{column}", path.display()),
            Self::Env(name) => write!(f, "environment {name}"),
            Self::Flag(flag) => f.write_str(flag),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hint = if self.hint.is_empty() { String::new() } else { format!("; {}", self.hint) };
        let line = format!("{}: {}{hint}", self.place, self.what);
        f.write_str(&masked(&line).replace(|c: char| c.is_control(), " "))
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Problem {}
impl std::error::Error for Problems {}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_one_line_that_says_where_what_and_what_to_try() {
        let place = Location::File { path: "c.toml".into(), line: 3, column: 5 };
        let problem = Problem::new(place, "unknown key 'x\ny'", "did you mean 'xy'?");
        assert_eq!(problem.to_string(), "c.toml:3:5: unknown key 'x y'; did you mean 'xy'?");
    }

    #[test]
    fn a_whole_file_has_no_line() {
        assert_eq!(Problem::new(Location::file("c.toml"), "is gone", "").to_string(), "c.toml: is gone");
    }
}
