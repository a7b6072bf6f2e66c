//! Single figures with their names, in as many columns as there is room for; and lines of short statements.
//!
//! Does not know what they mean. Invariant: a figure stands at the same cell from frame to frame; what is not
//! known looks like it.

use super::layout;
use crate::config::theme::Role;
use crate::ui::theme::Skin;
use crate::ui::widgets::pen::{Pen, StyledText, width};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// A figure with its name.
#[derive(Clone, Debug)]
pub struct Fact {
    /// What it is.
    pub name: &'static str,
    /// How much it is.
    pub figure: StyledText,
}

impl Fact {
    /// A figure as the formats write it; unknown ones are told apart by role.
    pub fn new(name: &'static str, figure: String, skin: &Skin) -> Self {
        Self { name, figure: figure_words(figure, skin) }
    }
}

/// A figure as words: quiet where it is nothing, quieter where it is not known.
pub fn figure_words(figure: String, skin: &Skin) -> StyledText {
    let role = match figure.as_str() {
        text if text == skin.figures.unknown() => Role::Unknown,
        "0" | "0.0%" | "0/s" | "0 B" | "0 B/s" | "none" => Role::Dim,
        _ => Role::Text,
    };
    StyledText::new(figure, role)
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
    let places = layout::columns(area, columns, BETWEEN);
    for (column, place) in facts.chunks(usize::from(rows)).zip(places) {
        let mut pen = Pen::new(place, buffer);
        let room = place.width.min(WIDEST);
        for (fact, y) in column.iter().zip(place.y..place.bottom()) {
            let taken = width(&fact.figure.text).min(room);
            let left = room.saturating_sub(taken.saturating_add(1));
            pen.cut((place.x, y), left, fact.name, skin.glyphs.ellipsis, skin.style(Role::Dim));
            let x = (place.x + room).saturating_sub(taken);
            pen.cut((x, y), taken, &fact.figure.text, skin.glyphs.ellipsis, skin.style(fact.figure.role));
        }
    }
}

/// A line of statements with dots between them, after a name in `name_width` cells. What does not fit is left
/// out from the end, what is well before what is not.
pub fn line(
    (name, name_width): (&str, u16),
    parts: &[StyledText],
    area: Rect,
    buffer: &mut Buffer,
    skin: &Skin,
) {
    let mut pen = Pen::new(area, buffer);
    let mut x = area.x;
    if name_width > 0 {
        pen.cut((x, area.y), name_width, name, skin.glyphs.ellipsis, skin.style(Role::Dim));
        x = x.saturating_add(name_width).saturating_add(1);
    }
    let dot = format!(" {} ", skin.glyphs.dot);
    for (at, words) in kept(parts, area.right().saturating_sub(x), skin).into_iter().enumerate() {
        if at > 0 {
            x = pen.text(x, area.y, &dot, skin.style(Role::Border));
        }
        x = pen.cut((x, area.y), u16::MAX, &words.text, skin.glyphs.ellipsis, skin.style(words.role));
    }
}

/// The statements that fit, with the marks of their states. One always stays.
fn kept(parts: &[StyledText], room: u16, skin: &Skin) -> Vec<StyledText> {
    const DOT: u16 = 3;
    let marked = |words: &StyledText| {
        let mark = skin.glyphs.state(words.role).filter(|_| words.role != Role::Unknown);
        let text = mark.map_or_else(|| words.text.clone(), |mark| format!("{mark} {}", words.text));
        StyledText::new(text, words.role)
    };
    let mut kept: Vec<StyledText> = parts.iter().map(marked).collect();
    let weight = |words: &StyledText| match words.role {
        Role::Critical => 2,
        Role::Warning => 1,
        _ => 0,
    };
    let wanted = |kept: &[StyledText]| {
        kept.iter().map(|words| width(&words.text).saturating_add(DOT)).fold(0, u16::saturating_add)
    };
    while kept.len() > 1 && wanted(&kept).saturating_sub(DOT) > room {
        let Some(least) = kept.iter().map(weight).min() else { break };
        let Some(at) = kept.iter().rposition(|words| weight(words) == least) else { break };
        kept.remove(at);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::theme::Theme;
    use crate::ui::theme::{Depth, GlyphSet};

    #[test]
    fn what_is_wrong_stays_longest_in_a_line() {
        let skin = Skin::new(&Theme::builtin("default").unwrap(), Depth::True, GlyphSet::Full);
        let parts = [
            "up 3d".into(),
            "replica".into(),
            StyledText::new("link down", Role::Critical),
            "12 refused".into(),
        ];
        let shown = |room| kept(&parts, room, &skin).into_iter().map(|words| words.text).collect::<Vec<_>>();
        assert_eq!(shown(60), ["up 3d", "replica", "✗ link down", "12 refused"]);
        assert_eq!(shown(30), ["up 3d", "replica", "✗ link down"]);
        assert_eq!(shown(20), ["up 3d", "✗ link down"]);
        assert_eq!(shown(2), ["✗ link down"]);
    }
}
