//! The append-only file could not be written, or not be rewritten.
//!
//! Knows what INFO says of the last of each: a failed write makes the server refuse writes, a failed rewrite lets
//! the file grow.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity, Thresholds};
use crate::core::figures::sentence::bytes;

const ID: &str = "persistence.aof_failed";
const REMEDY: &str = "See the server's log: disk full, no right to write, or no memory for the fork.";

/// `persistence.aof_failed`
pub const RULE: Rule = Rule::at_once(ID, "the append-only file could not be written or rewritten", check);

fn check(evidence: &Evidence<'_>, _: &Thresholds) -> RuleAnswer {
    let Some(info) = evidence.info.filter(|info| info.persistence.aof_enabled.is_some()) else {
        return RuleAnswer::unread("the state of the append-only file can't be read");
    };
    let state = &info.persistence;
    let (severity, what) = match (state.aof_enabled, state.aof_last_write_ok, state.aof_last_rewrite_ok) {
        (Some(false), ..) => return RuleAnswer::default(),
        (_, Some(false), _) => (Severity::Critical, "the last write of the append-only file failed"),
        (_, _, Some(false)) => (Severity::Warning, "the last rewrite of the append-only file failed"),
        _ => return RuleAnswer::default(),
    };
    let text = format!("{what}; {} wait in its buffer", bytes(info.memory.aof_buffer.unwrap_or(0)));
    RuleAnswer::of([Finding::new(ID, severity, FindingSubject::Server, text, evidence.now_ms)
        .remedy(Destination::Memory, REMEDY)
        .with("aof_buffer_bytes", info.memory.aof_buffer)])
}
