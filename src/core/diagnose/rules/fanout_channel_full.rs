//! Channels of a channel layer that are full: what is sent to them is dropped, and nobody is told.
//!
//! Knows how many messages wait; the capacity of a channel is the layer's own setting, so ours is a guess until it is
//! configured.

use super::subscribers::FEW;
use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity, Thresholds};
use crate::core::diagnose::evidence::fanout::FullChannel;
use crate::core::diagnose::words::name;
use crate::core::figures::sentence::{count, counted, span};

const ID: &str = "fanout.channel_full";
const REMEDY: &str = "Its receiver is gone or too slow. A dead one's channel goes by itself when its messages expire; else let it do \
    less, or raise the layer's capacity.";

/// `fanout.channel_full`
pub const RULE: Rule = Rule::at_once(ID, "a channel of a channel layer is full and drops messages", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let fanout = &evidence.fanout;
    if evidence.info.is_none() {
        return RuleAnswer::unread("channel layers can't be looked for");
    }
    let capacity = thresholds.channel_capacity;
    let full: Vec<&FullChannel> = fanout.full.iter().collect();
    if full.len() > FEW {
        return RuleAnswer::of(together(&full, capacity, evidence.now_ms));
    }
    RuleAnswer::of(full.into_iter().map(|channel| {
        let age = channel
            .oldest_age_ms
            .map_or_else(String::new, |age_ms| format!(", the oldest for {}", span(age_ms)));
        let text = format!(
            "channel {} is full: {} of {} messages wait in it{age}, and more are dropped",
            name(&channel.key),
            count(channel.backlog),
            count(capacity)
        );
        let since_ms = channel.oldest_age_ms.map_or(evidence.now_ms, |age_ms| {
            evidence.now_ms.saturating_sub(i64::try_from(age_ms).unwrap_or(0)).max(0)
        });
        Finding::new(ID, Severity::Critical, FindingSubject::Channel(channel.key.clone()), text, since_ms)
            .remedy(Destination::Fanout, REMEDY)
            .with("backlog", Some(channel.backlog))
            .with("capacity", Some(capacity))
            .with("oldest_age_ms", channel.oldest_age_ms)
    }))
}

fn together(full: &[&FullChannel], capacity: u64, now_ms: i64) -> Option<Finding> {
    let first = full.first()?;
    let text = format!(
        "{} are full, {} or more messages each, and drop what comes: {} is one of them",
        counted(full.len() as u64, "channel", "channels"),
        count(capacity),
        name(&first.key)
    );
    let finding = Finding::new(ID, Severity::Critical, FindingSubject::Server, text, now_ms)
        .remedy(Destination::Fanout, REMEDY)
        .with("channels", Some(full.len() as u64))
        .with("capacity", Some(capacity));
    Some(finding)
}
