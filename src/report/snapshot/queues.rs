//! Queues of job frameworks, as the schema has them, and as a table on the page.
//!
//! Knows names and order of fields. Invariant: a column that is not known is null, never 0.

use super::decimals::tidy;
use crate::core::model::Name;
use crate::core::model::queues::QueueColumn;
use crate::core::reading::Reading;
use crate::core::reading::queues::{AgeKind, FailureGroup, JobGroup, QueueView, ScheduleView};
use crate::report::layout::{FIGURES, UNKNOWN, cut, escape_controls, left, right};
use serde::Serialize;

/// Queues on the page, the worst first.
const ROWS: usize = 20;

#[derive(Serialize)]
pub(super) struct QueueRow {
    pub framework: &'static str,
    pub prefix: String,
    pub name: String,
    pub ready: Option<u64>,
    pub ready_kind: &'static str,
    pub in_flight: Option<u64>,
    pub orphaned: Option<u64>,
    pub delayed: Option<u64>,
    pub dead: Option<u64>,
    pub oldest_age_ms: Option<u64>,
    pub oldest_age_kind: Option<&'static str>,
    pub in_per_s: Option<f64>,
    pub out_per_s: Option<f64>,
    pub growth_per_s: Option<f64>,
    pub seconds_to_drain: Option<f64>,
    pub workers: Option<u64>,
    pub paused: Option<bool>,
    pub blocked: Option<u64>,
    pub verdict: &'static str,
    pub reason: String,
    pub classes: Vec<JobClassRow>,
    pub tenants: Vec<JobTenantRow>,
    pub kept: Option<u64>,
    pub kept_bytes: Option<u64>,
    pub failures: Vec<FailureRow>,
}

#[derive(Serialize)]
pub(super) struct FailureRow {
    pub part: &'static str,
    pub message: Option<String>,
    pub class: Option<String>,
    pub classes: u64,
    pub jobs: u64,
    pub share: f64,
    pub error: f64,
    pub newest_ms: Option<i64>,
    pub oldest_ms: Option<i64>,
    pub looked_at: u64,
    pub of: u64,
}

#[derive(Serialize)]
pub(super) struct JobClassRow {
    pub part: &'static str,
    pub class: Option<String>,
    #[serde(flatten)]
    pub share: JobShareRow,
}

#[derive(Serialize)]
pub(super) struct JobTenantRow {
    pub part: &'static str,
    pub tenant: Option<String>,
    #[serde(flatten)]
    pub share: JobShareRow,
}

/// What is estimated of the jobs of a class, and of those for a tenant.
#[derive(Serialize)]
pub(super) struct JobShareRow {
    pub share: f64,
    pub error: f64,
    pub jobs: u64,
    pub bytes: Option<u64>,
    pub growth_per_s: Option<f64>,
    pub looked_at: u64,
}

#[derive(Serialize)]
pub(super) struct ScheduleRow {
    pub framework: &'static str,
    pub prefix: String,
    pub queue: Option<String>,
    pub name: String,
    pub rule: Option<String>,
    pub next_ms: Option<i64>,
    pub last_ms: Option<i64>,
    pub overdue_ms: Option<u64>,
}

pub(super) fn schedules(reading: &Reading) -> Vec<ScheduleRow> {
    let row = |view: ScheduleView| ScheduleRow {
        framework: view.of.site.framework.word(),
        prefix: view.of.site.prefix.text(),
        queue: view.of.queue.as_ref().map(Name::text),
        name: view.entry.name.text(),
        rule: view.entry.rule.as_ref().map(Name::text),
        next_ms: view.entry.next_ms,
        last_ms: view.entry.last_ms,
        overdue_ms: view.overdue_ms,
    };
    reading.schedules().entries.into_iter().map(row).collect()
}

pub(super) fn queues(reading: &Reading) -> Vec<QueueRow> {
    reading.queues().into_iter().chain(reading.group_queues()).map(row).collect()
}

fn row(view: QueueView) -> QueueRow {
    QueueRow {
        framework: view.framework().word(),
        prefix: view.id.site.prefix.text(),
        name: view.name(),
        ready: view.ready,
        ready_kind: view.ready_kind.word(),
        in_flight: view.in_flight,
        orphaned: view.orphaned,
        delayed: view.delayed,
        dead: view.dead,
        oldest_age_ms: view.oldest.map(|oldest| oldest.age_ms),
        oldest_age_kind: view.oldest.map(|oldest| match oldest.kind {
            AgeKind::Exact => "exact",
            AgeKind::Estimate => "estimate",
            AgeKind::AtLeast => "at_least",
        }),
        in_per_s: tidy(view.in_per_s),
        out_per_s: tidy(view.out_per_s),
        growth_per_s: tidy(view.growth_per_s),
        seconds_to_drain: tidy(view.drain_ms().map(|ms| ms as f64 / 1000.0)),
        workers: view.workers,
        paused: view.is_paused,
        blocked: view.blocked,
        verdict: view.verdict.word(),
        classes: view.classes.iter().map(class).collect(),
        tenants: view.tenants.iter().map(tenant).collect(),
        kept: view.kept,
        kept_bytes: view.kept_bytes,
        failures: view.failures.iter().map(failure).collect(),
        reason: view.reason,
    }
}

const fn part(column: QueueColumn) -> &'static str {
    match column {
        QueueColumn::Delayed => "delayed",
        QueueColumn::Dead => "dead",
        _ => "ready",
    }
}

fn class(group: &JobGroup) -> JobClassRow {
    let class = group.name.as_ref().map(Name::text);
    JobClassRow { part: part(group.column), class, share: share(group) }
}

fn tenant(group: &JobGroup) -> JobTenantRow {
    let tenant = group.name.as_ref().map(Name::text);
    JobTenantRow { part: part(group.column), tenant, share: share(group) }
}

fn share(group: &JobGroup) -> JobShareRow {
    JobShareRow {
        share: group.share,
        error: group.error,
        jobs: group.jobs,
        bytes: group.bytes,
        growth_per_s: tidy(group.growth_per_s),
        looked_at: group.looked_at,
    }
}

fn failure(group: &FailureGroup) -> FailureRow {
    let text = |name: &Option<Name>| name.as_ref().map(Name::text);
    FailureRow {
        part: group.part,
        message: text(&group.error),
        class: text(&group.class),
        classes: group.classes,
        jobs: group.jobs,
        share: group.share,
        error: group.off,
        newest_ms: group.newest_ms,
        oldest_ms: group.oldest_ms,
        looked_at: group.looked_at,
        of: group.of,
    }
}

/// The table of the page: nothing where there is no queue.
pub(super) fn table(reading: &Reading) -> Vec<String> {
    let mut views = reading.queues();
    if views.is_empty() {
        return Vec::new();
    }
    views.sort_by(|a, b| b.verdict.rank().cmp(&a.verdict.rank()).then_with(|| b.ready.cmp(&a.ready)));
    let mut lines = vec![String::new(), format!("queues ({})", views.len())];
    for view in views.iter().take(ROWS) {
        let name = escape_controls(&format!("{}:{}", view.framework().word(), view.name()));
        let age =
            view.oldest.map_or_else(|| UNKNOWN.to_owned(), |oldest| FIGURES.duration_ms(Some(oldest.age_ms)));
        let figure =
            |label: &str, value: Option<u64>| format!("{label} {}", right(&FIGURES.page_count(value), 7));
        let columns = [
            figure("ready", view.ready),
            figure("in flight", view.in_flight),
            figure("delayed", view.delayed),
            figure("dead", view.dead),
            format!("oldest {}", right(&age, 8)),
        ];
        lines.push(format!("  {} {}", left(&cut(&name, 28), 28), columns.join("  ")));
        lines.push(format!("    {}: {}", view.verdict.word(), escape_controls(&view.reason)));
    }
    lines
}
