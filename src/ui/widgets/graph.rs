//! Series over time: one as an area under its line, several as lines, breaks where nothing is known.
//!
//! Knows time as milliseconds that the caller counts; does not know what they count from. Invariant: no line is
//! drawn across a gap, and a picture moves only by whole dots as time passes.

mod axes;
mod picture;
mod raster;
mod scale;

pub use scale::{Scale, Unit};

use super::pen::{Pen, StyledText, width};
use crate::config::theme::Role;
use crate::ui::theme::Skin;
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
    /// The series; where lines cross the first one gives the colour.
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
    /// Whether the area under a single series may be filled.
    pub fill: bool,
}

/// Below this width the labels are left out.
const LEAST_WIDTH_FOR_LABELS: u16 = 24;
/// From this height of the picture on, the time is labelled.
const LEAST_HEIGHT_FOR_TIME: u16 = 5;

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
            let is_timed = plot.height >= LEAST_HEIGHT_FOR_TIME;
            let height = plot.height - u16::from(is_timed);
            let inner = Rect { x: plot.x + gutter, width: plot.width - gutter, height, ..plot };
            axes::values(&mut pen, plot.x, inner, axis.as_ref(), skin);
            if is_timed {
                axes::times(&mut pen, self.span_ms, inner, skin);
            }
            plot = inner;
        }
        match axis {
            Some(axis) => picture::draw(self, &mut pen, plot, &axis, skin),
            None => {
                let y = plot.bottom() - 1;
                pen.run((plot.x, y), plot.width, skin.glyphs.rule, skin.style(Role::Border));
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

    fn values(&self) -> impl Iterator<Item = f64> {
        let (from, to) = self.span_ms;
        self.series
            .iter()
            .flat_map(|series| series.points)
            .filter(move |point| (from..=to).contains(&point.t_ms))
            .filter_map(|point| point.value.filter(|value| value.is_finite()))
    }
}

#[cfg(test)]
mod tests;
