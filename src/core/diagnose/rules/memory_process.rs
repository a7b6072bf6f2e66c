//! The process holds memory beside its allocator: modules, scripts, threads, a copy on write.
//!
//! Knows ratio and bytes as INFO has them; an allocator that keeps no figures is unknown and silent.

use super::doctor::{answer, large, parts};
use super::{Evidence, Rule, RuleAnswer, Thresholds};
use crate::core::figures::sentence::bytes;

const ID: &str = "memory.process";
const REMEDY: &str = "Look at modules, scripts and a running save; only a restart gives it back for sure.";

/// `memory.process`
pub const RULE: Rule = Rule::briefly(ID, "the process holds memory beside its allocator", check);

fn check(evidence: &Evidence<'_>, _thresholds: &Thresholds) -> RuleAnswer {
    let found = large(evidence).and_then(|memory| {
        let [_, _, found] = parts(memory);
        found
    });
    let text = |ratio, waste| {
        format!("{} are held by the process beside its allocator, a ratio of {ratio:.2}", bytes(waste))
    };
    answer(evidence, ID, found, text, REMEDY)
}
