//! Keys of a tier live longer than the config says.
//!
//! Knows what a pass of the walk has seen, which is as old as that pass; silent before the first is over.

use super::{AT_ONCE, Rule, RuleAnswer};
use crate::core::diagnose::evidence::Evidence;
use crate::core::diagnose::evidence::memory::WalkShare;
use crate::core::diagnose::finding::{Destination, Finding, FindingSubject, Severity};
use crate::core::diagnose::thresholds::Thresholds;
use crate::core::diagnose::words::name;
use crate::core::figures::sentence::{count, span};

const ID: &str = "cache.ttl_long";
const REMEDY: &str = "Find who writes them with another TTL, or correct the pattern in the config.";

/// `cache.ttl_long`
pub const RULE: Rule = Rule {
    id: ID,
    doc: "keys of a tier live longer than they should",
    raise: AT_ONCE,
    is_held: false,
    check,
};

fn check(evidence: &Evidence<'_>, _thresholds: &Thresholds) -> RuleAnswer {
    if evidence.info.is_none() {
        return RuleAnswer::unread("keys can't be read");
    }
    let cases = evidence.memory.tiers.iter().filter(|case| case.too_long > 0);
    let findings = cases.map(|case| {
        let text = format!(
            "{}: {} of {} keys live longer than {}, the longest {} more",
            name(case.glob),
            count(case.too_long),
            count(case.keys),
            span(case.ttl_ms),
            span(case.longest_ms.unwrap_or(0))
        );
        let subject = FindingSubject::Pattern(case.glob.clone());
        Finding::new(ID, Severity::Warning, subject, text, evidence.now_ms)
            .remedy(Destination::Cache, REMEDY)
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
