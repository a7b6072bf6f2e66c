//! The picture itself: an area under one line, or several lines that cross, and above them the limit.
//!
//! Knows the axis and the room; labels are `axes`'. Invariants: no series hides another, and nothing hides the limit.

use super::raster::{Raster, Timeline};
use super::scale::Axis;
use super::{Graph, axes};
use crate::config::theme::Role;
use crate::ui::theme::{CellDots, Grain, Skin};
use crate::ui::widgets::Pen;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Draws all series, the line in the middle and the limit.
pub(super) fn draw(graph: &Graph, pen: &mut Pen, plot: Rect, axis: &Axis, skin: &Skin) {
    let grid = axes::grid(axis, plot);
    // A flat line runs in the middle itself.
    if let Some((y, _)) = grid.filter(|_| axis.begins_low()) {
        pen.run((plot.x, y), plot.width, skin.glyphs.grid, skin.style(Role::Border));
    }
    let is_area = graph.fill && graph.series.len() == 1 && axis.begins_low() && skin.has_fills();
    let grain = if is_area { skin.glyphs.areas } else { skin.glyphs.lines };
    let (per_column, per_row) = grain.size();
    let (columns, rows) = (usize::from(plot.width) * per_column, usize::from(plot.height) * per_row);
    let timeline = Timeline::new(graph.span_ms, columns);
    let raster = |points| Raster::new(points, &timeline, graph.gap_ms, rows, |value| axis.share(value));
    let lines: Vec<Raster> = graph.series.iter().map(|series| raster(series.points)).collect();
    let limit = Limit::of(graph, axis, plot);
    for (column, x) in (plot.x..plot.right()).enumerate() {
        for (row, y) in (plot.y..plot.bottom()).enumerate() {
            let mut dots = CellDots::default();
            let mut first = None;
            for (at, (line, series)) in lines.iter().zip(graph.series).enumerate() {
                let is_touched = line.add_to(&mut dots, (column, row), grain, is_area);
                first = first.or_else(|| is_touched.then_some((at, series.role)));
            }
            let style = |role| match is_area && grain == Grain::Eighths {
                true => skin.fill(role),
                false => skin.ink(role),
            };
            let drawn =
                first.and_then(|(at, role)| Some((area_or_mark(grain, is_area, &dots, at)?, style(role))));
            if let Some((glyph, style)) = drawn {
                pen.glyph(x, y, glyph, style);
            }
            if let Some(limit) = limit.as_ref().filter(|limit| limit.row == row) {
                let (glyph, style) = limit.over(&dots, grain, drawn.map(|(_, style)| style), skin);
                pen.glyph(x, y, glyph, style);
            }
        }
    }
}

fn area_or_mark(grain: Grain, is_area: bool, dots: &CellDots, series: usize) -> Option<char> {
    if is_area { grain.glyph(dots) } else { grain.mark(dots, series) }
}

/// Where the limit runs.
struct Limit {
    /// The row of cells.
    row: usize,
    /// How far down in its cell, in quarters.
    quarter: usize,
}

impl Limit {
    fn of(graph: &Graph, axis: &Axis, plot: Rect) -> Option<Self> {
        let share = graph.limit.map(|limit| axis.share(limit)).filter(|share| (0.0..=1.0).contains(share))?;
        let quarters = usize::from(plot.height) * 4;
        let at = quarters.saturating_sub(1) as f64 * (1.0 - share);
        let at = at.round() as usize;
        Some(Self { row: at / 4, quarter: at % 4 })
    }

    /// The limit over what the cell shows: lines stay as dots beside it, an area as its ground.
    fn over(&self, dots: &CellDots, grain: Grain, under: Option<Style>, skin: &Skin) -> (char, Style) {
        let ink = skin.ink(Role::Warning);
        if skin.glyphs.lines != Grain::Braille {
            return (skin.glyphs.rule, ink);
        }
        let mut all = if grain == Grain::Braille { *dots } else { CellDots::default() };
        for column in &mut all {
            if let Some(dot) = column.get_mut(self.quarter) {
                *dot = true;
            }
        }
        let is_full =
            grain == Grain::Eighths && dots.iter().take(1).flatten().filter(|dot| **dot).count() > 4;
        let ground = under.and_then(|style| style.fg).filter(|_| is_full);
        let style = ground.map_or(ink, |ground| ink.bg(ground));
        (Grain::Braille.glyph(&all).unwrap_or(skin.glyphs.rule), style)
    }
}
