//! Pending entries lists take more than the entries: a trim frees the entries and leaves the lists.
//!
//! Knows estimates of both, and says so. One finding a stream.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity, Thresholds};
use crate::core::diagnose::words::name;
use crate::core::figures::sentence::{bytes, count};

const ID: &str = "memory.pending_lists";
const REMEDY: &str =
    "Acknowledge or reclaim what is pending: that frees the lists. A trim does not, nor does XDEL.";

/// `memory.pending_lists`
pub const RULE: Rule = Rule::briefly(ID, "pending entries lists take more memory than the entries", check);

fn check(evidence: &Evidence<'_>, _thresholds: &Thresholds) -> RuleAnswer {
    if evidence.info.and_then(|info| info.memory.used).is_none() {
        return RuleAnswer::unread("memory can't be read");
    }
    RuleAnswer::of(evidence.memory.lists_of_pending.iter().map(|case| {
        let text = format!(
            "{}: {} pending entries take about {}, the entries themselves {}; most are {}'s",
            name(case.key),
            count(case.pending),
            bytes(case.bytes),
            bytes(case.entries_bytes),
            name(case.group)
        );
        Finding::new(ID, Severity::Warning, FindingSubject::Stream(case.key.clone()), text, evidence.now_ms)
            .remedy(Destination::Streams, REMEDY)
            .with("pending", Some(case.pending))
            .with("pending_bytes", Some(case.bytes))
            .with("entries_bytes", Some(case.entries_bytes))
    }))
}
