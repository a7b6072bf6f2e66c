//! `scheduler.overdue`: what should begin jobs again and again has not.
//!
//! Knows entries whose time is over. Invariant: entries of one framework are one finding, for one process begins them.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity, Thresholds};
use crate::core::diagnose::queues::OverdueCase;
use crate::core::diagnose::words::name;
use crate::core::figures::sentence::{count, span};
use std::collections::BTreeMap;

const ID: &str = "scheduler.overdue";
const REMEDY: &str = "Start the scheduler or the workers that begin these jobs, or see why they don't: nothing was begun for them since. \
    The list of schedulers is on Queues.";

/// `scheduler.overdue`
pub const RULE: Rule = Rule::at_once(ID, "a job that should begin again and again has not begun", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    if evidence.info.is_none() {
        return RuleAnswer::unread("queues can't be read");
    }
    let mut late: BTreeMap<_, Vec<&OverdueCase>> = BTreeMap::new();
    for case in evidence.overdue.iter().filter(|case| case.overdue_ms >= thresholds.scheduler_overdue_ms) {
        late.entry(&case.of.site).or_default().push(case);
    }
    let found = late.into_iter().filter_map(|(site, cases)| {
        let worst = cases.iter().max_by_key(|case| case.overdue_ms)?;
        let more = match cases.len() {
            1 => String::new(),
            many => format!("; and {} more", count(many as u64 - 1)),
        };
        let text = format!(
            "{}: {} is overdue by {}{more}",
            site.framework.word(),
            name(&worst.name),
            span(worst.overdue_ms)
        );
        let subject = FindingSubject::Queue(worst.of.clone());
        let since_ms = evidence.now_ms.saturating_sub_unsigned(worst.overdue_ms);
        let finding =
            Finding::new(ID, Severity::Warning, subject, text, since_ms).remedy(Destination::Queues, REMEDY);
        Some(finding.with("overdue_ms", Some(worst.overdue_ms)).with("schedulers", Some(cases.len() as u64)))
    });
    RuleAnswer::of(found)
}
