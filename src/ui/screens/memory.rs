//! The memory screen: what eats the memory, when is it full, what would help. Figures, a graph and what it is made of
//! above; ways to free memory, ranked, below.
//!
//! Knows where each part stands. Invariant: bytes are the server's own, or marked as estimates.

mod breakdown;
mod figures;
mod largest;

use super::charts::{draw_stacked, server};
use super::table::TableView;
use super::{facts, gaps, gauges, keyspace, layout, reasons, walk};
use crate::app::State;
use crate::app::cell::TableId;
use crate::app::geometry::Areas;
use crate::app::zone::Zone;
use crate::core::reading::Reading;
use crate::ui::theme::Skin;
use crate::ui::widgets::StyledText;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const GAP: u16 = 3;
/// Title, bar and legend of the breakdown.
const BREAKDOWN: u16 = 10;
/// From this height on lists stand below the breakdown.
const HIGH: u16 = 18;
/// From this width on there are three columns.
const WIDE: u16 = 160;

/// Draws it.
pub fn draw(state: &State, areas: &Areas, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    let rest = reasons::below_why(state, areas.top, buffer, skin);
    let (gauge, below) = layout::top(rest, 1);
    gauges::memory(state, gauge, buffer, skin);
    let all = figures::all(state, skin);
    let (area, below) = layout::top(below, facts::rows_of(all.len(), below.width));
    facts::draw(&all, area, buffer, skin);
    // Air where there is room for it.
    let rest = layout::top(below, u16::from(below.height > BREAKDOWN)).1;
    graphs_and_lists(state, rest, buffer, skin);
    let view = TableView {
        id: TableId::Savings,
        title: "Ways to free memory",
        notes: walk::notes(state.shown(), skin),
        empty: nothing(state.shown()),
    };
    view.draw(state, areas.main, buffer, skin).zones
}

/// Graphs on the left, what it is made of beside them, and lists where there is room.
fn graphs_and_lists(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let count = match area.width {
        WIDE.. => 3,
        60.. => 2,
        _ => 1,
    };
    let columns = layout::columns(area, count, GAP);
    let is_high = area.height >= HIGH;
    match columns.as_slice() {
        [first, second, third] => {
            draw_stacked(state, &[server::memory, server::waste, server::removed], *first, buffer, skin);
            let (made, below) = layout::top(*second, if is_high { BREAKDOWN + 1 } else { second.height });
            breakdown::draw(state, made, buffer, skin);
            keyspace::draw(state, below, buffer, skin);
            largest::draw(state, *third, buffer, skin);
        }
        [first, second] => {
            let makers: &[super::charts::Maker] =
                if is_high { &[server::memory, server::waste] } else { &[server::memory] };
            draw_stacked(state, makers, *first, buffer, skin);
            let (made, below) = layout::top(*second, if is_high { BREAKDOWN + 1 } else { second.height });
            breakdown::draw(state, made, buffer, skin);
            largest::draw(state, below, buffer, skin);
        }
        [only] => breakdown::draw(state, *only, buffer, skin),
        _ => {}
    }
}

fn nothing(reading: &Reading) -> Vec<StyledText> {
    if reading.this_node().info.is_none() {
        return vec![gaps::quiet("Nothing was read yet.")];
    }
    match gaps::of(reading, "MEMORY USAGE") {
        Some(gap) => vec![gaps::words(gap)],
        None => vec![gaps::quiet("Nothing that was measured so far would free 16 KiB or more.")],
    }
}
