//! What lies over the picture: help. (The line to type stands in the footer.)
//!
//! Does not know what is beneath. Invariant: help lists the keys that do something here, and no other.

mod help;

use crate::app::State;
use crate::app::modal::Modal;
use crate::ui::theme::Skin;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws it, where there is one.
pub fn draw(state: &State, body: Rect, buffer: &mut Buffer, skin: &Skin) {
    if let Some(Modal::Help { offset }) = state.modal {
        help::draw(state, offset, body, buffer, skin);
    }
}
