//! Lists live where every key may be evicted: whoever queues work in them may lose it.
//!
//! Knows that there are lists, not whether they are queues.

use super::memory_evictable_streams::evicts_all;
use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity, Thresholds};
use crate::core::figures::sentence::counted;

const ID: &str = "memory.evictable_queues";
const REMEDY: &str =
    "Use a volatile-* policy and TTLs for the cache, or keep queues in a Redis of their own.";

/// `memory.evictable_queues`
pub const RULE: Rule = Rule::at_once(ID, "lists, which may be queues, may be evicted", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let Some(info) = evidence.info else { return RuleAnswer::unread("the policy can't be read") };
    let lists = evidence.memory.lists.filter(|&lists| lists > 0 && thresholds.evictable_queues);
    RuleAnswer::of(lists.zip(evicts_all(&info.memory)).map(|(lists, policy)| {
        let text = format!(
            "{} may be evicted, and with them queued work: policy {policy}",
            counted(lists, "list", "lists")
        );
        Finding::new(ID, Severity::Warning, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Memory, REMEDY)
            .with("lists", Some(lists))
            .with("policy", Some(policy.to_owned()))
    }))
}
