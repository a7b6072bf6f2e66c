//! Puts the pure parts and the doors together and lets them run.
//!
//! Knows everything; decides little. Invariant: the console's loop never waits for Redis, a disk or a name.

pub mod act;
pub mod actor;
pub mod check;
pub mod console;
pub mod effects;
mod error;
pub mod frames;
pub mod logging;
pub mod looks;
pub mod panics;
pub mod pass;
pub mod picture;
mod plain;
pub mod probes;
mod settings;
mod setup;
pub mod snapshot;
pub mod start;
mod tasks;
