//! Writes are refused because the memory is full.
//!
//! Knows the server's count of such errors (6.2); not whose they were.

use super::{AT_ONCE, Rule, RuleAnswer};
use crate::core::diagnose::evidence::Evidence;
use crate::core::diagnose::figures::counted;
use crate::core::diagnose::finding::{Destination, Finding, FindingSubject, Severity};
use crate::core::diagnose::thresholds::Thresholds;

const ID: &str = "memory.refusing";
const REMEDY: &str =
    "Free memory now: trims, UNLINK and XACK still work; Memory ranks what would free how much.";

/// `memory.refusing`
pub const RULE: Rule =
    Rule { id: ID, doc: "writes are refused for want of memory", raise: AT_ONCE, is_held: false, check };

fn check(evidence: &Evidence<'_>, _thresholds: &Thresholds) -> RuleAnswer {
    if evidence.info.is_none() {
        return RuleAnswer::unread("errors can't be read");
    }
    let refused = evidence.memory.refused.filter(|&refused| refused > 0);
    RuleAnswer::of(refused.map(|refused| {
        let text = format!(
            "{} refused with OOM within the last minute",
            counted(refused, "write was", "writes were")
        );
        Finding::new(ID, Severity::Critical, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Memory, REMEDY)
            .with("refused", Some(refused))
    }))
}
