//! One row an error that jobs failed with, and one an entry that begins jobs again and again.
//!
//! Knows columns; not how a figure is written. Invariant: errors are told as they are kept, without what is of one job alone.

use super::{figure, name, sentence, word};
use crate::app::cell::{Cell, Column, Row, RowId, RowMark};
use crate::core::model::Name;
use crate::core::model::queues::QueueId;
use crate::core::reading::Reading;
use crate::core::reading::queues::{FailureGroup, ScheduleView};

/// Where the number of jobs stands.
pub const JOBS: usize = 3;
/// Where it stands for how long an entry is overdue.
pub const OVERDUE: usize = 4;

/// Columns of errors.
pub const COLUMNS: &[Column] = &[
    sentence("ERROR", 30, 0),
    word("JOB CLASS", 16, 2),
    word("QUEUE", 10, 3),
    figure("JOBS", 8, 0),
    figure("SHARE", 6, 1),
    figure("± SHARE", 8, 6),
    figure("NEWEST", 8, 1),
    figure("OLDEST", 8, 4),
    word("OF", 7, 5),
    figure("LOOKED AT", 9, 6),
];

/// Columns of what begins jobs again and again.
pub const OF_SCHEDULES: &[Column] = &[
    name("SCHEDULER", 24, 0),
    word("OF", 12, 2),
    word("RULE", 16, 3),
    figure("NEXT IN", 9, 0),
    figure("OVERDUE", 9, 0),
    figure("LAST RUN", 9, 1),
];

/// Errors of all queues, or of one.
pub fn rows(reading: &Reading, queue: Option<&QueueId>) -> Vec<Row> {
    let now_ms = reading.this_node().at_us.div_euclid(1000);
    let views = reading.queues().into_iter().filter(|view| queue.is_none_or(|id| view.id == *id));
    let rows = views.flat_map(|view| {
        let id = view.id.clone();
        view.failures.into_iter().map(move |group| row(&id, group, now_ms)).collect::<Vec<_>>()
    });
    rows.collect()
}

fn row(id: &QueueId, group: FailureGroup, now_ms: i64) -> Row {
    let error = group.error.clone().map_or_else(|| Cell::Text("(not told)".to_owned()), Cell::Name);
    let class = match (&group.class, group.classes) {
        (Some(class), 2..) => format!("{class} and {} more", group.classes - 1),
        (Some(class), _) => class.to_string(),
        (None, _) => String::new(),
    };
    let age =
        |at_ms: Option<i64>| Cell::Ms(at_ms.map(|at_ms| now_ms.saturating_sub(at_ms).max(0).unsigned_abs()));
    let jobs =
        if group.off == 0.0 { Cell::Count(Some(group.jobs)) } else { Cell::AboutCount(Some(group.jobs)) };
    Row {
        cells: vec![
            error,
            Cell::Text(class),
            Cell::Text(label(id)),
            jobs,
            Cell::Share(Some(group.share), false),
            Cell::Share(Some(group.off), false),
            age(group.newest_ms),
            age(group.oldest_ms),
            Cell::Text(group.part.to_owned()),
            Cell::Count(Some(group.looked_at)),
        ],
        id: RowId::Failure(id.clone(), group.part, group.error),
        mark: RowMark::None,
    }
}

/// What begins jobs again and again: of all queues, or of one and its site.
pub fn schedules(reading: &Reading, queue: Option<&QueueId>) -> Vec<Row> {
    let now_ms = reading.this_node().at_us.div_euclid(1000);
    let is_of = |view: &ScheduleView| {
        queue.is_none_or(|id| view.of == *id || view.of.queue.is_none() && view.of.site == id.site)
    };
    let entries = reading.schedules().entries.into_iter().filter(is_of);
    entries.map(|view| schedule(view, now_ms)).collect()
}

fn schedule(view: ScheduleView, now_ms: i64) -> Row {
    let left = |at_ms: i64| u64::try_from(at_ms.saturating_sub(now_ms)).ok();
    Row {
        cells: vec![
            Cell::Name(view.entry.name.clone()),
            Cell::Text(label(&view.of)),
            Cell::Text(view.entry.rule.as_ref().map_or_else(String::new, Name::to_string)),
            Cell::Ms(view.entry.next_ms.and_then(left)),
            Cell::Ms(view.overdue_ms),
            Cell::Ms(view.entry.last_ms.map(|at_ms| now_ms.saturating_sub(at_ms).max(0).unsigned_abs())),
        ],
        id: RowId::Schedule(view.of, view.entry.name),
        mark: RowMark::None,
    }
}

fn label(id: &QueueId) -> String {
    id.queue.as_ref().map_or_else(|| id.site.framework.word().to_owned(), Name::to_string)
}
