//! Pending entries whose content is gone.
//!
//! Knows, among the first rows of a list, ids below the first entry of the stream, and those that were looked up in it
//! and not found.

use super::{AT_ONCE, Rule, RuleAnswer, groups};
use crate::core::diagnose::evidence::Evidence;
use crate::core::diagnose::finding::{Destination, Severity};
use crate::core::diagnose::groups::{GroupVerdict, Reason};
use crate::core::diagnose::thresholds::Thresholds;

const ID: &str = "stream.ghosts";
const REMEDY: &str =
    "What they held is gone: acknowledge them (XACK), or let XAUTOCLAIM drop them (Redis 7.0 on).";

/// `stream.ghosts`
pub const RULE: Rule = Rule {
    id: ID,
    doc: "a group has entries pending that were trimmed or deleted from the stream",
    raise: AT_ONCE,
    is_held: true,
    check,
};

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
