//! What stands beside a picture: values at the left, times below it.
//!
//! Knows spans and axes, not series. Invariant: no label covers another.

use super::scale::Axis;
use crate::config::theme::Role;
use crate::ui::theme::Skin;
use crate::ui::widgets::pen::{Pen, width};
use ratatui::layout::Rect;

/// From this height on there is a line across the middle.
const LEAST_HEIGHT_FOR_GRID: u16 = 5;
/// Steps between times that one reads at a glance, seconds.
const STEPS_S: [i64; 16] = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200];

/// Where the line across the middle runs, and the value there; none where it would be no round one, or on the edge.
pub(super) fn grid(axis: &Axis, plot: Rect) -> Option<(u16, f64)> {
    let value = axis.middle().filter(|_| plot.height >= LEAST_HEIGHT_FOR_GRID)?;
    // The row whose middle is nearest to that of the picture; the upper one of two.
    Some((plot.y + (plot.height - 1) / 2, value))
}

/// Draws values at the left of a picture; without an axis that nothing is known.
pub(super) fn values(pen: &mut Pen, left: u16, plot: Rect, axis: Option<&Axis>, skin: &Skin) {
    let style = skin.style(Role::Axis);
    let room = plot.x.saturating_sub(left + 1);
    let mut labels = match axis {
        Some(axis) => {
            vec![(axis.label(axis.bottom, skin), plot.bottom() - 1), (axis.label(axis.top, skin), plot.y)]
        }
        None => vec![(skin.figures.unknown().to_owned(), plot.y)],
    };
    labels.extend(axis.and_then(|axis| grid(axis, plot).map(|(y, value)| (axis.label(value, skin), y))));
    for (text, y) in labels {
        let blank = room.saturating_sub(width(&text));
        pen.run((left, y), blank, ' ', style);
        pen.cut((left + blank, y), room, &text, skin.glyphs.ellipsis, style);
    }
}

/// Draws times below a picture: now at its right end, and two before.
pub(super) fn times(pen: &mut Pen, (from, to): (i64, i64), plot: Rect, skin: &Skin) {
    let style = skin.style(Role::Axis);
    let y = plot.bottom();
    let span_s = to.saturating_sub(from).max(0) / 1000;
    let now = "now";
    let mut end = plot.right().saturating_sub(width(now));
    pen.text(end, y, now, style);
    let step = STEPS_S.into_iter().rev().find(|step| step.saturating_mul(2) <= span_s);
    for back_s in step.into_iter().flat_map(|step| [step, step.saturating_mul(2)]) {
        let text = format!("-{}", ago(back_s));
        let share = back_s as f64 / span_s.max(1) as f64;
        let at = plot.right() - (share * f64::from(plot.width)).round() as u16;
        // Right of its instant, where the picture begins there.
        let start = at.saturating_sub(width(&text) / 2).max(plot.x);
        if start.saturating_add(width(&text)) < end {
            pen.text(start, y, &text, style);
            end = start;
        }
    }
}

/// A span of time in its greatest whole unit: `5m`, `90s`, `1h`.
fn ago(s: i64) -> String {
    match s {
        s if s >= 3600 && s % 3600 == 0 => format!("{}h", s / 3600),
        s if s >= 60 && s % 60 == 0 => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
}
