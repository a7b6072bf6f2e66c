//! Subscribers that went away with something unread: what waited for them is lost.
//!
//! Knows who was behind when it was seen last, and whether the server says that it cut somebody off (7.4, Valkey 8);
//! before that, only that its buffer was nearly full.

use super::subscribers::{FEW, who};
use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity, Thresholds};
use crate::core::diagnose::evidence::fanout::LostSubscriber;
use crate::core::figures::sentence::{bytes, counted};

const ID: &str = "fanout.subscriber_lost";
const REMEDY: &str = "Its messages are gone: pub/sub keeps none. Let it read faster, send it less, or use a stream where nothing may \
    be lost.";

/// `fanout.subscriber_lost`
pub const RULE: Rule = Rule::at_once(ID, "a subscriber went away with messages unread", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let fanout = &evidence.fanout;
    if let Some(answer) = super::subscribers::blind(fanout) {
        return answer;
    }
    let told_ms = i64::try_from(thresholds.loss_told_ms).unwrap_or(i64::MAX);
    let recent = |lost: &&LostSubscriber<'_>| evidence.now_ms.saturating_sub(lost.at_ms) < told_ms;
    let lost: Vec<&LostSubscriber<'_>> = fanout.lost.iter().filter(recent).collect();
    if lost.len() > FEW {
        return RuleAnswer::of(together(&lost));
    }
    RuleAnswer::of(lost.into_iter().map(|lost| {
        let why = if lost.was_cut { "was cut off" } else { "went away" };
        let text = format!("{} {why} with {} unread", who(&lost.who), bytes(lost.bytes));
        Finding::new(ID, Severity::Warning, FindingSubject::Client(lost.who.id), text, lost.at_ms)
            .remedy(Destination::Fanout, REMEDY)
            .with("omem_bytes", Some(lost.bytes))
    }))
}

fn together(lost: &[&LostSubscriber<'_>]) -> Option<Finding> {
    let first_ms = lost.iter().map(|lost| lost.at_ms).min()?;
    let all_bytes = lost.iter().map(|lost| lost.bytes).fold(0, u64::saturating_add);
    let last = lost.iter().max_by_key(|lost| lost.at_ms)?;
    let text = format!(
        "{} went away with {} unread, the last of them {}",
        counted(lost.len() as u64, "subscriber", "subscribers"),
        bytes(all_bytes),
        who(&last.who)
    );
    let finding = Finding::new(ID, Severity::Warning, FindingSubject::Server, text, first_ms)
        .remedy(Destination::Fanout, REMEDY)
        .with("subscribers", Some(lost.len() as u64))
        .with("omem_bytes", Some(all_bytes));
    Some(finding)
}
