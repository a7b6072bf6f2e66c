//! A group that is given entries and does not acknowledge them.
//!
//! Knows the group's verdict; where the reason is one dead or stuck consumer, that consumer's own finding says so
//! and this rule is silent.

use super::{Destination, Evidence, Rule, RuleAnswer, Severity, Thresholds, groups};
use crate::core::diagnose::consumers::ConsumerVerdict;
use crate::core::diagnose::groups::{GroupVerdict, PendingReason, Reason};

const ID: &str = "stream.not_acknowledging";
const REMEDY: &str =
    "Check for errors where its consumers call XACK: what is pending is kept in memory and comes again.";

/// `stream.not_acknowledging`
pub const RULE: Rule = Rule::held(ID, "entries are delivered and not acknowledged", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let grade = |reason: &Reason| match reason {
        Reason::Pending(PendingReason::None { for_ms, .. }) => {
            Some(thresholds.no_acknowledgements.severity(*for_ms).unwrap_or(Severity::Warning))
        }
        Reason::Pending(PendingReason::Oldest { holder: Some((_, Some(verdict))), .. })
            if *verdict >= ConsumerVerdict::Stuck =>
        {
            None
        }
        Reason::Pending(PendingReason::Oldest { for_ms, .. }) => {
            Some(thresholds.oldest_pending.severity(*for_ms).unwrap_or(Severity::Warning))
        }
        _ => Some(Severity::Warning),
    };
    let verdict = GroupVerdict::NotAcknowledging;
    groups::findings(
        evidence,
        ID,
        verdict,
        |case| grade(&case.judgement.reason),
        |case, finding| {
            let finding = finding.remedy(Destination::Consumers, REMEDY);
            match &case.judgement.reason {
                Reason::Pending(PendingReason::None { delivered, for_ms, .. }) => {
                    finding.with("delivered", Some(*delivered)).with("unacknowledged_ms", Some(*for_ms))
                }
                Reason::Pending(PendingReason::Oldest { id, for_ms, .. }) => {
                    finding.with("entry_id", Some(id.to_string())).with("oldest_pending_ms", Some(*for_ms))
                }
                _ => finding,
            }
        },
    )
}
