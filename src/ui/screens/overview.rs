//! The overview: is it healthy, at a glance. One word that says so, gauges and figures, graphs over time, and what is wrong.
//!
//! Knows where each part stands; `verdict`, `figures` and `graphs` know what is in them. Invariant: it judges
//! nothing that the server does not say itself (verdicts are `core::diagnose`'s).

mod counters;
mod figures;
mod findings;
mod graphs;
mod verdict;

use super::table::TableView;
use super::{detail, facts, gauges, layout, reasons, streams};
use crate::app::State;
use crate::app::cell::TableId;
use crate::app::geometry::Areas;
use crate::app::zone::Zone;
use crate::ui::theme::Skin;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// From this width on the gauges and the two lines stand side by side.
const SIDE_BY_SIDE: u16 = 150;
/// Rows of a graph that still says something: title and two rows.
const LEAST_GRAPH: u16 = 3;

/// Draws it.
pub fn draw(state: &State, areas: &Areas, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    let rest = reasons::below_why(state, areas.top, buffer, skin);
    let (mut rest, beside) = verdict::draw(state, rest, buffer, skin);
    let halves = |area: Rect| {
        let count = if area.width >= SIDE_BY_SIDE { 2 } else { 1 };
        let places = layout::columns(area, count, 3);
        let of = move |at: usize| {
            let column = places.get(at % usize::from(count)).copied().unwrap_or_default();
            let skipped = u16::try_from(at).unwrap_or(0) / count;
            layout::top(layout::top(column, skipped).1, 1).0
        };
        (2 / count, of)
    };
    let (rows, place) = halves(rest);
    gauges::memory(state, place(0), buffer, skin);
    gauges::hits(state, place(1), buffer, skin);
    rest = layout::top(rest, rows).1;

    let all = figures::all(state, skin);
    let wanted = facts::rows_of(all.len(), rest.width);
    let (place_of_figures, below) = match beside {
        Some(beside) if facts::rows_of(all.len(), beside.width) <= beside.height => (beside, rest),
        _ => layout::top(rest, wanted),
    };
    facts::draw(&all, place_of_figures, buffer, skin);

    let (rows, place) = halves(below);
    figures::persistence(state, place(0), buffer, skin);
    figures::server(state, place(1), buffer, skin);
    rest = layout::top(below, rows).1;
    let lines = counters::rows(state, rest.height);
    let (place, below) = layout::top(rest, lines);
    counters::draw(state, place, buffer, skin);
    rest = below;

    // Air where there is room for it.
    rest = layout::top(rest, u16::from(rest.height >= 9)).1;
    if rest.height >= LEAST_GRAPH {
        graphs::draw(state, rest, buffer, skin);
    }
    table(state, areas, buffer, skin)
}

/// What is wrong; and while nothing is, the streams that are furthest behind.
fn table(state: &State, areas: &Areas, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    if state.table_id() == Some(TableId::Findings) {
        return findings::draw(state, areas, buffer, skin);
    }
    let reading = state.shown();
    // The calm line stands above the table, and the table is as high as with the note below it.
    let (line, rest) = layout::top(areas.main.union(areas.note), areas.note.height.min(1));
    let (place, _) = layout::top(rest, areas.main.height);
    findings::calm(state, layout::inset(line), buffer, skin);
    let view = TableView {
        id: TableId::Worst,
        title: "Worst streams",
        notes: streams::notes(reading),
        empty: streams::nothing(reading, skin),
    };
    let drawn = view.draw(state, place, buffer, skin);
    detail::below(state, drawn.free, buffer, skin);
    drawn.zones
}
