//! Clients near maxclients: beyond it connections are refused.
//!
//! Knows the counts of INFO; replicas are not among them.

use super::{Answer, BRIEFLY, Rule};
use crate::core::diagnose::evidence::Evidence;
use crate::core::diagnose::figures::{count, share};
use crate::core::diagnose::finding::{Finding, Place, Subject};
use crate::core::diagnose::thresholds::Thresholds;

const ID: &str = "clients.near_limit";
const REMEDY: &str =
    "Look for the client or pool with too many connections; raise maxclients if file descriptors allow.";

/// `clients.near_limit`
pub const RULE: Rule = Rule { id: ID, doc: "clients near maxclients", raise: BRIEFLY, is_held: false, check };

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> Answer {
    let counts = evidence.info.map(|info| &info.clients);
    let Some((connected, max)) = counts.and_then(|counts| counts.connected.zip(counts.max)) else {
        return Answer::unread("connected clients or their limit can't be read");
    };
    if max == 0 {
        return Answer::default();
    }
    let used = connected as f64 / max as f64;
    let standing = evidence.standing(ID, &Subject::Server);
    Answer::of(thresholds.clients.severity(used, standing).map(|severity| {
        let text = format!(
            "{} clients are connected, {} of the {} allowed",
            count(connected),
            share(used),
            count(max)
        );
        Finding::new(ID, severity, Subject::Server, text, evidence.now_ms)
            .remedy(Place::Clients, REMEDY)
            .with("connected", Some(connected))
            .with("max", Some(max))
    }))
}
