//! Publishing takes longer than it may.
//!
//! Knows what the probe measured over the last minute; while it does not run there is nothing to tell.

use super::targets::{TimeTarget, late};
use super::{Evidence, Rule, RuleAnswer, Thresholds};

const ID: &str = "fanout.publish_late";

/// `fanout.publish_late`
pub const RULE: Rule = Rule::briefly(ID, "messages of the probe are published late", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let target = TimeTarget {
        id: ID,
        what: "PUBLISH took up to",
        figure: |probed| probed.publish_ms,
        bands: thresholds.publish_ms,
        evidence: "publish_p95_ms",
    };
    late(evidence, &target)
}
