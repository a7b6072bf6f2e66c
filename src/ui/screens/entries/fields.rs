//! The fields of an entry: names always, values only when they were asked for.
//!
//! Invariant: a value that is hidden says how long it is, and nothing else about it.

use crate::config::theme::Role;
use crate::core::model::Name;
use crate::core::model::streams::Entry;
use crate::ui::masking;
use crate::ui::theme::Skin;
use crate::ui::widgets::pen::width;
use crate::ui::widgets::textlines::wrap;
use crate::ui::widgets::{Pen, StyledText};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Cells that names take at most beside their values.
const NAME_MOST: u16 = 20;
/// Characters of one value that are broken into lines: more than any screen holds, less than a body can be.
const VALUE_CHARS: usize = 8_000;

/// The name of a field, the first of them 0; under a mask its number.
pub fn name(at: usize, name: &Name) -> String {
    if masking::is_on() { format!("field-{}", at + 1) } else { name.to_string() }
}

/// A value in a line: its size, or itself with everything unsafe escaped.
pub fn value(value: &Name, shows_values: bool, skin: &Skin) -> String {
    if shows_values { value.to_string() } else { size(value, skin) }
}

fn size(value: &Name, skin: &Skin) -> String {
    skin.figures.bytes(u64::try_from(value.as_bytes().len()).ok())
}

/// Draws every field on lines of its own; the last line says what did not fit.
pub fn unfolded(entry: &Entry, shows_values: bool, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let names: Vec<String> =
        entry.fields.iter().enumerate().map(|(at, (field, _))| name(at, field)).collect();
    let widest = names.iter().map(|name| width(name)).max().unwrap_or(0);
    let name_width = widest.min(NAME_MOST).min(area.width / 2);
    let room = area.width.saturating_sub(name_width + 2);
    let mut lines: Vec<(Option<&str>, StyledText)> = Vec::new();
    for (name, (_, value)) in names.iter().zip(&entry.fields) {
        if lines.len() > usize::from(area.height) {
            break;
        }
        if !shows_values {
            lines.push((Some(name), StyledText::new(size(value, skin), Role::Dim)));
            continue;
        }
        let text: String = value.to_string().chars().take(VALUE_CHARS).collect();
        let mut name = Some(name.as_str());
        for line in wrap(&text, room) {
            lines.push((name.take(), StyledText::from(line)));
        }
    }
    let mut pen = Pen::new(area, buffer);
    let ellipsis = skin.glyphs.ellipsis;
    for (at, ((name, words), y)) in lines.iter().zip(area.y..area.bottom()).enumerate() {
        if y + 1 == area.bottom() && at + 1 < lines.len() {
            let text = format!("{ellipsis} there is more of it than room");
            pen.text(area.x, y, &text, skin.style(Role::Dim));
            break;
        }
        if let Some(name) = name {
            pen.cut((area.x, y), name_width, name, ellipsis, skin.style(Role::Dim));
        }
        let x = area.x.saturating_add(name_width + 2);
        pen.text(x, y, &words.text, skin.style(words.role));
    }
}
