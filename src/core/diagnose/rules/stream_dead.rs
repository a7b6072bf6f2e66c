//! A group that nobody reads for.
//!
//! Knows silence; a consumer that waits on a quiet stream is none of its.

use super::{Destination, Evidence, FindingSubject, Rule, RuleAnswer, Severity, Thresholds, groups};
use crate::core::diagnose::groups::{GroupVerdict, Reason};

const ID: &str = "stream.dead";
const REMEDY: &str = "Start a consumer; entries keep until the stream is trimmed.";
const REMEDY_NONE: &str =
    "Start a consumer; a group that nobody will read again is to be removed (streamgauge remove-groups).";
const REMEDY_MANY: &str = "Remove the groups that nobody will read again (streamgauge remove-groups), such as those of pods that are gone: \
    they hold back every safe trim; for the others start consumers.";

/// `stream.dead`
pub const RULE: Rule = Rule::held(ID, "entries wait and no consumer shows a sign of life", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    groups::findings(
        evidence,
        ID,
        GroupVerdict::Dead,
        |case| match &case.judgement.reason {
            Reason::NoConsumer { for_ms, .. } | Reason::AllSilent { for_ms, .. } => {
                Some(thresholds.consumer_dead.severity(*for_ms).unwrap_or(Severity::Warning))
            }
            _ => Some(Severity::Warning),
        },
        |case, finding| {
            let finding = match (&finding.subject, &case.judgement.reason) {
                (FindingSubject::Stream(_), _) => finding.remedy(Destination::Streams, REMEDY_MANY),
                (_, Reason::NoConsumer { .. }) => finding.remedy(Destination::Streams, REMEDY_NONE),
                _ => finding.remedy(Destination::Consumers, REMEDY),
            };
            match &case.judgement.reason {
                Reason::NoConsumer { for_ms, .. } | Reason::AllSilent { for_ms, .. } => {
                    finding.with("silent_ms", Some(*for_ms))
                }
                _ => finding,
            }
        },
    )
}
