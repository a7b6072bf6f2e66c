//! The memory screen: what eats the memory. Figures, a graph, what it is made of, keys and the longest streams.
//!
//! Knows where each part stands. Invariant: bytes are the server's own; what it does not tell is not guessed.

mod breakdown;
mod figures;
mod longest;

use super::charts::{draw_stacked, server};
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
/// From these widths and heights on graphs stand above each other, beside the lists.
const ROOMY: (u16, u16) = (100, 24);
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
    let (gauge, below) = cuts::top(rest, 1);
    gauges::memory(state, gauge, buffer, skin);
    let all = figures::all(state, skin);
    let (area, below) = cuts::top(below, facts::rows_of(all.len(), below.width));
    facts::draw(&all, area, buffer, skin);
    // Air where there is room for it.
    rest = cuts::top(below, u16::from(below.height >= ROOMY.1)).1;
    if rest.width >= ROOMY.0 && rest.height >= ROOMY.1 {
        draw_roomy(state, rest, buffer, skin);
    } else {
        draw_tight(state, rest, buffer, skin);
    }
}

/// Graph and breakdown side by side, lists beneath.
fn draw_tight(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let (upper, lower) = cuts::top(area, BREAKDOWN.max(area.height / 2));
    let count = if area.width < 60 { 1 } else { 2 };
    let halves = cuts::columns(upper, count, GAP);
    if let Some(half) = halves.first() {
        draw_stacked(state, &[server::memory], *half, buffer, skin);
    }
    if let Some(half) = halves.get(1) {
        breakdown::draw(state, *half, buffer, skin);
    }
    let halves = cuts::columns(lower, count, GAP);
    if let Some(half) = halves.first() {
        longest::draw(state, *half, buffer, skin);
    }
    if let Some(half) = halves.get(1) {
        keyspace::draw(state, *half, buffer, skin);
    }
}

/// Graphs on the left, what it is made of and lists on the right.
fn draw_roomy(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let keys = keyspace::rows(state);
    if area.width < WIDE {
        if let [graphs, lists] = cuts::columns(area, 2, GAP).as_slice() {
            draw_stacked(state, &[server::memory, server::waste, server::removed], *graphs, buffer, skin);
            let (made, below) = cuts::top(*lists, BREAKDOWN + 1);
            breakdown::draw(state, made, buffer, skin);
            let (spaces, below) = cuts::top(below, keys.min(below.height / 2));
            keyspace::draw(state, spaces, buffer, skin);
            longest::draw(state, below, buffer, skin);
        }
    } else if let [first, second, third] = cuts::columns(area, 3, GAP).as_slice() {
        draw_stacked(state, &[server::memory, server::waste], *first, buffer, skin);
        draw_stacked(state, &[server::removed, server::clients], *second, buffer, skin);
        let (made, below) = cuts::top(*third, BREAKDOWN + 1);
        breakdown::draw(state, made, buffer, skin);
        let (spaces, below) = cuts::top(below, keys.min(below.height / 2));
        keyspace::draw(state, spaces, buffer, skin);
        longest::draw(state, below, buffer, skin);
    }
}
