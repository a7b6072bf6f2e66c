//! A policy that evicts keys with a TTL finds hardly any: at the limit it refuses writes like noeviction.
//!
//! Knows counts of keys; says nothing while memory is less than half full.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity, Thresholds};
use crate::core::figures::sentence::{count, percent};

const ID: &str = "memory.nothing_evictable";
const REMEDY: &str =
    "Give cache keys a TTL, or choose the policy that is meant: at the limit writes will be refused.";
/// Share of keys with a TTL below which the policy finds nothing worth to evict. Ours.
const FEW: f64 = 0.02;
/// Fullness from which on it matters. Ours.
const HALF_FULL: f64 = 0.5;

/// `memory.nothing_evictable`
pub const RULE: Rule = Rule::briefly(ID, "the policy evicts keys with a TTL and there are hardly any", check);

fn check(evidence: &Evidence<'_>, _thresholds: &Thresholds) -> RuleAnswer {
    let Some(memory) = evidence.info.map(|info| &info.memory) else {
        return RuleAnswer::unread("the policy can't be read");
    };
    let policy = memory.policy.as_deref().filter(|policy| policy.starts_with("volatile"));
    let is_filling = memory.fullness().is_some_and(|fullness| fullness >= HALF_FULL);
    let keys = evidence.memory.keys.filter(|(keys, _)| *keys > 0);
    let (Some(policy), Some((keys, with_ttl)), true) = (policy, keys, is_filling) else {
        return RuleAnswer::default();
    };
    let of_all = with_ttl as f64 / keys as f64;
    RuleAnswer::of((of_all < FEW).then(|| {
        let text = format!(
            "policy {policy} may evict {} of {} keys ({}): only they have a TTL",
            count(with_ttl),
            count(keys),
            percent(of_all)
        );
        Finding::new(ID, Severity::Warning, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Memory, REMEDY)
            .with("keys", Some(keys))
            .with("with_ttl", Some(with_ttl))
            .with("policy", Some(policy.to_owned()))
    }))
}
