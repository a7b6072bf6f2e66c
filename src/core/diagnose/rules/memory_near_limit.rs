//! Memory near the nearest limit: maxmemory, the container's as the config tells it, or the host's.
//!
//! Knows what the server itself compares with maxmemory, and which policy evicts everything.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer};
use crate::core::diagnose::thresholds::{Bands, Thresholds};
use crate::core::figures::sentence::{bytes, percent};
use crate::core::model::memory::{LimitOf, Memory};

const ID: &str = "memory.near_limit";
const REMEDY: &str =
    "Check what holds the memory; at the limit writes are refused or keys evicted, after its policy.";
const REMEDY_RESIDENT: &str = "At this limit the kernel ends the server: give it more, or free what is resident (what fragments it too); maxmemory below it would refuse or evict before.";

/// `memory.near_limit`
pub const RULE: Rule = Rule::briefly(ID, "memory is nearly used up", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let memory = evidence.info.map(|info| &info.memory);
    let (Some(memory), Some(room)) = (memory, evidence.memory.headroom) else {
        return RuleAnswer::unread("memory or its limit can't be read");
    };
    let ratio = room.fullness();
    let standing = evidence.standing(ID, &FindingSubject::Server);
    RuleAnswer::of(bands(memory, room.of, thresholds).severity(ratio, standing).map(|severity| {
        let policy = memory.policy.clone();
        let text = format!(
            "{} {}, {} of {} ({}), policy {}",
            bytes(room.used),
            if room.of == LimitOf::Maxmemory { "used" } else { "resident" },
            percent(ratio),
            bytes(room.limit),
            room.of.phrase(),
            policy.as_deref().unwrap_or("unknown")
        );
        Finding::new(ID, severity, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Memory, if room.of == LimitOf::Maxmemory { REMEDY } else { REMEDY_RESIDENT })
            .with("used_bytes", Some(room.used))
            .with("limit_bytes", Some(room.limit))
            .with("limit_of", Some(room.of.word().to_owned()))
            .with("policy", policy)
    }))
}

/// From when on how full is wrong: a cache may well be full.
pub(super) fn bands(memory: &Memory, of: LimitOf, thresholds: &Thresholds) -> Bands {
    match of {
        LimitOf::Maxmemory if memory.evicts_all() => thresholds.memory_of_caches,
        LimitOf::Maxmemory => thresholds.memory,
        LimitOf::Container | LimitOf::Host => thresholds.memory_of_host,
    }
}
