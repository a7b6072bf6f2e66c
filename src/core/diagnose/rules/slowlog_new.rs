//! Commands of the slow log that held the server for a time that others felt.
//!
//! Knows new entries of the last minute; one short entry is no finding, their time together is.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Thresholds};
use crate::core::diagnose::words::name;
use crate::core::figures::sentence::{counted, span};

const ID: &str = "slowlog.new";
const REMEDY: &str = "See which commands and clients: everybody else waits while one of them runs.";

/// `slowlog.new`
pub const RULE: Rule = Rule::at_once(ID, "slow commands held the server within the last minute", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let Some(slow) = &evidence.slow else { return RuleAnswer::unread("the slow log can't be read") };
    let total_ms = slow.total_us / 1000;
    let standing = evidence.standing(ID, &FindingSubject::Server);
    let severity = thresholds.slow_ms_in_a_minute.severity(slow.total_us as f64 / 1e3, standing);
    let Some((severity, (command, longest_us, at_ms))) = severity.zip(slow.longest.as_ref()) else {
        return RuleAnswer::default();
    };
    let text = format!(
        "{} held the server for {} in the last minute, the longest {} for {}",
        counted(slow.entries, "slow command", "slow commands"),
        span(total_ms),
        name(command),
        span(longest_us / 1000)
    );
    RuleAnswer::of([Finding::new(ID, severity, FindingSubject::Server, text, (*at_ms).min(evidence.now_ms))
        .remedy(Destination::Latency, REMEDY)
        .with("entries", Some(slow.entries))
        .with("total_ms", Some(total_ms))
        .with("longest_us", Some(*longest_us))
        .with("command", Some(command.to_string()))])
}
