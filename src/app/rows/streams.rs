//! One row a stream.

use super::{drain_control, figure, name, word};
use crate::app::cell::{Cell, Column, Row, RowId, RowMark};
use crate::core::figures::column::Certainty;
use crate::core::model::Name;
use crate::core::model::groups::Lag;
use crate::core::reading::Reading;
use crate::core::reading::families::{FoldedStream, StreamFamily};
use crate::core::reading::groups::Drain;
use crate::core::reading::streams::StreamState;
use std::collections::BTreeSet;

/// Where the verdict stands.
pub const VERDICT: usize = 1;
/// Where the worst lag stands.
pub const WORST_LAG: usize = 6;

/// Columns of the table of streams.
pub const COLUMNS: &[Column] = &[
    name("STREAM", 14, 0),
    word("VERDICT", 9, 0),
    figure("LENGTH", 8, 0),
    figure("IN/S", 8, 2),
    figure("OUT/S", 8, 3),
    figure("GROUPS", 6, 5),
    figure("LAG", 8, 0),
    figure("PENDING", 8, 1),
    figure("PENDING AGE", 11, 4),
    figure("RETENTION", 9, 7),
    figure("LAST ENTRY", 10, 6),
    figure("CATCH-UP", 8, 8),
    word("LENGTH 5 MIN", 12, 9),
];

/// One row a stream. Of ten thousand few are on the screen: each has but the cell that the table is sorted by, and
/// [`whole`] makes the others when they are drawn. What a filter looks into is made at once.
/// Families are a row each, but for those that are open; a filter looks at every stream.
pub fn rows(
    reading: &Reading,
    (sort, is_descending): (usize, bool),
    is_filtered: bool,
    open: &BTreeSet<Name>,
) -> Vec<Row> {
    let now_ms = reading.now_ms();
    // They stand in the order of their names.
    let is_in_order = sort == 0 && !is_descending;
    let one = |stream: &StreamState| match is_filtered {
        true => row(reading, stream, now_ms),
        false => Row {
            id: RowId::Stream(stream.key.clone()),
            cells: if is_in_order { Vec::new() } else { vec![cell(reading, stream, now_ms, sort)] },
            mark: RowMark::None,
        },
    };
    if is_filtered {
        return reading.streams().values().map(one).collect();
    }
    let folded = reading.folded_streams(open).into_iter().map(|folded| match folded {
        FoldedStream::One(stream) => one(stream),
        FoldedStream::Family(family) => row_of_family(&family),
    });
    folded.collect()
}

/// A row of streams whose names differ by an id only.
fn row_of_family(family: &StreamFamily) -> Row {
    let no_lag = Lag { entries: None, kind: Certainty::Unknown };
    let cells = vec![
        Cell::Family(family.name.clone(), family.streams),
        Cell::AboutBytes(family.bytes),
        Cell::Count(family.entries),
        Cell::Rate(None),
        Cell::Rate(None),
        Cell::Count(Some(family.groups)),
        Cell::Lag(no_lag),
        Cell::Count(Some(family.pending)),
        Cell::Ms(None),
        Cell::Ms(None),
        Cell::Ms(family.newest_age_ms),
        Cell::Drain(Drain::Unknown),
        Cell::Text(String::new()),
    ];
    Row { id: RowId::Family(family.name.clone()), cells, mark: RowMark::None }
}

/// A row of a stream with all its cells.
pub fn whole(reading: &Reading, key: &Name) -> Option<Row> {
    reading.streams().get(key).map(|stream| row(reading, stream, reading.now_ms()))
}

fn row(reading: &Reading, stream: &StreamState, now_ms: i64) -> Row {
    let cells = (0..COLUMNS.len()).map(|column| cell(reading, stream, now_ms, column));
    Row { id: RowId::Stream(stream.key.clone()), cells: cells.collect(), mark: RowMark::None }
}

/// The cell of a stream in a column.
fn cell(reading: &Reading, stream: &StreamState, now_ms: i64, column: usize) -> Cell {
    let verdict = || reading.stream_verdict(&stream.key);
    match column {
        0 => Cell::Name(stream.key.clone()),
        VERDICT => Cell::Group(
            verdict().map(|verdict| (verdict, reading.group_severity(&stream.key, None, verdict))),
            worst_lag(stream),
        ),
        2 => Cell::Count(stream.length.map(|length| length.value)),
        3 => Cell::Rate(stream.in_per_s()),
        4 => Cell::Rate(stream.out_per_s()),
        5 => Cell::Count(stream.group_count()),
        WORST_LAG => Cell::Lag(worst_lag(stream)),
        7 => Cell::Count(stream.pending()),
        8 => Cell::Ms(stream.groups.values().filter_map(|group| group.oldest_pending_age_ms(now_ms)).max()),
        9 => Cell::Ms(stream.oldest_entry_age_ms(now_ms)),
        10 => Cell::Ms(stream.newest_entry_age_ms(now_ms)),
        11 => {
            let drain = stream.worst_group().map_or(Drain::Unknown, |group| group.drain(stream.in_per_s()));
            Cell::Drain(drain_control(verdict(), drain))
        }
        _ => Cell::Trend,
    }
}

/// How far the group is behind that is furthest behind.
fn worst_lag(stream: &StreamState) -> Lag {
    let no_lag = Lag { entries: None, kind: Certainty::Unknown };
    stream.worst_group().map_or(no_lag, |group| group.lag)
}
