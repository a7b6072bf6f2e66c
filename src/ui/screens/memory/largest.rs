//! The biggest keys, as a short list; `b` lists them all.
//!
//! Invariant: before anything was measured it says why.

use crate::app::State;
use crate::app::cell::{Cell, RowId};
use crate::config::theme::Role;
use crate::core::figures::column::{BYTES_WIDTH, SIGNED_BYTES_RATE_WIDTH};
use crate::core::reading::big_keys::FoldedKey;
use crate::ui::cells;
use crate::ui::screens::facts::figure_words;
use crate::ui::screens::{gaps, reasons, walk};
use crate::ui::theme::Skin;
use crate::ui::widgets::{ColumnWidth, Panel, StyledText, Table};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::collections::BTreeSet;

const COLUMNS: [ColumnWidth; 4] = [
    ColumnWidth::text("KEY", 10, 40, 0),
    // With the mark of an estimate.
    ColumnWidth::figures("BYTES", BYTES_WIDTH + 1, 0),
    ColumnWidth::figures("GROWTH", SIGNED_BYTES_RATE_WIDTH, 1),
    ColumnWidth::text("TYPE", 6, 6, 2),
];

/// Draws the panel with its title.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    if area.height < 3 {
        return;
    }
    let note = StyledText::new("b: all of them", Role::Dim);
    let panel = gaps::this_node(state.shown()).into_iter().fold(Panel::new("Biggest keys"), Panel::note);
    let inner = panel.note(note).draw(area, buffer, skin);
    let biggest = state.shown().folded_big_keys(&BTreeSet::new());
    if biggest.is_empty() {
        return reasons::draw(&walk::why_nothing(state), inner, buffer, skin);
    }
    let row = |folded: &FoldedKey| {
        let (id, name, bytes, grows_per_s, kind) = match folded {
            FoldedKey::One(key) => {
                let facts = &key.facts;
                let (id, name) = (RowId::Key(facts.name.clone()), Cell::Name(facts.name.clone()));
                (id, name, Cell::Bytes(facts.bytes), key.grows_per_s, facts.kind)
            }
            FoldedKey::Family(family) => {
                let id = RowId::Family(family.name.clone());
                let name = Cell::Family(family.name.clone(), family.keys);
                (id, name, Cell::AboutBytes(family.bytes), family.grows_per_s, family.kind)
            }
        };
        let written = |cell: &Cell| cells::cell(cell, &id, 0, state.shown(), skin);
        let growth = figure_words(skin.figures.signed_bytes_rate(grows_per_s.map(f64::round)), skin);
        let kind = StyledText::new(kind.map_or("", |kind| kind.word()), Role::Dim);
        vec![written(&name), written(&bytes), growth, kind]
    };
    let rows: Vec<Vec<StyledText>> = biggest.iter().take(Table::capacity(inner)).map(row).collect();
    Table::list(&COLUMNS, &rows, Some((1, true))).draw(inner, buffer, skin);
}
