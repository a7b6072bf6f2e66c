//! Scripts pile up: every text that was ever sent to EVAL is kept.
//!
//! Knows their number; the server's own limit is 1000.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity, Thresholds};
use crate::core::figures::sentence::count;

const ID: &str = "memory.scripts";
const REMEDY: &str =
    "Pass what changes as arguments instead of writing it into the script; SCRIPT FLUSH frees them.";
/// MEMORY DOCTOR's own limit.
const MANY: u64 = 1_000;

/// `memory.scripts`
pub const RULE: Rule = Rule::at_once(ID, "scripts pile up", check);

fn check(evidence: &Evidence<'_>, _thresholds: &Thresholds) -> RuleAnswer {
    let Some(info) = evidence.info else { return RuleAnswer::unread("memory can't be read") };
    let scripts = info.memory.scripts.filter(|&scripts| scripts > MANY);
    RuleAnswer::of(scripts.map(|scripts| {
        let text = format!("{} scripts are kept in memory", count(scripts));
        Finding::new(ID, Severity::Warning, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Memory, REMEDY)
            .with("scripts", Some(scripts))
    }))
}
