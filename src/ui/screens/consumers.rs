//! The consumers screen.

use crate::app::State;
use crate::app::geometry::Areas;
use crate::ui::theme::Skin;
use crate::ui::widgets::Panel;
use ratatui::buffer::Buffer;

/// Draws it.
pub fn draw(_state: &State, areas: &Areas, buffer: &mut Buffer, skin: &Skin) {
    Panel::new("Consumers").draw(areas.main, buffer, skin);
}
