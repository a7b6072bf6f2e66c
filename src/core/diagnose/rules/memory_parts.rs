//! Memory that is resident and not used, where INFO tells which part of it that is.
//!
//! Knows ratio and bytes as INFO has them; an allocator that keeps no figures is unknown and silent.

use super::doctor::{Waste, answer, large, parts};
use super::{Evidence, Rule, RuleAnswer};
use crate::core::figures::sentence::bytes;

const FRAGMENTATION_ID: &str = "memory.allocator_fragmentation";
const FRAGMENTATION_REMEDY: &str = "CONFIG SET activedefrag yes packs it anew, at some processor time; it frees resident memory, not what counts for maxmemory.";
const PAGES_ID: &str = "memory.allocator_pages";
const PAGES_REMEDY: &str =
    "MEMORY PURGE gives them back, and may hold the server for a moment; what counts for maxmemory stays.";
const PROCESS_ID: &str = "memory.process";
const PROCESS_REMEDY: &str =
    "Check modules, scripts and a running save; only a restart gives it back for sure.";

/// The allocator holds holes between small pieces.
pub const FRAGMENTATION: Rule =
    Rule::briefly(FRAGMENTATION_ID, "the allocator holds holes between small pieces", |evidence, _| {
        let what = "fragmented inside the allocator";
        part(evidence, FRAGMENTATION_ID, |[found, _, _]| found, what, FRAGMENTATION_REMEDY)
    });

/// The allocator holds pages that nobody uses.
pub const PAGES: Rule =
    Rule::briefly(PAGES_ID, "the allocator holds pages that nobody uses", |evidence, _| {
        let what = "held by the allocator in pages that nobody uses";
        part(evidence, PAGES_ID, |[_, found, _]| found, what, PAGES_REMEDY)
    });

/// The process holds memory beside its allocator: modules, scripts, threads, a copy on write.
pub const PROCESS: Rule =
    Rule::briefly(PROCESS_ID, "the process holds memory beside its allocator", |evidence, _| {
        let what = "held by the process beside its allocator";
        part(evidence, PROCESS_ID, |[_, _, found]| found, what, PROCESS_REMEDY)
    });

fn part(
    evidence: &Evidence<'_>,
    id: &'static str,
    which: fn([Option<Waste>; 3]) -> Option<Waste>,
    what: &str,
    remedy: &'static str,
) -> RuleAnswer {
    let found = large(evidence).and_then(|memory| which(parts(memory)));
    let text = |ratio, waste| format!("{} are {what}, a ratio of {ratio:.2}", bytes(waste));
    answer(evidence, id, found, text, remedy)
}
