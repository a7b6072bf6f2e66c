//! Objects are being freed in the background: memory comes back by itself.
//!
//! Knows their number; not their bytes, which the server does not tell.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Thresholds};
use crate::core::figures::sentence::count;

const ID: &str = "memory.lazyfree";
const REMEDY: &str = "Wait before deleting more: what is freed in the background still counts as used.";

/// `memory.lazyfree`
pub const RULE: Rule = Rule::briefly(ID, "objects wait to be freed in the background", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let Some(info) = evidence.info else { return RuleAnswer::unread("memory can't be read") };
    let Some(objects) = info.memory.lazyfree_pending else { return RuleAnswer::default() };
    let standing = evidence.standing(ID, &FindingSubject::Server);
    RuleAnswer::of(thresholds.lazyfree.severity(objects as f64, standing).map(|severity| {
        let text = format!("{} objects wait to be freed in the background", count(objects));
        Finding::new(ID, severity, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Memory, REMEDY)
            .with("objects", Some(objects))
    }))
}
