//! Measures what is produced and how full the server is.
//!
//! Knows the tally and INFO memory; drives nobody. Invariant: it asks the server only during the memory alert,
//! and once after it, so the demo's own figures stay those of the workload.

use std::collections::VecDeque;

use redis::RedisResult;
use tokio::time::{Duration, Instant};

use super::connection::{Connection, RoleLink, Task};
use crate::core::demo::Scenario;

const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Looks that make the window of the measured rate: two seconds.
const WINDOW: usize = 8;
/// From here on the leaks of the memory alert slow down.
const NEARLY_FULL: f64 = 0.88;
/// How long the others may take to clean up before the memory is given back.
const PURGE_AFTER: Duration = Duration::from_secs(3);

/// Measures.
#[derive(Default)]
pub(super) struct LoadMonitor {
    seen: VecDeque<(Instant, u64)>,
    /// When the memory alert ended, until the memory has been given back.
    alert_ended: Option<Instant>,
    alert: bool,
}

impl LoadMonitor {
    fn measure(&mut self, now: Instant, produced: u64) -> Option<f64> {
        self.seen.push_back((now, produced));
        if self.seen.len() <= WINDOW {
            return None;
        }
        let (then, before) = self.seen.pop_front()?;
        let passed_s = now.duration_since(then).as_secs_f64();
        (passed_s > 0.0).then(|| produced.saturating_sub(before) as f64 / passed_s)
    }
}

impl Task for LoadMonitor {
    fn name(&self) -> &'static str {
        "demo-monitor"
    }

    async fn play(&mut self, link: &mut RoleLink, connection: &mut Connection) -> RedisResult<()> {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            if let Some(per_s) = self.measure(Instant::now(), connection.tally.produced()) {
                connection.tally.set_produced_per_s(per_s);
            }
            let alert = connection.is(Scenario::MemoryAlert);
            if alert {
                let memory: String = redis::cmd("INFO").arg("memory").query_async(link).await?;
                connection.tally.set_nearly_full(share(&memory).is_some_and(|share| share >= NEARLY_FULL));
                self.alert_ended = None;
            } else if self.alert {
                connection.tally.set_nearly_full(false);
                self.alert_ended = Some(Instant::now());
            }
            self.alert = alert;
            if self.alert_ended.is_some_and(|at| at.elapsed() >= PURGE_AFTER) {
                self.alert_ended = None;
                // Else the allocator keeps what was freed, and a healed server looks fragmented.
                redis::cmd("MEMORY").arg("PURGE").query_async::<()>(link).await?;
            }
        }
    }
}

/// Used memory as a share of its limit.
fn share(memory: &str) -> Option<f64> {
    let figure = |name: &str| {
        let line = memory.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.and_then(|figure| figure.trim().parse::<f64>().ok())
    };
    let limit = figure("maxmemory").filter(|limit| *limit > 0.0)?;
    Some(figure("used_memory")? / limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_unknown_without_a_limit() {
        assert_eq!(share("used_memory_rss:9\r\nused_memory:50\r\nmaxmemory:200\r\n"), Some(0.25));
        assert_eq!(share("used_memory:50\r\nmaxmemory:0\r\n"), None);
    }

    #[test]
    fn the_rate_is_measured_over_two_seconds_and_unknown_before() {
        let (mut monitor, start) = (LoadMonitor::default(), Instant::now());
        for look in 0..8 {
            assert_eq!(monitor.measure(start + LOOK_EVERY * look, u64::from(look) * 10), None);
        }
        assert_eq!(monitor.measure(start + LOOK_EVERY * 8, 80), Some(40.0));
    }
}
