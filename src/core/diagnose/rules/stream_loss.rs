//! A group lost entries that it never got.
//!
//! Knows the loss that the group's track counted; does not know what was in the entries.

use super::{Destination, Evidence, Rule, RuleAnswer, Severity, Thresholds, groups};
use crate::core::diagnose::groups::{GroupVerdict, Reason};

const ID: &str = "stream.loss";
const REMEDY: &str = "What was trimmed is gone: let the producer keep more (MAXLEN), or read faster; what waits now can still be read.";

/// `stream.loss`
pub const RULE: Rule = Rule::held(ID, "entries were trimmed before a group was given them", check);

fn check(evidence: &Evidence<'_>, _: &Thresholds) -> RuleAnswer {
    groups::findings(
        evidence,
        ID,
        GroupVerdict::Loss,
        |_| Some(Severity::Critical),
        |case, finding| {
            let finding = finding.remedy(Destination::Streams, REMEDY);
            if let Reason::Lost { lost } = &case.judgement.reason {
                return finding.with("lost_entries", lost.entries);
            }
            finding
        },
    )
}
