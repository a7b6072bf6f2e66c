//! Who is dead or stuck? Every consumer of every group.
//!
//! Knows how old the lists are; not how rows are made. Invariant: lists that were read in turn say how long ago.

use super::table::TableView;
use super::{detail, gaps};
use crate::app::State;
use crate::app::cell::TableId;
use crate::app::geometry::Areas;
use crate::app::zone::Zone;
use crate::config::theme::Role;
use crate::core::reading::Reading;
use crate::ui::theme::Skin;
use crate::ui::widgets::StyledText;
use ratatui::buffer::Buffer;

/// Lists read at most this long before the round count as read in it, microseconds.
const FRESH_US: i64 = 2_000_000;

/// Draws it.
pub fn draw(state: &State, areas: &Areas, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    let reading = state.shown();
    let view = TableView {
        id: TableId::Consumers,
        title: "Consumers",
        notes: notes(reading, skin),
        empty: nothing(reading, skin),
    };
    let drawn = view.draw(state, areas.main, buffer, skin);
    detail::below(state, drawn.free, buffer, skin);
    drawn.zones
}

fn notes(reading: &Reading, skin: &Skin) -> Vec<StyledText> {
    let mut notes = Vec::new();
    let groups = || reading.streams().values().flat_map(|stream| stream.groups.values());
    let unread = groups().filter(|group| group.consumers.is_none()).count();
    if unread > 0 {
        notes.push(StyledText::new(format!("{unread} groups not read yet"), Role::Dim));
    }
    let stamps = groups().filter_map(|group| group.consumers.as_ref().map(|consumers| consumers.at_us));
    notes.extend(stamps.min().and_then(|at_us| age(reading, at_us, "up to ", skin)));
    notes
}

/// How long ago something was read, where that is longer ago than the rest of the screen.
pub fn age(reading: &Reading, at_us: i64, up_to: &str, skin: &Skin) -> Option<StyledText> {
    let ago_us = reading.this_node().at_us.saturating_sub(at_us);
    let ago_ms = u64::try_from(ago_us / 1000).ok().filter(|_| ago_us >= FRESH_US)?;
    Some(StyledText::new(format!("read {up_to}{} ago", skin.figures.duration_ms(Some(ago_ms))), Role::Dim))
}

fn nothing(reading: &Reading, skin: &Skin) -> Vec<StyledText> {
    if let Some(gap) = ["XINFO GROUPS", "XINFO CONSUMERS"].iter().find_map(|what| gaps::of(reading, what)) {
        return vec![gaps::words(gap)];
    }
    let groups = reading.streams().values().map(|stream| stream.groups.len()).sum::<usize>();
    match (reading.streams().len(), groups) {
        (0, _) => super::streams::nothing(reading, skin),
        (streams, 0) => vec![gaps::quiet(format!("{streams} streams, but no group reads them."))],
        (_, groups) => vec![
            gaps::quiet(format!("No consumers in {groups} groups, as far as they were read.")),
            gaps::quiet("A consumer appears when a worker reads for the first time."),
        ],
    }
}
