//! The allocator holds holes between small pieces.
//!
//! Knows ratio and bytes as INFO has them; an allocator that keeps no figures is unknown and silent.

use super::doctor::{answer, large, parts};
use super::{Evidence, Rule, RuleAnswer, Thresholds};
use crate::core::figures::sentence::bytes;

const ID: &str = "memory.allocator_fragmentation";
const REMEDY: &str = "CONFIG SET activedefrag yes packs it anew, at some processor time; it frees resident memory, not what counts for maxmemory.";

/// `memory.allocator_fragmentation`
pub const RULE: Rule = Rule::briefly(ID, "the allocator holds holes between small pieces", check);

fn check(evidence: &Evidence<'_>, _thresholds: &Thresholds) -> RuleAnswer {
    let found = large(evidence).and_then(|memory| {
        let [found, _, _] = parts(memory);
        found
    });
    let text =
        |ratio, waste| format!("{} are fragmented inside the allocator, a ratio of {ratio:.2}", bytes(waste));
    answer(evidence, ID, found, text, REMEDY)
}
