//! Streams live where every key may be evicted: one is a single key, with its groups and all that is pending.
//!
//! Knows the policy and that there are streams; whether it comes to that is up to the memory.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity, Thresholds};
use crate::core::figures::sentence::counted;
use crate::core::model::memory::Memory;

const ID: &str = "memory.evictable_streams";
const REMEDY: &str = "Use a volatile-* policy, or keep streams in a Redis of their own: an evicted stream is gone with its groups.";

/// `memory.evictable_streams`
pub const RULE: Rule = Rule::at_once(ID, "streams may be evicted whole", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let Some(info) = evidence.info else { return RuleAnswer::unread("the policy can't be read") };
    let streams = evidence.memory.streams;
    if !thresholds.evictable_streams || streams == 0 {
        return RuleAnswer::default();
    }
    RuleAnswer::of(evicts_all(&info.memory).map(|policy| {
        let text = format!("{} may be evicted whole: policy {policy}", counted(streams, "stream", "streams"));
        Finding::new(ID, Severity::Warning, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Memory, REMEDY)
            .with("streams", Some(streams))
            .with("policy", Some(policy.to_owned()))
    }))
}

/// The policy, where there is a limit and it evicts whatever it likes.
pub(super) fn evicts_all(memory: &Memory) -> Option<&str> {
    memory.limit()?;
    memory.policy.as_deref().filter(|policy| policy.starts_with("allkeys"))
}
