//! Words of plans: counts that may be bounds, and globs, as an operator reads them.
//!
//! Knows plain text; the screen has its own figures. Invariant: a bound never passes for a count.

use crate::core::model::Name;
pub use crate::core::words::{bytes, count, span};

/// A count that may be a bound: `at least 1,000`.
pub fn counted(number: u64, is_exact: bool) -> String {
    if is_exact { count(number) } else { format!("at least {}", count(number)) }
}

/// A count that may be a bound, with its noun: `at least 1,000 entries`.
pub fn counted_of(number: u64, is_exact: bool, noun: &str) -> String {
    let least = if is_exact { "" } else { "at least " };
    format!("{least}{}", number_of(number, noun))
}

/// A count with its noun, in the plural where it is not one: `1 row`, `2 rows`.
pub fn number_of(number: u64, noun: &str) -> String {
    let ending = match (number, noun.strip_suffix("ry")) {
        (1, _) => noun.to_owned(),
        (_, Some(stem)) => format!("{stem}ries"),
        (_, None) => format!("{noun}s"),
    };
    format!("{} {ending}", count(number))
}

/// A glob as it is typed: its backslashes stay single.
pub fn glob_text(glob: &Name) -> String {
    glob.to_string().replace("\\\\", "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_noun_is_in_the_plural_where_there_are_several() {
        let said = [(0, "row"), (1, "row"), (2_000, "row"), (1, "entry"), (3, "entry"), (2, "key")]
            .map(|(number, noun)| number_of(number, noun));
        assert_eq!(said, ["0 rows", "1 row", "2,000 rows", "1 entry", "3 entries", "2 keys"]);
    }

    #[test]
    fn a_bound_says_that_it_is_one_and_a_glob_stays_as_it_is_typed() {
        assert_eq!((counted(1_000, false), counted(1_000, true)), ("at least 1,000".into(), "1,000".into()));
        assert_eq!(glob_text(&Name::from("user\\[1]:*")), "user\\[1]:*");
    }
}
