//! The biggest keys that were measured, with their growth from pass to pass.
//!
//! Knows why there may be none; not how rows are made.

use super::table::TableView;
use super::walk;
use crate::app::State;
use crate::app::cell::TableId;
use crate::app::geometry::Areas;
use crate::app::zone::Zone;
use crate::ui::theme::Skin;
use ratatui::buffer::Buffer;

/// Draws it.
pub fn draw(state: &State, areas: &Areas, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    let view = TableView {
        id: TableId::BigKeys,
        title: "Biggest keys",
        notes: walk::notes(state.shown(), skin),
        empty: vec![walk::why_nothing(state)],
    };
    view.draw(state, areas.main, buffer, skin).zones
}
