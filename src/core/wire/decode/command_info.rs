//! INFO commandstats and latencystats: a line a command.

use crate::core::limits::COUNTER_MAX;
use crate::core::model::info::CommandInfo;
use crate::core::model::latency::{CommandLatency, CommandStat};

/// Both sections, whichever the text holds.
pub fn commands(text: &str) -> CommandInfo {
    let lines = || text.lines().map(str::trim).filter_map(|line| line.split_once(':'));
    CommandInfo {
        stats: lines().filter_map(|(field, value)| stat(field.strip_prefix("cmdstat_")?, value)).collect(),
        latencies: lines()
            .filter_map(|(field, value)| {
                Some(latency(field.strip_prefix("latency_percentiles_usec_")?, value))
            })
            .collect(),
    }
}

fn stat(name: &str, value: &str) -> Option<CommandStat> {
    let part = |key| {
        part(value, key).and_then(|number| number.parse().ok().filter(|&count: &u64| count <= COUNTER_MAX))
    };
    Some(CommandStat {
        name: name.to_owned(),
        calls: part("calls")?,
        usec: part("usec")?,
        failed: part("failed_calls"),
        rejected: part("rejected_calls"),
    })
}

fn latency(name: &str, value: &str) -> CommandLatency {
    let part =
        |key| part(value, key).and_then(|number| number.parse::<f64>().ok()).filter(|us| us.is_finite());
    CommandLatency { name: name.to_owned(), p50_us: part("p50"), p99_us: part("p99"), p999_us: part("p99.9") }
}

fn part<'a>(value: &'a str, key: &str) -> Option<&'a str> {
    value
        .split(',')
        .filter_map(|part| part.split_once('='))
        .find(|(name, _)| *name == key)
        .map(|(_, part)| part)
}
