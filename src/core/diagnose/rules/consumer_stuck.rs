//! A consumer that lives and leaves entries unacknowledged.
//!
//! Knows verdicts that were decided already; does not know whether it works on one entry or has forgotten it.

use super::{AT_ONCE, Answer, Rule, groups};
use crate::core::diagnose::consumers::ConsumerVerdict;
use crate::core::diagnose::evidence::{ConsumerCase, Evidence};
use crate::core::diagnose::figures::{counted, name, span};
use crate::core::diagnose::finding::{Finding, Place, Severity, Subject};
use crate::core::diagnose::thresholds::Thresholds;

const ID: &str = "consumer.stuck";
const REMEDY: &str = "It lives: look at what it does with the oldest entry; one that it has forgotten comes again with XAUTOCLAIM.";

/// `consumer.stuck`
pub const RULE: Rule =
    Rule { id: ID, doc: "a living consumer leaves entries unacknowledged", raise: AT_ONCE, check };

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> Answer {
    let stuck = evidence.consumers.iter().filter(|case| case.verdict == ConsumerVerdict::Stuck);
    let one = |case: &ConsumerCase<'_>| {
        let held_ms = case.held_ms.saturating_add(case.read_ms_ago);
        let severity = thresholds.consumer_stuck.severity(held_ms).unwrap_or(Severity::Warning);
        let (key, group, consumer) = (case.key, case.group, case.consumer);
        let text = format!(
            "{} of {}/{} lives and has held {} for {}",
            name(consumer),
            name(key),
            name(group),
            counted(case.pending, "entry", "entries"),
            span(held_ms)
        );
        let subject = Subject::Consumer(key.clone(), group.clone(), consumer.clone());
        let since_ms = evidence.now_ms.saturating_sub_unsigned(held_ms);
        Finding::new(ID, severity, subject, text, since_ms)
            .remedy(Place::Consumers, REMEDY)
            .with("pending", Some(case.pending))
            .with("held_ms", Some(held_ms))
            .with("idle_ms", Some(case.idle_ms))
    };
    Answer { findings: stuck.map(one).collect(), blind: groups::blind_consumers(&evidence.tally) }
}
