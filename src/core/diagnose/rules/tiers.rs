//! What the rules about keys with a TTL of the config have in common.
//!
//! Knows what a pass of the walk has seen, which is as old as that pass. Invariant: before a pass is over nobody is told
//! that this is all.

use super::{Destination, Evidence, Finding, FindingSubject, RuleAnswer, Severity};
use crate::core::diagnose::evidence::memory::{TierCase, WalkShare};

/// One finding a tier of which `is_wrong` is so.
pub(super) fn findings(
    evidence: &Evidence<'_>,
    (id, remedy): (&'static str, &'static str),
    is_wrong: impl Fn(&&TierCase<'_>) -> bool,
    text: impl Fn(&TierCase<'_>) -> String,
) -> RuleAnswer {
    if evidence.info.is_none() {
        return RuleAnswer::unread("keys can't be read");
    }
    let findings = evidence.memory.tiers.iter().filter(is_wrong).map(|case| {
        let subject = FindingSubject::Pattern(case.glob.clone());
        Finding::new(id, Severity::Warning, subject, text(case), evidence.now_ms)
            .remedy(Destination::Cache, remedy)
            .with("keys", Some(case.keys))
            .with("without_ttl", Some(case.forever.0))
            .with("too_long", Some(case.too_long))
            .with("ttl_ms", Some(case.ttl_ms))
    });
    let answer = RuleAnswer::of(findings);
    match evidence.memory.keys_seen {
        WalkShare::Part => {
            RuleAnswer { blind: RuleAnswer::too_soon("keys are still being measured").blind, ..answer }
        }
        WalkShare::Never | WalkShare::Whole => answer,
    }
}
