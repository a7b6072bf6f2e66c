//! Text in large letters, for whoever stands a few metres away: five rows of pixels, in whichever glyphs the terminal has.
//!
//! A font of our own: those of libraries are drawn with blocks, which two of the sets of glyphs do not have, and lack the signs
//! of what is not known.
//!
//! Does not know what the text means. Invariant: a text with a letter that is not in the font is not drawn large at all, so
//! that nothing of it is ever missing.

use super::pen::Pen;
use crate::ui::theme::Skin;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

const ROWS: usize = 5;

/// Cells that a pixel is wide, and halves of a row that it is high.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PixelSize {
    wide: u16,
    high: u16,
}

/// Sizes of a pixel, from the least on: about as wide as high, or higher.
const SIZES: [(u16, u16); 9] = [(1, 1), (1, 2), (2, 2), (2, 3), (3, 3), (3, 4), (4, 4), (5, 5), (6, 6)];

/// A text as pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LargeText {
    rows: [Vec<bool>; ROWS],
}

impl LargeText {
    /// The text; `None` where a letter of it is not in the font.
    pub fn new(text: &str) -> Option<Self> {
        let mut rows: [Vec<bool>; ROWS] = Default::default();
        for (at, letter) in text.chars().enumerate() {
            let (_, shape) = FONT.iter().find(|(known, _)| *known == letter)?;
            for (row, pixels) in rows.iter_mut().zip(shape) {
                row.extend((at > 0).then_some(false));
                row.extend(pixels.chars().map(|pixel| pixel == '#'));
            }
        }
        Some(Self { rows })
    }

    /// Columns and rows that it takes with pixels of this size.
    pub fn cells(&self, size: PixelSize) -> (u16, u16) {
        let [first, ..] = &self.rows;
        let pixels = u16::try_from(first.len()).unwrap_or(u16::MAX);
        (pixels.saturating_mul(size.wide), (5 * size.high).div_ceil(2))
    }

    /// Draws it from the upper left corner of an area on.
    pub fn draw(&self, size: PixelSize, style: Style, area: Rect, buffer: &mut Buffer, skin: &Skin) {
        let [upper, lower, whole] = skin.glyphs.large;
        let mut pen = Pen::new(area, buffer);
        let (columns, rows) = self.cells(size);
        let is_set = |half: u16, column: u16| {
            let row = self.rows.get(usize::from(half / size.high));
            row.and_then(|row| row.get(usize::from(column / size.wide))).copied() == Some(true)
        };
        for (row, y) in (0..rows).zip(area.y..area.bottom()) {
            for (column, x) in (0..columns).zip(area.x..area.right()) {
                let glyph = match (is_set(2 * row, column), is_set(2 * row + 1, column)) {
                    (true, true) => whole,
                    (true, false) => upper,
                    (false, true) => lower,
                    (false, false) => continue,
                };
                pen.glyph(x, y, glyph, style);
            }
        }
    }
}

impl PixelSize {
    /// The greatest size with which each of these texts fits into its columns and all into so many rows; `None` where no size
    /// does.
    pub fn of(texts: &[(LargeText, u16)], rows: u16, skin: &Skin) -> Option<Self> {
        let fits = |size: &Self| {
            let mut cells = texts.iter().map(|(text, columns)| (text.cells(*size), columns));
            cells.all(|((wide, high), columns)| wide <= *columns && high <= rows)
        };
        // Half a cell is nothing that ASCII has.
        let sizes = SIZES.into_iter().filter(|(_, high)| !skin.is_ascii() || high % 2 == 0);
        sizes.rev().map(|(wide, high)| Self { wide, high }).find(fits)
    }
}

/// Three pixels wide as a rule: figures, capital letters, and the small letters of units.
const FONT: [(char, [&str; ROWS]); 57] = [
    ('0', ["###", "# #", "# #", "# #", "###"]),
    ('1', [" # ", "## ", " # ", " # ", "###"]),
    ('2', ["###", "  #", "###", "#  ", "###"]),
    ('3', ["###", "  #", "###", "  #", "###"]),
    ('4', ["# #", "# #", "###", "  #", "  #"]),
    ('5', ["###", "#  ", "###", "  #", "###"]),
    ('6', ["###", "#  ", "###", "# #", "###"]),
    ('7', ["###", "  #", "  #", "  #", "  #"]),
    ('8', ["###", "# #", "###", "# #", "###"]),
    ('9', ["###", "# #", "###", "  #", "###"]),
    ('A', ["###", "# #", "###", "# #", "# #"]),
    ('B', ["## ", "# #", "## ", "# #", "## "]),
    ('C', ["###", "#  ", "#  ", "#  ", "###"]),
    ('D', ["## ", "# #", "# #", "# #", "## "]),
    ('E', ["###", "#  ", "## ", "#  ", "###"]),
    ('F', ["###", "#  ", "## ", "#  ", "#  "]),
    ('G', ["####", "#   ", "# ##", "#  #", "####"]),
    ('H', ["# #", "# #", "###", "# #", "# #"]),
    ('I', ["#", "#", "#", "#", "#"]),
    ('J', ["  #", "  #", "  #", "# #", "###"]),
    ('K', ["#  #", "# # ", "##  ", "# # ", "#  #"]),
    ('L', ["#  ", "#  ", "#  ", "#  ", "###"]),
    ('M', ["#   #", "## ##", "# # #", "#   #", "#   #"]),
    ('N', ["#  #", "## #", "# ##", "#  #", "#  #"]),
    ('O', ["####", "#  #", "#  #", "#  #", "####"]),
    ('P', ["###", "# #", "###", "#  ", "#  "]),
    ('Q', ["####", "#  #", "#  #", "# ##", "####"]),
    ('R', ["## ", "# #", "## ", "# #", "# #"]),
    ('S', ["####", "#   ", "####", "   #", "####"]),
    ('T', ["###", " # ", " # ", " # ", " # "]),
    ('U', ["#  #", "#  #", "#  #", "#  #", "####"]),
    ('V', ["# #", "# #", "# #", "# #", " # "]),
    ('W', ["#   #", "#   #", "# # #", "## ##", "#   #"]),
    ('X', ["# #", "# #", " # ", "# #", "# #"]),
    ('Y', ["# #", "# #", " # ", " # ", " # "]),
    ('Z', ["###", "  #", " # ", "#  ", "###"]),
    ('d', ["  #", "  #", "###", "# #", "###"]),
    ('h', ["#  ", "#  ", "###", "# #", "# #"]),
    ('k', ["#  ", "#  ", "# #", "## ", "# #"]),
    ('m', ["     ", "     ", "#####", "# # #", "# # #"]),
    ('s', ["   ", "   ", " ##", " # ", "## "]),
    ('x', ["   ", "   ", "# #", " # ", "# #"]),
    (' ', ["  ", "  ", "  ", "  ", "  "]),
    ('.', [" ", " ", " ", " ", "#"]),
    (',', ["  ", "  ", "  ", " #", "# "]),
    (':', [" ", "#", " ", "#", " "]),
    ('/', ["  #", "  #", " # ", "#  ", "#  "]),
    ('%', ["# #", "  #", " # ", "#  ", "# #"]),
    ('~', ["     ", " #   ", "# # #", "   # ", "     "]),
    ('≥', ["##  ", "  ##", "##  ", "    ", "####"]),
    ('>', ["#  ", " # ", "  #", " # ", "#  "]),
    ('<', ["  #", " # ", "#  ", " # ", "  #"]),
    ('=', ["   ", "###", "   ", "###", "   "]),
    ('—', ["    ", "    ", "####", "    ", "    "]),
    ('-', ["  ", "  ", "##", "  ", "  "]),
    ('+', ["   ", " # ", "###", " # ", "   "]),
    ('!', ["#", "#", "#", " ", "#"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::theme::Theme;
    use crate::core::figures::column::{Certainty, Figures};
    use crate::ui::dump;
    use crate::ui::theme::{Depth, GlyphSet};
    use proptest::prelude::*;

    fn skin(set: GlyphSet) -> Skin {
        Skin::new(&Theme::builtin("mono").unwrap(), Depth::None, set)
    }

    fn drawn(text: &str, room: (u16, u16), set: GlyphSet) -> String {
        let text = LargeText::new(text).unwrap();
        let size = PixelSize::of(&[(text.clone(), room.0)], room.1, &skin(set)).unwrap();
        let mut buffer = Buffer::empty(Rect::new(0, 0, room.0, room.1));
        text.draw(size, Style::new(), buffer.area, &mut buffer, &skin(set));
        dump::text(&buffer)
    }

    #[test]
    fn letters_are_made_of_what_the_terminal_has() {
        assert_eq!(drawn("4k", (7, 3), GlyphSet::Full), "█ █ █\n▀▀█ █▄▀\n  ▀ ▀ ▀\n");
        assert_eq!(drawn("4k", (7, 3), GlyphSet::Narrow), "⣿ ⣿ ⣿\n⠛⠛⣿ ⣿⣤⠛\n  ⠛ ⠛ ⠛\n");
        assert_eq!(drawn("4", (3, 5), GlyphSet::Ascii), "# #\n# #\n###\n  #\n  #\n");
        assert_eq!(drawn("7", (6, 5), GlyphSet::Full), "██████\n    ██\n    ██\n    ██\n    ██\n");
    }

    #[test]
    fn what_does_not_fit_has_no_size_and_an_unknown_letter_makes_no_text() {
        let text = |columns| [(LargeText::new("12").unwrap(), columns)];
        assert_eq!(PixelSize::of(&text(6), 9, &skin(GlyphSet::Full)), None);
        assert_eq!(PixelSize::of(&text(7), 4, &skin(GlyphSet::Ascii)), None);
        assert_eq!(LargeText::new("é"), None);
    }

    #[test]
    fn letters_have_even_rows_and_stand_once() {
        for (at, (letter, shape)) in FONT.iter().enumerate() {
            assert!(shape.iter().all(|row| row.len() == shape[0].len()), "{letter}");
            assert!(shape.concat().chars().all(|pixel| matches!(pixel, '#' | ' ')), "{letter}");
            assert!(FONT.iter().skip(at + 1).all(|(other, _)| other != letter), "{letter}");
        }
    }

    proptest! {
        // What stands behind a blank is a unit, and is written small.
        #[test]
        fn every_figure_can_be_large(
            count in prop::option::of(any::<u64>()), rate in prop::option::of(-1e3..1e18_f64), ascii: bool,
        ) {
            let figures = Figures::new(ascii);
            let share = rate.map(|rate| rate.rem_euclid(1.0));
            let texts = [
                figures.count(count), figures.marked(count, Certainty::Estimate), figures.marked(count, Certainty::AtLeast),
                figures.rate(rate), figures.percent(share), figures.duration_ms(count), figures.factor(rate),
                figures.bytes(count).split(' ').next().unwrap().to_owned(),
                figures.latency_us(rate).split(' ').next().unwrap().to_owned(),
            ];
            for text in texts {
                let text = if text.ends_with(" ms") || text.ends_with(" s") || text.ends_with(" y") {
                    text.split(' ').next().unwrap().to_owned()
                } else {
                    text
                };
                prop_assert!(LargeText::new(&text).is_some(), "{text}");
            }
        }
    }
}
