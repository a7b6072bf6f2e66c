//! Drawing inside a rectangle, whatever the size: text by display width, single glyphs, grounds.
//!
//! Does not know what it draws. Invariant: no cell outside the rectangle changes, and no character that takes
//! two cells is cut in half.

use crate::config::theme::Role;
use crate::ui::{focus, masking};
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;

/// Bytes that the text of one cell has at most; more are marks heaped on a letter.
const BYTES_A_CELL: usize = 64;

/// A piece of text and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StyledText {
    /// The text; names in it are escaped already.
    pub text: String,
    /// What it is.
    pub role: Role,
}

impl StyledText {
    /// Text of a role.
    pub fn new(text: impl Into<String>, role: Role) -> Self {
        Self { text: text.into(), role }
    }
}

impl<T: Into<String>> From<(T, Role)> for StyledText {
    fn from((text, role): (T, Role)) -> Self {
        Self::new(text, role)
    }
}

/// Ordinary text.
impl From<&str> for StyledText {
    fn from(text: &str) -> Self {
        Self::new(text, Role::Text)
    }
}

/// Ordinary text.
impl From<String> for StyledText {
    fn from(text: String) -> Self {
        Self::new(text, Role::Text)
    }
}

/// A buffer seen through a rectangle.
pub struct Pen<'a> {
    area: Rect,
    buffer: &'a mut Buffer,
}

impl<'a> Pen<'a> {
    /// The part of the rectangle that lies inside the buffer.
    pub fn new(area: Rect, buffer: &'a mut Buffer) -> Self {
        Self { area: area.intersection(buffer.area), buffer }
    }

    /// Where this draws.
    pub fn area(&self) -> Rect {
        self.area
    }

    /// Writes text from a cell on, as far as there is room; the cell after it.
    pub fn text(&mut self, x: u16, y: u16, text: &str, style: Style) -> u16 {
        if !self.area.contains((x, y).into()) {
            return x;
        }
        let room = usize::from(self.area.right() - x);
        self.buffer.set_stringn(x, y, &*masking::text(text), room, fresh(style)).0
    }

    /// Writes text into at most `width` cells, with an ellipsis where it was cut; the cell after it.
    pub fn cut(&mut self, (x, y): (u16, u16), width: u16, text: &str, ellipsis: char, style: Style) -> u16 {
        let room = width.min(self.area.right().saturating_sub(x));
        self.text(x, y, &cut(text, room, ellipsis), style)
    }

    /// Draws one character of one cell.
    pub fn glyph(&mut self, x: u16, y: u16, glyph: char, style: Style) {
        if self.area.contains((x, y).into())
            && let Some(cell) = self.buffer.cell_mut((x, y))
        {
            cell.set_char(glyph).set_style(fresh(style));
        }
    }

    /// Draws one character `count` times to the right.
    pub fn run(&mut self, (x, y): (u16, u16), count: u16, glyph: char, style: Style) {
        for x in x..x.saturating_add(count).min(self.area.right()) {
            self.glyph(x, y, glyph, style);
        }
    }

    /// Marks a cell as the one with the focus.
    pub fn mark(&mut self, x: u16, y: u16) {
        if self.area.contains((x, y).into()) {
            focus::mark(self.buffer, x, y);
        }
    }

    /// Lays a style over a rectangle, text kept.
    pub fn ground(&mut self, area: Rect, style: Style) {
        self.buffer.set_style(area.intersection(self.area), style);
    }

    /// Empties a rectangle: blanks in this style, nothing left of what was there.
    pub fn clear(&mut self, area: Rect, style: Style) {
        for position in area.intersection(self.area).positions() {
            if let Some(cell) = self.buffer.cell_mut(position) {
                cell.reset();
                cell.set_style(style);
            }
        }
    }
}

/// A style that keeps no attribute of what it is drawn over: a bold title on a dim line is not dim.
fn fresh(style: Style) -> Style {
    Style { sub_modifier: Modifier::all().difference(style.add_modifier), ..style }
}

/// Cells that a text takes.
pub fn width(text: &str) -> u16 {
    graphemes(&masking::text(text)).map(|(_, width)| width).fold(0, u16::saturating_add)
}

/// The text in at most `width` cells: whole, or cut between two characters with an ellipsis at its end.
pub fn cut(text: &str, width: u16, ellipsis: char) -> String {
    let masked = masking::text(text);
    let text = &*masked;
    // A name may have megabytes: no more is looked at than can stand in the cells, marks on letters included.
    let most = usize::from(width).saturating_add(2).saturating_mul(BYTES_A_CELL);
    let start = beginning(text, most);
    if start.len() == text.len() && self::width(text) <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut left = width.saturating_sub(1);
    for (symbol, cells) in graphemes(start) {
        let Some(rest) = left.checked_sub(cells) else { break };
        left = rest;
        out.push_str(&symbol);
    }
    if width > 0 {
        out.push(ellipsis);
    }
    out
}

/// The text in at most `width` cells: whole, or both its ends with an ellipsis between. Names of one kind differ at
/// their ends.
pub fn cut_middle(text: &str, width: u16, ellipsis: char) -> String {
    const LEAST: u16 = 8;
    /// Longer names are cut without looking at all of them.
    const MOST_BYTES: usize = 4096;
    let masked = masking::text(text);
    let text = &*masked;
    if width < LEAST || text.len() > MOST_BYTES || self::width(text) <= width {
        return cut(text, width, ellipsis);
    }
    let (head, tail) = (width / 2, (width - 1) - width / 2);
    let all: Vec<(String, u16)> = graphemes(text).collect();
    let taken = |symbols: &mut dyn Iterator<Item = &(String, u16)>, room: u16| {
        let mut left = room;
        symbols
            .take_while(|(_, cells)| left.checked_sub(*cells).inspect(|rest| left = *rest).is_some())
            .count()
    };
    let first = taken(&mut all.iter(), head);
    let last = taken(&mut all.iter().rev(), tail);
    let ends = all.iter().take(first).map(|(symbol, _)| symbol.as_str());
    let rest = all.iter().skip(all.len().saturating_sub(last)).map(|(symbol, _)| symbol.as_str());
    let mut out: String = ends.collect();
    out.push(ellipsis);
    out.extend(rest);
    out
}

/// The first characters, about `bytes` bytes of them.
fn beginning(text: &str, bytes: usize) -> &str {
    let end = text.char_indices().map(|(at, _)| at).find(|at| *at >= bytes);
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// What a reader sees as characters, each with its cells; those that take none are left out.
pub(super) fn graphemes(text: &str) -> impl Iterator<Item = (String, u16)> {
    let span = Span::raw(text);
    let all: Vec<(String, u16)> = span
        .styled_graphemes(Style::new())
        .map(|grapheme| (grapheme.symbol.to_owned(), grapheme.symbol.cell_width()))
        .filter(|(_, cells)| *cells > 0)
        .collect();
    all.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_is_cut_between_characters_never_inside_one() {
        assert_eq!(cut("orders:eu", 9, '⋯'), "orders:eu");
        assert_eq!(cut("orders:eu", 6, '⋯'), "order⋯");
        assert_eq!(cut("漢字漢字", 6, '⋯'), "漢字⋯");
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}", 2, '⋯'), "e\u{301}⋯");
        assert_eq!(cut("abc", 0, '⋯'), "");
        assert_eq!(cut("abc", 1, '⋯'), "⋯");
    }

    #[test]
    fn of_a_name_that_is_cut_both_ends_stay() {
        assert_eq!(cut_middle("tenant:00:queue:00037", 16, '⋯'), "tenant:0⋯e:00037");
        assert_eq!(cut_middle("orders", 16, '⋯'), "orders");
        assert_eq!(cut_middle("漢字漢字漢字漢字", 9, '⋯'), "漢字⋯漢字");
        assert_eq!(cut_middle("abcdefghij", 5, '⋯'), "abcd⋯");
    }

    #[test]
    fn a_wide_character_that_does_not_fit_is_not_drawn() {
        let mut buffer = Buffer::with_lines(["......"]);
        let next = Pen::new(Rect::new(1, 0, 3, 1), &mut buffer).text(1, 0, "漢字", Style::new());
        assert_eq!((next, crate::ui::dump::text(&buffer).as_str()), (3, ".漢...\n"));
    }

    #[test]
    fn what_is_drawn_keeps_no_attribute_of_what_lay_there() {
        let mut buffer = Buffer::with_lines(["...."]);
        let area = buffer.area;
        let mut pen = Pen::new(area, &mut buffer);
        pen.run((0, 0), 4, '-', Style::new().add_modifier(Modifier::DIM));
        pen.text(0, 0, "ab", Style::new().add_modifier(Modifier::BOLD));
        assert_eq!(
            crate::ui::dump::described(&buffer, crate::ui::theme::roles::attributes),
            "ab--\n    0-1 bold, 2-3 dim\n"
        );
    }

    #[test]
    fn a_name_of_megabytes_is_cut_without_looking_at_all_of_it() {
        let name = "é".repeat(4 << 20);
        let text = cut(&name, 5, '⋯');
        assert_eq!(text, "éééé⋯");
    }

    proptest! {
        #[test]
        fn a_cut_text_is_never_too_wide(text in "\\PC{0,30}", room in 0u16..40) {
            prop_assert!(width(&cut(&text, room, '⋯')) <= room);
            prop_assert!(width(&cut_middle(&text, room, '⋯')) <= room);
        }
    }
}
