//! Connections that were refused because there were too many.
//!
//! Knows how the counter grew while we looked; what was refused before is history.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Thresholds};
use crate::core::figures::sentence::counted;

const ID: &str = "clients.rejected";
const REMEDY: &str =
    "Somebody can't connect: close what is idle, raise maxclients if file descriptors allow.";

/// `clients.rejected`
pub const RULE: Rule = Rule::at_once(ID, "connections are refused at maxclients", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let Some(rejected) = evidence.rejected else {
        return RuleAnswer::unread("refused connections can't be read");
    };
    let standing = evidence.standing(ID, &FindingSubject::Server);
    let severity = thresholds.rejected_in_a_minute.severity(rejected as f64, standing);
    RuleAnswer::of(severity.map(|severity| {
        let max = evidence.info.and_then(|info| info.clients.max);
        let refused = counted(rejected, "connection was refused", "connections were refused");
        let text = match max {
            Some(max) => format!("{refused} in the last minute: maxclients is {max}"),
            None => format!("{refused} in the last minute"),
        };
        Finding::new(ID, severity, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Clients, REMEDY)
            .with("rejected", Some(rejected))
            .with("max", max)
    }))
}
