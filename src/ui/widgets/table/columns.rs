//! Which columns of a table are shown, where, and how wide.
//!
//! Knows widths and priorities, not what stands in the columns. Invariant: places follow one another from left
//! to right without touching, and end within the room.

use super::super::pen::width;

/// On which side of its column a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Figures.
    Right,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnWidth {
    /// Its title.
    pub title: &'static str,
    /// Where its text stands.
    pub align: Align,
    /// Least width in cells; never less than its title's.
    pub least: u16,
    /// Greatest width in cells.
    pub most: u16,
    /// Its share of the room that is left over; 0 keeps the least width.
    pub flex: u16,
    /// 0 is always shown; when it is narrow the greatest goes first.
    pub priority: u8,
    /// Whether it holds names: of one that is too long both ends are shown.
    pub is_name: bool,
}

impl ColumnWidth {
    /// A column of figures of this width.
    pub const fn figures(title: &'static str, width: u16, priority: u8) -> Self {
        Self { title, align: Align::Right, least: width, most: width, flex: 0, priority, is_name: false }
    }

    /// A column of names, which grows with the room from `least` to `most`.
    pub const fn text(title: &'static str, least: u16, most: u16, priority: u8) -> Self {
        Self { title, align: Align::Left, least, most, flex: 1, priority, is_name: true }
    }

    fn least(&self) -> u16 {
        self.least.max(width(self.title)).max(1)
    }
}

/// Where a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ColumnSpan {
    /// Which column.
    pub(super) column: usize,
    /// Its first cell.
    pub(super) x: u16,
    /// Its cells.
    pub(super) width: u16,
}

/// The columns that fit into this room. Two cells between them if all fit so, else one.
pub(super) fn places(columns: &[ColumnWidth], room: u16) -> Vec<ColumnSpan> {
    let mut kept: Vec<usize> = (0..columns.len()).collect();
    let wanted = |kept: &[usize], gap: u32| -> u32 {
        let cells = kept.iter().filter_map(|at| columns.get(*at)).map(|c| u32::from(c.least()) + gap);
        cells.sum::<u32>().saturating_sub(gap)
    };
    let gap = if wanted(&kept, 2) <= u32::from(room) { 2u16 } else { 1 };
    while wanted(&kept, u32::from(gap)) > u32::from(room) {
        let droppable = kept.iter().enumerate().filter_map(|(at, column)| {
            columns.get(*column).filter(|c| c.priority > 0).map(|c| (c.priority, at))
        });
        let Some((_, at)) = droppable.max() else { break };
        kept.remove(at);
    }
    let spare = u32::from(room).saturating_sub(wanted(&kept, u32::from(gap)));
    let widths = grown(columns, &kept, spare);
    let mut x = 0u16;
    let mut places = Vec::with_capacity(kept.len());
    for (column, wide) in kept.into_iter().zip(widths) {
        let wide = wide.min(room.saturating_sub(x));
        if wide == 0 {
            break;
        }
        places.push(ColumnSpan { column, x, width: wide });
        x = x.saturating_add(wide).saturating_add(gap);
    }
    places
}

/// Least widths, and the spare cells handed out by flex until each has its most.
fn grown(columns: &[ColumnWidth], kept: &[usize], spare: u32) -> Vec<u16> {
    let kept: Vec<&ColumnWidth> = kept.iter().filter_map(|at| columns.get(*at)).collect();
    let mut widths: Vec<u16> = kept.iter().map(|c| c.least()).collect();
    let mut spare = spare;
    // Each turn fills a column up or ends it: as many turns as columns are enough.
    for _ in 0..kept.len() {
        let open = |c: &ColumnWidth, width: u16| c.flex > 0 && width < c.most;
        let shares: u32 =
            kept.iter().zip(&widths).filter(|(c, w)| open(c, **w)).map(|(c, _)| u32::from(c.flex)).sum();
        if shares == 0 || spare == 0 {
            break;
        }
        let (mut left_shares, mut left) = (shares, spare);
        for (column, width) in kept.iter().zip(&mut widths).filter(|(c, w)| open(c, **w)) {
            let share = left * u32::from(column.flex) / left_shares.max(1);
            let grow = share.min(u32::from(column.most - *width));
            *width = width.saturating_add(u16::try_from(grow).unwrap_or(u16::MAX));
            left_shares -= u32::from(column.flex);
            left -= share;
            spare -= grow;
        }
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn widths(columns: &[ColumnWidth], room: u16) -> Vec<(usize, u16, u16)> {
        places(columns, room).iter().map(|p| (p.column, p.x, p.width)).collect()
    }

    #[test]
    fn the_least_important_columns_go_first() {
        let columns = [
            ColumnWidth::text("name", 10, 20, 0),
            ColumnWidth::figures("length", 6, 1),
            ColumnWidth::figures("bytes", 8, 3),
            ColumnWidth::figures("lag", 6, 2),
        ];
        assert_eq!(widths(&columns, 80), [(0, 0, 20), (1, 22, 6), (2, 30, 8), (3, 40, 6)]);
        assert_eq!(widths(&columns, 36), [(0, 0, 10), (1, 12, 6), (2, 20, 8), (3, 30, 6)]);
        assert_eq!(widths(&columns, 32), [(0, 0, 18), (1, 19, 6), (3, 26, 6)]);
        assert_eq!(widths(&columns, 12), [(0, 0, 12)]);
        assert_eq!(widths(&columns, 4), [(0, 0, 4)]);
        assert_eq!(widths(&columns, 0), []);
    }

    proptest! {
        #[test]
        fn columns_never_touch_nor_leave_the_room(
            shape in prop::collection::vec((0u16..30, 0u16..60, 0u16..4, 0u8..4), 0..8), room in 0u16..200,
        ) {
            let columns: Vec<_> = shape.iter().map(|(least, most, flex, priority)| {
                ColumnWidth { title: "t", align: Align::Left, least: *least, most: *most, flex: *flex, priority: *priority, is_name: false }
            }).collect();
            let places = places(&columns, room);
            for pair in places.windows(2) {
                prop_assert!(pair[0].x + pair[0].width < pair[1].x);
            }
            prop_assert!(places.iter().all(|p| p.width > 0 && p.x + p.width <= room));
        }
    }
}
