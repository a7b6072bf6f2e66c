//! Where the focus stands on a picture: the cell that the terminal's cursor is put on, for screen readers follow it.
//!
//! Knows cells. Whoever draws the focus marks its cell by an attribute that no theme has; the picture is done when the mark
//! is off again. Invariants: no mark is left on a picture, and where several were drawn the last part drawn has the focus.

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

/// The mark of a row or a button, and that of a line that is typed into.
const CHOSEN: Modifier = Modifier::RAPID_BLINK;
const TYPED: Modifier = Modifier::SLOW_BLINK;

/// Where the focus is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FocusCell {
    /// Column.
    pub x: u16,
    /// Row.
    pub y: u16,
    /// Whether keys are typed there: the cell is painted as a cursor where the terminal shows none.
    pub is_typed: bool,
}

/// Marks a row's or a button's first cell.
pub fn mark(buffer: &mut Buffer, x: u16, y: u16) {
    put(buffer, x, y, CHOSEN);
}

/// Marks the cell that is typed into.
pub fn mark_typed(buffer: &mut Buffer, x: u16, y: u16) {
    put(buffer, x, y, TYPED);
}

fn put(buffer: &mut Buffer, x: u16, y: u16, mark: Modifier) {
    if let Some(cell) = buffer.cell_mut((x, y)) {
        cell.modifier.insert(mark);
    }
}

/// Takes the marks off; where they were.
pub(super) fn take(buffer: &mut Buffer) -> Option<FocusCell> {
    let (area, mut found) = (buffer.area, None);
    let width = usize::from(area.width).max(1);
    for (at, cell) in buffer.content.iter_mut().enumerate() {
        if cell.modifier.intersects(CHOSEN.union(TYPED)) {
            let is_typed = cell.modifier.intersects(TYPED);
            cell.modifier.remove(CHOSEN.union(TYPED));
            let (x, y) = (u16::try_from(at % width).ok()?, u16::try_from(at / width).ok()?);
            found = Some(FocusCell { x: area.x + x, y: area.y + y, is_typed });
        }
    }
    found
}
