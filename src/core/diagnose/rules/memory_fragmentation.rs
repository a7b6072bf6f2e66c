//! Much more memory is resident than used, and none of its parts tells why.
//!
//! Knows ratio and bytes; where a part or a peak is the cause, that is told instead.

use super::doctor::{FRAGMENTED, PEAK, answer, large, parts, waste};
use super::{Evidence, Rule, RuleAnswer, Thresholds};
use crate::core::figures::sentence::bytes;

const ID: &str = "memory.fragmentation";
const REMEDY: &str = "CONFIG SET activedefrag yes gives it back slowly, a restart at once; neither lowers what counts for maxmemory.";

/// `memory.fragmentation`
pub const RULE: Rule = Rule::briefly(ID, "much more memory is resident than used", check);

fn check(evidence: &Evidence<'_>, _thresholds: &Thresholds) -> RuleAnswer {
    let found = large(evidence).and_then(|memory| {
        let after_a_peak = memory.peak.unwrap_or(0) as f64 / memory.used? as f64 > PEAK;
        let has_a_part = parts(memory).iter().any(Option::is_some);
        waste(memory.fragmentation_ratio, memory.fragmentation, FRAGMENTED)
            .filter(|_| !after_a_peak && !has_a_part)
    });
    let text = |ratio, waste| format!("{ratio:.2} times as much is resident as used: {} more", bytes(waste));
    answer(evidence, ID, found, text, REMEDY)
}
