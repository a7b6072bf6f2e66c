//! Texts in cells: cut, padded, and without what a terminal would obey.
//!
//! Knows widths; does not know what a text is about. Invariant: no text here can command a terminal.

use crate::core::figures::column::Figures;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Figures on a page.
pub(super) const FIGURES: Figures = Figures::new(false);
/// What stands for a figure that is not known.
pub(super) const UNKNOWN: &str = FIGURES.unknown();

/// `word` of the figure, or `—`.
pub(super) fn or_unknown<T>(figure: Option<T>, word: impl Fn(T) -> String) -> String {
    figure.map_or_else(|| UNKNOWN.to_owned(), word)
}

/// The text in a column of this many cells, at its right; wider texts stay whole.
pub(super) fn right(text: &str, cells: usize) -> String {
    format!("{}{text}", " ".repeat(cells.saturating_sub(text.width())))
}

/// The text in a column of this many cells, at its left; wider texts stay whole.
pub(super) fn left(text: &str, cells: usize) -> String {
    format!("{text}{}", " ".repeat(cells.saturating_sub(text.width())))
}

/// At most this many cells of the text, the last a `…` where something was cut off.
pub(super) fn cut(text: &str, cells: usize) -> String {
    if text.width() <= cells {
        return text.to_owned();
    }
    let mut used = 0;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used < cells
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// Text of others (a server's error, a version) with what a terminal might obey as `\xNN`.
pub(super) fn escape_controls(text: &str) -> String {
    let one = |c: char| match c {
        // Such text may hold names that are escaped already: their backslashes stay as they are.
        '\\' => "\\".to_owned(),
        c => crate::core::model::Name::from(c.encode_utf8(&mut [0; 4]) as &str).to_string(),
    };
    text.chars().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_and_padded_by_cells_not_by_characters() {
        assert_eq!(cut("queue", 5), "queue");
        assert_eq!(cut("queues", 5), "queu…");
        assert_eq!(cut("\u{1F600}\u{1F600}\u{1F600}", 5).width(), 5);
        assert_eq!(left("\u{1F600}", 4), "\u{1F600}  ");
        assert_eq!(right("ab", 4), "  ab");
    }

    #[test]
    fn foreign_text_can_not_command_a_terminal() {
        assert_eq!(escape_controls("a\x1b[31m \\xff\n"), "a\\x1b[31m \\xff\\x0a");
    }
}
