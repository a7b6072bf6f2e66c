//! Replicas do not read what they are sent, and their buffers fill.
//!
//! Knows the sum of all replicas, less the backlog that they share.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity, Thresholds};
use crate::core::figures::sentence::{bytes, counted};

const ID: &str = "replication.buffers";
const REMEDY: &str =
    "Check the replicas' network and disk; at their limit they are cut off and begin anew with a full copy.";
/// MEMORY DOCTOR's own limit.
const LARGE: u64 = 10 << 20;

/// `replication.buffers`
pub const RULE: Rule = Rule::briefly(ID, "buffers of replicas fill", check);

fn check(evidence: &Evidence<'_>, _thresholds: &Thresholds) -> RuleAnswer {
    let Some(info) = evidence.info else { return RuleAnswer::unread("memory can't be read") };
    let memory = &info.memory;
    // From 7.0 on the buffers share their blocks with the backlog.
    let beyond =
        memory.replication_buffers.map(|all| all.saturating_sub(memory.replication_backlog.unwrap_or(0)));
    let found = beyond.or(memory.clients_replicas).filter(|&bytes| bytes > LARGE);
    RuleAnswer::of(found.map(|buffers| {
        let replicas = info.replication.replicas.unwrap_or(0);
        let text =
            format!("{} wait to be sent to {}", bytes(buffers), counted(replicas, "replica", "replicas"));
        Finding::new(ID, Severity::Warning, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Memory, REMEDY)
            .with("buffers_bytes", Some(buffers))
            .with("replicas", Some(replicas))
    }))
}
