//! The longest streams, by entries.
//!
//! Does not know bytes: INFO does not tell them, and asking costs (`MEMORY USAGE`). Invariant: nothing is guessed.

use crate::app::State;
use crate::config::theme::Role;
use crate::core::reading::streams::StreamState;
use crate::ui::format::{COUNT_WIDTH, RATE_WIDTH};
use crate::ui::screens::reasons;
use crate::ui::theme::Skin;
use crate::ui::widgets::{Column, Panel, Table, Words};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const COLUMNS: [Column; 4] = [
    Column::text("STREAM", 10, 40, 0),
    Column::figures("ENTRIES", COUNT_WIDTH + 1, 0),
    Column::figures("SHARE", 6, 2),
    Column::figures("IN", RATE_WIDTH, 1),
];

/// Draws the panel with its title.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let reading = state.shown();
    let note = Words::new("by entries; bytes not measured", Role::Dim);
    let inner = Panel::new("Longest streams").note(note).draw(area, buffer, skin);
    let length = |stream: &StreamState| stream.length.map(|length| length.value);
    let mut streams: Vec<&StreamState> = reading.streams.values().filter(|s| length(s).is_some()).collect();
    streams.sort_by(|a, b| length(b).cmp(&length(a)).then_with(|| a.key.cmp(&b.key)));
    if streams.is_empty() {
        return reasons::draw(&no_streams(state), inner, buffer, skin);
    }
    let sum: u64 = streams.iter().filter_map(|stream| length(stream)).fold(0, u64::saturating_add);
    let row = |stream: &StreamState| {
        let entries = length(stream);
        let share = entries.filter(|_| sum > 0).map(|entries| entries as f64 / sum as f64);
        let rate = skin.figures.rate(stream.in_per_s());
        vec![
            stream.key.to_string().into(),
            skin.figures.count(entries).into(),
            Words::new(skin.figures.percent(share), Role::Dim),
            crate::ui::screens::facts::figure_words(rate, skin),
        ]
    };
    let rows: Vec<Vec<Words>> = streams.iter().take(Table::capacity(inner)).map(|s| row(s)).collect();
    Table {
        columns: &COLUMNS,
        rows: &rows,
        offset: 0,
        total: rows.len(),
        selected: None,
        sorted: Some((1, true)),
    }
    .draw(inner, buffer, skin);
}

fn no_streams(state: &State) -> Words {
    let reading = state.shown();
    if reading.gaps.about("SCAN").is_some() || reading.info.is_none() {
        return reasons::why(state, "SCAN");
    }
    if reading.discovery.laps > 0 {
        return Words::new("no streams in this database", Role::Dim);
    }
    Words::new("searching for streams", Role::Unknown)
}
