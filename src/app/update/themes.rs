//! The list of themes: moving shows a theme at once, enter keeps it, esc takes the old one back.
//!
//! Knows their names by number only. Invariant: while the list is open the theme on the screen is the one under its cursor.

use crate::app::State;
use crate::app::modal::Modal;
use crate::commands::{CommandId, Key, Place};

/// Opens the list.
pub fn begin(state: &mut State) {
    if state.setup.themes.len() > 1 {
        state.active.modal = Some(Modal::Themes { before: state.theme });
    }
}

/// Takes a key in while the list is open; `false` where it is not.
pub fn press(state: &mut State, key: Key) -> bool {
    let Some(Modal::Themes { before }) = state.active.modal else { return false };
    let last = state.setup.themes.len().saturating_sub(1);
    match state.setup.keymap.lookup(&[Place::List, Place::Everywhere], key) {
        Some(CommandId::Up) => state.theme = state.theme.checked_sub(1).unwrap_or(last),
        Some(CommandId::Down | CommandId::Theme) => {
            state.theme = if state.theme >= last { 0 } else { state.theme + 1 }
        }
        Some(CommandId::First | CommandId::PageUp) => state.theme = 0,
        Some(CommandId::Last | CommandId::PageDown) => state.theme = last,
        Some(CommandId::Open) => state.active.modal = None,
        Some(CommandId::Back | CommandId::Quit) => {
            state.theme = before;
            state.active.modal = None;
        }
        _ => {}
    }
    true
}
