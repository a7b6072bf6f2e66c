//! The latency screen: is Redis slow, and why? Round trips, where the server's time goes, the latency monitor's
//! events, the slow log.
//!
//! Knows where each part stands. Invariant: a part that can't be read says why.

mod commands;
mod events;
mod figures;
mod slowlog;

use super::charts::{Span, server};
use super::table::TableView;
use super::{facts, layout};
use crate::app::State;
use crate::app::cell::TableId;
use crate::app::geometry::{Areas, share};
use crate::app::zone::Zone;
use crate::ui::theme::Skin;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const GAP: u16 = 3;
/// Title and two lines.
const EVENTS: u16 = 3;
/// From this height on there is room for two graphs.
const ROOMY: u16 = 24;

/// Draws it.
pub fn draw(state: &State, areas: &Areas, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    let all = figures::all(state, skin);
    let area = layout::inset(areas.top);
    let (line, rest) = layout::top(area, facts::rows_of(all.len(), area.width));
    facts::draw(&all, line, buffer, skin);
    let rest = layout::top(rest, u16::from(rest.height >= 14)).1;
    if rest.width >= 60 {
        let (graphs, right) = layout::left(rest, share(rest.width, 2, 5));
        draw_graphs(state, graphs, buffer, skin);
        draw_lists(state, layout::left(right, GAP).1, buffer, skin);
    } else {
        draw_lists(state, rest, buffer, skin);
    }
    let view = TableView {
        id: TableId::Slowlog,
        title: "Slow log",
        notes: slowlog::notes(state, skin),
        empty: slowlog::nothing(state),
    };
    view.draw(state, areas.main, buffer, skin).zones
}

fn draw_lists(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let events = if area.height >= 8 { EVENTS.max(area.height / 4) } else { 0 };
    let (above, below) = layout::top(area, area.height - events);
    commands::draw(state, above, buffer, skin);
    events::draw(state, below, buffer, skin);
}

fn draw_graphs(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let (above, below) =
        layout::top(area, if area.height >= ROOMY { share(area.height, 3, 5) } else { area.height });
    // Round trips are kept for five minutes: the narrow span.
    let span = Span::of(state, 0);
    server::pings(state, &span, skin).draw(&span, above, buffer, skin);
    if !below.is_empty() {
        server::commands(state, &span, skin).draw(&span, layout::top(below, 1).1, buffer, skin);
    }
}
