//! Too few lookups find their key.
//!
//! Knows hits and misses of others, never ours. Few lookups say nothing and are well; a window that is too short
//! says nothing and is not.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Thresholds};
use crate::core::figures::sentence::{count, percent, span};

const ID: &str = "cache.hit_ratio";
const REMEDY: &str =
    "Check whether keys expire or are evicted faster than they are filled, or were just invalidated.";

/// `cache.hit_ratio`
pub const RULE: Rule = Rule::briefly(ID, "too few lookups find their key", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    if evidence.info.is_none_or(|info| info.stats.lookups.is_none()) {
        return RuleAnswer::unread("hits and misses can't be read");
    }
    let window = evidence.cache;
    let window_ms = window.whole_us / 1000;
    if window_ms < thresholds.hit_ratio_least_ms {
        let least = span(thresholds.hit_ratio_least_ms);
        return RuleAnswer::too_soon(format!("hits and misses are watched for {least} first"));
    }
    let Some(ratio) = window.ratio() else { return RuleAnswer::default() };
    let standing = evidence.standing(ID, &FindingSubject::Server);
    RuleAnswer::of(thresholds.hit_ratio.severity(ratio, standing).map(|severity| {
        let text = format!(
            "{} of {} lookups found their key in {}",
            percent(ratio),
            count(window.lookups.total()),
            span(window_ms)
        );
        Finding::new(ID, severity, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Cache, REMEDY)
            .with("hit_ratio", Some(ratio))
            .with("hits", Some(window.lookups.hits))
            .with("misses", Some(window.lookups.misses))
            .with("coverage", window.coverage())
            .with("window_ms", Some(window_ms))
    }))
}
