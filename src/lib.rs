//! streamgauge: an operations console for Redis.

pub mod config;
pub mod core;
pub mod edge;
