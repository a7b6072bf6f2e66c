//! A group that falls behind.
//!
//! Knows that the lag never fell for a while (Burrow's warning); does not foretell.

use super::{Destination, Evidence, Rule, RuleAnswer, Severity, Thresholds, groups};
use crate::core::diagnose::groups::{GroupVerdict, Reason};

const ID: &str = "stream.slow";
const REMEDY: &str = "Add consumers or speed them up: more arrives than is read.";

/// `stream.slow`
pub const RULE: Rule = Rule::held(ID, "the lag of a group grows and grows", check);

fn check(evidence: &Evidence<'_>, _: &Thresholds) -> RuleAnswer {
    groups::findings(
        evidence,
        ID,
        GroupVerdict::Slow,
        |_| Some(Severity::Warning),
        |case, finding| {
            let finding = finding.remedy(Destination::Streams, REMEDY);
            match &case.judgement.reason {
                Reason::Growing { grown, for_ms, .. } => {
                    finding.with("grown_entries", Some(*grown)).with("grown_over_ms", Some(*for_ms))
                }
                _ => finding,
            }
        },
    )
}
