//! A box in the middle of the screen, above everything else.
//!
//! Does not know what it asks. Invariant: nothing of what lies beneath shows inside; the only cells it touches
//! outside are halves of wide characters that it would cut.

use super::panel::Panel;
use super::pen::{Pen, StyledText};
use crate::config::theme::Role;
use crate::ui::theme::Skin;
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;

/// A box in the middle of the screen.
#[derive(Clone, Debug)]
pub struct Dialog<'a> {
    /// Its title.
    pub title: &'a str,
    /// At the right end of its title's line.
    pub note: Option<StyledText>,
    /// Rows and columns wanted inside.
    pub size: (u16, u16),
}

impl Dialog<'_> {
    /// Where it stands on a screen of this size, frame included.
    pub fn place(&self, screen: Rect) -> Rect {
        let (wide, high) = self.size;
        let width = wide.saturating_add(4).min(screen.width);
        let height = high.saturating_add(2).min(screen.height);
        Rect {
            x: screen.x + (screen.width - width) / 2,
            y: screen.y + (screen.height - height) / 2,
            width,
            height,
        }
    }

    /// Draws frame and ground; the rectangle inside, with a blank column at both sides.
    pub fn draw(&self, screen: Rect, buffer: &mut Buffer, skin: &Skin) -> Rect {
        let screen = screen.intersection(buffer.area);
        let area = self.place(screen);
        mend_left_edge(area, buffer);
        let ground = skin.style(Role::Base).patch(skin.style(Role::Dialog));
        Pen::new(area, buffer).clear(area, ground);
        let mut panel = Panel::new(self.title).boxed().focus(true);
        if let Some(note) = &self.note {
            panel = panel.note(note.clone());
        }
        let inner = panel.draw(area, buffer, skin);
        let side = u16::from(inner.width > 2);
        Rect { x: inner.x + side, width: inner.width - 2 * side, ..inner }
    }
}

/// A wide character that begins left of the box and reaches into it would hide the box's edge.
fn mend_left_edge(area: Rect, buffer: &mut Buffer) {
    let Some(x) = area.x.checked_sub(1).filter(|x| *x >= buffer.area.x) else { return };
    for y in area.y..area.bottom() {
        if let Some(cell) = buffer.cell_mut((x, y))
            && cell.symbol().cell_width() > 1
        {
            cell.set_char(' ');
        }
    }
}

/// Buttons in a row, the one with the focus marked, where any has it; right-aligned in the first row of the area. Where each
/// of them stands, the last one first.
pub fn buttons(
    titles: &[&str],
    focus: Option<usize>,
    area: Rect,
    buffer: &mut Buffer,
    skin: &Skin,
) -> Vec<Rect> {
    let mut places = Vec::with_capacity(titles.len());
    let mut pen = Pen::new(area, buffer);
    let mut end = area.right();
    for (at, title) in titles.iter().enumerate().rev() {
        let text = if Some(at) == focus { format!("[ {title} ]") } else { format!("  {title}  ") };
        let start = end.saturating_sub(super::pen::width(&text)).max(area.x);
        let style = if Some(at) == focus { skin.style(Role::Selection) } else { skin.style(Role::Text) };
        pen.cut((start, area.y), end.saturating_sub(start), &text, skin.glyphs.ellipsis, style);
        if Some(at) == focus {
            pen.mark(start, area.y);
        }
        let place = Rect { x: start, width: end.saturating_sub(start), height: 1, ..area };
        places.push(place.intersection(area));
        end = start.saturating_sub(1);
    }
    places
}
