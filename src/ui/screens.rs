//! The screens: one file a noun, each drawing what is known into its areas.
//!
//! Knows the state, read-only. Invariant: every figure comes from the reading; what is missing says why.

mod bigkeys;
mod cache;
mod charts;
mod clients;
mod columns;
mod consumers;
mod detail;
mod entries;
mod facts;
mod fanout;
#[cfg(test)]
pub(crate) mod fixture;
mod gaps;
mod gauges;
mod group;
mod keyspace;
mod latency;
mod layout;
mod log;
mod memory;
mod operations;
mod overview;
mod pattern;
mod pending;
mod queue;
mod queuelists;
mod queues;
mod reasons;
mod stream;
mod streams;
mod table;
mod trends;
mod walk;
mod zoom;

use crate::app::geometry::Areas;
use crate::app::zone::Zone;
use crate::app::{State, View};
use crate::ui::theme::Skin;
use ratatui::buffer::Buffer;

/// Draws the place where we are, or the panel of it that fills the screen; what stands where for a mouse.
pub fn draw(state: &State, areas: &Areas, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    if let Some(panel) = state.zoomed() {
        zoom::draw(state, &panel, areas.body, buffer, skin);
        return Vec::new();
    }
    match state.view() {
        View::Overview => overview::draw(state, areas, buffer, skin),
        View::Streams => streams::draw(state, areas, buffer, skin),
        View::Stream(key) => stream::draw(state, key, areas, buffer, skin),
        View::Group(key, group) => group::draw(state, key, group, areas, buffer, skin),
        View::Pending(key, group, consumer) => {
            pending::draw(state, (key, group, consumer.as_ref()), areas, buffer, skin)
        }
        View::Entries(key) => entries::draw(state, key, areas, buffer, skin),
        View::Consumers => consumers::draw(state, areas, buffer, skin),
        View::Memory => memory::draw(state, areas, buffer, skin),
        View::BigKeys => bigkeys::draw(state, areas, buffer, skin),
        View::Cache => cache::draw(state, areas, buffer, skin),
        View::Pattern(glob) => pattern::draw(state, glob, areas, buffer, skin),
        View::Fanout => fanout::draw(state, areas, buffer, skin),
        View::Queues => queues::draw(state, areas, buffer, skin),
        View::Queue(id) => queue::draw(state, id, areas, buffer, skin),
        View::Clients => clients::draw(state, areas, buffer, skin),
        View::Latency => latency::draw(state, areas, buffer, skin),
        View::Log => log::draw(state, areas, buffer, skin),
    }
}

#[cfg(test)]
mod pictures;
#[cfg(test)]
mod tests;
