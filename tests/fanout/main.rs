//! How late messages arrive, on real servers: who listens and who falls behind, what a probe measures and leaves
//! behind, channel layers of the real `channels_redis`.
//!
//! Knows what is done to a server and what was read of it; nothing of how it is shown.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

#[path = "../support/python.rs"]
mod python;
#[path = "../support/server.rs"]
mod server;
#[path = "../support/session.rs"]
mod support;

mod layers;
mod passive;
mod probe;
mod subscribers;
mod watch;
