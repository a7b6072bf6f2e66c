//! An entry that nobody can deal with.
//!
//! Knows delivery counts of the first pending rows; does not read the entry.

use super::{Destination, Evidence, Rule, RuleAnswer, Severity, Thresholds, groups};
use crate::core::diagnose::groups::{GroupVerdict, Reason};

const ID: &str = "stream.poison";
const REMEDY: &str = "Inspect the entry (its consumers may die of it); move it to a dead-letter stream, or acknowledge it (XACK).";

/// `stream.poison`
pub const RULE: Rule = Rule::held(ID, "one entry is delivered again and again", check);

fn check(evidence: &Evidence<'_>, _: &Thresholds) -> RuleAnswer {
    let answer = groups::findings(
        evidence,
        ID,
        GroupVerdict::Poison,
        |_| Some(Severity::Warning),
        |case, finding| {
            let finding = finding.remedy(Destination::Consumers, REMEDY);
            match &case.judgement.reason {
                Reason::Poison { id, deliveries, entries } => finding
                    .with("entry_id", Some(id.to_string()))
                    .with("deliveries", *deliveries)
                    .with("entries", Some(*entries)),
                _ => finding,
            }
        },
    );
    RuleAnswer { blind: groups::blind_rows(&evidence.tally), ..answer }
}
