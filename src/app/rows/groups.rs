//! One row a group of a stream.

use super::{drain_control, figure, name, word};
use crate::app::cell::{Cell, Column, Row, RowId, RowMark};
use crate::core::model::Name;
use crate::core::reading::Reading;

/// Where the verdict stands.
pub const VERDICT: usize = 1;

/// Columns of the table of groups.
pub const COLUMNS: &[Column] = &[
    name("GROUP", 12, 0),
    word("VERDICT", 9, 0),
    figure("LAG", 8, 0),
    figure("PENDING", 8, 0),
    figure("CONSUMERS", 9, 1),
    figure("READ/S", 8, 2),
    figure("ACKED/S", 8, 3),
    figure("PENDING AGE", 11, 4),
    figure("CATCH-UP", 8, 5),
    figure("LAG (REDIS)", 11, 7),
    word("LAST DELIVERED", 20, 6),
    word("LAG 5 MIN", 12, 8),
];

/// One row a group of this stream.
pub fn rows(reading: &Reading, key: &Name) -> Vec<Row> {
    let Some(stream) = reading.streams().get(key) else { return Vec::new() };
    let now_ms = reading.now_ms();
    let row = |group: &crate::core::reading::groups::GroupState| {
        let facts = &group.facts;
        let verdict = reading.group_verdict(key, &facts.name).map(|judged| judged.verdict);
        let severity = |verdict| reading.group_severity(key, Some(&facts.name), verdict);
        let judged = verdict.map(|verdict| (verdict, severity(verdict)));
        let server_lag = facts.lag.raw().map_or("—".to_owned(), |lag| lag.to_string());
        Row {
            id: RowId::Group(key.clone(), facts.name.clone()),
            cells: vec![
                Cell::Name(facts.name.clone()),
                Cell::Group(judged, group.lag),
                Cell::Lag(group.lag),
                Cell::Count(facts.pending),
                Cell::Count(facts.consumers),
                Cell::Rate(group.delivered_per_s()),
                Cell::Rate(group.acked_per_s()),
                Cell::Ms(group.oldest_pending_age_ms(now_ms)),
                Cell::Drain(drain_control(verdict, group.drain(stream.in_per_s()))),
                Cell::Text(server_lag),
                facts.last_delivered.map_or(Cell::Text("—".to_owned()), Cell::Id),
                Cell::Trend,
            ],
            mark: RowMark::None,
        }
    };
    stream.groups.values().map(|group| row(group)).collect()
}
