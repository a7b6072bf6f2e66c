//! The hit ratio over one, five and fifteen minutes, and since the server's start.
//!
//! Invariant: fewer reads than mean anything give no ratio, and the line says so.

use crate::app::State;
use crate::config::theme::Role;
use crate::core::model::cache::{MIN_LOOKUPS, Window};
use crate::ui::screens::gauges;
use crate::ui::screens::layout;
use crate::ui::theme::Skin;
use crate::ui::widgets::{Panel, StyledText};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Title and four lines.
pub const ROWS: u16 = 5;
const MINUTE_US: i64 = 60_000_000;
const SPANS: [(&str, i64); 3] = [("1 min", 1), ("5 min", 5), ("15 min", 15)];

/// Draws the panel with its title.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let note = StyledText::new("our own reads left out; Reads and lifetime have them", Role::Dim);
    let inner = Panel::new("Hit ratio").note(note).draw(area, buffer, skin);
    let line = |at: u16| layout::top(layout::top(inner, at).1, 1).0;
    for ((label, minutes), at) in SPANS.into_iter().zip(0..) {
        let span_us = minutes * MINUTE_US;
        let window = state.shown().this_node().cache.window(span_us);
        gauges::draw(
            (label, window.ratio(), [None, None]),
            &words(&window, span_us, skin),
            line(at),
            buffer,
            skin,
        );
    }
    let all = state.shown().this_node().info.as_ref().and_then(|info| info.value.stats.lookups);
    let mut words = all.map_or_else(Vec::new, |all| {
        vec![reads(all.total(), skin), StyledText::new("ours included", Role::Dim)]
    });
    if let Some(share) = state.shown().this_node().commands.stream_share() {
        // They count as hits, the clients' in every line: a cache is better judged where they are few.
        let share = skin.figures.percent(Some(share));
        words.push(StyledText::new(format!("{} of calls are for streams", share.trim()), Role::Dim));
    }
    let ratio = all.filter(|all| all.total() > 0).and_then(|all| all.ratio());
    gauges::draw(("lifetime", ratio, [None, None]), &words, line(3), buffer, skin);
}

fn reads(count: u64, skin: &Skin) -> StyledText {
    StyledText::from(format!("{:>8} reads", skin.figures.count(Some(count))))
}

fn words(window: &Window, span_us: i64, skin: &Skin) -> Vec<StyledText> {
    if window.whole_us == 0 {
        return vec![StyledText::new("nothing counted yet", Role::Unknown)];
    }
    let total = window.lookups.total();
    let mut words = vec![if window.ratio().is_some() {
        reads(total, skin)
    } else {
        StyledText::new(format!("{total:>8} reads, {MIN_LOOKUPS} are needed"), Role::Unknown)
    }];
    words.push(StyledText::new(format!("coverage {}", skin.figures.percent(window.coverage())), Role::Dim));
    // A window is as long as the span but for a round or two; before that it is what there is so far.
    let known_us = i64::try_from(window.whole_us).unwrap_or(i64::MAX);
    if known_us.saturating_add(10_000_000) < span_us {
        let known = skin.figures.duration_ms(Some(window.whole_us / 1000));
        words.push(StyledText::new(format!("in {known}"), Role::Dim));
    }
    words
}
