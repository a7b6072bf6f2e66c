//! One series as dots: what the line covers in every column of dots.
//!
//! Knows columns and rows of dots, not values. Invariant: memory and work are bounded by columns and points.

use super::GraphPoint;
use crate::ui::theme::{CellDots, Grain};

/// Time laid out in columns of dots. Columns begin at whole multiples of their length, so that a reading keeps
/// its neighbours as time passes.
pub(super) struct Timeline {
    columns: usize,
    column_ms: i64,
    last: i64,
    end_ms: i64,
}

impl Timeline {
    pub(super) fn new((from, to): (i64, i64), columns: usize) -> Self {
        let count = i64::try_from(columns.max(1)).unwrap_or(i64::MAX);
        let column_ms = (to.saturating_sub(from).max(1) / count).max(1);
        Self { columns, column_ms, last: to.div_euclid(column_ms), end_ms: to }
    }

    /// The column of an instant, from the left; negative and too great are outside.
    fn column(&self, t_ms: i64) -> i64 {
        let last_column = i64::try_from(self.columns).unwrap_or(i64::MAX) - 1;
        t_ms.div_euclid(self.column_ms).saturating_sub(self.last).saturating_add(last_column)
    }
}

/// The rows that a line covers in each column: highest and lowest, counted from the top.
pub(super) struct Raster {
    rows: usize,
    covered: Vec<Option<(usize, usize)>>,
}

impl Raster {
    /// Lays points out; the last one holds until the picture ends, if that is no gap. `share` says where a value stands, 0 at the bottom and 1 at the top.
    pub(super) fn new(
        points: &[GraphPoint],
        timeline: &Timeline,
        gap_ms: i64,
        rows: usize,
        share: impl Fn(f64) -> f64,
    ) -> Self {
        let mut raster = Self { rows, covered: vec![None; timeline.columns] };
        let mut before: Option<(&GraphPoint, f64)> = None;
        for point in points {
            let place =
                point.value.filter(|value| value.is_finite()).map(|value| share(value).clamp(0.0, 1.0));
            let Some(height) = place else {
                before = None;
                continue;
            };
            let at = timeline.column(point.t_ms);
            let joined = before
                .filter(|(last, _)| point.t_ms.saturating_sub(last.t_ms) <= gap_ms.max(timeline.column_ms));
            match joined {
                Some((last, from)) => raster.join((timeline.column(last.t_ms), from), (at, height)),
                None => raster.cover(at, height, height),
            }
            before = Some((point, height));
        }
        if let Some((last, height)) = before.filter(|(last, _)| {
            let until_now = timeline.end_ms.saturating_sub(last.t_ms);
            (0..=gap_ms).contains(&until_now)
        }) {
            raster.join((timeline.column(last.t_ms), height), (timeline.column(timeline.end_ms), height));
        }
        raster
    }

    /// A line between two points; each column takes the part of it that lies within half a column.
    fn join(&mut self, (x0, y0): (i64, f64), (x1, y1): (i64, f64)) {
        if x1 <= x0 {
            self.cover(x1, y0, y1);
            return;
        }
        let length = (x1 as f64) - (x0 as f64);
        let at = |x: f64| y0 + (y1 - y0) * ((x - x0 as f64) / length).clamp(0.0, 1.0);
        let last = i64::try_from(self.covered.len()).unwrap_or(i64::MAX) - 1;
        for x in x0.max(0)..=x1.min(last) {
            self.cover(x, at(x as f64 - 0.5), at(x as f64 + 0.5));
        }
    }

    fn cover(&mut self, column: i64, a: f64, b: f64) {
        let row = |share: f64| {
            let most = self.rows.saturating_sub(1);
            most - ((share * most as f64).round() as usize).min(most)
        };
        let (high, low) = (row(a.max(b)), row(a.min(b)));
        if let Some(cell) = usize::try_from(column).ok().and_then(|at| self.covered.get_mut(at)) {
            let (top, bottom) = cell.unwrap_or((high, low));
            *cell = Some((top.min(high), bottom.max(low)));
        }
    }

    /// Adds to the dots of a cell those of the line that runs through it, and with `is_area` all that lies beneath;
    /// whether there was any.
    pub(super) fn add_to(
        &self,
        dots: &mut CellDots,
        (column, row): (usize, usize),
        grain: Grain,
        is_area: bool,
    ) -> bool {
        let (per_column, per_row) = grain.size();
        let mut is_touched = false;
        for (part, column_dots) in dots.iter_mut().enumerate().take(per_column) {
            let Some((top, bottom)) = self.covered.get(column * per_column + part).copied().flatten() else {
                continue;
            };
            for (step, dot) in column_dots.iter_mut().enumerate().take(per_row) {
                let at = row * per_row + step;
                if at >= top && (is_area || at <= bottom) {
                    (*dot, is_touched) = (true, true);
                }
            }
        }
        is_touched
    }
}
