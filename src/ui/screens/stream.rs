//! One stream: its figures, its length and what comes in over five minutes, and its groups.
//!
//! Does not know how rows are made. Invariant: a figure that is older than the rest says so.

use super::facts::{self, Fact};
use super::table::TableView;
use super::{consumers, detail, gaps, layout, trends};
use crate::app::State;
use crate::app::cell::TableId;
use crate::app::geometry::Areas;
use crate::app::zone::Zone;
use crate::core::model::{Name, StreamId};
use crate::core::reading::Reading;
use crate::core::reading::streams::StreamState;
use crate::ui::theme::Skin;
use crate::ui::widgets::{Panel, StyledText};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws it.
pub fn draw(state: &State, key: &Name, areas: &Areas, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    let reading = state.shown();
    let stream = reading.streams().get(key);
    if let Some(stream) = stream {
        top(state, stream, areas.top, buffer, skin);
    } else if areas.top.height > 0 {
        Panel::new(&key.to_string()).draw(layout::inset(areas.top), buffer, skin);
    }
    let view = TableView {
        id: TableId::Groups,
        title: &format!("Groups of {key}"),
        notes: groups_age(reading, stream, skin).into_iter().collect(),
        empty: nothing(reading, key, stream),
    };
    let drawn = view.draw(state, areas.main, buffer, skin);
    detail::below(state, drawn.free, buffer, skin);
    drawn.zones
}

fn groups_age(reading: &Reading, stream: Option<&StreamState>, skin: &Skin) -> Option<StyledText> {
    consumers::age(reading, stream?.groups_at_us?, "", skin)
}

fn top(state: &State, stream: &StreamState, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let reading = state.shown();
    let title = stream.key.to_string();
    let panel = Panel::new(&title);
    let age = stream.detail.as_ref().and_then(|detail| consumers::age(reading, detail.at_us, "", skin));
    let inner = age.into_iter().fold(panel, Panel::note).draw(layout::inset(area), buffer, skin);
    let figures = figures(reading, stream, skin);
    let (place, rest) = layout::top(inner, facts::rows_of(figures.len(), inner.width));
    facts::draw(&figures, place, buffer, skin);
    // Air where there is room for it.
    let rest = layout::top(rest, u16::from(rest.height >= 6)).1;
    trends::draw(state, &trends::of_stream(stream, skin), rest, buffer, skin);
}

fn figures(reading: &Reading, stream: &StreamState, skin: &Skin) -> Vec<Fact> {
    let (figures, now_ms) = (skin.figures, reading.now_ms());
    let fact = |name, figure| Fact::new(name, figure, skin);
    let id = |id: Option<StreamId>| id.map_or_else(|| figures.unknown().to_owned(), |id| id.to_string());
    vec![
        fact("length", figures.exact(stream.length.map(|length| length.value))),
        fact("added", figures.exact(stream.fact(|detail| detail.entries_added))),
        fact("groups", figures.count(stream.group_count())),
        fact("in", figures.rate(stream.in_per_s())),
        fact("out", figures.rate(stream.out_per_s())),
        fact("last entry", figures.duration_ms(stream.newest_entry_age_ms(now_ms))),
        fact("first id", id(stream.fact(|detail| detail.first_entry))),
        fact("last id", id(stream.fact(|detail| detail.last_entry))),
        fact("last generated", id(stream.fact(|detail| detail.last_generated))),
        fact("oldest entry", figures.duration_ms(stream.oldest_entry_age_ms(now_ms))),
        fact("pending", figures.count(stream.pending())),
        fact("max deleted", id(stream.fact(|detail| detail.max_deleted).filter(|id| *id != StreamId::MIN))),
    ]
}

fn nothing(reading: &Reading, key: &Name, stream: Option<&StreamState>) -> Vec<StyledText> {
    let Some(stream) = stream else {
        return vec![gaps::quiet("This stream is gone: deleted, or another type now. esc goes back.")];
    };
    match gaps::of_item(reading, "XINFO GROUPS", &key.to_string()) {
        Some(gap) => vec![gaps::words(gap)],
        None if stream.groups_at_us.is_none() => vec![gaps::quiet("The groups were not read yet.")],
        None => vec![
            gaps::quiet("No group reads this stream."),
            gaps::quiet("Readers without a group (plain XREAD) leave no trace in the server."),
        ],
    }
}
