//! streamgauge: an operations console for Redis.

pub mod core;
pub mod edge;
