//! Paragraphs broken into lines by words, and drawn from any line on.
//!
//! Does not know what they say. Invariant: no line is wider than asked, and no word is lost.

use super::pen::{Pen, StyledText, graphemes, width};
use crate::ui::masking;
use crate::ui::theme::Skin;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Breaks a text into lines of at most `room` cells: between words, and inside words that are longer than a line.
/// The text's own line ends are kept. Without room there is no line.
pub fn wrap(text: &str, room: u16) -> Vec<String> {
    if room == 0 {
        return Vec::new();
    }
    let text = masking::text(text);
    text.split('\n').flat_map(|paragraph| wrap_paragraph(paragraph, room)).collect()
}

fn wrap_paragraph(paragraph: &str, room: u16) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
        let blank = u16::from(!line.is_empty());
        if width(&line).saturating_add(blank).saturating_add(width(word)) <= room {
            if blank == 1 {
                line.push(' ');
            }
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for (symbol, cells) in graphemes(word) {
            // A character wider than the line stands for itself nowhere: a mark keeps its place.
            let symbol = if cells > room { "?".to_owned() } else { symbol };
            if width(&line).saturating_add(cells.min(room)) > room {
                lines.push(std::mem::take(&mut line));
            }
            line.push_str(&symbol);
        }
    }
    lines.push(line);
    lines
}

/// Paragraphs, each of one role.
#[derive(Clone, Copy, Debug)]
pub struct Textlines<'a> {
    /// The paragraphs.
    pub paragraphs: &'a [StyledText],
    /// The first line that is drawn.
    pub offset: usize,
}

impl Textlines<'_> {
    /// Draws what fits; how many lines there are in all, for scrolling.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, skin: &Skin) -> usize {
        let mut pen = Pen::new(area, buffer);
        let lines: Vec<(String, _)> = self
            .paragraphs
            .iter()
            .flat_map(|words| wrap(&words.text, area.width).into_iter().map(|line| (line, words.role)))
            .collect();
        let shown = lines.iter().skip(self.offset).zip(area.y..area.bottom());
        for ((line, role), y) in shown {
            pen.text(area.x, y, line, skin.style(*role));
        }
        lines.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_breaks_between_words_and_long_words_inside() {
        assert_eq!(wrap("to be or not", 5), ["to be", "or", "not"]);
        assert_eq!(wrap("abcdefgh i", 3), ["abc", "def", "gh", "i"]);
        assert_eq!(wrap("a\n\nb", 3), ["a", "", "b"]);
        assert_eq!(wrap("漢字漢", 3), ["漢", "字", "漢"]);
        assert_eq!(wrap("x", 0), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_no_letter_is_lost(text in "[a-z ]{0,60}", room in 1u16..20) {
            let lines = wrap(&text, room);
            prop_assert!(lines.iter().all(|line| width(line) <= room));
            let letters = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
