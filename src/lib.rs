//! streamgauge: an operations console for Redis.

pub mod app;
pub mod cli;
pub mod commands;
pub mod config;
pub mod core;
pub mod edge;
pub mod report;
pub mod runtime;
pub mod ui;
