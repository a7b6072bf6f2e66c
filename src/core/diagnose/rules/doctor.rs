//! What the rules of MEMORY DOCTOR share: they are worked out from INFO, for those who may not call it and for those who
//! want a number.
//!
//! Knows the server's own limits (`object.c`, getMemoryDoctorReport). Ours is only that a small server is left alone: up to
//! [`SMALL`] the program itself is most of its resident set.

use super::{Destination, Evidence, Finding, FindingSubject, RuleAnswer, Severity};
use crate::core::model::info::Info;
use crate::core::model::memory::Memory;

/// Bytes from which on a waste is worth a word.
pub(super) const WASTE: i64 = 10 << 20;
/// Resident over used from which on memory is fragmented.
pub(super) const FRAGMENTED: f64 = 1.4;
/// The same for each part of the waste.
pub(super) const PART: f64 = 1.1;
/// Peak over used from which on what is resident may be left from it.
pub(super) const PEAK: f64 = 1.5;
/// Below this much used a server is left alone. Ours; the server's is 5 MiB.
const SMALL: u64 = 64 << 20;

/// Memory of a server that is large enough to be looked at.
pub(super) fn large<'a>(evidence: &Evidence<'a>) -> Option<&'a Memory> {
    let info: &Info = evidence.info?;
    Some(&info.memory).filter(|memory| memory.used.is_some_and(|used| used >= SMALL))
}

/// Memory that is resident and not used: as a ratio of what is used, and in bytes.
pub(super) type Waste = (f64, u64);

/// A waste, where its ratio and its bytes are both beyond the limits.
pub(super) fn waste(ratio: Option<f64>, bytes: Option<i64>, limit: f64) -> Option<Waste> {
    let (ratio, bytes) = (ratio.filter(|ratio| *ratio > limit)?, bytes.filter(|bytes| *bytes > WASTE)?);
    Some((ratio, u64::try_from(bytes).unwrap_or(0)))
}

/// Which parts of the waste are beyond their limits: allocator's fragmentation, its pages, the rest of the process.
pub(super) fn parts(memory: &Memory) -> [Option<Waste>; 3] {
    let signed = |bytes: Option<u64>| bytes.and_then(|bytes| i64::try_from(bytes).ok());
    [
        waste(memory.allocator_frag_ratio, signed(memory.allocator_frag), PART),
        waste(memory.allocator_rss_ratio, signed(memory.allocator_rss), PART),
        waste(memory.rss_overhead_ratio, memory.rss_overhead, PART),
    ]
}

/// The answer of such a rule.
pub(super) fn answer(
    evidence: &Evidence<'_>,
    id: &'static str,
    found: Option<Waste>,
    text: impl Fn(f64, u64) -> String,
    remedy: &'static str,
) -> RuleAnswer {
    if evidence.info.is_none() {
        return RuleAnswer::unread("memory can't be read");
    }
    RuleAnswer::of(found.map(|(ratio, bytes)| {
        Finding::new(id, Severity::Warning, FindingSubject::Server, text(ratio, bytes), evidence.now_ms)
            .remedy(Destination::Memory, remedy)
            .with("ratio", Some(ratio))
            .with("bytes", Some(bytes))
    }))
}
