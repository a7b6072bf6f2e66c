//! Many patterns: every PUBLISH is compared with each of them, whoever it is for.
//!
//! Knows how many different patterns there are, not how many subscribe to each.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Thresholds};
use crate::core::figures::sentence::counted;

const ID: &str = "fanout.patterns";
const REMEDY: &str =
    "Let clients SUBSCRIBE to channels by name, or share fewer patterns: each PUBLISH tests every pattern.";

/// `fanout.patterns`
pub const RULE: Rule = Rule::briefly(ID, "every PUBLISH is compared with very many patterns", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let Some(patterns) = evidence.fanout.patterns else {
        return RuleAnswer::unread("the number of patterns can't be read");
    };
    let standing = evidence.standing(ID, &FindingSubject::Server);
    RuleAnswer::of(thresholds.patterns.severity(patterns as f64, standing).map(|severity| {
        let text = format!(
            "{} are subscribed to, and every PUBLISH is compared with each of them",
            counted(patterns, "pattern", "patterns")
        );
        Finding::new(ID, severity, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Fanout, REMEDY)
            .with("patterns", Some(patterns))
    }))
}
