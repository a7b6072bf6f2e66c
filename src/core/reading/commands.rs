//! Where the server's time goes: commandstats between two readings, and latencystats beside it.

use crate::core::model::info::CommandInfo;
use crate::core::model::latency::{CommandLatency, CommandStat};
use crate::core::model::sums::sum;
use std::collections::BTreeMap;

/// Commands kept: more than any server has.
const COMMANDS: usize = 1_000;

/// Per-command figures over time.
#[derive(Clone, Debug, Default)]
pub struct CommandTrack {
    stats: BTreeMap<String, CommandStat>,
    latencies: BTreeMap<String, CommandLatency>,
    at_us: Option<i64>,
    rows: Vec<CommandRow>,
}

/// One command over the last window.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CommandRow {
    /// The command.
    pub name: String,
    /// Calls a second; `None` in the first window.
    pub calls_per_s: Option<f64>,
    /// Mean time of a call in the window, microseconds; of all time while there is none.
    pub mean_us: Option<f64>,
    /// Its share of the time that all commands took in the window, 0 to 1.
    pub share: Option<f64>,
    /// Median since the last reset, microseconds.
    pub p50_us: Option<f64>,
    /// 99th percentile since the last reset, microseconds.
    pub p99_us: Option<f64>,
    /// Calls since the last reset.
    pub calls: u64,
}

impl CommandTrack {
    /// Takes the next reading in.
    pub fn advance(&mut self, at_us: i64, info: &CommandInfo) {
        for latency in info.latencies.iter().take(COMMANDS) {
            self.latencies.insert(latency.name.clone(), latency.clone());
        }
        if info.stats.is_empty() {
            return;
        }
        let span_us = self.at_us.and_then(|last_us| at_us.checked_sub(last_us)).filter(|&us| us > 0);
        let spent = |stat: &CommandStat| {
            let before = self.stats.get(&stat.name);
            let calls = stat.calls.checked_sub(before.map_or(0, |before| before.calls))?;
            let usec = stat.usec.checked_sub(before.map_or(0, |before| before.usec))?;
            span_us.map(|span_us| (calls, usec, span_us))
        };
        let whole = sum(info.stats.iter().filter_map(spent).map(|(_, usec, _)| usec));
        let row = |stat: &CommandStat| {
            let window = spent(stat);
            let latency = self.latencies.get(&stat.name);
            let mean = |calls: u64, usec: u64| (calls > 0).then(|| usec as f64 / calls as f64);
            CommandRow {
                name: stat.name.clone(),
                calls_per_s: window.map(|(calls, _, span_us)| calls as f64 * 1e6 / span_us as f64),
                mean_us: window
                    .and_then(|(calls, usec, _)| mean(calls, usec))
                    .or_else(|| mean(stat.calls, stat.usec)),
                share: window.filter(|_| whole > 0).map(|(_, usec, _)| usec as f64 / whole as f64),
                p50_us: latency.and_then(|latency| latency.p50_us),
                p99_us: latency.and_then(|latency| latency.p99_us),
                calls: stat.calls,
            }
        };
        let rows = info.stats.iter().take(COMMANDS).map(row).collect();
        self.rows = rows;
        self.stats = info.stats.iter().take(COMMANDS).map(|stat| (stat.name.clone(), stat.clone())).collect();
        self.at_us = Some(at_us);
    }

    /// One row a command.
    pub fn rows(&self) -> &[CommandRow] {
        &self.rows
    }

    /// Share of the calls of the last window that are stream commands, 0 to 1: each counts one or two hits, so
    /// that the server's own hit ratio says little of a cache where this is high.
    pub fn stream_share(&self) -> Option<f64> {
        let of =
            |rows: &mut dyn Iterator<Item = &CommandRow>| rows.filter_map(|row| row.calls_per_s).sum::<f64>();
        let all = of(&mut self.rows.iter());
        let streams = of(&mut self.rows.iter().filter(|row| row.name.starts_with('x')));
        (all > 0.0).then(|| streams / all)
    }

    /// What one call of ours takes of the server, microseconds: the mean since the last reset, or the 99th percentile
    /// where that is less, for then a few calls of somebody else make the mean.
    pub fn price_us(&self, name: &str) -> Option<f64> {
        let p99_us = self.latencies.get(name).and_then(|latency| latency.p99_us);
        self.mean_us(name).map(|mean_us| p99_us.map_or(mean_us, |p99_us| mean_us.min(p99_us)))
    }

    /// Mean time of a call since the last reset, microseconds. Before 7.0 a subcommand has its command's.
    fn mean_us(&self, name: &str) -> Option<f64> {
        let container = name.split('|').next().unwrap_or(name);
        let stat = self.stats.get(name).or_else(|| self.stats.get(container))?;
        (stat.calls > 0).then(|| stat.usec as f64 / stat.calls as f64)
    }

    /// Whether nothing was read yet.
    pub fn is_empty(&self) -> bool {
        self.stats.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::limits::COUNTER_MAX;

    #[test]
    fn times_of_thousands_of_commands_never_overflow() {
        let stats = |usec: u64| {
            let one =
                |n| CommandStat { name: format!("c{n}"), calls: usec, usec, failed: None, rejected: None };
            CommandInfo { stats: (0..1_000).map(one).collect(), ..CommandInfo::default() }
        };
        let mut track = CommandTrack::default();
        track.advance(0, &stats(0));
        track.advance(1_000_000, &stats(COUNTER_MAX));
        assert!(track.rows().iter().all(|row| row.share.is_some_and(|share| (0.0..=1.0).contains(&share))));
    }
}
