//! Pending entries whose content is gone.
//!
//! Knows, among the first rows of a list, ids below the first entry of the stream, and those that were looked up in it
//! and not found.

use super::{Destination, Evidence, Rule, RuleAnswer, Severity, Thresholds, groups};
use crate::core::diagnose::groups::{GroupVerdict, Reason};

const ID: &str = "stream.ghosts";
const REMEDY: &str =
    "What they held is gone: acknowledge them (XACK), or let XAUTOCLAIM drop them (Redis 7.0 on).";

/// `stream.ghosts`
pub const RULE: Rule =
    Rule::held(ID, "a group has entries pending that were trimmed or deleted from the stream", check);

fn check(evidence: &Evidence<'_>, _: &Thresholds) -> RuleAnswer {
    let answer = groups::findings(
        evidence,
        ID,
        GroupVerdict::Ghosts,
        |_| Some(Severity::Warning),
        |case, finding| {
            let finding = finding.remedy(Destination::Consumers, REMEDY);
            match &case.judgement.reason {
                Reason::Ghosts { entries, id } => {
                    finding.with("ghosts", Some(*entries)).with("entry_id", Some(id.to_string()))
                }
                _ => finding,
            }
        },
    );
    RuleAnswer { blind: groups::blind_rows(&evidence.tally), ..answer }
}
