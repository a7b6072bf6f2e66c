//! The plan of what is done to jobs of a queue.
//!
//! Knows numbers and sentences; asks nothing. Invariant: what cannot come back, or comes back elsewhere, is told before.

use super::request::{ErrorWanted, JobsRequest};
use super::run::{JobsWork, SeenJob};
use crate::core::figures::sentence::{count, number_of, span};
use crate::core::limits::SHOWN_NAMES;
use crate::core::model::Name;
use crate::core::ops::guard::Guard;
use crate::core::ops::plan::{ActionKind, Impact, Plan, PlanWork, Subject};
use crate::core::queues::deeds::{DeedName, Silence};
use crate::core::queues::{adapter, allowed};
use std::collections::BTreeMap;

/// The jobs that an action would be about.
#[derive(Clone, Debug, Default)]
pub struct JobsSeen {
    /// How many there are.
    pub jobs: u64,
    /// Jobs by class.
    pub classes: BTreeMap<Option<Name>, u64>,
    /// Jobs by the error that they failed with, where that was asked for.
    pub errors: BTreeMap<Name, u64>,
    /// Jobs that workers do something else with than to do them, by the word of that.
    pub fates: BTreeMap<Vec<u8>, u64>,
    /// Jobs in the same places that are not wanted.
    pub passed: u64,
}

impl JobsSeen {
    /// Counts a job.
    pub(super) fn take(&mut self, job: &SeenJob, is_wanted: bool) {
        if !is_wanted {
            self.passed += 1;
            return;
        }
        self.jobs += 1;
        *self.classes.entry(job.class.clone()).or_insert(0) += 1;
        job.error.iter().for_each(|error| *self.errors.entry(error.clone()).or_insert(0) += 1);
        if !job.fate.is_empty() {
            *self.fates.entry(job.fate.clone()).or_insert(0) += 1;
        }
    }
}

/// What was seen of the queue.
#[derive(Clone, Debug)]
pub struct JobsFacts {
    /// The action.
    pub kind: &'static ActionKind,
    /// A key of the queue.
    pub key: Name,
    /// What is done, in each of the places.
    pub deeds: Vec<DeedName>,
    /// With which error they failed, where that was wanted.
    pub error: Option<ErrorWanted>,
    /// The jobs.
    pub seen: JobsSeen,
    /// Whether they were counted to the last.
    pub is_exact: bool,
    /// After how long a worker counts as gone, milliseconds; 0 where nothing rests on a time.
    pub held_ms: u64,
    /// What has to be as it was.
    pub guard: Guard,
    /// When it was seen: microseconds of the process's clock.
    pub at_us: u64,
}

/// The plan.
pub fn plan(request: &JobsRequest, facts: JobsFacts) -> Plan {
    let is_drop = *facts.kind == super::DROP;
    let archive = request.archive != Some(false);
    let most = request.count.filter(|count| *count < facts.seen.jobs || !facts.is_exact);
    let items = most.unwrap_or(facts.seen.jobs);
    let is_exact = facts.is_exact || most.is_some_and(|most| most <= facts.seen.jobs);
    let work = JobsWork {
        of: request.of.clone(),
        key: facts.key.clone(),
        deeds: facts.deeds.clone(),
        class: request.class.clone(),
        error: facts.error.clone(),
        // What comes later is not meant, as far as it can be told apart: no more than were seen.
        most: if is_exact { Some(items) } else { request.count },
        held_ms: facts.held_ms,
    };
    let named = |class: &Option<Name>| class.as_ref().map_or("(not told)".to_owned(), Name::to_string);
    let mut by_count: Vec<(&Option<Name>, u64)> =
        facts.seen.classes.iter().map(|(class, n)| (class, *n)).collect();
    by_count.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let least = if facts.is_exact { "" } else { "at least " };
    let verb = if is_drop { "removes" } else { "makes ready" };
    let mut lines = vec![(verb, format!("{least}{}", number_of(items, "job")))];
    for (class, number) in by_count.iter().take(SHOWN_NAMES) {
        lines.push(("class", format!("{}: {}", named(class), count(*number))));
    }
    let more = by_count.len().saturating_sub(SHOWN_NAMES) as u64;
    lines.extend((more > 0).then(|| ("", format!("and {} more", number_of(more, "class")))));
    let mut errors: Vec<(&Name, &u64)> = facts.seen.errors.iter().collect();
    errors.sort_by_key(|(_, number)| std::cmp::Reverse(**number));
    for (error, number) in errors.iter().take(SHOWN_NAMES) {
        lines.push(("error", format!("{error}: {}", count(**number))));
    }
    let more = errors.len().saturating_sub(SHOWN_NAMES) as u64;
    lines.extend((more > 0).then(|| ("", format!("and {} more", number_of(more, "error")))));
    if facts.seen.passed > 0 {
        let (jobs, others) = (number_of(facts.seen.passed, "job"), others(request));
        lines.push(("stays", format!("{jobs} {others}")));
    }
    lines.extend(rests_on(request, &facts).map(|text| ("rests on", text)));
    lines.push(("checks", "each job is looked at again in the moment in which it moves".to_owned()));
    lines.push(("archive", archive_text(is_drop, archive)));
    Plan {
        kind: facts.kind,
        subject: Subject::Queue(request.of.clone()),
        guard: facts.guard.clone(),
        impact: Impact { items, is_exact, bytes: None, is_lossy: is_drop },
        facts: lines,
        warnings: warnings(request, &facts, is_exact),
        commands: work.commands(),
        typed: (is_drop && !archive).then(|| "dropped jobs would be kept nowhere".to_owned()),
        archive,
        nothing: (facts.seen.jobs == 0).then(|| nothing(request, &facts)),
        warm_up: Vec::new(),
        work: PlanWork::new(work),
        made_us: facts.at_us,
    }
}

/// The time on which it rests who is gone; none where keys tell.
fn rests_on(request: &JobsRequest, facts: &JobsFacts) -> Option<String> {
    let silence = silence(request, facts)?;
    let by = match silence.setting {
        "" => "as is usual".to_owned(),
        setting => format!("by {setting}"),
    };
    Some(format!("{} {}, {by}", silence.what, span(facts.held_ms)))
}

fn silence(request: &JobsRequest, facts: &JobsFacts) -> Option<&'static Silence> {
    let known = adapter(request.of.site.framework)?.deeds.silence.as_ref();
    known.filter(|_| facts.held_ms > 0)
}

/// What has to be known before it is done, the worst first.
fn warnings(request: &JobsRequest, facts: &JobsFacts, is_exact: bool) -> Vec<String> {
    let mut warnings: Vec<String> = Vec::new();
    if let Some(silence) = silence(request, facts) {
        let time = span(facts.held_ms);
        warnings.push(match silence.theirs {
            "" => format!("a job whose worker is only slow, and silent for {time}, would run twice"),
            theirs => format!(
                "where the application's {theirs} is longer than {time}, a job that still runs would run twice"
            ),
        });
    }
    let known = adapter(request.of.site.framework).into_iter();
    for fate in known.flat_map(|adapter| adapter.deeds.fates) {
        if let Some(number) = facts.seen.fates.get(fate.word.as_bytes()) {
            let least = if facts.is_exact { "" } else { "at least " };
            warnings.push(format!("{least}{} {}", number_of(*number, "job"), fate.text));
        }
    }
    for deed in &facts.deeds {
        let caveat = allowed::deed(request.of.site.framework, *deed).map_or("", |deed| deed.caveat);
        if !caveat.is_empty() && !warnings.iter().any(|known| known == caveat) {
            warnings.push(caveat.to_owned());
        }
    }
    if !is_exact {
        let more = "there are too many to count them all: jobs that come meanwhile may be among them";
        warnings.push(more.to_owned());
    }
    warnings
}

fn archive_text(is_drop: bool, archive: bool) -> String {
    match (archive, is_drop) {
        (false, _) => "off: it can't be undone",
        (true, true) => {
            "each job is kept whole; undo puts it back: with its time where it had one, else behind all that wait"
        }
        (true, false) => "each job is kept as it stood; undo puts back those that no worker has taken by then",
    }
    .to_owned()
}

fn nothing(request: &JobsRequest, facts: &JobsFacts) -> String {
    let what = match facts.kind.word {
        "requeue-orphans" => "no job whose worker is gone",
        "revive-jobs" => "no dead job",
        _ => "no such job",
    };
    let class = request.class.as_ref().map_or_else(String::new, |class| format!(" of class {class}"));
    let error = request.error.as_ref();
    let error =
        error.map_or_else(String::new, |error| format!(" that failed with {:?}", error.name().to_string()));
    let others = match facts.seen.passed {
        0 => String::new(),
        passed => format!("; {} {}", count(passed), others(request)),
    };
    format!("nothing to do: there is {what}{class}{error}{others}")
}

/// Which jobs those are that are not wanted.
const fn others(request: &JobsRequest) -> &'static str {
    match (&request.class, &request.error) {
        (_, None) => "of other classes",
        (None, Some(_)) => "with other errors",
        (Some(_), Some(_)) => "of other classes or with other errors",
    }
}
