//! Messages take longer from PUBLISH to the last subscriber than they may.
//!
//! Knows what the probe measured over the last minute; while it does not run there is nothing to tell.

use super::targets::{TimeTarget, late};
use super::{Evidence, Rule, RuleAnswer, Thresholds};

const ID: &str = "fanout.delivery_late";

/// `fanout.delivery_late`
pub const RULE: Rule = Rule::briefly(ID, "messages of the probe arrive late", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let target = TimeTarget {
        id: ID,
        what: "messages took up to",
        figure: |probed| probed.delivery_ms,
        bands: thresholds.delivery_ms,
        evidence: "delivery_p95_ms",
    };
    late(evidence, &target)
}
