//! A consumer that holds entries and shows no sign of life.
//!
//! Knows verdicts that were decided already. One that holds nothing is nobody's trouble: the group's verdict tells
//! when none is left.

use super::consumers::ConsumerTexts;
use super::{Destination, FindingSubject, Rule, RuleAnswer, Thresholds, consumers, groups};
use crate::core::diagnose::consumers::ConsumerVerdict;
use crate::core::diagnose::evidence::{ConsumerCase, Evidence};
use crate::core::figures::sentence::{counted, span};

const ID: &str = "consumer.dead";
const REMEDY: &str = "Restart it, or hand over what it holds: XAUTOCLAIM with a min-idle-time above the longest processing time.";
const REMEDY_MANY: &str = "Groups that nobody will read again are to be removed (streamgauge remove-groups); for the others start \
    their consumers.";

/// `consumer.dead`
pub const RULE: Rule = Rule::at_once(ID, "a consumer holds entries and shows no sign of life", check);

const WORDS: ConsumerTexts = ConsumerTexts {
    id: ID,
    span_name: "idle_ms",
    grade: |ms, thresholds| thresholds.consumer_dead.severity(ms),
    one,
    many: "show no sign of life",
};

fn one(case: &ConsumerCase<'_>, idle_ms: u64) -> String {
    let held = counted(case.pending, "entry", "entries");
    let done = if case.idle_is_attempt { "asked for any" } else { "got any" };
    format!("holds {held} and has not {done} for {}", span(idle_ms))
}

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let is_dead = |case: &&ConsumerCase<'_>| case.verdict == ConsumerVerdict::Dead && case.pending > 0;
    // Groups of a stream that are dead together are told by the finding about the stream.
    let told = groups::dead_together(evidence);
    let dead = evidence.consumers.iter().filter(is_dead);
    let dead = dead.filter(|case| !told.contains(&(case.key, case.group)));
    let cases: Vec<_> = dead.map(|case| (case, case.idle_ms.saturating_add(case.read_ms_ago))).collect();
    let found = consumers::findings(&cases, &WORDS, evidence.now_ms, thresholds);
    let remedied = found.into_iter().map(|finding| match finding.subject {
        FindingSubject::Stream(_) => finding.remedy(Destination::Streams, REMEDY_MANY),
        _ => finding.remedy(Destination::Consumers, REMEDY),
    });
    let findings = remedied.collect();
    RuleAnswer { findings, blind: groups::blind_consumers(&evidence.tally) }
}
