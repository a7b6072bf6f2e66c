//! Settling pending rows of a group: hand over, release, requeue, dead-letter, drop, sweep.

pub mod plan;
pub mod request;
pub mod run;

pub use run::SettleWork;
