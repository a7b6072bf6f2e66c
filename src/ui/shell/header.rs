//! The header: which target, what answers there, what we cost it, whether anything may be written, and whether
//! the figures are live.
//!
//! Invariant: figures that change keep their width, so that nothing moves from frame to frame.

use super::pulse;
use crate::app::State;
use crate::config::theme::Role;
use crate::core::figures::column::{BYTES_RATE_WIDTH, Certainty, Figures};
use crate::core::figures::sentence::span;
use crate::core::model::server::{Mode, Server};
use crate::core::ops::WriteState;
use crate::ui::theme::Skin;
use crate::ui::widgets::{Headline, Segment, StyledText};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws it. The demo stands here when the line below has no room for it.
pub fn draw(state: &State, area: Rect, demo_is_below: bool, buffer: &mut Buffer, skin: &Skin) {
    let setup = &state.active.setup;
    let role = if setup.production { Role::Production } else { Role::Header };
    let mut segments = vec![Segment::left(StyledText::new(setup.name.clone(), Role::Title), 0)];
    if setup.production {
        segments.push(Segment::left("PRODUCTION", 2));
    }
    if let Some(words) = super::tabs::demo(state, skin).filter(|_| !demo_is_below) {
        segments.push(Segment::left(words, 3));
    }
    if setup.address != setup.name {
        // The demo's own socket is of no use to anybody.
        let priority = if state.setup.demo { 10 } else { 5 };
        segments.push(Segment::left(StyledText::new(setup.address.clone(), Role::Dim), priority));
    }
    segments.extend(server(state));
    segments.extend(cost(state, skin));
    segments.push(Segment::right(StyledText::new(every(state.active.interval_us), Role::Dim), 8));
    if state.mask.is_some() {
        segments.push(Segment::right(StyledText::new("MASKED", Role::Warning), 1));
    }
    segments.push(Segment::right(write(state), 3));
    segments.extend(pulse::health(state, skin).map(|words| Segment::right(words, 1)));
    let pulse = pulse::words(state, skin);
    let last = pulse.len().saturating_sub(1);
    segments
        .extend(pulse.into_iter().enumerate().map(|(at, words)| Segment::right(words, u8::from(at != last))));
    Headline { segments: &segments, role }.draw(area, buffer, skin);
}

/// Whether anything may be written, and for how long still.
fn write(state: &State) -> StyledText {
    match state.active.operations.write.at(state.now_us) {
        _ if state.active.setup.read_only => StyledText::new("READ-ONLY", Role::Dim),
        WriteState::ReadOnly => StyledText::new("READ-ONLY", Role::Dim),
        WriteState::Locked => StyledText::new("LOCKED", Role::Dim),
        WriteState::Armed { .. } | WriteState::Open => {
            let left_s = state.active.operations.write.armed_s(state.now_us).unwrap_or(0);
            StyledText::new(format!("WRITE {}:{:02}", left_s / 60, left_s % 60), Role::Warning)
        }
    }
}

fn server(state: &State) -> Vec<Segment> {
    let Some(info) = &state.shown().this_node().info else { return Vec::new() };
    let Server { product, version, mode, role, loading, .. } = &info.value.server;
    let version = version.as_deref().unwrap_or_default();
    let mut segments = vec![Segment::left(shown(&format!("{} {version}", product.word())), 4)];
    let mode = (*mode != Mode::Standalone).then(|| mode.word());
    let role: Vec<&str> = [mode, role.word()].into_iter().flatten().collect();
    segments.push(Segment::left(StyledText::new(role.join(" "), Role::Dim), 6));
    if let Some(loading) = loading {
        let text = format!("loading {}", Figures::new(true).percent(loading.share));
        segments.push(Segment::left(StyledText::new(text, Role::Warning), 2));
    }
    segments
}

/// Foreign text, safe to show.
fn shown(text: &str) -> StyledText {
    StyledText::from(crate::core::model::Name::from(text.trim()).to_string())
}

/// What we cost the server: its time, commands, bytes.
fn cost(state: &State, skin: &Skin) -> Vec<Segment> {
    let (reading, figures) = (state.shown(), skin.figures);
    if reading.this_node().info.is_none() {
        return Vec::new();
    }
    let share = reading.this_node().server_us_per_s().map(|us| us / 1e6);
    let is_told = share.is_some_and(|share| share >= 0.0005);
    let mark = if is_told { figures.mark(Certainty::Estimate) } else { "" };
    let time = format!("{mark}{}", figures.percent(share));
    let commands = figures.rate(reading.this_node().cost.commands_per_s()).replace("/s", " cmd/s");
    let bytes = figures.bytes_rate(reading.this_node().cost.bytes_per_s());
    let segment = |text, width: usize, priority| {
        Segment::right(StyledText::new(format!("{text:>width$}"), Role::Dim), priority)
    };
    vec![
        segment(format!("cost {time:>7}"), 12, 7),
        segment(commands, 11, 9),
        segment(bytes, usize::from(BYTES_RATE_WIDTH), 10),
    ]
}

/// How often Redis is asked, as people say it.
fn every(interval_us: u64) -> String {
    format!("every {}", span(interval_us / 1000))
}
