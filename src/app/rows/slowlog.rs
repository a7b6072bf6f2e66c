//! One row an entry of the slow log.

use super::{figure, name, word};
use crate::app::cell::{Cell, Column, Row, RowId, RowMark};
use crate::core::reading::Reading;

/// Columns of the slow log.
pub const COLUMNS: &[Column] = &[
    figure("ID", 7, 1),
    word("WHEN", 20, 0),
    figure("TOOK", 9, 0),
    name("COMMAND", 12, 0),
    figure("ARGUMENTS", 9, 3),
    name("CLIENT", 12, 2),
    name("ADDRESS", 16, 4),
];

/// One row an entry; those that came while we looked are marked.
pub fn rows(reading: &Reading) -> Vec<Row> {
    let entries = reading.this_node().slowlog.entries().unwrap_or(&[]);
    let name = |name: &Option<crate::core::model::Name>| {
        name.as_ref().map_or(Cell::Text("—".into()), |name| Cell::Name(name.clone()))
    };
    let row = |entry: &crate::core::model::latency::SlowEntry| Row {
        id: RowId::Slow(entry.id),
        cells: vec![
            Cell::Number(entry.id),
            Cell::Time(entry.at_s.saturating_mul(1000)),
            Cell::Us(Some(entry.duration_us as f64)),
            Cell::Name(entry.command.clone()),
            Cell::Count(Some(entry.arguments as u64)),
            name(&entry.client),
            name(&entry.address),
        ],
        mark: if reading.this_node().slowlog.is_new(entry) { RowMark::New } else { RowMark::None },
    };
    entries.iter().map(row).collect()
}
