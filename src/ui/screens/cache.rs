//! The cache screen: does the cache work? The hit ratio over four spans, reads over time, and patterns of keys with their
//! bytes and how long they live.
//!
//! Knows where each part stands. Invariant: a ratio is never made of our own reads.

mod windows;

use super::charts::{Maker, draw_stacked, server};
use super::table::TableView;
use super::{layout, reasons, walk};
use crate::app::State;
use crate::app::cell::TableId;
use crate::app::geometry::Areas;
use crate::app::zone::Zone;
use crate::ui::theme::Skin;
use ratatui::buffer::Buffer;

const GAP: u16 = 3;
/// From this height on parts have air between them.
const ROOMY: u16 = 14;

/// Draws it.
pub fn draw(state: &State, areas: &Areas, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    let rest = reasons::below_why(state, areas.top, buffer, skin);
    let (upper, below) = layout::top(rest, windows::ROWS);
    windows::draw(state, upper, buffer, skin);
    let below = layout::top(below, u16::from(below.height >= ROOMY)).1;
    let makers: [&[Maker]; 3] = [&[server::hit_ratio], &[server::lookups], &[server::removed]];
    let count = match below.width {
        110.. => 3,
        50.. => 2,
        _ => 1,
    };
    for (place, makers) in layout::columns(below, count, GAP).into_iter().zip(makers) {
        draw_stacked(state, makers, place, buffer, skin);
    }
    let view = TableView {
        id: TableId::Patterns,
        title: "Patterns of keys",
        notes: walk::notes(state.shown(), skin),
        empty: vec![walk::why_nothing(state)],
    };
    view.draw(state, areas.main, buffer, skin).zones
}
