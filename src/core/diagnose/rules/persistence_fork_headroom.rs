//! The next save may not fit: what is written while it runs is copied, beside all that is resident.
//!
//! Knows what the last saves copied and the host's or the container's memory; nothing where no save ever ran.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity, Thresholds};
use crate::core::figures::sentence::bytes;

const ID: &str = "persistence.fork_headroom";
const REMEDY: &str = "Lower maxmemory or give the host more: when a save does not fit, the kernel ends Redis. Begin no save now.";

/// `persistence.fork_headroom`
pub const RULE: Rule = Rule::briefly(ID, "the next save may not fit into memory", check);

fn check(evidence: &Evidence<'_>, _thresholds: &Thresholds) -> RuleAnswer {
    let Some(info) = evidence.info else { return RuleAnswer::unread("memory can't be read") };
    let persistence = &info.persistence;
    let copied = [persistence.rdb_last_copied, persistence.aof_last_copied, persistence.copied_now];
    let copied = copied.into_iter().flatten().max().filter(|&copied| copied > 0);
    let room = evidence.memory.resident_room;
    let limit = room.map(|room| room.limit).or(info.memory.system_total);
    let (Some(copied), Some(limit), Some(rss)) = (copied, limit, info.memory.rss) else {
        return RuleAnswer::default();
    };
    RuleAnswer::of((rss.saturating_add(copied) > limit).then(|| {
        let text = format!(
            "{} are resident and the last save copied {} more: together more than the {} there are",
            bytes(rss),
            bytes(copied),
            bytes(limit)
        );
        Finding::new(ID, Severity::Warning, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Memory, REMEDY)
            .with("rss_bytes", Some(rss))
            .with("copied_bytes", Some(copied))
            .with("limit_bytes", Some(limit))
    }))
}
