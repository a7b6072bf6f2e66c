//! The parts of a whole side by side in one bar, with their names and figures beneath.
//!
//! Does not know what the whole is. Invariant: the parts' cells never exceed the bar.

use super::pen::{Pen, width};
use crate::config::theme::Role;
use crate::ui::theme::{Depth, Skin};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// One part of a whole.
#[derive(Clone, Copy, Debug)]
pub struct StackPart<'a> {
    /// Its name.
    pub name: &'a str,
    /// How great it is, in the unit of the whole.
    pub value: f64,
    /// The same for reading.
    pub figure: &'a str,
}

/// The parts of a whole.
#[derive(Clone, Copy, Debug)]
pub struct Stack<'a> {
    /// The parts; their looks repeat after twenty-four, without colour after four.
    pub parts: &'a [StackPart<'a>],
    /// The whole; the sum of the parts when there is none or less. What no part takes stays empty.
    pub whole: Option<f64>,
}

const ROLES: [Role; 6] = [Role::Graph1, Role::Graph2, Role::Graph3, Role::Graph4, Role::Graph5, Role::Graph6];

/// Colour and texture of the part at this place: one texture for all, until the colours have all been used; where there
/// are no colours the textures tell.
pub fn look(at: usize, skin: &Skin) -> (Role, char) {
    let role = ROLES.get(at % ROLES.len()).copied().unwrap_or(Role::Graph1);
    let glyphs = skin.glyphs.parts;
    let texture = if skin.styles.depth() == Depth::None { at } else { at / ROLES.len() };
    (role, glyphs.get(texture % glyphs.len()).copied().unwrap_or(skin.glyphs.bar_used))
}

impl Stack<'_> {
    /// Draws the bar into the first row and the legend into those beneath, as many as there are.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, skin: &Skin) {
        let mut pen = Pen::new(area, buffer);
        let rest = skin.style(Role::BarRest);
        match rest.fg.filter(|_| skin.has_grounds()) {
            Some(_) => pen.run((area.x, area.y), area.width, skin.glyphs.bar_used, rest),
            None => pen.run((area.x, area.y), area.width, skin.glyphs.bar_rest, rest),
        }
        let mut x = area.x;
        for (at, cells) in self.cells(area.width).into_iter().enumerate() {
            let (role, glyph) = look(at, skin);
            let glyph = if glyph == '█' { skin.glyphs.bar_used } else { glyph };
            pen.run((x, area.y), cells, glyph, skin.style(role));
            x = x.saturating_add(cells);
        }
        let (mut x, mut y) = (area.x, area.y.saturating_add(1));
        for (at, part) in self.parts.iter().enumerate() {
            let (role, glyph) = look(at, skin);
            let wanted = width(part.name).saturating_add(width(part.figure)).saturating_add(3);
            if x > area.x && x.saturating_add(wanted) > area.right() {
                (x, y) = (area.x, y.saturating_add(1));
            }
            pen.glyph(x, y, glyph, skin.style(role));
            let next = pen.text(x.saturating_add(2), y, part.name, skin.style(Role::Dim));
            let next = pen.text(next.saturating_add(1), y, part.figure, skin.style(Role::Text));
            x = next.saturating_add(2);
        }
    }

    /// Cells of each part: rounded at the running sum, so that they add up; a part that is there has one at
    /// least while there is room.
    fn cells(&self, room: u16) -> Vec<u16> {
        let value = |part: &StackPart| if part.value.is_finite() { part.value.max(0.0) } else { 0.0 };
        let sum: f64 = self.parts.iter().map(value).sum();
        let whole = self.whole.filter(|whole| *whole > sum).unwrap_or(sum);
        let mut done = 0u16;
        let mut running = 0.0;
        let mut cells = Vec::with_capacity(self.parts.len());
        for part in self.parts {
            running += value(part);
            let end = if whole > 0.0 { (running / whole * f64::from(room)).round() as u16 } else { 0 };
            let least = done.saturating_add(u16::from(value(part) > 0.0)).min(room);
            let end = end.clamp(least, room.max(least));
            cells.push(end - done);
            done = end;
        }
        cells
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(values: &[f64], whole: Option<f64>, room: u16) -> Vec<u16> {
        let parts: Vec<_> = values.iter().map(|v| StackPart { name: "", value: *v, figure: "" }).collect();
        Stack { parts: &parts, whole }.cells(room)
    }

    #[test]
    fn parts_fill_the_bar_and_the_smallest_is_still_seen() {
        assert_eq!(cells(&[50.0, 25.0, 25.0], None, 10), [5, 3, 2]);
        assert_eq!(cells(&[1000.0, 0.1, 0.0], Some(2000.0), 10), [5, 1, 0]);
        assert_eq!(cells(&[f64::NAN, -1.0], None, 10), [0, 0]);
        assert_eq!(cells(&[1.0, 1.0, 1.0], None, 2).iter().sum::<u16>(), 2);
    }
}
