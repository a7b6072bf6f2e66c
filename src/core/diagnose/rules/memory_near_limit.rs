//! Memory near its limit: maxmemory, or the host's where there is none.
//!
//! Knows what the server itself compares with maxmemory, and which policy evicts everything; does not know the
//! limit of a container.

use super::{Answer, BRIEFLY, Rule};
use crate::core::diagnose::evidence::Evidence;
use crate::core::diagnose::figures::{bytes, share};
use crate::core::diagnose::finding::{Finding, Place, Subject};
use crate::core::diagnose::thresholds::{Bands, Thresholds};
use crate::core::model::memory::Memory;

const ID: &str = "memory.near_limit";
const REMEDY: &str =
    "See what holds the memory; at the limit writes are refused or keys evicted, after its policy.";

/// `memory.near_limit`
pub const RULE: Rule =
    Rule { id: ID, doc: "memory is nearly used up", raise: BRIEFLY, is_held: false, check };

/// What fills what.
struct Filling {
    used: u64,
    limit: u64,
    of: &'static str,
    bands: Bands,
}

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> Answer {
    let memory = evidence.info.map(|info| &info.memory);
    let Some(filling) = memory.and_then(|memory| filling(memory, thresholds)) else {
        return Answer::unread("memory or its limit can't be read");
    };
    let ratio = filling.used as f64 / filling.limit as f64;
    let standing = evidence.standing(ID, &Subject::Server);
    Answer::of(filling.bands.severity(ratio, standing).map(|severity| {
        let policy = memory.and_then(|memory| memory.policy.clone());
        let text = format!(
            "{} used, {} of {} ({}), policy {}",
            bytes(filling.used),
            share(ratio),
            bytes(filling.limit),
            filling.of,
            policy.as_deref().unwrap_or("unknown")
        );
        Finding::new(ID, severity, Subject::Server, text, evidence.now_ms)
            .remedy(Place::Memory, REMEDY)
            .with("used_bytes", Some(filling.used))
            .with("limit_bytes", Some(filling.limit))
            .with("policy", policy)
    }))
}

fn filling(memory: &Memory, thresholds: &Thresholds) -> Option<Filling> {
    if let Some(limit) = memory.limit() {
        let evicts_all = memory.policy.as_deref().is_some_and(|policy| policy.starts_with("allkeys"));
        let bands = if evicts_all { thresholds.memory_of_caches } else { thresholds.memory };
        return Some(Filling { used: memory.counted()?, limit, of: "maxmemory", bands });
    }
    // An unknown limit is not the same as none.
    memory.maxmemory?;
    let limit = memory.system_total.filter(|&total| total > 0)?;
    Some(Filling { used: memory.rss?, limit, of: "the host's memory", bands: thresholds.memory_of_host })
}
