//! One row a consumer: of one group, or of all.

use super::{figure, name, word};
use crate::app::cell::{Cell, Column, Row, RowId, RowMark};
use crate::core::model::consumers::{Consumer, Inactivity};
use crate::core::model::{Name, Stamped};
use crate::core::reading::Reading;
use crate::core::reading::groups::GroupState;

/// Where the pending entries stand in the table of one group.
pub const OF_GROUP_PENDING: usize = 2;
/// Where they stand in the table of all consumers.
pub const OF_ALL_PENDING: usize = 4;

/// Columns of the consumers of one group.
pub const OF_GROUP: &[Column] = &[
    name("CONSUMER", 14, 0),
    word("VERDICT", 9, 0),
    figure("PENDING", 8, 0),
    figure("IDLE", 8, 0),
    figure("INACTIVE", 8, 1),
    figure("OLDEST PEND", 11, 2),
    figure("DELIVERIES", 10, 3),
];

/// Columns of all consumers.
pub const OF_ALL: &[Column] = &[
    name("CONSUMER", 12, 0),
    name("STREAM", 10, 0),
    name("GROUP", 8, 0),
    word("VERDICT", 9, 0),
    figure("PENDING", 8, 0),
    figure("IDLE", 8, 0),
    figure("INACTIVE", 8, 1),
    figure("OLDEST PEND", 11, 2),
    figure("DELIVERIES", 10, 3),
];

/// One row a consumer of this group.
pub fn rows_of_group(reading: &Reading, key: &Name, group: &Name) -> Vec<Row> {
    let state = reading.streams.get(key).and_then(|stream| stream.groups.get(group));
    let Some((state, consumers)) = state.and_then(|state| Some((state, state.consumers.as_ref()?))) else {
        return Vec::new();
    };
    let row = |consumer: &Consumer| Row {
        id: RowId::Consumer(key.clone(), group.clone(), consumer.name.clone()),
        cells: [vec![Cell::Name(consumer.name.clone())], figures(reading, (key, state), consumers, consumer)]
            .concat(),
        mark: RowMark::None,
    };
    consumers.value.iter().map(row).collect()
}

/// One row a consumer of every group of every stream.
pub fn rows_of_all(reading: &Reading) -> Vec<Row> {
    let mut rows = Vec::new();
    for stream in reading.streams.values() {
        for state in stream.groups.values() {
            let Some(consumers) = &state.consumers else { continue };
            rows.extend(consumers.value.iter().map(|consumer| {
                let (key, group) = (stream.key.clone(), state.facts.name.clone());
                let names = [&consumer.name, &key, &group].map(|name| Cell::Name(name.clone()));
                Row {
                    cells: [names.to_vec(), figures(reading, (&key, state), consumers, consumer)].concat(),
                    id: RowId::Consumer(key, group, consumer.name.clone()),
                    mark: RowMark::None,
                }
            }));
        }
    }
    rows
}

fn figures(
    reading: &Reading,
    (key, state): (&Name, &GroupState),
    consumers: &Stamped<Vec<Consumer>>,
    consumer: &Consumer,
) -> Vec<Cell> {
    // Idle times went on since they were read.
    let since_ms = u64::try_from(reading.at_us.saturating_sub(consumers.at_us) / 1000).unwrap_or(0);
    let grown = |ms: Option<u64>| ms.map(|ms| ms.saturating_add(since_ms));
    let rows = state.pending_rows(Some(&consumer.name)).map(|rows| rows.value).unwrap_or_default();
    let oldest =
        rows.first().and_then(|row| crate::core::model::streams::id_age_ms(row.id, reading.now_ms()));
    let inactive = match consumer.inactive {
        Inactivity::Never => Cell::Text("never".to_owned()),
        inactive => Cell::Ms(grown(inactive.ms())),
    };
    vec![
        Cell::Consumer(reading.consumer_verdict(key, &state.facts.name, &consumer.name)),
        Cell::Count(consumer.pending),
        Cell::Ms(grown(consumer.idle_ms)),
        inactive,
        Cell::Ms(oldest),
        Cell::Count(rows.iter().map(|row| row.deliveries).max()),
    ]
}
