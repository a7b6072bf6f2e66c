//! Words of plans: counts that may be bounds, and globs, as an operator reads them.
//!
//! Knows plain text; the screen has its own figures. Invariant: a bound never passes for a count.

use crate::core::model::Name;
pub use crate::core::words::{bytes, count, span};

/// A count that may be a bound: `at least 1,000`.
pub fn counted(number: u64, is_exact: bool) -> String {
    if is_exact { count(number) } else { format!("at least {}", count(number)) }
}

/// A glob as it is typed: its backslashes stay single.
pub fn glob_text(glob: &Name) -> String {
    glob.to_string().replace("\\\\", "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_says_that_it_is_one_and_a_glob_stays_as_it_is_typed() {
        assert_eq!((counted(1_000, false), counted(1_000, true)), ("at least 1,000".into(), "1,000".into()));
        assert_eq!(glob_text(&Name::from("user\\[1]:*")), "user\\[1]:*");
    }
}
