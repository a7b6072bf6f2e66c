//! One series as dots: what the line covers in every column of dots, and the glyphs that show it.
//!
//! Knows columns and rows of dots, not values. Invariant: memory and work are bounded by columns and points.

use super::GraphPoint;

/// Time laid out in columns of dots. Columns begin at whole multiples of their length, so that a reading keeps
/// its neighbours as time passes.
pub(super) struct Timeline {
    columns: usize,
    column_ms: i64,
    last: i64,
}

impl Timeline {
    pub(super) fn new((from, to): (i64, i64), columns: usize) -> Self {
        let count = i64::try_from(columns.max(1)).unwrap_or(i64::MAX);
        let column_ms = (to.saturating_sub(from).max(1) / count).max(1);
        Self { columns, column_ms, last: to.div_euclid(column_ms) }
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
    /// Lays points out; `share` says where a value stands, 0 at the bottom and 1 at the top.
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

    /// The glyph of a cell that the line runs through, with what lies under the line if `fill`; else `None`.
    pub(super) fn glyph(
        &self,
        (column, row): (usize, usize),
        (per_column, per_row): (usize, usize),
        fill: bool,
        ascii: bool,
    ) -> Option<char> {
        let mut dots = [[false; 4]; 2];
        let mut touched = false;
        for (part, column_dots) in dots.iter_mut().enumerate().take(per_column) {
            let Some((top, bottom)) = self.covered.get(column * per_column + part).copied().flatten() else {
                continue;
            };
            for (step, dot) in column_dots.iter_mut().enumerate().take(per_row) {
                let at = row * per_row + step;
                let on_line = (top..=bottom).contains(&at);
                touched |= on_line;
                *dot = on_line || fill && !ascii && at > bottom;
            }
        }
        touched.then(|| if ascii { ascii_line(&dots) } else { braille(&dots) })
    }

    /// The glyph of a cell that lies wholly under the line.
    pub(super) fn under(
        &self,
        (column, row): (usize, usize),
        (per_column, per_row): (usize, usize),
        ascii: bool,
    ) -> Option<char> {
        let mut dots = [[false; 4]; 2];
        for (part, column_dots) in dots.iter_mut().enumerate().take(per_column) {
            let covered = self.covered.get(column * per_column + part).copied().flatten();
            if covered.is_some_and(|(_, bottom)| row * per_row > bottom) {
                *column_dots = [true; 4];
            }
        }
        let any = dots.iter().flatten().any(|dot| *dot);
        any.then(|| if ascii { ':' } else { braille(&dots) })
    }
}

/// A dash at one of the rows of dots of a cell.
pub(super) fn dash(step: usize, ascii: bool) -> char {
    let mut dots = [[false; 4]; 2];
    for column in &mut dots {
        if let Some(dot) = column.get_mut(step) {
            *dot = true;
        }
    }
    if ascii { '-' } else { braille(&dots) }
}

/// Bits of the dots of a braille cell: two columns of four.
const BITS: [[u32; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

fn braille(dots: &[[bool; 4]; 2]) -> char {
    let pairs = dots.iter().flatten().zip(BITS.iter().flatten());
    let bits = pairs.filter(|(dot, _)| **dot).fold(0, |all, (_, bit)| all | bit);
    char::from_u32(0x2800 | bits).unwrap_or(' ')
}

fn ascii_line(dots: &[[bool; 4]; 2]) -> char {
    match dots.first() {
        Some([true, false, false, _]) => '"',
        Some([false, true, false, _]) => '-',
        Some([false, false, true, _]) => '_',
        _ => '|',
    }
}
