//! Keys are evicted in numbers: the memory is too small for what is written.
//!
//! Knows the rate of all keys together; a cache that evicts a few is at work.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Thresholds};
use crate::core::figures::sentence::count;

const ID: &str = "memory.evicting";
const REMEDY: &str =
    "Raise maxmemory, or see what grows: the hit ratio falls with every key that is needed again.";

/// `memory.evicting`
pub const RULE: Rule = Rule::briefly(ID, "keys are evicted in numbers", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    if evidence.info.is_none_or(|info| info.stats.evicted.is_none()) {
        return RuleAnswer::unread("evicted keys can't be read");
    }
    let Some(per_s) = evidence.evicted_per_s else {
        return RuleAnswer::too_soon("a rate of evictions needs 2 readings");
    };
    let standing = evidence.standing(ID, &FindingSubject::Server);
    RuleAnswer::of(thresholds.evicted_per_s.severity(per_s, standing).map(|severity| {
        let policy = evidence.info.and_then(|info| info.memory.policy.clone());
        let text = format!(
            "{} keys are evicted a second, policy {}",
            count(per_s.round() as u64),
            policy.as_deref().unwrap_or("unknown")
        );
        Finding::new(ID, severity, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Memory, REMEDY)
            .with("evicted_per_s", Some(per_s))
            .with("policy", policy)
    }))
}
