//! The cache screen: does the cache work? The hit ratio over four spans, reads over time, keys and what removes
//! them.
//!
//! Knows where each part stands. Invariant: a ratio is never made of our own reads.

mod windows;

use super::charts::{Maker, draw_stacked, server};
use super::{cuts, keyspace, reasons};
use crate::app::State;
use crate::app::geometry::Areas;
use crate::ui::theme::Skin;
use crate::ui::widgets::notice;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const GAP: u16 = 3;
/// From this height on parts have air between them, and keys stand below the ratio's graph.
const ROOMY: u16 = 20;
/// From this width on there are three columns.
const WIDE: u16 = 160;

/// Draws it.
pub fn draw(state: &State, areas: &Areas, buffer: &mut Buffer, skin: &Skin) {
    let mut rest = cuts::inset(areas.main);
    if state.shown().info.is_none() {
        let (line, below) = cuts::top(rest, 1);
        notice(&reasons::why(state, "INFO"), line, buffer, skin);
        rest = below;
    }
    let (upper, below) = cuts::top(rest, windows::ROWS);
    windows::draw(state, upper, buffer, skin);
    let below = cuts::top(below, u16::from(below.height >= ROOMY)).1;
    let count = match below.width {
        WIDE.. => 3,
        50.. => 2,
        _ => 1,
    };
    let columns = cuts::columns(below, count, GAP);
    let more: &[&[Maker]] = match count {
        3 => &[&[server::lookups, server::commands], &[server::removed, server::memory]],
        _ => &[&[server::lookups, server::removed]],
    };
    if let Some((first, others)) = columns.split_first() {
        let left: &[Maker] =
            if count == 3 { &[server::hit_ratio, server::network] } else { &[server::hit_ratio] };
        draw_left(state, left, *first, buffer, skin);
        for (place, makers) in others.iter().zip(more) {
            draw_stacked(state, makers, *place, buffer, skin);
        }
    }
}

/// Graphs, and the keys below them.
fn draw_left(state: &State, makers: &[Maker], area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let keys = keyspace::rows(state).min(area.height / 2);
    let (above, below) = cuts::top(area, area.height - keys);
    let air = u16::from(above.height >= ROOMY);
    draw_stacked(state, makers, cuts::top(above, above.height - air).0, buffer, skin);
    keyspace::draw(state, below, buffer, skin);
}
