//! A replica that has lost its primary: what it serves grows old.
//!
//! Knows the replica's own view; a primary without replicas is no fault. Netdata: critical from the first second.

use super::{Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity, Thresholds};
use crate::core::figures::sentence::span;
use crate::core::model::server::ServerRole;

const ID: &str = "replication.link_down";

/// `replication.link_down`
pub const RULE: Rule = Rule::at_once(ID, "a replica has lost its primary", check);

fn check(evidence: &Evidence<'_>, _: &Thresholds) -> RuleAnswer {
    let Some(info) = evidence.info else { return RuleAnswer::unread("INFO can't be read") };
    if info.server.role != ServerRole::Replica || info.replication.link_up != Some(false) {
        return RuleAnswer::default();
    }
    let silent_ms = info.replication.link_silent_s.map(|s| s.saturating_mul(1000));
    let primary = info.replication.primary.clone().unwrap_or_else(|| "its primary".to_owned());
    let text = match silent_ms {
        Some(ms) => format!("the link to {primary} is down, last heard {} ago", span(ms)),
        None => format!("the link to {primary} is down: 0 of 1 links stand"),
    };
    let since_ms = evidence.now_ms.saturating_sub_unsigned(silent_ms.unwrap_or(0));
    RuleAnswer::of([Finding::new(ID, Severity::Critical, FindingSubject::Server, text, since_ms)
        .with("primary", info.replication.primary.clone())
        .with("silent_ms", silent_ms)])
}
