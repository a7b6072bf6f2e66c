//! Replicas begin anew again and again: each full copy forks, fills buffers and often breaks off.
//!
//! Knows the server's count of full copies; that several replicas were added at once looks the same for ten minutes.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Thresholds};
use crate::core::figures::sentence::{bytes, counted};

const ID: &str = "replication.resyncs";
const REMEDY: &str =
    "Raise repl-backlog-size and the replica's output limit, within what memory is left; stagger replicas.";

/// `replication.resyncs`
pub const RULE: Rule = Rule::at_once(ID, "replicas are copied in full again and again", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let Some(info) = evidence.info else { return RuleAnswer::unread("replication can't be read") };
    let Some(syncs) = evidence.memory.full_syncs else { return RuleAnswer::default() };
    let standing = evidence.standing(ID, &FindingSubject::Server);
    RuleAnswer::of(thresholds.full_syncs.severity(syncs as f64, standing).map(|severity| {
        let backlog = info
            .replication
            .backlog_size
            .map_or_else(String::new, |size| format!("; the backlog is {}", bytes(size)));
        let text = format!(
            "{} of a replica within ten minutes{backlog}",
            counted(syncs, "full copy", "full copies")
        );
        Finding::new(ID, severity, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Memory, REMEDY)
            .with("full_syncs", Some(syncs))
            .with("backlog_bytes", info.replication.backlog_size)
    }))
}
