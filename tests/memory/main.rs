//! Memory on real servers of both kinds: what pending entries lists take, when it is full, what keys come to by pattern,
//! counters, and what `check` says of a cache that fills.
//!
//! Knows what is done to a server and what was read of it; nothing of how it is shown.

#![cfg(test)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "../support/proxy.rs"]
mod proxy;
#[path = "../support/server.rs"]
mod server;
#[path = "../support/session.rs"]
mod support;

mod counters;
mod globs;
mod keys;
mod limits;
mod lists;
mod members;
mod profile;
mod ramp;
mod watch;
