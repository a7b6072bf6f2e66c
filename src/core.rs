//! What is known about a Redis and what may be asked of it: pure values and functions.
//!
//! Nothing in here does I/O, reads a clock, spawns, awaits or prints. Time enters as an argument.

#[macro_use]
pub(crate) mod worded;

pub mod demo;
pub mod diagnose;
pub mod figures;
pub mod limits;
pub mod model;
pub mod ops;
pub mod queues;
pub mod reading;
pub mod wire;
