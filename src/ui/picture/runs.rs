//! Rows of cells as runs of one style.
//!
//! Knows where a run begins and how wide it is. Invariant: the runs of a row cover it, from the left to the right.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

/// Cells beside each other that look alike.
#[derive(Clone, Debug)]
pub struct StyleRun {
    /// The column of the first.
    pub column: usize,
    /// How many columns.
    pub width: usize,
    /// What stands there.
    pub text: String,
    /// How it looks, foreground and background as they are seen.
    pub style: Style,
}

/// The rows of a buffer, each as its runs.
pub fn rows(buffer: &Buffer) -> Vec<Vec<StyleRun>> {
    buffer.content.chunks(usize::from(buffer.area.width).max(1)).map(runs).collect()
}

fn runs(row: &[Cell]) -> Vec<StyleRun> {
    let mut runs: Vec<StyleRun> = Vec::new();
    let mut covered = 0;
    for (column, cell) in row.iter().enumerate() {
        if covered > 0 {
            // The right half of a character that takes two cells.
            covered -= 1;
            continue;
        }
        let (symbol, style) = (cell.symbol(), seen(cell.style()));
        let width = symbol.width().max(1);
        covered = width - 1;
        match runs.last_mut() {
            Some(last) if last.style == style => {
                last.width += width;
                last.text.push_str(symbol);
            }
            _ => runs.push(StyleRun { column, width, text: symbol.to_owned(), style }),
        }
    }
    runs
}

/// A style that is turned round, as it looks.
fn seen(style: Style) -> Style {
    match style.add_modifier.contains(Modifier::REVERSED) {
        true => Style { fg: style.bg, bg: style.fg, ..style },
        false => style,
    }
}
