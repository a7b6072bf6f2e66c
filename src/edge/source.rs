//! Where observations come from: a server that is polled.
//!
//! Knows when to ask; what to ask is decided by `core::wire::round`. Invariants: one thing is asked at a time,
//! so that no question of ours lies outside a bracket; everything that waits has an end.

mod poll;
mod session;

pub use poll::{Event, PollHandle, PollRequest, poll};
pub use session::Session;
