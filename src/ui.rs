//! What is drawn: pure functions from values to cells of a `ratatui` buffer.
//!
//! Knows themes, units and shapes. Does not know terminals, time or where figures come from.
//! Invariant: nothing here panics at any size, and nothing draws outside the area it was given.

pub mod cells;
pub mod dump;
pub mod format;
mod screens;
pub mod theme;
pub mod widgets;

use crate::app::State;
use crate::app::geometry::Areas;
use ratatui::buffer::Buffer;
use theme::Skin;

/// Draws the whole picture.
pub fn view(state: &State, skin: &Skin, buffer: &mut Buffer) {
    let areas = Areas::of(state.view(), (buffer.area.width, buffer.area.height));
    screens::draw(state, &areas, buffer, skin);
}
