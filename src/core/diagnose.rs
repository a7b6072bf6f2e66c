//! What is wrong, since when, and what may be done: verdicts of groups and consumers, rules, findings.
//!
//! Takes figures as values and gives sentences that hold their numbers. Knows nothing of sockets, clocks or
//! screens: time enters with the figures. Invariants: a rule that lacks its figures or its window says so and is
//! never taken for "ok"; quiet and caught up is never wrong; nothing flaps, for what was raised is held and
//! cleared in one place ([`hold`]).

pub mod consumers;
pub mod evidence;
pub mod finding;
pub mod groups;
pub mod growth;
pub mod hold;
pub mod queues;
pub mod rules;
pub mod thresholds;
pub mod words;
