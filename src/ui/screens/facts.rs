//! Single figures with their names, in as many columns as there is room for; and lines of short statements.
//!
//! Does not know what they mean. Invariant: a figure stands at the same cell from frame to frame; what is not
//! known looks like it.

use super::cuts;
use crate::config::theme::Role;
use crate::ui::theme::Skin;
use crate::ui::widgets::pen::{Pen, Words, width};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// A figure with its name.
#[derive(Clone, Debug)]
pub struct Fact {
    /// What it is.
    pub name: &'static str,
    /// How much it is.
    pub figure: Words,
}

impl Fact {
    /// A figure as the formats write it; unknown ones are told apart by role.
    pub fn new(name: &'static str, figure: String, skin: &Skin) -> Self {
        Self { name, figure: figure_words(figure, skin) }
    }
}

/// A figure as words: quiet where it is nothing, quieter where it is not known.
pub fn figure_words(figure: String, skin: &Skin) -> Words {
    let role = match figure.as_str() {
        text if text == skin.figures.unknown() => Role::Unknown,
        "0" | "0.0%" | "0/s" | "0 B" | "0 B/s" | "none" => Role::Dim,
        _ => Role::Text,
    };
    Words::new(figure, role)
}

/// Cells that a column of facts takes at least, and the blank ones between two columns.
const COLUMN: u16 = 23;
const BETWEEN: u16 = 3;
/// More than this between a name and its figure is hard to follow.
const WIDEST: u16 = 34;

/// How many rows these facts take at this width.
pub fn rows_of(facts: usize, area_width: u16) -> u16 {
    let columns = usize::from(columns_at(area_width));
    u16::try_from(facts.div_ceil(columns)).unwrap_or(u16::MAX)
}

fn columns_at(area_width: u16) -> u16 {
    (area_width.saturating_add(BETWEEN) / (COLUMN + BETWEEN)).max(1)
}

/// Draws facts column by column, from the first on; those that find no place are left out.
pub fn draw(facts: &[Fact], area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let rows = rows_of(facts.len(), area.width).min(area.height);
    if rows == 0 {
        return;
    }
    // As few columns as the rows need: no empty one at the right.
    let columns = u16::try_from(facts.len().div_ceil(usize::from(rows))).unwrap_or(u16::MAX);
    let columns = columns.min(columns_at(area.width));
    let places = cuts::columns(area, columns, BETWEEN);
    for (column, place) in facts.chunks(usize::from(rows)).zip(places) {
        let mut pen = Pen::new(place, buffer);
        let room = place.width.min(WIDEST);
        for (fact, y) in column.iter().zip(place.y..place.bottom()) {
            let end = pen.cut((place.x, y), room, fact.name, skin.glyphs.ellipsis, skin.style(Role::Dim));
            let x = (place.x + room).saturating_sub(width(&fact.figure.text));
            let x = if x > end { x } else { end.saturating_add(1) };
            pen.text(x, y, &fact.figure.text, skin.style(fact.figure.role));
        }
    }
}

/// A line of statements with dots between them, after a name in `name_width` cells. What does not fit is left
/// out from the end.
pub fn line((name, name_width): (&str, u16), parts: &[Words], area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let mut pen = Pen::new(area, buffer);
    let mut x = area.x;
    if name_width > 0 {
        pen.cut((x, area.y), name_width, name, skin.glyphs.ellipsis, skin.style(Role::Dim));
        x = x.saturating_add(name_width).saturating_add(1);
    }
    let dot = format!(" {} ", skin.glyphs.dot);
    for (at, words) in parts.iter().enumerate() {
        let mark = skin.glyphs.state(words.role).filter(|_| words.role != Role::Unknown);
        let text = mark.map_or_else(|| words.text.clone(), |mark| format!("{mark} {}", words.text));
        let before = if at > 0 { width(&dot) } else { 0 };
        let fits = x.saturating_add(before).saturating_add(width(&text)) <= area.right();
        if at > 0 {
            if !fits {
                break;
            }
            x = pen.text(x, area.y, &dot, skin.style(Role::Border));
        }
        x = pen.cut((x, area.y), u16::MAX, &text, skin.glyphs.ellipsis, skin.style(words.role));
    }
}
