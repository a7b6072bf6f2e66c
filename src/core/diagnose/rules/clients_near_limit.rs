//! Clients near maxclients: beyond it connections are refused.
//!
//! Knows the counts of INFO; replicas are not among them.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Thresholds};
use crate::core::figures::sentence::{count, percent};

const ID: &str = "clients.near_limit";
const REMEDY: &str =
    "Find the client or pool with too many connections; raise maxclients if file descriptors allow.";

/// `clients.near_limit`
pub const RULE: Rule = Rule::briefly(ID, "clients near maxclients", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let counts = evidence.info.map(|info| &info.clients);
    let Some((connected, max)) = counts.and_then(|counts| counts.connected.zip(counts.max)) else {
        return RuleAnswer::unread("connected clients or their limit can't be read");
    };
    if max == 0 {
        return RuleAnswer::default();
    }
    let used = connected as f64 / max as f64;
    let standing = evidence.standing(ID, &FindingSubject::Server);
    RuleAnswer::of(thresholds.clients.severity(used, standing).map(|severity| {
        let text = format!(
            "{} clients are connected, {} of the {} allowed",
            count(connected),
            percent(used),
            count(max)
        );
        Finding::new(ID, severity, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Clients, REMEDY)
            .with("connected", Some(connected))
            .with("max", Some(max))
    }))
}
