//! One row a consumer: of one group, or of all.

use super::{figure, name, word};
use crate::app::cell::{Cell, Column, Row, RowId, RowMark};
use crate::core::diagnose::consumers::ConsumerVerdict;
use crate::core::model::consumers::{Consumer, Inactivity, PendingRow};
use crate::core::model::{Name, Stamped, StreamId, streams};
use crate::core::reading::Reading;
use crate::core::reading::groups::GroupState;
use crate::core::reading::verdicts::ConsumerSeverities;
use std::collections::BTreeMap;

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
    figure("PENDING AGE", 11, 2),
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
    figure("PENDING AGE", 11, 2),
    figure("DELIVERIES", 10, 3),
];

/// One row a consumer of this group.
pub fn rows_of_group(reading: &Reading, key: &Name, group: &Name) -> Vec<Row> {
    let state = reading.streams().get(key).and_then(|stream| stream.groups.get(group));
    let Some(group) = state.and_then(|state| GroupRows::of(reading, key, state)) else { return Vec::new() };
    let names = |consumer: &Consumer| vec![Cell::Name(consumer.name.clone())];
    group.rows(names).collect()
}

/// One row a consumer of every group of every stream.
pub fn rows_of_all(reading: &Reading) -> Vec<Row> {
    reading.streams().keys().flat_map(|key| rows_of_stream(reading, key)).collect()
}

/// One row a consumer of every group of this stream.
pub fn rows_of_stream(reading: &Reading, key: &Name) -> Vec<Row> {
    let mut rows = Vec::new();
    let Some(stream) = reading.streams().get(key) else { return rows };
    for state in stream.groups.values() {
        let Some(group) = GroupRows::of(reading, &stream.key, state) else { continue };
        let names = |consumer: &Consumer| {
            [&consumer.name, &stream.key, &state.facts.name].map(|name| Cell::Name(name.clone())).to_vec()
        };
        rows.extend(group.rows(names));
    }
    rows
}

/// What is looked up once for all consumers of a group: there may be ten thousand, and rows are made at every reading.
struct GroupRows<'a> {
    reading: &'a Reading,
    key: &'a Name,
    group: &'a Name,
    consumers: &'a Stamped<Vec<Consumer>>,
    verdicts: &'a [Option<ConsumerVerdict>],
    severities: ConsumerSeverities<'a>,
    /// The first pending row of each, and the most deliveries of one.
    pending: BTreeMap<&'a Name, (StreamId, u64)>,
}

impl<'a> GroupRows<'a> {
    /// None while the consumers were not read.
    fn of(reading: &'a Reading, key: &'a Name, state: &'a GroupState) -> Option<Self> {
        let consumers = state.consumers.as_ref()?;
        let group = &state.facts.name;
        let mut pending = BTreeMap::new();
        for row in state.pending.as_ref().map_or(&[][..], |rows| rows.value.as_slice()) {
            add(&mut pending, &row.consumer, row);
        }
        // Of one consumer there may be a page of its own.
        if let Some((consumer, page)) =
            state.page.as_ref().and_then(|page| Some((page.consumer.as_ref()?, page)))
        {
            pending.remove(consumer);
            for row in &page.rows {
                add(&mut pending, consumer, row);
            }
        }
        let verdicts = reading.consumer_verdicts(key, group);
        let severities = reading.consumer_severities(key, group);
        Some(Self { reading, key, group, consumers, verdicts, severities, pending })
    }

    fn rows(&self, names: impl Fn(&Consumer) -> Vec<Cell>) -> impl Iterator<Item = Row> {
        self.consumers.value.iter().enumerate().map(move |(place, consumer)| Row {
            id: RowId::Consumer(self.key.clone(), self.group.clone(), consumer.name.clone()),
            cells: [names(consumer), self.figures(place, consumer)].concat(),
            mark: RowMark::None,
        })
    }

    fn figures(&self, place: usize, consumer: &Consumer) -> Vec<Cell> {
        // Idle times went on since they were read.
        let since_us = self.reading.this_node().at_us.saturating_sub(self.consumers.at_us);
        let since_ms = u64::try_from(since_us / 1000).unwrap_or(0);
        let grown = |ms: Option<u64>| ms.map(|ms| ms.saturating_add(since_ms));
        let verdict = self.verdicts.get(place).copied().flatten();
        let pending = self.pending.get(&consumer.name);
        let oldest = pending.and_then(|(id, _)| streams::id_age_ms(*id, self.reading.now_ms()));
        let inactive = match consumer.inactive {
            Inactivity::Never => Cell::Text("never".to_owned()),
            inactive => Cell::Ms(grown(inactive.ms())),
        };
        vec![
            Cell::Consumer(verdict.map(|verdict| (verdict, self.severities.of(&consumer.name, verdict)))),
            Cell::Count(consumer.pending),
            Cell::Ms(grown(consumer.idle_ms)),
            inactive,
            Cell::Ms(oldest),
            Cell::Count(pending.map(|(_, deliveries)| *deliveries)),
        ]
    }
}

/// Rows come in the order of their ids.
fn add<'a>(pending: &mut BTreeMap<&'a Name, (StreamId, u64)>, consumer: &'a Name, row: &PendingRow) {
    let (_, deliveries) = pending.entry(consumer).or_insert((row.id, 0));
    *deliveries = row.deliveries.max(*deliveries);
}
