//! A group whose cursor stands while entries wait.
//!
//! Knows that consumers exist; does not know what they do instead.

use super::{Destination, Evidence, Rule, RuleAnswer, Severity, Thresholds, groups};
use crate::core::diagnose::groups::{GroupVerdict, Reason};

const ID: &str = "stream.stopped";
const REMEDY: &str = "Check its consumers: each may be busy with one entry, or hang.";
const REMEDY_MUTE: &str = "Restart the consumers whose clients are connected and silent: each is busy with one entry, or believes that it \
    waits, since its connection is open on the server's side only.";

/// `stream.stopped`
pub const RULE: Rule = Rule::held(ID, "entries wait, consumers are there, and nothing is read", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    groups::findings(
        evidence,
        ID,
        GroupVerdict::Stopped,
        |case| match &case.judgement.reason {
            Reason::Stopped { for_ms, .. } => {
                Some(thresholds.group_stopped.severity(*for_ms).unwrap_or(Severity::Warning))
            }
            _ => Some(Severity::Warning),
        },
        |case, finding| match &case.judgement.reason {
            Reason::Stopped { for_ms, mute, .. } => finding
                .remedy(Destination::Consumers, if mute.is_some() { REMEDY_MUTE } else { REMEDY })
                .with("stopped_ms", Some(*for_ms))
                .with("silent_clients", mute.map(|(clients, _)| clients)),
            _ => finding.remedy(Destination::Consumers, REMEDY),
        },
    )
}
