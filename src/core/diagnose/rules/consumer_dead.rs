//! A consumer that holds entries and shows no sign of life.
//!
//! Knows verdicts that were decided already. One that holds nothing is nobody's trouble: the group's verdict tells
//! when none is left.

use super::{AT_ONCE, Answer, Rule, groups};
use crate::core::diagnose::consumers::ConsumerVerdict;
use crate::core::diagnose::evidence::{ConsumerCase, Evidence};
use crate::core::diagnose::figures::{counted, name, span};
use crate::core::diagnose::finding::{Finding, Place, Severity, Subject};
use crate::core::diagnose::thresholds::Thresholds;

const ID: &str = "consumer.dead";
const REMEDY: &str = "Restart it, or hand over what it holds: XAUTOCLAIM with a min-idle-time above the longest processing time.";

/// `consumer.dead`
pub const RULE: Rule =
    Rule { id: ID, doc: "a consumer holds entries and shows no sign of life", raise: AT_ONCE, check };

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> Answer {
    let dead =
        evidence.consumers.iter().filter(|case| case.verdict == ConsumerVerdict::Dead && case.pending > 0);
    let one = |case: &ConsumerCase<'_>| {
        let idle_ms = case.idle_ms.saturating_add(case.read_ms_ago);
        let severity = thresholds.consumer_dead.severity(idle_ms).unwrap_or(Severity::Warning);
        let (key, group, consumer) = (case.key, case.group, case.consumer);
        let text = format!(
            "{} of {}/{} holds {} and has not {} for {}",
            name(consumer),
            name(key),
            name(group),
            counted(case.pending, "entry", "entries"),
            if case.idle_is_attempt { "asked for any" } else { "got any" },
            span(idle_ms)
        );
        let subject = Subject::Consumer(key.clone(), group.clone(), consumer.clone());
        let since_ms = evidence.now_ms.saturating_sub_unsigned(idle_ms);
        Finding::new(ID, severity, subject, text, since_ms)
            .remedy(Place::Consumers, REMEDY)
            .with("pending", Some(case.pending))
            .with("idle_ms", Some(idle_ms))
    };
    Answer { findings: dead.map(one).collect(), blind: groups::blind_consumers(&evidence.tally) }
}
