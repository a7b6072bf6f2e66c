//! A titled part of the screen: a title with a line after it, or a box; and the one line that says why a figure
//! is not there.
//!
//! Does not know what is inside. Invariant: the inner rectangle lies inside the outer one.

use super::pen::{Pen, StyledText, width};
use crate::config::theme::Role;
use crate::ui::theme::Skin;
use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};

/// A titled part of the screen.
#[derive(Clone, Debug)]
pub struct Panel<'a> {
    title: &'a str,
    note: Vec<StyledText>,
    focus: bool,
    boxed: bool,
}

impl<'a> Panel<'a> {
    /// A panel under a title: one line, all the rest is inside.
    pub fn new(title: &'a str) -> Self {
        Self { title, note: Vec::new(), focus: false, boxed: false }
    }

    /// Adds words at the right end of the title's line; they go before the title does when it is narrow.
    pub fn note(mut self, words: impl Into<StyledText>) -> Self {
        self.note.push(words.into());
        self
    }

    /// Whether the keys go here.
    pub fn focus(mut self, focus: bool) -> Self {
        self.focus = focus;
        self
    }

    /// With lines all round: two rows and two columns less inside.
    pub fn boxed(mut self) -> Self {
        self.boxed = true;
        self
    }

    /// The rectangle that is left for the content.
    pub fn inner(&self, area: Rect) -> Rect {
        if self.boxed {
            return area.inner(Margin::new(1, 1));
        }
        let used = area.height.min(1);
        Rect { y: area.y + used, height: area.height - used, ..area }
    }

    /// Draws title, note and lines; the rectangle that is left for the content.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, skin: &Skin) -> Rect {
        let mut pen = Pen::new(area, buffer);
        let line = skin.style(if self.focus { Role::BorderFocus } else { Role::Border });
        if self.boxed {
            sides(&mut pen, skin, line);
        } else {
            pen.run((area.x, area.y), area.width, skin.glyphs.rule, line);
        }
        let inset = u16::from(self.boxed) * 2;
        let left = area.x.saturating_add(inset);
        let room = area.width.saturating_sub(2 * inset);
        let style = skin.style(if self.focus { Role::Accent } else { Role::Title });
        let mut end = left;
        if !self.title.is_empty() && room > 2 {
            let x = left + u16::from(self.boxed);
            if self.boxed {
                pen.glyph(left, area.y, ' ', line);
            }
            let most = room.saturating_sub(1 + u16::from(self.boxed));
            end = pen.cut((x, area.y), most, self.title, skin.glyphs.ellipsis, style);
            pen.glyph(end, area.y, ' ', line);
        }
        let mut x = left.saturating_add(room);
        for words in self.note.iter().rev() {
            let wanted = width(&words.text).saturating_add(1 + u16::from(self.boxed));
            let Some(start) = x.checked_sub(wanted).filter(|start| *start > end) else { break };
            pen.glyph(start, area.y, ' ', line);
            let next = pen.text(start + 1, area.y, &words.text, skin.style(words.role));
            if self.boxed {
                pen.glyph(next, area.y, ' ', line);
            }
            x = start;
        }
        self.inner(area)
    }
}

fn sides(pen: &mut Pen, skin: &Skin, style: ratatui::style::Style) {
    let area = pen.area();
    if area.is_empty() {
        return;
    }
    let ([top, bottom, left, right], [nw, ne, sw, se]) = (skin.glyphs.sides, skin.glyphs.corners);
    let (last_x, last_y) = (area.right() - 1, area.bottom() - 1);
    pen.run((area.x, area.y), area.width, top, style);
    pen.run((area.x, last_y), area.width, bottom, style);
    for y in area.y..area.bottom() {
        pen.glyph(area.x, y, left, style);
        pen.glyph(last_x, y, right, style);
    }
    for (x, y, corner) in
        [(area.x, area.y, nw), (last_x, area.y, ne), (area.x, last_y, sw), (last_x, last_y, se)]
    {
        pen.glyph(x, y, corner, style);
    }
}

/// One line that says why something is not there: a denied command, an old server, a reading not made yet.
pub fn notice(why: &StyledText, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let mut pen = Pen::new(area, buffer);
    let style = skin.style(why.role);
    let mut x = area.x;
    if let Some(glyph) = skin.glyphs.state(why.role) {
        pen.glyph(x, area.y, glyph, style);
        x = x.saturating_add(2);
    }
    pen.cut((x, area.y), u16::MAX, &why.text, skin.glyphs.ellipsis, style);
}
