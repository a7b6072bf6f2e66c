//! `queue.leaks`: what frameworks have left behind, which takes memory for nothing.
//!
//! Knows what was counted. Invariant: all of it is one finding; its window is told where not all keys were looked at.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity, Thresholds};
use crate::core::diagnose::queues::QueueLeak;
use crate::core::figures::sentence::{bytes, count, percent};

const ID: &str = "queue.leaks";
/// Kinds that are told one by one.
const TOLD: usize = 3;

/// `queue.leaks`
pub const RULE: Rule = Rule::at_once(ID, "a job framework has left very much behind", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    if evidence.info.is_none() {
        return RuleAnswer::unread("queues can't be read");
    }
    let is_much = |leak: &&QueueLeak| {
        leak.count >= thresholds.queue_leaks
            || leak.bytes.is_some_and(|bytes| bytes >= thresholds.queue_leak_bytes)
    };
    let mut leaks: Vec<&QueueLeak> = evidence.queue_leaks.iter().filter(is_much).collect();
    leaks.sort_by_key(|leak| std::cmp::Reverse((leak.bytes, leak.count)));
    let Some(worst) = leaks.first() else { return RuleAnswer::of([]) };
    let told: Vec<String> = leaks.iter().take(TOLD).map(|leak| sentence(leak)).collect();
    let more = match leaks.len().saturating_sub(TOLD) {
        0 => String::new(),
        more => format!("; {} more", count(more as u64)),
    };
    let text = format!("{}{more}", told.join("; "));
    let sum = leaks.iter().map(|leak| leak.count).fold(0_u64, u64::saturating_add);
    let known = leaks.iter().filter_map(|leak| leak.bytes).reduce(u64::saturating_add);
    let finding = Finding::new(ID, Severity::Warning, FindingSubject::Server, text, evidence.now_ms)
        .remedy(Destination::Queues, worst.remedy)
        .with("leaked", Some(sum))
        .with("leaked_bytes", known);
    RuleAnswer::of([finding])
}

/// `celery: 2,300 reply lists that nobody reads, about 120 MB, in the 40% of keys that were measured`.
fn sentence(leak: &QueueLeak) -> String {
    let takes = leak.bytes.map_or_else(String::new, |taken| format!(", about {}", bytes(taken)));
    let window = match leak.seen {
        Some(share) if share < 1.0 => format!(", in the {} of keys that were measured", percent(share)),
        _ => String::new(),
    };
    format!("{}: {} {}{takes}{window}", leak.of, count(leak.count), leak.what)
}
