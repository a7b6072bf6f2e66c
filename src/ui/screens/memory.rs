//! The memory screen: what eats the memory. Figures, a graph, what it is made of, keys and the longest streams.
//!
//! Knows where each part stands. Invariant: bytes are the server's own; what it does not tell is not guessed.

mod breakdown;
mod figures;
mod longest;

use super::charts::{Span, server};
use super::{cuts, facts, gauges, keyspace, reasons};
use crate::app::State;
use crate::app::geometry::Areas;
use crate::ui::theme::Skin;
use crate::ui::widgets::notice;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const GAP: u16 = 3;
/// Title, bar and legend of the breakdown.
const BREAKDOWN: u16 = 9;
/// From this width on there are three panels at the bottom.
const WIDE: u16 = 110;

/// Draws it.
pub fn draw(state: &State, areas: &Areas, buffer: &mut Buffer, skin: &Skin) {
    let mut rest = cuts::inset(areas.main);
    if state.shown().info.is_none() {
        let (line, below) = cuts::top(rest, 1);
        notice(&reasons::why(state, "INFO"), line, buffer, skin);
        rest = below;
    }
    let (gauge, below) = cuts::top(rest, 1);
    gauges::memory(state, gauge, buffer, skin);
    let all = figures::all(state, skin);
    let (area, below) = cuts::top(below, facts::rows_of(all.len(), below.width));
    facts::draw(&all, area, buffer, skin);
    // Air where there is room for it.
    let air = u16::from(below.height >= 24);
    rest = cuts::top(below, air).1;
    let (upper, lower) = cuts::top(rest, BREAKDOWN.max(rest.height.saturating_sub(air) / 2));
    draw_upper(state, upper, buffer, skin);
    draw_lower(state, cuts::top(lower, air).1, buffer, skin);
}

fn draw_upper(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let halves = cuts::columns(area, if area.width < 60 { 1 } else { 2 }, GAP);
    let span = Span::of(state, halves.first().map_or(0, |half| half.width));
    if let Some(half) = halves.first() {
        server::memory(state, &span, skin).draw(&span, *half, buffer, skin);
    }
    if let Some(half) = halves.get(1) {
        breakdown::draw(state, *half, buffer, skin);
    }
}

fn draw_lower(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let places = cuts::columns(area, if area.width >= WIDE { 3 } else { 2 }, GAP);
    let mut places = places.into_iter();
    if area.width >= WIDE
        && let Some(place) = places.next()
    {
        let span = Span::of(state, place.width);
        server::removed(state, &span, skin).draw(&span, place, buffer, skin);
    }
    if let Some(place) = places.next() {
        longest::draw(state, place, buffer, skin);
    }
    if let Some(place) = places.next() {
        keyspace::draw(state, place, buffer, skin);
    }
}
