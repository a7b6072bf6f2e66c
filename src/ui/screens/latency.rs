//! The latency screen: is Redis slow, and why? Round trips, where the server's time goes, the latency monitor's
//! events, the slow log.
//!
//! Knows where each part stands. Invariant: a part that can't be read says why.

mod commands;
mod events;
mod figures;
mod slowlog;

use super::charts::{MINUTES_MS, Span, server};
use super::table::TableView;
use super::{cuts, facts};
use crate::app::State;
use crate::app::cell::TableId;
use crate::app::geometry::Areas;
use crate::ui::theme::Skin;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const GAP: u16 = 3;
/// Title and two lines.
const EVENTS: u16 = 3;
/// From this width on the events stand beside the commands.
const WIDE: u16 = 150;

/// Draws it.
pub fn draw(state: &State, areas: &Areas, buffer: &mut Buffer, skin: &Skin) {
    let all = figures::all(state, skin);
    let area = cuts::inset(areas.top);
    let (line, rest) = cuts::top(area, facts::rows_of(all.len(), area.width));
    facts::draw(&all, line, buffer, skin);
    let rest = cuts::top(rest, u16::from(rest.height >= 14)).1;
    if rest.width >= WIDE {
        let places = cuts::columns(rest, 3, GAP);
        if let [ping, command, event] = places.as_slice() {
            draw_pings(state, *ping, buffer, skin);
            commands::draw(state, *command, buffer, skin);
            events::draw(state, *event, buffer, skin);
        }
    } else if rest.width >= 60 {
        let (ping, right) = cuts::left(rest, rest.width * 2 / 5);
        draw_pings(state, ping, buffer, skin);
        draw_stacked(state, cuts::left(right, GAP).1, buffer, skin);
    } else {
        draw_stacked(state, rest, buffer, skin);
    }
    let view = TableView {
        id: TableId::Slowlog,
        title: "Slow log",
        notes: slowlog::notes(state, skin),
        empty: slowlog::nothing(state),
    };
    view.draw(state, areas.main, buffer, skin);
}

fn draw_stacked(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let events = if area.height >= 8 { EVENTS.max(area.height / 4) } else { 0 };
    let (above, below) = cuts::top(area, area.height - events);
    commands::draw(state, above, buffer, skin);
    events::draw(state, below, buffer, skin);
}

fn draw_pings(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    // As far back as round trips are kept.
    let span = Span::of(state, 0);
    debug_assert!(span.ends_ms.1 - span.ends_ms.0 <= MINUTES_MS);
    server::pings(state, &span, skin).draw(&span, area, buffer, skin);
}
