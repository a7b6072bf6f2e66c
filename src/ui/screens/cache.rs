//! The cache screen: does the cache work? The hit ratio over four spans, reads over time, keys and what removes
//! them.
//!
//! Knows where each part stands. Invariant: a ratio is never made of our own reads.

mod windows;

use super::charts::{Span, server};
use super::{cuts, keyspace, reasons};
use crate::app::State;
use crate::app::geometry::Areas;
use crate::ui::theme::Skin;
use crate::ui::widgets::notice;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const GAP: u16 = 3;

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
    let air = u16::from(below.height >= 20);
    let below = cuts::top(below, air).1;
    let (middle, lower) = cuts::top(below, below.height.saturating_sub(air).div_ceil(2).max(5));
    draw_graphs(state, [middle, cuts::top(lower, air).1], buffer, skin);
}

fn draw_graphs(state: &State, [middle, lower]: [Rect; 2], buffer: &mut Buffer, skin: &Skin) {
    let count = if middle.width < 50 { 1 } else { 2 };
    let upper = cuts::columns(middle, count, GAP);
    let span = Span::of(state, upper.first().map_or(0, |place| place.width));
    let makers = [server::hit_ratio, server::lookups];
    for (place, make) in upper.into_iter().zip(makers) {
        make(state, &span, skin).draw(&span, place, buffer, skin);
    }
    let mut lower = cuts::columns(lower, count, GAP).into_iter();
    if let Some(place) = lower.next() {
        keyspace::draw(state, place, buffer, skin);
    }
    if let Some(place) = lower.next() {
        server::removed(state, &span, skin).draw(&span, place, buffer, skin);
    }
}
