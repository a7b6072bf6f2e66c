//! The demo on real servers: it starts, shows what its scenarios promise, heals, and leaves nothing behind.
//!
//! Knows the demo's public face and what redis-rs reads from the server it started. Every wait is a predicate
//! with a deadline.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod life;
mod probe;
mod scenarios;
