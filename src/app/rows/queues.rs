//! One row a queue, and one a class of its jobs.
//!
//! Knows columns; not how a figure is written. Invariant: the worst verdict stands first, and of the same the longest.

use super::{drain_control, figure, name, word};
use crate::app::cell::{Cell, Column, Row, RowId, RowMark};
use crate::core::diagnose::finding::FindingSubject;
use crate::core::diagnose::queues::QueueVerdict;
use crate::core::figures::column::Certainty;
use crate::core::model::Name;
use crate::core::model::groups::Lag;
use crate::core::model::queues::{Framework, QueueColumn, QueueId};
use crate::core::reading::Reading;
use crate::core::reading::groups::Drain;
use crate::core::reading::queues::{JobGroup, QueueView};

/// Where the verdict stands.
pub const VERDICT: usize = 12;
/// Where the number of jobs of a class stands.
pub const JOBS: usize = 2;
/// The same of a tenant.
pub const TENANT_JOBS: usize = 3;

/// Columns of the queues.
pub const COLUMNS: &[Column] = &[
    name("QUEUE", 14, 0),
    word("OF", 9, 1),
    figure("READY", 7, 0),
    figure("IN FLIGHT", 9, 1),
    figure("ORPHANED", 8, 2),
    figure("DELAYED", 8, 0),
    figure("DEAD", 7, 3),
    figure("OLDEST", 8, 0),
    figure("IN", 7, 5),
    figure("OUT", 7, 4),
    figure("CATCH-UP", 8, 6),
    figure("WORKERS", 7, 2),
    word("VERDICT", 16, 0),
];

/// Columns of the classes.
pub const OF_CLASSES: &[Column] = &[
    name("JOB CLASS", 20, 0),
    word("PART", 8, 0),
    figure("JOBS", 9, 0),
    figure("SHARE", 7, 0),
    figure("± SHARE", 8, 1),
    figure("TEXT", 9, 2),
    figure("GROWTH", 9, 3),
    figure("LOOKED AT", 9, 1),
];

/// Columns of tenants.
pub const OF_TENANTS: &[Column] = &[
    name("TENANT", 20, 0),
    word("QUEUE", 12, 1),
    word("PART", 8, 0),
    figure("JOBS", 9, 0),
    figure("SHARE", 7, 0),
    figure("± SHARE", 8, 1),
    figure("TEXT", 9, 2),
    figure("GROWTH", 9, 3),
    figure("LOOKED AT", 9, 1),
];

/// One row a queue.
pub fn rows(reading: &Reading) -> Vec<Row> {
    let mut views = reading.queues();
    views.extend(reading.group_queues());
    views.sort_by_key(|view| std::cmp::Reverse(view.ready));
    views.into_iter().map(|view| row(reading, view)).collect()
}

fn row(reading: &Reading, view: QueueView) -> Row {
    let site = &view.id.site;
    let label = match &view.id.queue {
        // A group is known by its stream, too.
        Some(group) if site.framework == Framework::Stream => {
            Cell::Name(Name::new([site.prefix.as_bytes(), b"/", group.as_bytes()].concat()))
        }
        Some(queue) => Cell::Name(queue.clone()),
        None => Cell::Text("(all queues)".to_owned()),
    };
    let ready = match view.ready_kind {
        Certainty::Exact => Cell::Count(view.ready),
        kind => Cell::Lag(Lag { entries: view.ready, kind }),
    };
    let drain = match (view.drain_ms(), view.growth_per_s) {
        (Some(ms), _) => Drain::In(ms as f64 / 1000.0),
        (None, Some(grows_per_s)) if grows_per_s >= 1.0 => Drain::Never { grows_per_s },
        _ => Drain::Unknown,
    };
    let drain = match view.verdict {
        QueueVerdict::Group(verdict) => drain_control(Some(verdict), drain),
        _ => drain,
    };
    Row {
        cells: vec![
            label,
            Cell::Text(view.framework().word().to_owned()),
            ready,
            Cell::Count(view.in_flight),
            Cell::Count(view.orphaned),
            Cell::Count(view.delayed),
            Cell::Count(view.dead),
            Cell::Oldest(view.oldest),
            Cell::Rate(view.in_per_s),
            Cell::Rate(view.out_per_s),
            Cell::Drain(drain),
            Cell::Count(view.workers),
            verdict(reading, &view),
        ],
        id: row_id(view.id),
        mark: RowMark::None,
    }
}

/// A group of a stream is the same item here as on the screens of streams.
fn row_id(id: QueueId) -> RowId {
    match id.queue {
        Some(group) if id.site.framework == Framework::Stream => RowId::Group(id.site.prefix, group),
        _ => RowId::Queue(id),
    }
}

/// What a queue is at: the word of the worst finding about it, where there is one.
pub fn verdict(reading: &Reading, view: &QueueView) -> Cell {
    if let (QueueVerdict::Group(verdict), Some(group)) = (view.verdict, &view.id.queue) {
        let severity = reading.group_severity(&view.id.site.prefix, Some(group), verdict);
        return Cell::Queue(view.verdict, severity.map(|severity| (severity, verdict.word())));
    }
    let subject = FindingSubject::Queue(view.id.clone());
    let own = reading.findings().iter().filter(|finding| finding.subject == subject);
    let told = own.map(|finding| (finding.severity, word_of(finding.id)));
    // Of two that are as bad the first stands for both.
    let wrong = told.reduce(|worst, next| if next.0 > worst.0 { next } else { worst });
    Cell::Queue(view.verdict, wrong)
}

/// What a finding says of a queue, in a word or two.
fn word_of(id: &str) -> &'static str {
    match id {
        "queue.not_listening" => "nobody listens",
        "queue.orphans" => "orphans",
        "queue.oldest" => "late",
        "queue.flood" => "flooded",
        "queue.workers" => "few workers",
        "scheduler.overdue" => "overdue",
        _ => "see findings",
    }
}

/// One row a class of the jobs of a queue.
pub fn classes(reading: &Reading, id: &QueueId) -> Vec<Row> {
    let view = reading.queues().into_iter().find(|view| view.id == *id);
    view.into_iter().flat_map(|view| view.classes).map(class).collect()
}

fn class(class: JobGroup) -> Row {
    let part = part(class.column);
    let mut cells = vec![group_name(&class), Cell::Text(part.to_owned())];
    cells.extend(figures(&class));
    Row { cells, id: RowId::JobClass(part, class.name), mark: RowMark::None }
}

/// One row a tenant of the jobs of all queues, or of one.
pub fn tenants(reading: &Reading, queue: Option<&QueueId>) -> Vec<Row> {
    let views = reading.queues().into_iter().filter(|view| queue.is_none_or(|id| view.id == *id));
    let rows = views.flat_map(|view| {
        let id = view.id.clone();
        view.tenants.into_iter().map(move |group| tenant(&id, group)).collect::<Vec<_>>()
    });
    rows.collect()
}

fn tenant(id: &QueueId, tenant: JobGroup) -> Row {
    let part = part(tenant.column);
    let queue = id.queue.as_ref().map_or_else(|| id.site.framework.word().to_owned(), Name::to_string);
    let mut cells = vec![group_name(&tenant), Cell::Text(queue), Cell::Text(part.to_owned())];
    cells.extend(figures(&tenant));
    Row { cells, id: RowId::Tenant(id.clone(), part, tenant.name), mark: RowMark::None }
}

const fn part(column: QueueColumn) -> &'static str {
    match column {
        QueueColumn::Delayed => "delayed",
        QueueColumn::Dead => "dead",
        _ => "ready",
    }
}

fn group_name(group: &JobGroup) -> Cell {
    match &group.name {
        Some(name) => Cell::Name(name.clone()),
        None => Cell::Text("(not told)".to_owned()),
    }
}

/// Jobs, share, what they take, growth, and from how many jobs that is known.
fn figures(group: &JobGroup) -> [Cell; 6] {
    let is_whole = group.error == 0.0;
    [
        if is_whole { Cell::Count(Some(group.jobs)) } else { Cell::AboutCount(Some(group.jobs)) },
        Cell::Share(Some(group.share), false),
        Cell::Share(Some(group.error), false),
        if is_whole { Cell::Bytes(group.bytes) } else { Cell::AboutBytes(group.bytes) },
        Cell::SignedRate(group.growth_per_s),
        Cell::Count(Some(group.looked_at)),
    ]
}
