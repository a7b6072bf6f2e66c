//! The line that stands on every screen of a server that is but a part: one node of a cluster.
//!
//! Invariant: where the figures are not those of the whole, the screen says so before it shows one.

use crate::app::State;
use crate::config::theme::Role;
use crate::ui::theme::Skin;
use crate::ui::widgets::{StyledText, notice};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws it, where there is anything to say.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let Some(part) = state.shown().part_of_cluster() else { return };
    let text = format!("One node of a cluster{part}: no figure has the other nodes");
    let line = Rect { x: area.x.saturating_add(1), width: area.width.saturating_sub(1), ..area };
    notice(&StyledText::new(text, Role::Warning), line, buffer, skin);
}
