//! Which clients are connected, and which cause trouble? CLIENT LIST, the greatest memory first.
//!
//! Knows why it may be missing; not how rows are made. Invariant: a list that is too costly to poll says its
//! predicted cost and the key that asks once.

use super::table::TableView;
use super::{consumers, detail, gaps};
use crate::app::State;
use crate::app::cell::TableId;
use crate::app::geometry::Areas;
use crate::app::zone::Zone;
use crate::config::theme::Role;
use crate::core::reading::Reading;
use crate::ui::theme::Skin;
use crate::ui::widgets::StyledText;
use ratatui::buffer::Buffer;

/// Draws it.
pub fn draw(state: &State, areas: &Areas, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    let reading = state.shown();
    let view = TableView {
        id: TableId::Clients,
        title: "Clients",
        notes: notes(reading, skin),
        empty: vec![nothing(reading)],
    };
    let drawn = view.draw(state, areas.main, buffer, skin);
    detail::below(state, drawn.free, buffer, skin);
    drawn.zones
}

fn notes(reading: &Reading, skin: &Skin) -> Vec<StyledText> {
    let counts = reading.this_node().info.as_ref().map(|info| &info.value.clients);
    let count = |count: Option<u64>, word: &str| {
        count.map(|count| StyledText::new(format!("{} {word}", skin.figures.count(Some(count))), Role::Dim))
    };
    let connected = counts.and_then(|counts| match (counts.connected, counts.max) {
        (Some(connected), Some(max)) if max > 0 => {
            let (connected, max) = (skin.figures.count(Some(connected)), skin.figures.count(Some(max)));
            Some(StyledText::new(format!("{connected} of {max} connected"), Role::Dim))
        }
        (connected, _) => count(connected, "connected"),
    });
    let blocked = counts.and_then(|counts| count(counts.blocked, "blocked"));
    let age = reading
        .this_node()
        .clients
        .as_ref()
        .and_then(|clients| consumers::age(reading, clients.at_us, "", skin));
    [age, connected, blocked].into_iter().flatten().collect()
}

fn nothing(reading: &Reading) -> StyledText {
    match (gaps::of(reading, "CLIENT LIST"), &reading.this_node().clients) {
        (Some(gap), _) => gaps::words(gap),
        (None, Some(_)) => gaps::quiet("Nobody is connected."),
        (None, None) => gaps::quiet("CLIENT LIST was not read yet; f asks for it."),
    }
}
