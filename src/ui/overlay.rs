//! What lies over the picture: help, and actions. (Other lines to type stand in the footer.)
//!
//! Does not know what is beneath. Invariant: help lists the keys that do something here, and no other.

mod action;
mod help;
mod palette;
mod themes;

use crate::app::State;
use crate::app::modal::Modal;
use crate::ui::theme::Skin;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws it, where there is one.
pub fn draw(state: &State, body: Rect, buffer: &mut Buffer, skin: &Skin) {
    match &state.active.modal {
        Some(Modal::Themes { .. }) => themes::draw(state, body, buffer, skin),
        Some(Modal::Help { offset }) => help::draw(state, *offset, body, buffer, skin),
        Some(Modal::Palette(typed)) => palette::draw(state, typed, body, buffer, skin),
        Some(Modal::Action(modal)) => action::draw(state, modal, body, buffer, skin),
        Some(Modal::Prompt(_)) | None => {}
    }
}
