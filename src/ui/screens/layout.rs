//! Rectangles cut from rectangles, in the order in which they matter: what is cut last gets what is left.
//!
//! Does not know what is drawn. Invariant: the parts lie inside the whole and do not overlap.

use ratatui::layout::Rect;

/// The uppermost rows, as many as there are up to `rows`, and the rest.
pub fn top(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    (
        Rect { height: rows, ..area },
        Rect { y: area.y.saturating_add(rows), height: area.height - rows, ..area },
    )
}

/// The leftmost columns, as many as there are up to `columns`, and the rest.
pub fn left(area: Rect, columns: u16) -> (Rect, Rect) {
    let columns = columns.min(area.width);
    (
        Rect { width: columns, ..area },
        Rect { x: area.x.saturating_add(columns), width: area.width - columns, ..area },
    )
}

/// `count` columns of nearly the same width with `gap` blank cells between them.
pub fn columns(area: Rect, count: u16, gap: u16) -> Vec<Rect> {
    let gaps = gap.saturating_mul(count.saturating_sub(1));
    parts(area.width.saturating_sub(gaps), count)
        .scan(area.x, |x, width| {
            let part = Rect { x: *x, width, ..area };
            *x = x.saturating_add(width).saturating_add(gap);
            Some(part.intersection(area))
        })
        .collect()
}

/// `count` rows of nearly the same height with `gap` blank lines between them.
pub fn rows(area: Rect, count: u16, gap: u16) -> Vec<Rect> {
    let gaps = gap.saturating_mul(count.saturating_sub(1));
    parts(area.height.saturating_sub(gaps), count)
        .scan(area.y, |y, height| {
            let part = Rect { y: *y, height, ..area };
            *y = y.saturating_add(height).saturating_add(gap);
            Some(part.intersection(area))
        })
        .collect()
}

/// One blank column less at both sides, where there is room for that.
pub fn inset(area: Rect) -> Rect {
    let side = u16::from(area.width >= 24);
    Rect { x: area.x + side, width: area.width - 2 * side, ..area }
}

/// A length in `count` parts; the first ones are one longer where it does not come out even.
fn parts(length: u16, count: u16) -> impl Iterator<Item = u16> {
    let (each, over) = (length.checked_div(count).unwrap_or(0), length.checked_rem(count).unwrap_or(0));
    (0..count).map(move |at| each + u16::from(at < over))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn parts_lie_inside_and_do_not_overlap(
            (x, y, width, height) in (0u16..50, 0u16..50, 0u16..200, 0u16..60), count in 0u16..9, gap in 0u16..4,
        ) {
            let area = Rect::new(x, y, width, height);
            for parts in [columns(area, count, gap), rows(area, count, gap), {
                let (above, below) = top(area, count);
                vec![above, below]
            }, {
                let (one, other) = left(area, count);
                vec![one, other]
            }, vec![inset(area)]] {
                for (at, part) in parts.iter().enumerate() {
                    prop_assert_eq!(part.intersection(area).area(), part.area());
                    for other in parts.iter().skip(at + 1) {
                        prop_assert_eq!(part.intersection(*other).area(), 0);
                    }
                }
            }
        }
    }
}
