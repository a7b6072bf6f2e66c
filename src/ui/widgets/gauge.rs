//! A share of something as a bar in one line, with marks where it becomes serious.
//!
//! Does not know what is measured. Invariant: not known draws no bar.

use super::pen::{Pen, width};
use crate::config::theme::Role;
use crate::ui::theme::{Glyphs, Skin};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// A bar with a label before it and a figure behind.
#[derive(Clone, Copy, Debug)]
pub struct Gauge<'a> {
    /// Before the bar; may be empty.
    pub label: &'a str,
    /// Cells kept for the label, so that gauges under each other line up.
    pub label_width: u16,
    /// 0 to 1; what is more fills the bar. `None`: not known.
    pub share: Option<f64>,
    /// Behind the bar; may be empty.
    pub figure: &'a str,
    /// Cells kept for the figure, which is right-aligned in them.
    pub figure_width: u16,
    /// From which share on it is a warning.
    pub warning_at: Option<f64>,
    /// From which share on it is critical.
    pub critical_at: Option<f64>,
}

impl Gauge<'_> {
    /// The role that the share has by its thresholds.
    pub fn role(&self) -> Role {
        let over = |limit: Option<f64>| self.share.zip(limit).is_some_and(|(share, limit)| share >= limit);
        match self.share.filter(|share| share.is_finite()) {
            None => Role::Unknown,
            Some(_) if over(self.critical_at) => Role::Critical,
            Some(_) if over(self.warning_at) => Role::Warning,
            Some(_) => Role::BarUsed,
        }
    }

    /// Draws into the first row. When it is narrow the label goes first, then the bar.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, skin: &Skin) {
        const LEAST_BAR: u16 = 4;
        let mut pen = Pen::new(area, buffer);
        let role = self.role();
        let gap = |cells: u16| if cells == 0 { 0 } else { cells.saturating_add(1) };
        let figure_width = self.figure_width.max(width(self.figure));
        let figure = gap(figure_width).min(area.width);
        let mut label = gap(self.label_width.max(width(self.label)));
        if figure.saturating_add(label).saturating_add(LEAST_BAR) > area.width {
            label = 0;
        }
        let bar = area.width - figure - label;
        if label > 0 {
            pen.cut((area.x, area.y), label - 1, self.label, skin.glyphs.ellipsis, skin.style(Role::Dim));
        }
        if bar >= LEAST_BAR || figure == 0 {
            self.bar(&mut pen, (area.x + label, area.y), bar, skin);
        }
        let blank = figure_width.saturating_sub(width(self.figure));
        let x = area.right().saturating_sub(figure_width).saturating_add(blank).max(area.x);
        let style = skin.style(if role == Role::BarUsed { Role::Text } else { role });
        pen.cut((x, area.y), figure_width, self.figure, skin.glyphs.ellipsis, style);
    }

    fn bar(&self, pen: &mut Pen, (x, y): (u16, u16), cells: u16, skin: &Skin) {
        let at = |share: f64| (share.clamp(0.0, 1.0) * f64::from(cells)).round() as u16;
        // The same blocks in the colour of the rest where there are shades enough; a texture of its own else.
        let ground = skin.style(Role::BarRest).fg.filter(|_| skin.has_grounds());
        let on_rest = |style: Style| ground.map_or(style, |ground| style.bg(ground));
        let rest = if ground.is_some() { skin.glyphs.bar_used } else { skin.glyphs.bar_rest };
        pen.run((x, y), cells, rest, skin.style(Role::BarRest));
        for (limit, role) in [(self.warning_at, Role::Warning), (self.critical_at, Role::Critical)] {
            if let Some(cell) = limit.map(at).filter(|cell| *cell < cells) {
                pen.glyph(x + cell, y, skin.glyphs.bar_mark, on_rest(skin.ink(role)));
            }
        }
        let Some(share) = self.share else { return };
        let used = skin.ink(self.role());
        let (whole, part) = filled(share, cells, skin.glyphs);
        pen.run((x, y), whole, skin.glyphs.bar_used, used);
        if let Some(part) = part {
            pen.glyph(x + whole, y, part, on_rest(used));
        }
    }
}

/// How many whole cells of a bar a share fills, and what stands in the cell that it fills in part. Something is never drawn
/// as nothing.
pub fn filled(share: f64, cells: u16, glyphs: &Glyphs) -> (u16, Option<char>) {
    if !share.is_finite() || share <= 0.0 {
        return (0, None);
    }
    let a_cell = u16::try_from(glyphs.bar_parts.len()).unwrap_or(0).saturating_add(1);
    let parts = (share.min(1.0) * f64::from(cells) * f64::from(a_cell)).round().max(1.0) as u32;
    let (whole, part) = (parts / u32::from(a_cell), parts % u32::from(a_cell));
    let glyph = usize::try_from(part).ok().and_then(|part| part.checked_sub(1));
    (u16::try_from(whole).unwrap_or(cells), glyph.and_then(|at| glyphs.bar_parts.get(at)).copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_share_to_the_part_of_a_cell() {
        let bar = |share, glyphs| filled(share, 10, glyphs);
        assert_eq!(bar(0.5, &Glyphs::FULL), (5, None));
        assert_eq!(bar(0.53, &Glyphs::FULL), (5, Some('▎')));
        assert_eq!(bar(0.0001, &Glyphs::FULL), (0, Some('▏')));
        assert_eq!(bar(0.55, &Glyphs::NARROW), (5, Some('⡆')));
        assert_eq!(bar(7.0, &Glyphs::ASCII), (10, None));
        assert_eq!(bar(f64::NAN, &Glyphs::FULL), (0, None));
        assert_eq!(bar(0.0, &Glyphs::FULL), (0, None));
    }
}
