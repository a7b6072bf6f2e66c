//! The fan-out screen's graphs: what is published, and how long the server's event loop takes for a turn.
//!
//! Invariant: an axis of times is logarithmic, so that a stall does not flatten everything else.

use crate::app::State;
use crate::config::theme::Role;
use crate::core::reading::fanout::publishing;
use crate::ui::screens::charts::{Chart, Span, server};
use crate::ui::screens::layout;
use crate::ui::theme::Skin;
use crate::ui::widgets::{Scale, StyledText, Unit};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const GAP: u16 = 3;
/// Two readings of the per-command figures and some, milliseconds.
pub const COMMANDS_APART_MS: i64 = 25_000;

/// Draws them side by side.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let count = if area.width >= 60 { 2 } else { 1 };
    let span = Span::of(state, 0);
    // Per-command figures come every ten seconds while nobody looks.
    let patient = span.of_slower(COMMANDS_APART_MS);
    // Before 7.2 nobody tells of turns: what a client feels stands there instead.
    let tells =
        state.shown().this_node().info.as_ref().is_none_or(|info| info.value.stats.eventloop_us.is_some());
    let first = if tells { turn(state, &span, skin) } else { server::pings(state, &span, skin) };
    let charts = [(first, span), (published(state, &patient, skin), patient)];
    for (place, (chart, span)) in layout::columns(area, count, GAP).into_iter().zip(&charts) {
        chart.draw(span, place, buffer, skin);
    }
}

/// Messages published a second.
pub fn published<'a>(state: &State, span: &Span, skin: &Skin) -> Chart<'a> {
    let reading = state.shown();
    let now = skin.figures.rate(publishing(&reading.this_node().commands).per_s);
    Chart {
        title: "Published",
        now: vec![StyledText::new(format!("{now:>8}"), Role::Graph2)],
        lines: vec![(span.points(&reading.fanout().published), Role::Graph2)],
        unit: Unit::Rate,
        scale: Scale::Zero,
        limit: None,
    }
}

/// A turn of the event loop: everybody waits that long.
pub fn turn<'a>(state: &State, span: &Span, skin: &Skin) -> Chart<'a> {
    let reading = state.shown();
    let points = span.points(&reading.fanout().loop_us);
    let now = points.last().and_then(|point| point.value);
    let figure = |us| format!("{:>7}", skin.figures.latency_us(us));
    Chart::of_one(("Event loop time", Unit::LatencyUs, Scale::Log), points, now, span, figure)
}
