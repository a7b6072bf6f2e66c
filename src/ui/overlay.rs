//! What lies over the picture: help, and actions. (Other lines to type stand in the footer.)
//!
//! Does not know what is beneath. Invariant: help lists the keys that do something here, and no other.

mod action;
mod help;
mod output;
mod palette;
mod themes;

use super::masking;
use super::widgets::{Dialog, Pen};
use crate::app::State;
use crate::app::modal::Modal;
use crate::app::zone::Zone;
use crate::config::theme::Role;
use crate::ui::theme::Skin;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws it, where there is one; what stands where in it.
pub fn draw(state: &State, body: Rect, buffer: &mut Buffer, skin: &Skin) -> Option<Vec<Zone>> {
    Some(match state.active.modal.as_ref()? {
        Modal::Themes { .. } => themes::draw(state, body, buffer, skin),
        Modal::Help { offset } => help::draw(state, *offset, body, buffer, skin),
        Modal::Palette(typed) => palette::draw(state, typed, body, buffer, skin),
        Modal::Action(_) | Modal::Output { .. } if masking::is_on() => {
            let dialog = Dialog { title: "Masked", note: None, size: (44, 1) };
            let inner = dialog.draw(body, buffer, skin);
            Pen::new(inner, buffer).text(inner.x, inner.y, masking::NOT_SHOWN, skin.style(Role::Text));
            Vec::new()
        }
        Modal::Output { offset } => output::draw(state, *offset, body, buffer, skin),
        Modal::Action(modal) => action::draw(state, modal, body, buffer, skin),
        Modal::Prompt(_) => Vec::new(),
    })
}
