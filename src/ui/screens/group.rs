//! The group screen.

use crate::app::State;
use crate::app::geometry::Areas;
use crate::core::model::Name;
use crate::ui::theme::Skin;
use crate::ui::widgets::Panel;
use ratatui::buffer::Buffer;

/// Draws it.
pub fn draw(_state: &State, _key: &Name, group: &Name, areas: &Areas, buffer: &mut Buffer, skin: &Skin) {
    Panel::new(&group.to_string()).draw(areas.main, buffer, skin);
}
