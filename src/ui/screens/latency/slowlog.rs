//! What stands around the table of the slow log.
//!
//! Invariant: an empty log and one that can't be read are told apart.

use crate::app::State;
use crate::config::theme::Role;
use crate::ui::screens::{gaps, reasons};
use crate::ui::theme::Skin;
use crate::ui::widgets::StyledText;

/// How many entries are new.
pub fn notes(state: &State, skin: &Skin) -> Vec<StyledText> {
    let new = state.shown().this_node().slowlog.new_entries().filter(|&new| new > 0);
    let text = |new| format!("+{} new", skin.figures.count(Some(new)));
    new.map(|new| StyledText::new(text(new), Role::Accent)).into_iter().collect()
}

/// Why there are no entries.
pub fn nothing(state: &State) -> Vec<StyledText> {
    match state.shown().this_node().slowlog.entries() {
        None => vec![reasons::why(state, "SLOWLOG GET")],
        Some(_) => vec![
            StyledText::from("The slow log is empty."),
            gaps::quiet("It keeps commands that ran longer than slowlog-log-slower-than (10 ms by default)."),
        ],
    }
}
