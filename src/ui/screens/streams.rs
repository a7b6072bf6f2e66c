//! Which stream is backing up? Every stream with its figures.
//!
//! Knows why there may be none; not how rows are made. Invariant: an empty table says which of "not yet", "none"
//! and "not allowed" it is.

use super::table::TableView;
use super::{columns, detail, gaps, layout, trends};
use crate::app::State;
use crate::app::cell::{RowId, TableId};
use crate::app::geometry::{Areas, share};
use crate::app::rows;
use crate::app::zone::Zone;
use crate::config::theme::Role;
use crate::core::reading::Reading;
use crate::core::reading::gaps::KEYS;
use crate::ui::theme::Skin;
use crate::ui::widgets::{Panel, StyledText};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws it.
pub fn draw(state: &State, areas: &Areas, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    let reading = state.shown();
    let view = TableView {
        id: TableId::Streams,
        title: "Streams",
        notes: notes(reading),
        empty: nothing(reading, skin),
    };
    if areas.main.width < BESIDE.0 || areas.main.height < BESIDE.1 || reading.streams().is_empty() {
        let drawn = view.draw(state, areas.main, buffer, skin);
        detail::below(state, drawn.free, buffer, skin);
        return drawn.zones;
    }
    let (list, rest) = layout::left(areas.main, share(areas.main.width, 3, 5));
    let drawn = view.draw(state, list, buffer, skin);
    if let Some(RowId::Stream(key)) = state.table().and_then(|table| table.selected()).map(|row| &row.id) {
        detail::consumers(state, key, drawn.free, buffer, skin);
    }
    let zones = drawn.zones;
    beside(state, layout::inset(layout::left(rest, 1).1), buffer, skin);
    zones
}

/// From this size on the selected stream stands beside the list.
const BESIDE: (u16, u16) = (160, 24);

/// The selected stream: its groups, and what became of it.
fn beside(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let Some(RowId::Stream(key)) = state.table().and_then(|table| table.selected()).map(|row| &row.id) else {
        return;
    };
    let Some(stream) = state.shown().streams().get(key) else { return };
    let rows = rows::of_groups(state.shown(), key);
    let most = u16::try_from(rows.len()).unwrap_or(u16::MAX).saturating_add(2);
    let (upper, lower) = layout::top(area, most.min(area.height / 3));
    let title = key.to_string();
    let count = if rows.len() == 1 { "1 group".to_owned() } else { format!("{} groups", rows.len()) };
    let count = StyledText::new(count, Role::Dim);
    let inner = Panel::new(&title).note(count).draw(upper, buffer, skin);
    columns::list(TableId::Groups, &rows, state.shown(), inner, buffer, skin);
    trends::stacked(state, &trends::of_stream(stream, skin), layout::top(lower, 1).1, buffer, skin);
}

/// What is to be said beside the table.
pub fn notes(reading: &Reading) -> Vec<StyledText> {
    let mut notes: Vec<StyledText> = gaps::this_node(reading).into_iter().collect();
    if reading.streams().is_empty() {
        return notes;
    }
    if gaps::of(reading, "SCAN").is_some() {
        notes.push(StyledText::new("search denied", Role::Warning));
    } else if reading.discovery().passes == 0 {
        let text = format!("still searching, step {}", reading.discovery().steps);
        notes.push(StyledText::new(text, Role::Dim));
    } else {
        notes.extend(gaps::of(reading, "streams").map(gaps::words));
    }
    notes
}

/// Why there are no streams.
pub fn nothing(reading: &Reading, skin: &Skin) -> Vec<StyledText> {
    let refused = ["SCAN", "XINFO STREAM"].iter().find_map(|what| gaps::of(reading, what));
    if let Some(gap) = refused {
        let hint = "Without it streams are found by name only: list them in the config, [streams] patterns = [\"orders\"].";
        let hint = (gap.what == "SCAN").then(|| gaps::quiet(hint));
        return [Some(gaps::words(gap)), hint].into_iter().flatten().collect();
    }
    if reading.this_node().info.is_none() && reading.this_node().taken_at_ms == 0 {
        return vec![gaps::quiet("Nothing was read yet.")];
    }
    let keys = keys(reading, skin);
    if reading.discovery().passes == 0 {
        let steps = reading.discovery().steps;
        return vec![
            gaps::quiet(format!("Searching for streams: step {steps} of the first walk through the keys.")),
            gaps::quiet(keys),
        ];
    }
    let elsewhere = reading.this_node().gaps.of(KEYS);
    vec![
        StyledText::from("No streams in this database."),
        elsewhere.map_or_else(|| gaps::quiet(keys), gaps::words),
        gaps::quiet("The search goes on: a stream appears here as soon as it is found."),
    ]
}

/// Which databases hold keys.
fn keys(reading: &Reading, skin: &Skin) -> String {
    let Some(info) = &reading.this_node().info else { return String::new() };
    let databases: Vec<String> = info
        .value
        .keyspace
        .iter()
        .map(|space| format!("db{} {}", space.database, skin.figures.exact(Some(space.keys))))
        .collect();
    match databases.as_slice() {
        [] => "The server holds no keys at all.".to_owned(),
        [one] => format!("Keys by database: {one}."),
        many => format!("Keys by database: {}. `-n NUMBER` looks into another.", many.join(", ")),
    }
}
