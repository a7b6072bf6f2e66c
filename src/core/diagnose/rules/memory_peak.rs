//! Memory is resident that was used at a peak and is not any more.
//!
//! Knows the peak since the start; a high one alone is history and no finding.

use super::doctor::{FRAGMENTED, PEAK, answer, large, waste};
use super::{Evidence, Rule, RuleAnswer, Thresholds};
use crate::core::figures::sentence::bytes;

const ID: &str = "memory.peak";
const REMEDY: &str = "The allocator gives little back by itself: MEMORY PURGE or a restart frees resident memory, neither lowers what counts for maxmemory.";

/// `memory.peak`
pub const RULE: Rule = Rule::briefly(ID, "resident memory is left from a peak", check);

fn check(evidence: &Evidence<'_>, _thresholds: &Thresholds) -> RuleAnswer {
    let found = large(evidence).and_then(|memory| {
        let ratio = memory.peak? as f64 / memory.used? as f64;
        waste(memory.fragmentation_ratio, memory.fragmentation, FRAGMENTED).filter(|_| ratio > PEAK)
    });
    let peak = evidence.info.and_then(|info| info.memory.peak).unwrap_or(0);
    let used = evidence.info.and_then(|info| info.memory.used).unwrap_or(0);
    let text = |_, waste| {
        format!(
            "{} more are resident than used: at a peak {} were, now {} are",
            bytes(waste),
            bytes(peak),
            bytes(used)
        )
    };
    answer(evidence, ID, found, text, REMEDY)
}
