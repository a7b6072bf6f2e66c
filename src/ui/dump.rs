//! A buffer as text: bare, or with the roles of every line (for tests that look at colours too).
//!
//! Does not know what is drawn. Invariant: a character that takes two cells is written once.

use ratatui::buffer::{Buffer, Cell};
#[cfg(test)]
use ratatui::style::Style;
#[cfg(test)]
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

/// The text of a buffer, a line a row, without the blanks at the ends of lines.
pub fn text(buffer: &Buffer) -> String {
    let mut out = String::new();
    for row in rows(buffer) {
        out.push_str(line(row).trim_end());
        out.push('\n');
    }
    out
}

/// The text, and under each row that is more than plain text the runs of its roles: `    2-9 critical, 12 key on
/// header`, columns from 0. `describe` says which role a style is; runs that it has no word for are left out.
#[cfg(test)]
pub fn described(buffer: &Buffer, describe: impl Fn(Style) -> Option<String>) -> String {
    let mut out = String::new();
    for row in rows(buffer) {
        out.push_str(line(row).trim_end());
        out.push('\n');
        let mut runs: Vec<(usize, usize, Option<String>)> = Vec::new();
        for (at, cell) in row.iter().enumerate() {
            let words = describe(cell.style());
            match runs.last_mut() {
                Some((_, end, last)) if *last == words => *end = at,
                _ => runs.push((at, at, words)),
            }
        }
        let told: Vec<String> = runs
            .into_iter()
            .filter_map(|(start, end, words)| {
                let words = words?;
                Some(if start == end { format!("{start} {words}") } else { format!("{start}-{end} {words}") })
            })
            .collect();
        if !told.is_empty() {
            let _ = writeln!(out, "    {}", told.join(", "));
        }
    }
    out
}

fn rows(buffer: &Buffer) -> impl Iterator<Item = &[Cell]> {
    buffer.content.chunks(usize::from(buffer.area.width).max(1))
}

fn line(row: &[Cell]) -> String {
    let mut out = String::new();
    let mut covered = 0;
    for cell in row {
        if covered > 0 {
            covered -= 1;
            continue;
        }
        out.push_str(cell.symbol());
        covered = cell.symbol().width().saturating_sub(1);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Color;

    #[test]
    fn wide_characters_are_written_once_and_ends_are_trimmed() {
        let buffer = Buffer::with_lines(["漢字 a  ", "b"]);
        assert_eq!(text(&buffer), "漢字 a\nb\n");
        assert_eq!(text(&Buffer::empty(Rect::ZERO)), "");
    }

    #[test]
    fn roles_stand_under_their_line_and_plain_text_has_none() {
        let mut buffer = Buffer::with_lines(["ab cd", "e"]);
        buffer.set_string(1, 0, "b c", Style::new().red());
        let describe = |style: Style| (style.fg == Some(Color::Red)).then(|| "critical".to_owned());
        assert_eq!(described(&buffer, describe), "ab cd\n    1-3 critical\ne\n");
    }
}
