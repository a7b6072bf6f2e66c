//! Keys of every database, and how many of them have a TTL.
//!
//! Invariant: a database without keys is not listed by the server, and not here either.

use super::{gaps, reasons};
use crate::app::State;
use crate::config::theme::Role;
use crate::core::figures::column::{COUNT_WIDTH, PERCENT_WIDTH};
use crate::core::model::info::DatabaseKeys;
use crate::core::model::sums::sum;
use crate::ui::theme::Skin;
use crate::ui::widgets::{ColumnWidth, Panel, StyledText, Table, notice};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const COLUMNS: [ColumnWidth; 5] = [
    ColumnWidth::text("DB", 4, 10, 0),
    ColumnWidth::figures("KEYS", COUNT_WIDTH, 0),
    ColumnWidth::figures("WITH TTL", COUNT_WIDTH + 2, 1),
    ColumnWidth::figures("NO TTL", COUNT_WIDTH, 3),
    ColumnWidth::figures("NO TTL %", PERCENT_WIDTH + 2, 2),
];

/// Draws the panel with its title.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let spaces = state.shown().this_node().info.as_ref().map(|info| info.value.keyspace.as_slice());
    let keys: Option<u64> = spaces.map(|spaces| sum(spaces.iter().map(|space| space.keys)));
    let note = format!("{} {}", skin.figures.count(keys), if keys == Some(1) { "key" } else { "keys" });
    let panel = gaps::this_node(state.shown()).into_iter().fold(Panel::new("Keys"), Panel::note);
    let inner = panel.note(StyledText::new(note, Role::Dim)).draw(area, buffer, skin);
    match spaces {
        None => reasons::draw(&reasons::why(state, "INFO"), inner, buffer, skin),
        Some([]) => notice(&StyledText::new("no keys in any database", Role::Dim), inner, buffer, skin),
        Some(spaces) => {
            let rows: Vec<Vec<StyledText>> = spaces.iter().map(|space| row(space, skin)).collect();
            let shown = rows.get(..Table::capacity(inner).min(rows.len())).unwrap_or_default();
            Table {
                columns: &COLUMNS,
                rows: shown,
                offset: 0,
                total: rows.len(),
                selected: None,
                marked: &[],
                sorted: None,
            }
            .draw(inner, buffer, skin);
        }
    }
}

fn row(space: &DatabaseKeys, skin: &Skin) -> Vec<StyledText> {
    let without = space.expires.map(|expires| space.keys.saturating_sub(expires));
    let share = without.filter(|_| space.keys > 0).map(|without| without as f64 / space.keys as f64);
    let count = |count: Option<u64>| StyledText::from(skin.figures.count(count));
    vec![
        format!("db{}", space.database).into(),
        count(Some(space.keys)),
        count(space.expires),
        count(without),
        skin.figures.percent(share).into(),
    ]
}
