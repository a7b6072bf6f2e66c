//! The log: events kept for the Log screen, or written to standard error.
//!
//! Invariant: no thread of its own (the console moves events before it draws them), and no secret in it, since
//! none can be formatted.

use crate::config::settings::LogLevel;
use std::io::IsTerminal;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Events kept for the Log screen.
const EVENTS: usize = 2_000;

/// Keeps events for the Log screen.
pub fn to_screen(level: LogLevel) {
    tui_logger::set_hot_buffer_depth(EVENTS);
    tui_logger::set_buffer_depth(EVENTS);
    tui_logger::set_default_level(match level {
        LogLevel::Error => tui_logger::LevelFilter::Error,
        LogLevel::Warn => tui_logger::LevelFilter::Warn,
        LogLevel::Info => tui_logger::LevelFilter::Info,
        LogLevel::Debug => tui_logger::LevelFilter::Debug,
        LogLevel::Trace => tui_logger::LevelFilter::Trace,
    });
    let layer = tui_logger::TuiTracingSubscriberLayer.with_filter(filter(level));
    let _already = tracing_subscriber::registry().with(layer).try_init();
}

/// Writes what is at least a warning to standard error: for commands without a screen.
pub fn to_stderr() {
    let layer =
        tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false).without_time();
    let layer = layer.with_ansi(has_colour());
    let _already = tracing_subscriber::registry().with(layer.with_filter(LevelFilter::ERROR)).try_init();
}

/// Whether standard error shows colours: in a file or a pipe they are noise.
fn has_colour() -> bool {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    std::io::stderr().is_terminal() && !no_color
}

fn filter(level: LogLevel) -> tracing_subscriber::filter::Targets {
    let own = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    tracing_subscriber::filter::Targets::new().with_target("streamgauge", own).with_default(LevelFilter::WARN)
}

/// Moves new events to where the Log screen reads them.
pub fn move_events() {
    tui_logger::move_events();
}
