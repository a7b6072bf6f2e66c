//! One row a pending entry.

use super::{figure, name, word};
use crate::app::cell::{Cell, Column, Row, RowId, RowMark};
use crate::core::model::Name;
use crate::core::model::streams::id_age_ms;
use crate::core::reading::Reading;

/// Columns of the pending entries.
pub const COLUMNS: &[Column] = &[
    word("ID", 22, 0),
    name("CONSUMER", 12, 1),
    figure("AGE", 8, 2),
    figure("IDLE", 8, 0),
    figure("DELIVERIES", 10, 0),
];

/// One row a pending entry of this group, or of one of its consumers.
pub fn rows(reading: &Reading, key: &Name, group: &Name, consumer: Option<&Name>) -> Vec<Row> {
    let state = reading.streams().get(key).and_then(|stream| stream.groups.get(group));
    let Some(rows) = state.and_then(|state| state.pending_rows(consumer)) else { return Vec::new() };
    let now_ms = reading.now_ms();
    let since_ms = u64::try_from(reading.this_node().at_us.saturating_sub(rows.at_us) / 1000).unwrap_or(0);
    let row = |row: &crate::core::model::consumers::PendingRow| Row {
        id: RowId::Pending(row.id),
        cells: vec![
            Cell::Id(row.id),
            Cell::Name(row.consumer.clone()),
            Cell::Ms(id_age_ms(row.id, now_ms)),
            Cell::Ms(row.idle_ms.map(|idle_ms| idle_ms.saturating_add(since_ms))),
            Cell::Count(Some(row.deliveries)),
        ],
        mark: RowMark::None,
    };
    rows.value.iter().map(row).collect()
}
