//! The overview's graphs: as many as there is room for, the weightiest first.
//!
//! Invariant: all graphs show the same span of time.

use crate::app::State;
use crate::ui::screens::charts::{Span, server};
use crate::ui::screens::layout;
use crate::ui::theme::Skin;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const GAP: u16 = 3;
/// Rows of a graph when there are several under each other.
const GOOD_HEIGHT: u16 = 6;

/// Draws graphs side by side, in two rows where it is high enough.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let columns = match area.width {
        180.. => 4,
        110.. => 3,
        50.. => 2,
        _ => 1,
    };
    let rows = if area.height > 2 * GOOD_HEIGHT { 2 } else { 1 };
    let places: Vec<Rect> = layout::rows(area, rows, u16::from(area.height > 16))
        .into_iter()
        .flat_map(|row| layout::columns(row, columns, GAP))
        .collect();
    let span = Span::of(state, places.first().map_or(0, |place| place.width));
    let makers = [
        server::memory,
        server::commands,
        server::hit_ratio,
        server::network,
        server::removed,
        server::pings,
        server::clients,
        server::lookups,
    ];
    for (place, make) in places.into_iter().zip(makers) {
        make(state, &span, skin).draw(&span, place, buffer, skin);
    }
}
