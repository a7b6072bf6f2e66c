//! A buffer as text: bare, or with the style runs of every line (for tests that look at colours too).
//!
//! Does not know what is drawn. Invariant: a character that takes two cells is written once.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier, Style};
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

/// The text, and under each row the runs of equal style: `    ^2..=9 fg=Cyan BOLD`, columns from 0.
/// Runs without any style are left out.
pub fn styled(buffer: &Buffer) -> String {
    let mut out = String::new();
    for row in rows(buffer) {
        out.push_str(line(row).trim_end());
        out.push('\n');
        let mut start = 0;
        for (at, cell) in row.iter().enumerate() {
            let ends = row.get(at + 1).is_none_or(|next| next.style() != cell.style());
            if ends {
                if let Some(style) = described(cell.style()) {
                    let _ = writeln!(out, "    ^{start}..={at}{style}");
                }
                start = at + 1;
            }
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

fn described(style: Style) -> Option<String> {
    let mut out = String::new();
    for (name, colour) in [("fg", style.fg), ("bg", style.bg)] {
        match colour {
            None | Some(Color::Reset) => {}
            Some(colour) => {
                let _ = write!(out, " {name}={colour}");
            }
        }
    }
    for (name, _) in style.add_modifier.iter_names() {
        out.push(' ');
        out.push_str(name);
    }
    let plain = style.add_modifier == Modifier::empty() && out.is_empty();
    (!plain).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;

    #[test]
    fn wide_characters_are_written_once_and_ends_are_trimmed() {
        let buffer = Buffer::with_lines(["漢字 a  ", "b"]);
        assert_eq!(text(&buffer), "漢字 a\nb\n");
        assert_eq!(text(&Buffer::empty(Rect::ZERO)), "");
    }

    #[test]
    fn style_runs_stand_under_their_line() {
        let mut buffer = Buffer::with_lines(["ab cd", "e"]);
        buffer.set_string(1, 0, "b c", Style::new().red().bold());
        assert_eq!(styled(&buffer), "ab cd\n    ^1..=3 fg=Red BOLD\ne\n");
    }
}
