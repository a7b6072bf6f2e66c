//! The allocator holds pages that nobody uses.
//!
//! Knows ratio and bytes as INFO has them; an allocator that keeps no figures is unknown and silent.

use super::doctor::{answer, large, parts};
use super::{Evidence, Rule, RuleAnswer, Thresholds};
use crate::core::figures::sentence::bytes;

const ID: &str = "memory.allocator_pages";
const REMEDY: &str =
    "MEMORY PURGE gives them back, and may hold the server for a moment; what counts for maxmemory stays.";

/// `memory.allocator_pages`
pub const RULE: Rule = Rule::briefly(ID, "the allocator holds pages that nobody uses", check);

fn check(evidence: &Evidence<'_>, _thresholds: &Thresholds) -> RuleAnswer {
    let found = large(evidence).and_then(|memory| {
        let [_, found, _] = parts(memory);
        found
    });
    let text = |ratio, waste| {
        format!("{} are held by the allocator in pages that nobody uses, a ratio of {ratio:.2}", bytes(waste))
    };
    answer(evidence, ID, found, text, REMEDY)
}
