//! A group whose cursor went back.
//!
//! Knows where it was; it is over when the group is there again, or has nothing left to read.

use super::{Destination, Evidence, Rule, RuleAnswer, Severity, Thresholds, groups};
use crate::core::diagnose::groups::{GroupVerdict, Reason};

const ID: &str = "stream.rewound";
const REMEDY: &str = "If nobody meant it (XGROUP SETID), set it forward again; if somebody did, wait.";

/// `stream.rewound`
pub const RULE: Rule = Rule::held(ID, "a group was set back and reads again what it had read", check);

fn check(evidence: &Evidence<'_>, _: &Thresholds) -> RuleAnswer {
    groups::findings(
        evidence,
        ID,
        GroupVerdict::Rewound,
        |_| Some(Severity::Warning),
        |case, finding| {
            let finding = finding.remedy(Destination::Streams, REMEDY);
            match &case.judgement.reason {
                Reason::Rewound { from, to, .. } => {
                    finding.with("from_id", Some(from.to_string())).with("to_id", Some(to.to_string()))
                }
                _ => finding,
            }
        },
    )
}
