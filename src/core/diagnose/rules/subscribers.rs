//! What rules about subscribers share: how one is called, and when nothing can be told of any.
//!
//! Knows words; judges nothing.

use super::RuleAnswer;
use crate::core::diagnose::evidence::fanout::{FanoutCase, Who};
use crate::core::diagnose::words::name;

/// More subscribers than these with one trouble have one cause: they are told together.
pub const FEW: usize = 3;

/// `client 7 (feed, 10.0.0.7:4000)`.
pub fn who(who: &Who<'_>) -> String {
    let called = [who.name, who.address].into_iter().filter(|name| !name.as_bytes().is_empty()).map(name);
    let called = called.collect::<Vec<_>>().join(", ");
    if called.is_empty() { format!("client {}", who.id) } else { format!("client {} ({called})", who.id) }
}

/// Why nothing can be told, if so: nobody says whether anybody subscribes, or who.
pub fn blind(fanout: &FanoutCase<'_>) -> Option<RuleAnswer> {
    match fanout.is_used {
        None => Some(RuleAnswer::unread("whether anybody subscribes can't be read")),
        Some(true) if !fanout.is_listed => Some(RuleAnswer::unread("subscribers can't be listed")),
        Some(_) => None,
    }
}
