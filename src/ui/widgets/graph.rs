//! Series over time, drawn in braille (or ASCII): a line, the area under the first, breaks where nothing is known.
//!
//! Knows time as milliseconds that the caller counts; does not know what they count from. Invariant: no line is
//! drawn across a gap, and a picture moves only by whole dots as time passes.

mod raster;
mod scale;

pub use scale::{Scale, Unit};

use super::pen::{Pen, StyledText, width};
use crate::config::theme::Role;
use crate::ui::theme::Skin;
use raster::{Raster, Timeline};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use scale::Axis;

/// A reading at an instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GraphPoint {
    /// When.
    pub t_ms: i64,
    /// What; `None` (or not finite) is a gap.
    pub value: Option<f64>,
}

/// Readings in the order of time, and how they are painted.
#[derive(Clone, Copy, Debug)]
pub struct GraphSeries<'a> {
    /// Oldest first.
    pub points: &'a [GraphPoint],
    /// How the line is painted.
    pub role: Role,
}

/// Series over time.
#[derive(Clone, Debug)]
pub struct Graph<'a> {
    /// Its title; without one the first row belongs to the picture.
    pub title: &'a str,
    /// The present value or values, at the right end of the title's line.
    pub now: Vec<StyledText>,
    /// The series; the first is drawn above the others.
    pub series: &'a [GraphSeries<'a>],
    /// The span of time: first and last instant.
    pub span_ms: (i64, i64),
    /// Two readings further apart than this are not joined.
    pub gap_ms: i64,
    /// What the values are.
    pub unit: Unit,
    /// How they are laid out.
    pub scale: Scale,
    /// A line across at this value, if it lies in the picture.
    pub limit: Option<f64>,
    /// Whether the area under the first series is filled.
    pub fill: bool,
}

/// Below this width the labels are left out.
const LEAST_WIDTH_FOR_LABELS: u16 = 24;
/// From this height of the picture on, the time is labelled.
const LEAST_HEIGHT_FOR_TIME: u16 = 6;

impl Graph<'_> {
    /// Draws title, labels and picture.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, skin: &Skin) {
        let mut pen = Pen::new(area, buffer);
        let area = pen.area();
        let titled = !self.title.is_empty() || !self.now.is_empty();
        if titled {
            self.head(&mut pen, area, skin);
        }
        let top = u16::from(titled).min(area.height);
        let mut plot = Rect { y: area.y + top, height: area.height - top, ..area };
        if plot.is_empty() {
            return;
        }
        let axis = Axis::new(self.scale, self.unit, self.values(), self.limit);
        if plot.width >= LEAST_WIDTH_FOR_LABELS {
            let gutter = self.unit.label_width() + 1;
            let timed = plot.height >= LEAST_HEIGHT_FOR_TIME;
            let inner = Rect {
                x: plot.x + gutter,
                width: plot.width - gutter,
                height: plot.height - u16::from(timed),
                ..plot
            };
            self.labels(&mut pen, plot, inner, axis.as_ref(), skin);
            plot = inner;
        }
        match axis {
            Some(axis) => self.picture(&mut pen, plot, &axis, skin),
            None => {
                let y = plot.bottom() - 1;
                pen.run((plot.x, y), plot.width, skin.glyphs.bar_rest, skin.style(Role::Border));
            }
        }
    }

    fn head(&self, pen: &mut Pen, area: Rect, skin: &Skin) {
        let end =
            pen.cut((area.x, area.y), area.width, self.title, skin.glyphs.ellipsis, skin.style(Role::Dim));
        let mut x = area.right();
        for words in self.now.iter().rev() {
            let Some(start) = x.checked_sub(width(&words.text)).filter(|start| *start > end) else { break };
            pen.text(start, area.y, &words.text, skin.style(words.role));
            x = start.saturating_sub(2);
        }
    }

    fn labels(&self, pen: &mut Pen, plot: Rect, inner: Rect, axis: Option<&Axis>, skin: &Skin) {
        let style = skin.style(Role::Axis);
        let (top, bottom) = match axis {
            Some(axis) => (axis.label(axis.top, skin), axis.label(axis.bottom, skin)),
            None => (skin.figures.unknown().to_owned(), String::new()),
        };
        let room = inner.x - plot.x - 1;
        for (text, y) in [(bottom, inner.bottom() - 1), (top, inner.y)] {
            let blank = room.saturating_sub(width(&text));
            pen.cut((plot.x + blank, y), room, &text, skin.glyphs.ellipsis, style);
            if inner.height == 1 {
                pen.cut((plot.x, y), room, &" ".repeat(usize::from(blank)), ' ', style);
            }
        }
        if inner.bottom() < plot.bottom() {
            let (from, to) = self.span_ms;
            let text = format!("-{}", ago(to.saturating_sub(from)));
            pen.text(inner.x, inner.bottom(), &text, style);
        }
    }

    fn values(&self) -> impl Iterator<Item = f64> {
        let (from, to) = self.span_ms;
        self.series
            .iter()
            .flat_map(|series| series.points)
            .filter(move |point| (from..=to).contains(&point.t_ms))
            .filter_map(|point| point.value.filter(|value| value.is_finite()))
    }

    fn picture(&self, pen: &mut Pen, plot: Rect, axis: &Axis, skin: &Skin) {
        let ascii = skin.is_ascii();
        let (per_column, per_row) = if ascii { (1, 3) } else { (2, 4) };
        let (columns, rows) = (usize::from(plot.width) * per_column, usize::from(plot.height) * per_row);
        let timeline = Timeline::new(self.span_ms, columns);
        let lines: Vec<Raster> = self
            .series
            .iter()
            .map(|series| Raster::new(series.points, &timeline, self.gap_ms, rows, |value| axis.share(value)))
            .collect();
        let limit = self.limit.map(|limit| axis.share(limit)).filter(|share| (0.0..=1.0).contains(share));
        let limit = limit.map(|share| rows - 1 - (share * (rows - 1) as f64).round() as usize);
        for (column, x) in (plot.x..plot.right()).enumerate() {
            for (row, y) in (plot.y..plot.bottom()).enumerate() {
                if let Some(at) = limit.filter(|at| at / per_row == row) {
                    pen.glyph(x, y, raster::dash(at % per_row, ascii), skin.ink(Role::Warning));
                }
                let drawn = lines.iter().zip(self.series).enumerate().find_map(|(at, (line, series))| {
                    let fill = self.fill && at == 0;
                    let glyph = line.glyph((column, row), (per_column, per_row), fill, ascii)?;
                    Some((glyph, series.role))
                });
                let under = || {
                    let first = lines.first().filter(|_| self.fill)?;
                    Some((first.under((column, row), (per_column, per_row), ascii)?, Role::GraphFill))
                };
                if let Some((glyph, role)) = drawn.or_else(under) {
                    pen.glyph(x, y, glyph, skin.ink(role));
                }
            }
        }
    }
}

/// A span of time in its greatest whole unit: `5m`, `90s`, `1h`.
fn ago(ms: i64) -> String {
    let s = ms.max(0) / 1000;
    match s {
        s if s >= 3600 && s % 3600 == 0 => format!("{}h", s / 3600),
        s if s >= 60 && s % 60 == 0 => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
}

#[cfg(test)]
mod tests;
