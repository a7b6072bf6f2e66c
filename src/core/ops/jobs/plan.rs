//! The plan of what is done to jobs of a queue.
//!
//! Knows numbers and sentences; asks nothing. Invariant: what cannot come back, or comes back elsewhere, is told before.

use super::request::JobsRequest;
use super::run::JobsWork;
use crate::core::figures::sentence::{count, number_of, span};
use crate::core::limits::SHOWN_NAMES;
use crate::core::model::Name;
use crate::core::ops::guard::Guard;
use crate::core::ops::plan::{ActionKind, Impact, Plan, PlanWork, Subject};
use crate::core::queues::deeds::{DeedName, Silence};
use crate::core::queues::{adapter, allowed};
use std::collections::BTreeMap;

/// What was seen of the jobs.
#[derive(Clone, Debug)]
pub struct JobsFacts {
    /// The action.
    pub kind: &'static ActionKind,
    /// A key of the queue.
    pub key: Name,
    /// What is done, in each of the places.
    pub deeds: Vec<DeedName>,
    /// How many jobs it is about.
    pub jobs: u64,
    /// Whether they were counted to the last.
    pub is_exact: bool,
    /// Jobs by class.
    pub classes: BTreeMap<Option<Name>, u64>,
    /// Jobs that workers do something else with than to do them, by the word of that.
    pub fates: BTreeMap<Vec<u8>, u64>,
    /// After how long a worker counts as gone, milliseconds; 0 where nothing rests on a time.
    pub held_ms: u64,
    /// Jobs in the same places that are of other classes.
    pub passed: u64,
    /// What has to be as it was.
    pub guard: Guard,
    /// When it was seen: microseconds of the process's clock.
    pub at_us: u64,
}

/// The plan.
pub fn plan(request: &JobsRequest, facts: JobsFacts) -> Plan {
    let is_drop = *facts.kind == super::DROP;
    let archive = request.archive != Some(false);
    let most = request.count.filter(|count| *count < facts.jobs || !facts.is_exact);
    let items = most.unwrap_or(facts.jobs);
    let is_exact = facts.is_exact || most.is_some_and(|most| most <= facts.jobs);
    let work = JobsWork {
        of: request.of.clone(),
        key: facts.key.clone(),
        deeds: facts.deeds.clone(),
        class: request.class.clone(),
        // What comes later is not meant, as far as it can be told apart: no more than were seen.
        most: if is_exact { Some(items) } else { request.count },
        held_ms: facts.held_ms,
    };
    let named = |class: &Option<Name>| class.as_ref().map_or("(not told)".to_owned(), Name::to_string);
    let mut by_count: Vec<(&Option<Name>, u64)> =
        facts.classes.iter().map(|(class, n)| (class, *n)).collect();
    by_count.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let least = if facts.is_exact { "" } else { "at least " };
    let verb = if is_drop { "removes" } else { "makes ready" };
    let mut lines = vec![(verb, format!("{least}{}", number_of(items, "job")))];
    for (class, number) in by_count.iter().take(SHOWN_NAMES) {
        lines.push(("class", format!("{}: {}", named(class), count(*number))));
    }
    let more = by_count.len().saturating_sub(SHOWN_NAMES) as u64;
    lines.extend((more > 0).then(|| ("", format!("and {} more", number_of(more, "class")))));
    if facts.passed > 0 {
        lines.push(("stays", format!("{} of other classes", number_of(facts.passed, "job"))));
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
        nothing: (facts.jobs == 0).then(|| nothing(request, &facts)),
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
        if let Some(number) = facts.fates.get(fate.word.as_bytes()) {
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
    let others = match facts.passed {
        0 => String::new(),
        passed => format!("; {} of other classes", count(passed)),
    };
    format!("nothing to do: there is {what}{class}{others}")
}
