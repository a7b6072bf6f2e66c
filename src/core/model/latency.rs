//! Where time goes on the server: slow log, latency events, per-command times.

use super::Name;

/// One entry of SLOWLOG. Arguments beyond the command's name never get here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlowEntry {
    /// Its number: grows with every entry since the server's start.
    pub id: u64,
    /// When, seconds since 1970.
    pub at_s: i64,
    /// How long it ran, microseconds.
    pub duration_us: u64,
    /// The command's name.
    pub command: Name,
    /// How many arguments the log holds.
    pub arguments: usize,
    /// Who sent it.
    pub address: Option<Name>,
    /// The name of who sent it.
    pub client: Option<Name>,
}

/// One row of LATENCY LATEST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatencyEvent {
    /// What happened: `command`, `fork`, `expire-cycle` ...
    pub name: String,
    /// When last, seconds since 1970.
    pub at_s: i64,
    /// How long then, milliseconds.
    pub latest_ms: u64,
    /// The longest ever, milliseconds.
    pub max_ms: u64,
}

/// One line of INFO commandstats.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CommandStat {
    /// The command, `xinfo|stream` for a subcommand.
    pub name: String,
    /// Calls since the last reset.
    pub calls: u64,
    /// Time in them, microseconds.
    pub usec: u64,
    /// Calls that failed while running (6.2).
    pub failed: Option<u64>,
    /// Calls that were refused (6.2).
    pub rejected: Option<u64>,
}

/// One line of INFO latencystats: since the last reset, microseconds.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CommandLatency {
    /// The command.
    pub name: String,
    /// Median.
    pub p50_us: Option<f64>,
    /// 99th percentile.
    pub p99_us: Option<f64>,
    /// 99.9th percentile.
    pub p999_us: Option<f64>,
}

/// One command of LATENCY HISTOGRAM: since the last reset.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CommandHistogram {
    /// The command.
    pub name: String,
    /// Calls.
    pub calls: u64,
    /// How many calls took so many microseconds or less, in rising order; limits double from step to step.
    pub steps: Vec<(u64, u64)>,
}
