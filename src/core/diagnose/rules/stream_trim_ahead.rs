//! The trim runs ahead of a group: it loses entries again and again.
//!
//! Knows the loss that the group's track saw; does not know what was in the entries.

use super::{Destination, Evidence, Rule, RuleAnswer, Severity, Thresholds, groups};
use crate::core::diagnose::groups::{GroupVerdict, Reason};

const ID: &str = "stream.trim_ahead";
const REMEDY: &str = "The producer's MAXLEN or MINID removes entries before this group reads them: let it keep more, or read faster. What is gone stays gone.";

/// `stream.trim_ahead`
pub const RULE: Rule = Rule::held(ID, "the trim runs ahead of a group", check);

fn check(evidence: &Evidence<'_>, _: &Thresholds) -> RuleAnswer {
    groups::findings(
        evidence,
        ID,
        GroupVerdict::TrimAhead,
        |_| Some(Severity::Critical),
        |case, finding| {
            let finding = finding.remedy(Destination::Streams, REMEDY);
            if let Reason::TrimAhead { lost, .. } = &case.judgement.reason {
                return finding.with("lost_entries", lost.entries);
            }
            finding
        },
    )
}
