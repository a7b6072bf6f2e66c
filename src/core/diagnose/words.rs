//! Lags and names in the sentences of findings, beside the numbers of [`crate::core::figures::sentence`].
//!
//! Knows figures that are there; a sentence about an unknown one is the caller's. Invariant: a name is escaped and cut.

use crate::core::figures::column::Certainty;
use crate::core::figures::sentence::count;
use crate::core::model::Name;
use crate::core::model::groups::Lag;

/// Characters of a name in a sentence.
const NAME_CHARS: usize = 60;

/// `1,204`, `~1,204`, `at least 1,000`; `some` where nobody knows.
pub fn lag(lag: Lag) -> String {
    match (lag.entries, lag.kind) {
        (Some(entries), Certainty::Exact) => count(entries),
        (Some(entries), Certainty::Estimate) => format!("~{}", count(entries)),
        (Some(entries), Certainty::AtLeast) => format!("at least {}", count(entries)),
        (None, _) | (_, Certainty::Unknown) => "at least 1".to_owned(),
    }
}

/// The name as it can be shown, cut where it is long.
pub fn name(name: &Name) -> String {
    let whole = name.to_string();
    let mut chars = whole.chars();
    let head: String = chars.by_ref().take(NAME_CHARS).collect();
    if chars.next().is_some() { format!("{head}…") } else { head }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_and_an_odd_one_is_escaped() {
        assert_eq!(name(&Name::from("x".repeat(99).as_str())).chars().count(), NAME_CHARS + 1);
        assert!(!name(&Name::new(&b"\x1b[31m"[..])).contains('\u{1b}'));
    }
}
