//! The stream screen.

use crate::app::State;
use crate::app::geometry::Areas;
use crate::core::model::Name;
use crate::ui::theme::Skin;
use crate::ui::widgets::Panel;
use ratatui::buffer::Buffer;

/// Draws it.
pub fn draw(_state: &State, key: &Name, areas: &Areas, buffer: &mut Buffer, skin: &Skin) {
    Panel::new(&key.to_string()).draw(areas.main, buffer, skin);
}
