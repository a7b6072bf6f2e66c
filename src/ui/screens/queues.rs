//! Which job floods, and who does not listen? Every queue of a job framework, the worst first.
//!
//! Knows why there may be none; not how rows are made. Invariant: where queues are still looked for, it says so.

use super::table::TableView;
use super::{detail, gaps, queuelists};
use crate::app::State;
use crate::app::cell::TableId;
use crate::app::geometry::Areas;
use crate::app::zone::Zone;
use crate::config::theme::Role;
use crate::ui::theme::Skin;
use crate::ui::widgets::StyledText;
use ratatui::buffer::Buffer;

/// Draws it.
pub fn draw(state: &State, areas: &Areas, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    if let Some(zones) = queuelists::draw(state, areas.main, buffer, skin) {
        return zones;
    }
    let mut views = state.shown().queues();
    views.extend(state.shown().group_queues());
    let sum = |of: fn(&crate::core::reading::queues::QueueView) -> Option<u64>| {
        views.iter().filter_map(of).fold(0_u64, u64::saturating_add)
    };
    let mut notes = Vec::new();
    for (count, word) in [
        (sum(|view| view.ready), "ready"),
        (sum(|view| view.in_flight), "in flight"),
        (sum(|view| view.delayed), "delayed"),
    ] {
        if count > 0 {
            notes.push(StyledText::new(format!("{} {word}", skin.figures.count(Some(count))), Role::Dim));
        }
    }
    let reading = state.shown();
    let empty = match gaps::of(reading, "SCAN") {
        Some(gap) => gaps::words(gap),
        None => gaps::quiet(
            "No queue of a job framework and no group of a stream was found yet. Looked for are Celery, Sidekiq, BullMQ, \
             RQ and others, under any prefix; `queues.enabled` of the config turns that off.",
        ),
    };
    let view = TableView { id: TableId::Queues, title: "Queues", notes, empty: vec![empty] };
    let drawn = view.draw(state, areas.main, buffer, skin);
    detail::below(state, drawn.free, buffer, skin);
    drawn.zones
}
