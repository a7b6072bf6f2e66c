//! A share of something as a bar in one line, with marks where it becomes serious.
//!
//! Does not know what is measured. Invariant: not known draws no bar.

use super::pen::{Pen, width};
use crate::config::theme::Role;
use crate::ui::theme::Skin;
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
        if let Some(share) = self.share.filter(|share| share.is_finite() && *share > 0.0) {
            // Something is never drawn as nothing.
            let exact = share.clamp(0.0, 1.0) * f64::from(cells);
            let half = Some(skin.glyphs.bar_half)
                .filter(|half| *half != ' ' && (0.25..0.75).contains(&exact.fract()));
            let used = skin.ink(self.role());
            let whole = if half.is_some() { exact.floor() } else { exact.round() } as u16;
            let whole = if half.is_some() { whole } else { whole.max(1).min(cells) };
            if let Some(half) = half {
                pen.glyph(x + whole, y, half, used);
            }
            pen.run((x, y), whole, skin.glyphs.bar_used, used);
        }
    }
}
