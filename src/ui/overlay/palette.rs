//! The palette: what is typed, and the commands that it means, with their keys.
//!
//! Knows names, keys and whether a command does something here; not what it does. Invariant: the row with the cursor is seen,
//! however low the terminal is.

use crate::app::State;
use crate::app::modal::CommandSearch;
use crate::app::palette::{PaletteRow, found};
use crate::app::zone::{DialogPart, Zone, ZoneTarget};
use crate::config::theme::Role;
use crate::core::model::Name;
use crate::ui::shell::keys;
use crate::ui::theme::Skin;
use crate::ui::widgets::pen::width;
use crate::ui::widgets::{Dialog, Pen};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// Rows of commands at most, and columns.
const ROWS: u16 = 14;
const COLUMNS: u16 = 84;
/// Columns of names.
const NAMES: u16 = 18;

/// Draws it; where each command stands.
pub fn draw(
    state: &State,
    palette: &CommandSearch,
    body: Rect,
    buffer: &mut Buffer,
    skin: &Skin,
) -> Vec<Zone> {
    let rows = found(state, palette.input.value());
    let size = (COLUMNS, ROWS + 1);
    let inner = Dialog { title: "Commands", note: None, size }.draw(body, buffer, skin);
    let mut zones = vec![Zone::new(inner, ZoneTarget::Dialog(DialogPart::Text))];
    let mut pen = Pen::new(inner, buffer);
    let ellipsis = skin.glyphs.ellipsis;
    let typed = format!(": {}", palette.input.value());
    let end =
        pen.cut((inner.x, inner.y), inner.width.saturating_sub(1), &typed, ellipsis, skin.style(Role::Match));
    let at = inner
        .x
        .saturating_add(2)
        .saturating_add(u16::try_from(palette.input.visual_cursor()).unwrap_or(u16::MAX));
    let cursor =
        Rect { x: at.min(end).min(inner.right().saturating_sub(1)), y: inner.y, width: 1, height: 1 };
    pen.ground(cursor, skin.style(Role::Text).add_modifier(Modifier::REVERSED));
    let list = Rect { y: inner.y.saturating_add(1), height: inner.height.saturating_sub(1), ..inner };
    if rows.is_empty() {
        let text = "no command is called so";
        pen.cut((list.x.saturating_add(2), list.y), list.width, text, ellipsis, skin.style(Role::Dim));
    }
    let skipped = (palette.cursor + 1).saturating_sub(usize::from(list.height));
    for ((at, row), y) in rows.iter().enumerate().skip(skipped).zip(list.y..list.bottom()) {
        let (title, words, keys) = words_of(state, row.row);
        let line = Rect { y, height: 1, ..list };
        if let PaletteRow::Command(id) = row.row {
            zones.push(Zone::new(line, ZoneTarget::Dialog(DialogPart::PaletteRow(id))));
        }
        let is_on = at == palette.cursor;
        let (name, doc) = match (is_on, row.works) {
            (true, _) => (Role::Selection, Role::Selection),
            (false, true) => (Role::Text, Role::Dim),
            (false, false) => (Role::Dim, Role::Dim),
        };
        if is_on {
            pen.ground(line, skin.style(Role::Selection));
            pen.glyph(list.x, y, skin.glyphs.cursor, skin.style(Role::Selection));
        }
        let keys_at = list.right().saturating_sub(width(&keys).saturating_add(1));
        pen.cut((list.x.saturating_add(2), y), NAMES, &title, ellipsis, skin.style(name));
        let doc_at = list.x.saturating_add(3).saturating_add(NAMES);
        let room = keys_at.saturating_sub(doc_at).saturating_sub(1);
        pen.cut((doc_at, y), room, &words, ellipsis, skin.style(doc));
        let style = if is_on { Role::Selection } else { Role::Key };
        pen.cut((keys_at, y), width(&keys), &keys, ellipsis, skin.style(style));
        if is_on {
            pen.mark(list.x.saturating_add(2), y);
        }
    }
    zones
}

/// What a row is called, what is said of it, and its keys.
fn words_of(state: &State, row: PaletteRow) -> (String, String, String) {
    match row {
        PaletteRow::Command(id) => {
            let command = id.command();
            (command.name.to_owned(), command.doc.to_owned(), keys::text(state, id, " "))
        }
        PaletteRow::Own(at) => {
            let own = state.setup.own.commands.get(at);
            own.map_or_else(Default::default, |own| {
                (
                    Name::from(own.name.as_str()).to_string(),
                    format!("Run {}", own.text()),
                    own.key.to_string(),
                )
            })
        }
    }
}
