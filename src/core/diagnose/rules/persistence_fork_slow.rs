//! The last fork held the server for long.
//!
//! Knows how long; the cause is the size of memory, its pages and the host.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Thresholds};
use crate::core::figures::sentence::{bytes, span};

const ID: &str = "persistence.fork_slow";
const REMEDY: &str =
    "Let a replica save, save at quiet times, and turn transparent huge pages off on the host.";

/// `persistence.fork_slow`
pub const RULE: Rule = Rule::at_once(ID, "the last fork held the server", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let Some(info) = evidence.info else { return RuleAnswer::unread("persistence can't be read") };
    let Some(fork_us) = info.persistence.latest_fork_us else { return RuleAnswer::default() };
    let standing = evidence.standing(ID, &FindingSubject::Server);
    RuleAnswer::of(thresholds.fork_ms.severity(fork_us as f64 / 1000.0, standing).map(|severity| {
        let used = info.memory.used.map_or_else(String::new, |used| format!(" with {} used", bytes(used)));
        let text = format!("the last fork held the server for {}{used}", span(fork_us / 1000));
        Finding::new(ID, severity, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Latency, REMEDY)
            .with("fork_us", Some(fork_us))
    }))
}
