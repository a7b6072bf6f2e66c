//! Memory will be at its limit soon, as it grows now; the stream that grows most is named.
//!
//! Knows a slope and its noise; does not know what producers will do. Silent where every key may be evicted: such a cache
//! may well be full.

use super::memory_near_limit::bands;
use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Thresholds};
use crate::core::diagnose::words::name;
use crate::core::figures::sentence::{bytes, percent, span};

const ID: &str = "memory.full_soon";
const REMEDY: &str =
    "The Memory screen lists what can be freed; a trim frees entries, not pending entries lists.";

/// `memory.full_soon`
pub const RULE: Rule = Rule::briefly(ID, "memory will be used up soon", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let memory = &evidence.memory;
    let Some(room) = memory.headroom else { return RuleAnswer::unread("memory or its limit can't be read") };
    if !memory.is_foretold {
        return RuleAnswer::too_soon("a slope needs 10 readings");
    }
    let may_be_full =
        evidence.info.is_some_and(|info| bands(&info.memory, room.of, thresholds).warning.is_none());
    let (Some(seconds), false) = (memory.seconds_to_full, may_be_full || room.left() == 0) else {
        return RuleAnswer::default();
    };
    let standing = evidence.standing(ID, &FindingSubject::Server);
    RuleAnswer::of(thresholds.full_in_minutes.severity(seconds / 60.0, standing).map(|severity| {
        let grows = memory.grows_per_s.unwrap_or(0.0).max(0.0);
        let grower = memory.grower.map_or_else(String::new, |(key, _, of_all)| {
            format!(", {} of it by {}", percent(of_all), name(key))
        });
        let text = format!(
            "memory is full in {}: {}/s more{grower}; {} left of {} ({})",
            span((seconds * 1000.0) as u64),
            bytes(grows as u64),
            bytes(room.left()),
            bytes(room.limit),
            room.of.phrase()
        );
        Finding::new(ID, severity, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Memory, REMEDY)
            .with("seconds_to_full", Some(seconds))
            .with("slope_bytes_per_s", memory.grows_per_s)
            .with("left_bytes", Some(room.left()))
            .with("limit_bytes", Some(room.limit))
            .with("limit_of", Some(room.of.word().to_owned()))
            .with("grower", memory.grower.map(|(key, _, _)| key.text()))
            .with("grower_share", memory.grower.map(|(_, _, of_all)| of_all))
    }))
}
