//! Rules about queues of job frameworks: nobody listens, jobs without a worker, jobs that wait too long, a class that
//! floods.
//!
//! Knows queues as they were judged. Invariant: many queues of one kind with one trouble are one finding, which names the
//! worst.

use super::{Blind, Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity};
use crate::core::diagnose::queues::{JobFlood, QueueCase, QueueVerdict};
use crate::core::diagnose::words::name;
use crate::core::figures::sentence::{count, counted, percent, span};
use crate::core::model::queues::{QueueColumn, QueueId};

/// Queues that are told one by one; more of the same trouble are one finding.
const ONE_BY_ONE: usize = 5;
/// A class that is told has this share of a part at least.
const FLOOD_SHARE: f64 = 0.5;

const NOT_LISTENING_ID: &str = "queue.not_listening";
const NOT_LISTENING: &str = "Start workers for it, or restart those that believe they wait: a connection that is open on one side only \
    looks well to them. Clients shows who is connected.";
const ORPHANS_ID: &str = "queue.orphans";
const ORPHANS: &str = "Workers have died with jobs in hand. Start workers: most frameworks give such jobs out again after a time of \
    their own; check why they died before.";
const OLDEST_ID: &str = "queue.oldest";
const OLDEST: &str = "Add workers, or make jobs faster; jobs of one class may block the others: the queue's page has the classes.";
const FLOOD_ID: &str = "queue.flood";
const FLOOD: &str = "Find out who enqueues these jobs, and stop it or slow it down before memory is full; jobs for later take memory too.";
const WORKERS_ID: &str = "queue.workers";
const WORKERS: &str = "Start workers, or lower `queue_workers` in the config if so few are meant.";

/// Jobs wait, and nobody takes them.
pub const NOT_LISTENING_RULE: Rule =
    Rule::held(NOT_LISTENING_ID, "jobs of a queue wait, and nobody takes them", |evidence, thresholds| {
        let cases = evidence.queues.iter().filter(|case| case.verdict == QueueVerdict::NotListening);
        let grade = |case: &QueueCase| match case.oldest_ms {
            Some(ms) if ms >= thresholds.queue_oldest.critical_ms => Severity::Critical,
            _ => Severity::Warning,
        };
        told(
            evidence,
            cases.collect(),
            (NOT_LISTENING_ID, NOT_LISTENING, "have nobody who takes jobs"),
            grade,
        )
    });

/// Jobs are in the hands of workers that are gone.
pub const ORPHANS_RULE: Rule =
    Rule::briefly(ORPHANS_ID, "jobs of a queue are in the hands of workers that are gone", |evidence, _| {
        let has = |case: &&QueueCase| case.figures.orphaned.is_some_and(|orphaned| orphaned > 0);
        let cases = evidence.queues.iter().filter(has).collect();
        told(evidence, cases, (ORPHANS_ID, ORPHANS, "have jobs whose workers are gone"), |_| {
            Severity::Warning
        })
    });

/// The oldest job has waited too long.
pub const OLDEST_RULE: Rule =
    Rule::briefly(OLDEST_ID, "a job of a queue has waited very long", |evidence, thresholds| {
        let limits = thresholds.queue_oldest;
        let is_late = |case: &&QueueCase| {
            // Who has nobody to take its jobs is told already.
            !matches!(case.verdict, QueueVerdict::NotListening | QueueVerdict::Paused)
                && case.oldest_ms.is_some_and(|ms| ms >= limits.warning_ms)
        };
        answer(
            evidence,
            evidence.queues.iter().filter(is_late).map(|case| {
                let age_ms = case.oldest_ms;
                let severity = match age_ms {
                    Some(ms) if ms >= limits.critical_ms => Severity::Critical,
                    _ => Severity::Warning,
                };
                let waited = age_ms.map_or_else(String::new, span);
                let ready =
                    case.figures.ready.map_or_else(String::new, |ready| format!("; {} ready", count(ready)));
                let text = format!("{}: the oldest job has waited {waited}{ready}", label(&case.id));
                finding(OLDEST_ID, severity, case, text, evidence.now_ms)
                    .remedy(Destination::Queues, OLDEST)
                    .with("oldest_ms", age_ms)
            }),
        )
    });

/// Most jobs of a queue are of one class, or for one tenant.
pub const FLOOD_RULE: Rule =
    Rule::at_once(FLOOD_ID, "a class of jobs, or a tenant, floods a queue", |evidence, thresholds| {
        let is_flood =
            |flood: &&JobFlood| flood.jobs >= thresholds.queue_flood_jobs && flood.share >= FLOOD_SHARE;
        answer(
            evidence,
            evidence.queues.iter().filter_map(|case| {
                let class = case.flood.as_ref().filter(is_flood);
                let tenant = case.tenant.as_ref().filter(is_flood);
                let (text, jobs) = match (class, tenant) {
                    (Some(class), Some(tenant)) => {
                        (format!("{}; {}", flood(case, class, "are"), of_tenant(tenant)), class.jobs)
                    }
                    (Some(class), None) => (flood(case, class, "are"), class.jobs),
                    (None, Some(tenant)) => (flood(case, tenant, "are for tenant"), tenant.jobs),
                    (None, None) => return None,
                };
                let told = finding(FLOOD_ID, Severity::Warning, case, text, evidence.now_ms)
                    .remedy(Destination::Queues, FLOOD)
                    .with("jobs", Some(jobs));
                Some(told)
            }),
        )
    });

/// `celery queue mail: about 620,000 delayed jobs are Mail, 62% ± 5% of them`.
fn flood(case: &QueueCase, flood: &JobFlood, are: &str) -> String {
    let about = if flood.error > 0.0 { "about " } else { "" };
    format!(
        "{}: {about}{} {} jobs {are} {}, {} of them",
        label(&case.id),
        count(flood.jobs),
        part(flood),
        name(&flood.name),
        share(flood),
    )
}

/// `71% ± 5% of the delayed ones are for tenant acme`.
fn of_tenant(flood: &JobFlood) -> String {
    format!("{} of the {} ones are for tenant {}", share(flood), part(flood), name(&flood.name))
}

fn share(flood: &JobFlood) -> String {
    let off = if flood.error > 0.0 { format!(" ± {}", percent(flood.error)) } else { String::new() };
    format!("{}{off}", percent(flood.share))
}

const fn part(flood: &JobFlood) -> &'static str {
    match flood.column {
        QueueColumn::Delayed => "delayed",
        QueueColumn::Dead => "dead",
        _ => "ready",
    }
}

/// Fewer workers than are wanted.
pub const WORKERS_RULE: Rule = Rule::briefly(
    WORKERS_ID,
    "fewer workers of a queue are alive than are wanted",
    |evidence, thresholds| {
        let wanted = thresholds.queue_workers;
        if wanted == 0 {
            return answer(evidence, []);
        }
        let (mut few, mut unknown) = (Vec::new(), Vec::new());
        for queue in staffed(evidence) {
            match queue.alive {
                Some(alive) if alive < wanted => few.push(queue),
                Some(_) => {}
                None if queue.is_one => unknown.push(queue),
                None => {}
            }
        }
        let blind = unknown.first().map(|first| {
            let many = counted(unknown.len() as u64, "queue", "queues");
            Blind::Unread(format!(
                "how many workers there are can't be read of {many}, such as {}",
                first.label
            ))
        });
        let told = answer(evidence, few_workers(few, wanted, evidence.now_ms));
        RuleAnswer { blind: told.blind.or(blind), ..told }
    },
);

/// Who works for a queue, be it of a framework or a group of a stream.
struct StaffedQueue {
    subject: FindingSubject,
    label: String,
    alive: Option<u64>,
    /// Whether it is a queue, and not what all of a site have in common.
    is_one: bool,
    workers: [&'static str; 2],
}

fn staffed<'a>(evidence: &'a Evidence<'_>) -> impl Iterator<Item = StaffedQueue> + 'a {
    let queues = evidence.queues.iter().map(|case| StaffedQueue {
        subject: FindingSubject::Queue(case.id.clone()),
        label: label(&case.id),
        alive: case.figures.workers,
        is_one: case.id.queue.is_some(),
        workers: ["worker is", "workers are"],
    });
    let groups = evidence.group_workers.iter().map(|case| StaffedQueue {
        subject: FindingSubject::Group(case.key.clone(), case.group.clone()),
        label: format!("{}/{}", name(&case.key), name(&case.group)),
        alive: case.alive,
        is_one: true,
        workers: ["consumer is", "consumers are"],
    });
    queues.chain(groups)
}

/// One finding a queue, or one for many: the one with the fewest workers stands for them.
fn few_workers(mut few: Vec<StaffedQueue>, wanted: u64, now_ms: i64) -> Vec<Finding> {
    few.sort_by_key(|queue| queue.alive);
    let sentence = |queue: &StaffedQueue| {
        let [one, many] = queue.workers;
        let alive = queue.alive.map_or_else(String::new, |alive| counted(alive, one, many));
        format!("{}: {alive} alive, {} are wanted", queue.label, count(wanted))
    };
    let found = |subject: FindingSubject, text: String, alive: Option<u64>| {
        Finding::new(WORKERS_ID, Severity::Warning, subject, text, now_ms)
            .remedy(Destination::Queues, WORKERS)
            .with("workers", alive)
            .with("wanted", Some(wanted))
    };
    match few.first().filter(|_| few.len() > ONE_BY_ONE) {
        Some(worst) => {
            let many = counted(few.len() as u64, "queue", "queues");
            let text = format!("{many} have fewer workers than are wanted, such as {}", sentence(worst));
            let told = found(FindingSubject::Server, text, worst.alive);
            vec![told.with("queues", Some(few.len() as u64))]
        }
        None => few
            .into_iter()
            .map(|queue| {
                let text = sentence(&queue);
                found(queue.subject, text, queue.alive)
            })
            .collect(),
    }
}

/// What was found; without INFO the server answers nothing, and queues are those of before.
fn answer(evidence: &Evidence<'_>, found: impl IntoIterator<Item = Finding>) -> RuleAnswer {
    match evidence.info {
        Some(_) => RuleAnswer::of(found),
        None => RuleAnswer::unread("queues can't be read"),
    }
}

/// One finding a queue, or one for many.
fn told(
    evidence: &Evidence<'_>,
    mut cases: Vec<&QueueCase>,
    (id, remedy, many): (&'static str, &'static str, &str),
    grade: impl Fn(&QueueCase) -> Severity,
) -> RuleAnswer {
    cases.sort_by_key(|case| std::cmp::Reverse(case.figures.ready));
    if cases.len() <= ONE_BY_ONE {
        return answer(
            evidence,
            cases.into_iter().map(|case| {
                let text = format!("{}: {}", label(&case.id), case.reason);
                finding(id, grade(case), case, text, evidence.now_ms)
                    .remedy(Destination::Queues, remedy)
                    .with("ready", case.figures.ready)
                    .with("orphaned", case.figures.orphaned)
                    .with("untouched_ms", case.figures.untouched_ms)
            }),
        );
    }
    let severity = cases.iter().map(|case| grade(case)).max();
    let found = cases.first().zip(severity).map(|(worst, severity)| {
        let text = format!(
            "{} {many}, such as {}: {}",
            counted(cases.len() as u64, "queue", "queues"),
            label(&worst.id),
            worst.reason
        );
        Finding::new(id, severity, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Queues, remedy)
            .with("queues", Some(cases.len() as u64))
    });
    answer(evidence, found)
}

fn finding(id: &'static str, severity: Severity, case: &QueueCase, text: String, now_ms: i64) -> Finding {
    let since_ms = now_ms.saturating_sub_unsigned(case.figures.untouched_ms.map_or(0, |ms| ms));
    Finding::new(id, severity, FindingSubject::Queue(case.id.clone()), text, since_ms)
}

/// What a queue is called in a sentence: `celery queue mail`.
fn label(id: &QueueId) -> String {
    match &id.queue {
        Some(queue) => format!("{} queue {}", id.site.framework.word(), name(queue)),
        None => format!("{} queues", id.site.framework.word()),
    }
}
