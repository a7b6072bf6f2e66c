//! Memory is over its limit, so that writes wait for evictions or are refused.
//!
//! Knows the time that the server itself counts (Redis 7.0); older servers don't.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Thresholds};
use crate::core::figures::sentence::span;

const ID: &str = "memory.over_limit";
const REMEDY: &str = "Free memory or raise maxmemory: evictions do not keep up with what is written.";

/// `memory.over_limit`
pub const RULE: Rule = Rule::at_once(ID, "memory was over its limit", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    if evidence.info.is_none() {
        return RuleAnswer::unread("memory can't be read");
    }
    // Before 7.0 nobody counts it: that is no gap to worry about, for near_limit says the same in time.
    let Some(over_ms) = evidence.memory.over_limit_ms else { return RuleAnswer::default() };
    let standing = evidence.standing(ID, &FindingSubject::Server);
    RuleAnswer::of(thresholds.over_limit_s_in_a_minute.severity(over_ms as f64 / 1000.0, standing).map(
        |severity| {
            let text = format!("memory was over maxmemory for {} of the last minute", span(over_ms));
            Finding::new(ID, severity, FindingSubject::Server, text, evidence.now_ms)
                .remedy(Destination::Memory, REMEDY)
                .with("over_limit_ms", Some(over_ms))
        },
    ))
}
