//! Keys of a tier that the config gives a TTL have none: they stay until somebody deletes them.
//!
//! Knows what a pass of the walk has seen, which is as old as that pass; silent before the first is over.

use super::{Evidence, Rule, RuleAnswer, Thresholds, tiers};
use crate::core::diagnose::evidence::memory::TierCase;
use crate::core::diagnose::words::name;
use crate::core::figures::sentence::{bytes, count, span};

const ID: &str = "cache.ttl_missing";
const REMEDY: &str = "Find who writes them without a TTL; invalidating the pattern frees them, and they are built anew when asked for.";

/// `cache.ttl_missing`
pub const RULE: Rule = Rule::at_once(ID, "keys of a tier have no TTL", check);

fn check(evidence: &Evidence<'_>, _thresholds: &Thresholds) -> RuleAnswer {
    let text = |case: &TierCase<'_>| {
        format!(
            "{}: {} of {} keys have no TTL and hold {}; the config says {} at most",
            name(case.glob),
            count(case.forever.0),
            count(case.keys),
            bytes(case.forever.1),
            span(case.ttl_ms)
        )
    };
    tiers::findings(evidence, (ID, REMEDY), |case| case.forever.0 > 0, text)
}
