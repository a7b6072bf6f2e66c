//! The last RDB save failed: by default the server refuses writes until one succeeds.
//!
//! Knows what INFO says of the last save. Netdata and awesome-prometheus-alerts call it critical.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity, Thresholds};
use crate::core::figures::sentence::{counted, span};

const ID: &str = "persistence.rdb_failed";
const REMEDY: &str = "See the server's log: disk full, no right to write, or no memory for the fork.";

/// `persistence.rdb_failed`
pub const RULE: Rule = Rule::at_once(ID, "the last RDB save failed", check);

fn check(evidence: &Evidence<'_>, _: &Thresholds) -> RuleAnswer {
    let state = evidence.info.map(|info| &info.persistence);
    let Some(state) = state.filter(|state| state.rdb_last_ok.is_some()) else {
        return RuleAnswer::unread("the state of RDB saves can't be read");
    };
    if state.rdb_last_ok != Some(false) {
        return RuleAnswer::default();
    }
    let saved_ms = state.rdb_last_save_s.and_then(|s| i64::try_from(s).ok()?.checked_mul(1000));
    let age_ms = saved_ms.map(|ms| u64::try_from(evidence.now_ms.saturating_sub(ms)).unwrap_or(0));
    let changes = counted(state.rdb_changes.unwrap_or(0), "change is", "changes are");
    let text = match age_ms {
        Some(age_ms) => format!(
            "the last RDB save failed; {changes} not saved, the last good one is {} old",
            span(age_ms)
        ),
        None => format!("the last RDB save failed; {changes} not saved"),
    };
    RuleAnswer::of([Finding::new(ID, Severity::Critical, FindingSubject::Server, text, evidence.now_ms)
        .remedy(Destination::Memory, REMEDY)
        .with("changes", state.rdb_changes)
        .with("last_save_age_ms", age_ms)])
}
