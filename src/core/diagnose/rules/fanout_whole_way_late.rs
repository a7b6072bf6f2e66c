//! Messages take longer from when they are due to the last subscriber than they may.
//!
//! Knows what the probe measured over the last minute; while it does not run there is nothing to tell.

use super::targets::{TimeTarget, late};
use super::{Evidence, Rule, RuleAnswer, Thresholds};

const ID: &str = "fanout.whole_way_late";

/// `fanout.whole_way_late`
pub const RULE: Rule = Rule::briefly(ID, "messages of the probe take too long in all", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let target = TimeTarget {
        id: ID,
        what: "messages took, from when they were due, up to",
        figure: |probed| probed.whole_way_ms,
        bands: thresholds.whole_way_ms,
        evidence: "whole_way_p95_ms",
    };
    late(evidence, &target)
}
