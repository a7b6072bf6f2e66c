//! What carries actions out: the look at the server for a plan, and the steps of what was confirmed.
//!
//! Knows links, the journal and tasks; what is asked and sent is `core::ops`'. Invariant: both are machines there, and
//! every wait is here.

pub mod disk;
pub mod execute;
pub mod program;
mod pulse;
pub mod survey;
pub mod warm;
