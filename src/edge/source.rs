//! Where observations come from: a server that is polled.
//!
//! Knows when to ask; what to ask is decided by `core::wire::round`. Invariants: what is asked over the line of
//! the rounds stands one behind the other, each within its own bracket; everything that waits has an end.

mod control;
mod flight;
mod looks;
mod poll;
mod remembered;
mod session;

pub use flight::Flight;
pub use poll::{Event, PollHandle, PollRequest, poll};
pub use session::Session;
