//! What is shown is true, and looking is cheap, on real servers of both kinds: the hit ratio of others while we
//! poll, delivery times of a group, what a million
//! pending entries cost.
//!
//! Knows what is done to a server and what was read of it; nothing of how it is shown.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "../support/server.rs"]
mod server;
#[path = "../support/session.rs"]
mod support;

mod delivery;
mod hits;
mod pending;
mod watch;
