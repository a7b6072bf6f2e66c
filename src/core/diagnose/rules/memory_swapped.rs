//! A great part of what is used is not resident: it was swapped out, and every touch of it waits for the disk.
//!
//! Knows used and resident only: what the kernel compressed in memory looks the same.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity, Thresholds};
use crate::core::figures::sentence::{bytes, percent};

const ID: &str = "memory.swapped";
const REMEDY: &str = "Give the host more memory or free some: a server that swaps answers in milliseconds what took microseconds.";
/// Below this it is counting: allocators round, pages that were never touched are not resident.
const LEAST: u64 = 64 << 20;
/// The share of what is used from which on it is a finding, and a critical one.
const SHARES: [f64; 2] = [0.1, 0.5];

/// `memory.swapped`
pub const RULE: Rule = Rule::briefly(ID, "much of what is used is not resident", check);

fn check(evidence: &Evidence<'_>, _thresholds: &Thresholds) -> RuleAnswer {
    let Some(memory) = evidence.info.map(|info| &info.memory) else {
        return RuleAnswer::unread("memory can't be read");
    };
    // A server that does not tell what is resident has no such finding.
    let Some(swapped) = memory.swapped() else { return RuleAnswer::default() };
    let used = memory.used.unwrap_or(0);
    let of_used = swapped as f64 / used.max(1) as f64;
    let [warning, critical] = SHARES;
    let is_found = swapped >= LEAST && of_used >= warning;
    RuleAnswer::of(is_found.then(|| {
        let severity = if of_used >= critical { Severity::Critical } else { Severity::Warning };
        let text = format!(
            "{} of {} used, {}, are not resident: the host has swapped them out",
            bytes(swapped),
            bytes(used),
            percent(of_used)
        );
        Finding::new(ID, severity, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Memory, REMEDY)
            .with("used_bytes", Some(used))
            .with("rss_bytes", memory.rss)
            .with("swapped_bytes", Some(swapped))
    }))
}
