//! A consumer that lives and leaves entries unacknowledged.
//!
//! Knows verdicts that were decided already; does not know whether it works on one entry or has forgotten it. Where
//! the whole group acknowledges nothing, the group's own finding says so and this rule is silent.

use super::consumers::ConsumerTexts;
use super::{Destination, Rule, RuleAnswer, Thresholds, consumers, groups};
use crate::core::diagnose::consumers::ConsumerVerdict;
use crate::core::diagnose::evidence::{ConsumerCase, Evidence, GroupCase};
use crate::core::diagnose::groups::{PendingReason, Reason};
use crate::core::figures::sentence::{counted, span};
use std::collections::BTreeSet;

const ID: &str = "consumer.stuck";
const REMEDY: &str = "Check what it does with the oldest entry; one that it has forgotten can be claimed by another consumer. A client that is \
    connected and silent is busy, or its connection is open on the server's side only: then restart it.";

/// `consumer.stuck`
pub const RULE: Rule = Rule::at_once(ID, "a living consumer leaves entries unacknowledged", check);

const WORDS: ConsumerTexts = ConsumerTexts {
    id: ID,
    span_name: "held_ms",
    grade: |ms, thresholds| thresholds.consumer_stuck.severity(ms),
    one: |case, ms| {
        let held = format!("has held {} for {}", counted(case.pending, "entry", "entries"), span(ms));
        match case.silent_ms {
            Some(silent_ms) => format!("{held}; its client is connected and silent for {}", span(silent_ms)),
            None => format!("lives and {held}"),
        }
    },
    many: "leave them unacknowledged, though they live",
};

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let acknowledges_nothing = |group: &&GroupCase<'_>| {
        matches!(group.judgement.reason, Reason::Pending(PendingReason::None { .. }))
    };
    let told: BTreeSet<_> =
        evidence.groups.iter().filter(acknowledges_nothing).map(|group| (group.key, group.group)).collect();
    let is_stuck = |case: &&ConsumerCase<'_>| {
        case.verdict == ConsumerVerdict::Stuck && !told.contains(&(case.key, case.group))
    };
    let stuck = evidence.consumers.iter().filter(is_stuck);
    let since = stuck.filter_map(|case| Some((case, case.held_ms?.saturating_add(case.read_ms_ago))));
    let cases: Vec<_> = since.collect();
    let found = consumers::findings(&cases, &WORDS, evidence.now_ms, thresholds);
    let findings = found.into_iter().map(|finding| finding.remedy(Destination::Consumers, REMEDY)).collect();
    RuleAnswer { findings, blind: groups::blind_consumers(&evidence.tally) }
}
