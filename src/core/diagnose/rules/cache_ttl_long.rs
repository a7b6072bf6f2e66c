//! Keys of a tier live longer than the config says.
//!
//! Knows what a pass of the walk has seen, which is as old as that pass; silent before the first is over.

use super::{Evidence, Rule, RuleAnswer, Thresholds, tiers};
use crate::core::diagnose::evidence::memory::TierCase;
use crate::core::diagnose::words::name;
use crate::core::figures::sentence::{count, span};

const ID: &str = "cache.ttl_long";
const REMEDY: &str = "Find who writes them with another TTL, or correct the pattern in the config.";

/// `cache.ttl_long`
pub const RULE: Rule = Rule::at_once(ID, "keys of a tier live longer than they should", check);

fn check(evidence: &Evidence<'_>, _thresholds: &Thresholds) -> RuleAnswer {
    let text = |case: &TierCase<'_>| {
        format!(
            "{}: {} of {} keys live longer than {}, the longest {} more",
            name(case.glob),
            count(case.too_long),
            count(case.keys),
            span(case.ttl_ms),
            span(case.longest_ms.unwrap_or(0))
        )
    };
    tiers::findings(evidence, (ID, REMEDY), |case| case.too_long > 0, text)
}
