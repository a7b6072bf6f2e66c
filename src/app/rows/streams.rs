//! One row a stream.

use super::{drain_control, figure, name, word};
use crate::app::cell::{Cell, Column, Row, RowId, RowMark};
use crate::core::figures::column::Certainty;
use crate::core::model::groups::Lag;
use crate::core::reading::Reading;
use crate::core::reading::groups::Drain;
use crate::core::reading::streams::StreamState;

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
    figure("OLDEST PEND", 11, 4),
    figure("REACHES", 8, 7),
    figure("SILENT", 8, 6),
    figure("DRAIN", 8, 8),
    word("LENGTH 5 MIN", 12, 9),
];

/// One row a stream.
pub fn rows(reading: &Reading) -> Vec<Row> {
    let now_ms = reading.now_ms();
    reading.streams().values().map(|stream| row(reading, stream, now_ms)).collect()
}

fn row(reading: &Reading, stream: &StreamState, now_ms: i64) -> Row {
    let worst = stream.worst_group();
    let oldest_pending = stream.groups.values().filter_map(|group| group.oldest_pending_age_ms(now_ms)).max();
    let verdict = reading.stream_verdict(&stream.key);
    let judged = verdict.map(|verdict| (verdict, reading.group_severity(&stream.key, None, verdict)));
    let drain = worst.map_or(Drain::Unknown, |group| group.drain(stream.in_per_s()));
    let drain = drain_control(verdict, drain);
    let no_lag = Lag { entries: None, kind: Certainty::Unknown };
    Row {
        id: RowId::Stream(stream.key.clone()),
        cells: vec![
            Cell::Name(stream.key.clone()),
            Cell::Group(judged),
            Cell::Count(stream.length.map(|length| length.value)),
            Cell::Rate(stream.in_per_s()),
            Cell::Rate(stream.out_per_s()),
            Cell::Count(stream.group_count()),
            Cell::Lag(worst.map_or(no_lag, |group| group.lag)),
            Cell::Count(stream.pending()),
            Cell::Ms(oldest_pending),
            Cell::Ms(stream.oldest_entry_age_ms(now_ms)),
            Cell::Ms(stream.newest_entry_age_ms(now_ms)),
            Cell::Drain(drain),
            Cell::Trend,
        ],
        mark: RowMark::None,
    }
}
