//! The rows and columns of every table, made from what is known. One file a noun.
//!
//! Knows which figures stand in a table; not how they are written.

mod clients;
mod consumers;
mod explained;
mod failures;
mod fanout;
mod findings;
mod groups;
mod keys;
mod patterns;
mod pending;
mod queues;
mod savings;
mod slowlog;
mod streams;

pub use explained::explained;

use super::cell::{Cell, Column, Row, RowId, TableId, for_each_table, order};
use super::queuelist::QueueList;
use super::{State, View};
use crate::core::diagnose::groups::GroupVerdict;
use crate::core::model::Name;
use crate::core::reading::Reading;
use crate::core::reading::groups::Drain;
use crate::core::reading::queues::QueueView;
use std::borrow::Cow;

macro_rules! looks {
    ($($(#[$doc:meta])* $id:ident $noun:ident::$columns:ident, ($sort:expr, $is_descending:literal);)+) => {
        /// The columns of a table, from left to right.
        pub fn columns(id: TableId) -> &'static [Column] {
            match id {
                $(TableId::$id => $noun::$columns,)+
            }
        }

        /// The column that a table is sorted by at first, and whether the greatest comes first.
        pub fn first_sort(id: TableId) -> (usize, bool) {
            match id {
                $(TableId::$id => ($sort, $is_descending),)+
            }
        }
    };
}

for_each_table! { looks }

/// When a lag will be gone, beside this verdict: a group that fares well may grow its lag for a moment, and nobody says
/// that it never will be gone.
pub fn drain_control(verdict: Option<GroupVerdict>, drain: Drain) -> Drain {
    let is_calm =
        matches!(verdict, None | Some(GroupVerdict::Ok | GroupVerdict::Idle | GroupVerdict::Unknown));
    if is_calm && matches!(drain, Drain::Never { .. }) { Drain::Unknown } else { drain }
}

/// The rows of a table as it stands in this view.
pub fn rows(state: &State, view: &View) -> Vec<Row> {
    let reading = state.shown();
    match view {
        View::Overview if state.table_id() == Some(TableId::Findings) => findings::rows(reading),
        View::Overview | View::Streams => state.table().map_or_else(Vec::new, |table| {
            streams::rows(
                reading,
                (table.sort, table.is_descending),
                table.filter.is_some(),
                &state.active.open_families,
            )
        }),
        View::Stream(key) => groups::rows(reading, key),
        View::Group(key, group) => consumers::rows_of_group(reading, key, group),
        View::Pending(key, group, consumer) => pending::rows(reading, key, group, consumer.as_ref()),
        View::Consumers => consumers::rows_of_all(reading),
        View::Fanout => fanout::rows(reading, state.fanout_part().table()),
        View::Clients => clients::rows(reading),
        View::Queues | View::Queue(_) => of_queues(reading, view, state.active.queue_list),
        View::Latency => slowlog::rows(reading),
        View::Memory => savings::rows(reading),
        View::BigKeys => {
            let is_filtered = state.table().is_some_and(|table| table.filter.is_some());
            keys::biggest(reading, is_filtered, &state.active.open_families)
        }
        View::Cache => patterns::rows(reading),
        View::Pattern(glob) => keys::of_pattern(reading, glob),
        View::Entries(_) | View::Log => Vec::new(),
    }
}

fn of_queues(reading: &Reading, view: &View, list: QueueList) -> Vec<Row> {
    let queue = match view {
        View::Queue(id) => Some(id),
        _ => None,
    };
    match (list, queue) {
        (QueueList::First, Some(id)) => queues::classes(reading, id),
        (QueueList::First, None) => queues::rows(reading),
        (QueueList::Tenants, queue) => queues::tenants(reading, queue),
        (QueueList::Failures, queue) => failures::rows(reading, queue),
        (QueueList::Schedules, queue) => failures::schedules(reading, queue),
    }
}

/// A row with all its cells: those of a long table are made when they are drawn.
pub fn whole<'a>(reading: &Reading, row: &'a Row, columns: usize) -> Cow<'a, Row> {
    match &row.id {
        RowId::Stream(key) if row.cells.len() < columns => {
            streams::whole(reading, key).map_or(Cow::Borrowed(row), Cow::Owned)
        }
        _ => Cow::Borrowed(row),
    }
}

/// The groups of a stream, the most urgent first.
pub fn of_groups(reading: &Reading, key: &Name) -> Vec<Row> {
    let mut rows = groups::rows(reading, key);
    let (sort, is_descending) = first_sort(TableId::Groups);
    rows.sort_by(|a, b| order(a.cells.get(sort), b.cells.get(sort), is_descending));
    rows
}

/// Of more consumers nobody reads the rows below another list.
const MOST_CONSUMERS: usize = 300;

/// The consumers of a group, or of all groups of a stream, those with the most pending entries first; none where there are
/// so many that nobody reads them below another list.
pub fn of_consumers(reading: &Reading, key: &Name, group: Option<&Name>) -> Vec<Row> {
    let groups = reading.streams().get(key).into_iter().flat_map(|stream| stream.groups.values());
    let meant = groups.filter(|state| group.is_none_or(|group| *group == state.facts.name));
    let counts = meant.map(|state| state.consumers.as_ref().map_or(0, |consumers| consumers.value.len()));
    if counts.fold(0, usize::saturating_add) > MOST_CONSUMERS {
        return Vec::new();
    }
    let (mut rows, table) = match group {
        Some(group) => (consumers::rows_of_group(reading, key, group), TableId::GroupConsumers),
        None => (consumers::rows_of_stream(reading, key), TableId::Consumers),
    };
    let (sort, is_descending) = first_sort(table);
    rows.sort_by(|a, b| order(a.cells.get(sort), b.cells.get(sort), is_descending));
    rows
}

/// The same of every group of every stream.
pub fn of_all_consumers(reading: &Reading) -> Vec<Row> {
    let groups = reading.streams().values().flat_map(|stream| stream.groups.values());
    let counts = groups.map(|state| state.consumers.as_ref().map_or(0, |consumers| consumers.value.len()));
    if counts.fold(0, usize::saturating_add) > MOST_CONSUMERS {
        return Vec::new();
    }
    let mut rows = consumers::rows_of_all(reading);
    let (sort, is_descending) = first_sort(TableId::Consumers);
    rows.sort_by(|a, b| order(a.cells.get(sort), b.cells.get(sort), is_descending));
    rows
}

/// The rows of a list of the fan-out screen, whether it has the cursor or not.
pub fn of_fanout(state: &State, id: TableId) -> Vec<Row> {
    fanout::rows(state.shown(), id)
}

/// What a queue is at, as the table of queues has it.
pub fn queue_verdict(reading: &Reading, view: &QueueView) -> Cell {
    queues::verdict(reading, view)
}

/// A column with a name: on the left, taking what room is left.
const fn name(title: &'static str, width: u16, priority: u8) -> Column {
    Column { title, width, is_flexible: true, is_sentence: false, is_right: false, priority }
}

/// A column with sentences: on the left, taking all the room that names leave.
const fn sentence(title: &'static str, width: u16, priority: u8) -> Column {
    Column { title, width, is_flexible: true, is_sentence: true, is_right: false, priority }
}

/// A column with a word.
const fn word(title: &'static str, width: u16, priority: u8) -> Column {
    Column { title, width, is_flexible: false, is_sentence: false, is_right: false, priority }
}

/// A column with a figure: on the right.
const fn figure(title: &'static str, width: u16, priority: u8) -> Column {
    Column { title, width, is_flexible: false, is_sentence: false, is_right: true, priority }
}
