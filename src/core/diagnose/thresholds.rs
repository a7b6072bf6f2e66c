//! From when on something is wrong: every limit, its unit, and whose default it is.
//!
//! Knows numbers; does not know what they are compared with. "Ours" means that no vendor publishes one.
//! Invariant: what clears lies on the healthy side of what raises, so that nothing flaps at the edge.

mod fanout;

pub use fanout::FanoutLimits;

use super::finding::Severity;

/// A limit with a distance between raising and clearing. Where `raise` is greater, high is bad, else low is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// From here on it is wrong.
    pub raise: f64,
    /// From here on it is well again.
    pub clear: f64,
}

impl Band {
    /// A band.
    pub const fn new(raise: f64, clear: f64) -> Self {
        Self { raise, clear }
    }

    /// Whether the figure is beyond the limit; one that stands already has to come back to `clear`.
    pub fn holds(self, figure: f64, stands: bool) -> bool {
        let limit = if stands { self.clear } else { self.raise };
        if self.raise >= self.clear { figure >= limit } else { figure <= limit }
    }
}

/// Limits of one figure, by severity; `None` where that severity is never reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bands {
    /// From when on to warn.
    pub warning: Option<Band>,
    /// From when on it is critical.
    pub critical: Option<Band>,
}

impl Bands {
    /// How bad the figure is, given what stands already.
    pub fn severity(self, figure: f64, standing: Option<Severity>) -> Option<Severity> {
        let holds = |band: Option<Band>, stands: bool| band.is_some_and(|band| band.holds(figure, stands));
        if holds(self.critical, standing == Some(Severity::Critical)) {
            Some(Severity::Critical)
        } else {
            holds(self.warning, standing.is_some()).then_some(Severity::Warning)
        }
    }
}

/// Two limits of a duration, milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spans {
    /// From when on to warn.
    pub warning_ms: u64,
    /// From when on it is critical.
    pub critical_ms: u64,
}

impl Spans {
    /// How bad a duration is.
    pub fn severity(self, span_ms: u64) -> Option<Severity> {
        if span_ms >= self.critical_ms {
            Some(Severity::Critical)
        } else {
            (span_ms >= self.warning_ms).then_some(Severity::Warning)
        }
    }
}

/// Every limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// Polls before a group that has something to do gets a verdict. Ours.
    pub window_polls: u32,
    /// How long a group is watched before it gets one, milliseconds. Ours.
    pub window_ms: u64,
    /// Polls without it after which something is well again. Ours.
    pub clear_polls: u32,
    /// Time without it after which something is well again, milliseconds. Ours.
    pub clear_ms: u64,
    /// A consumer with pending entries and no sign of life. Ours (no vendor has one): 60 s, 5 min.
    pub consumer_dead: Spans,
    /// A consumer that reads on and leaves entries unacknowledged. Ours: 60 s, 10 min.
    pub consumer_stuck: Spans,
    /// Age of what a consumer has in hand from which on it is called slow, milliseconds. Ours.
    pub consumer_slow_ms: u64,
    /// Consumers of a group that hold nothing and that nobody uses. Ours.
    pub leaked_consumers: Bands,
    /// A group that has entries to read and does not read. Ours: 60 s, 5 min.
    pub group_stopped: Spans,
    /// The oldest entry of a group that is not acknowledged. Ours: 60 s, 10 min.
    pub oldest_pending: Spans,
    /// A group that is given entries and acknowledges none. Ours: 60 s, 10 min.
    pub no_acknowledgements: Spans,
    /// Entries delivered before their want of acknowledgements means anything. Ours.
    pub no_acknowledgements_entries: u64,
    /// Deliveries of one entry from which on it is poison. Redis' own streams guide suggests a handful; 5 is ours.
    pub poison_deliveries: u64,
    /// Polls in a row in which a lag never fell. Burrow calls ten commits a window; 5 polls are ours.
    pub lag_growing_polls: u32,
    /// The least time for them, milliseconds. Ours.
    pub lag_growing_ms: u64,
    /// The least growth over them, entries. Ours.
    pub lag_growing_entries: u64,
    /// Since when a pending entry must have been gone to count, milliseconds: it may be acknowledged yet. Ours.
    pub ghost_idle_ms: u64,
    /// How long a loss is told, milliseconds. Ours.
    pub loss_told_ms: u64,
    /// Hit ratio, 0 to 1. Netdata warns of misses over 50 % and clears at 40 %; Redis' guide says the same.
    pub hit_ratio: Bands,
    /// Over how long the hit ratio is taken, milliseconds. Ours (Netdata's is 10 min).
    pub hit_ratio_ms: u64,
    /// The least of it that must be known, milliseconds. Ours.
    pub hit_ratio_least_ms: u64,
    /// Used over maxmemory, 0 to 1, where nothing or not everything may be evicted. Netdata: 85/75 %, 95/85 %.
    pub memory: Bands,
    /// The same where every key may be evicted: such a cache may well be full (Redis' guide), so none. Ours.
    pub memory_of_caches: Bands,
    /// Resident memory over the host's, 0 to 1, where there is no maxmemory. 90 %: awesome-prometheus-alerts and
    /// Grafana's mixin; the rest is ours.
    pub memory_of_host: Bands,
    /// Minutes until memory is at its limit, as it grows. Ours: no vendor foretells it.
    pub full_in_minutes: Bands,
    /// Seconds of a minute that memory was over its limit (Redis 7.0). Ours.
    pub over_limit_s_in_a_minute: Bands,
    /// Whether streams that may be evicted are told. Ours.
    pub evictable_streams: bool,
    /// Whether lists that may be evicted are told. Ours.
    pub evictable_queues: bool,
    /// Objects that wait to be freed in the background. Ours.
    pub lazyfree: Bands,
    /// What one client has not read of its replies, MiB. Ours.
    pub output_mib: Bands,
    /// Full copies of replicas within ten minutes. Ours.
    pub full_syncs: Bands,
    /// How long the last fork held the server, milliseconds. Ours.
    pub fork_ms: Bands,
    /// Keys evicted a second. Netdata (for Azure): 100/50, 500/100.
    pub evicted_per_s: Bands,
    /// Clients over maxclients, 0 to 1. Critical at 90 %: awesome-prometheus-alerts; the rest is ours.
    pub clients: Bands,
    /// Connections refused in a minute. Netdata warns of any; over 5: awesome-prometheus-alerts.
    pub rejected_in_a_minute: Bands,
    /// Writes of clients refused by a replica in a minute. Ours.
    pub read_only_in_a_minute: Bands,
    /// Commands or logins of others refused in a minute for want of a login, a right password or a permission, each for
    /// itself. Ours: a monitor with too few rights is denied some a minute for ever.
    pub denied_in_a_minute: Bands,
    /// Time that commands of the slow log held the server within a minute, milliseconds. Ours.
    pub slow_ms_in_a_minute: Bands,
    /// The longest PING of the last seconds beyond the usual one, milliseconds. Ours.
    pub ping_longest_ms: Bands,
    /// The median PING of the last seconds beyond the usual one, milliseconds. Netdata: 10/5, 30/10 for latency.
    pub ping_median_ms: Bands,
    /// Of publish and subscribe.
    pub fanout: FanoutLimits,
    /// Mean turn of the event loop (Redis 7.2), milliseconds. Ours.
    pub loop_ms: Bands,
}

impl Default for Thresholds {
    fn default() -> Self {
        let minutes = |warning: u64, critical: u64| Spans {
            warning_ms: warning * 60_000,
            critical_ms: critical * 60_000,
        };
        Self {
            window_polls: 3,
            window_ms: 4_000,
            clear_polls: 3,
            clear_ms: 5_000,
            consumer_dead: minutes(1, 5),
            consumer_stuck: minutes(1, 10),
            consumer_slow_ms: 30_000,
            leaked_consumers: Bands { warning: Some(Band::new(1_000.0, 800.0)), critical: None },
            group_stopped: minutes(1, 5),
            oldest_pending: minutes(1, 10),
            no_acknowledgements: minutes(1, 10),
            no_acknowledgements_entries: 10,
            poison_deliveries: 5,
            lag_growing_polls: 5,
            lag_growing_ms: 5_000,
            lag_growing_entries: 10,
            ghost_idle_ms: 60_000,
            loss_told_ms: 600_000,
            hit_ratio: Bands { warning: Some(Band::new(0.5, 0.6)), critical: None },
            hit_ratio_ms: 60_000,
            hit_ratio_least_ms: 5_000,
            memory: high((0.85, 0.75), (0.95, 0.85)),
            memory_of_caches: Bands { warning: None, critical: None },
            memory_of_host: high((0.90, 0.85), (0.95, 0.90)),
            full_in_minutes: Bands {
                warning: Some(Band::new(30.0, 45.0)),
                critical: Some(Band::new(10.0, 15.0)),
            },
            over_limit_s_in_a_minute: high((1.0, 0.2), (30.0, 10.0)),
            evictable_streams: true,
            evictable_queues: true,
            lazyfree: Bands { warning: Some(Band::new(100_000.0, 10_000.0)), critical: None },
            output_mib: high((8.0, 4.0), (64.0, 32.0)),
            full_syncs: high((3.0, 2.0), (10.0, 5.0)),
            fork_ms: high((100.0, 100.0), (1_000.0, 1_000.0)),
            evicted_per_s: high((100.0, 50.0), (500.0, 100.0)),
            clients: high((0.80, 0.75), (0.90, 0.85)),
            rejected_in_a_minute: high((1.0, 0.5), (6.0, 1.0)),
            read_only_in_a_minute: high((1.0, 1.0), (60.0, 30.0)),
            denied_in_a_minute: high((30.0, 15.0), (600.0, 300.0)),
            slow_ms_in_a_minute: high((100.0, 50.0), (1_000.0, 500.0)),
            ping_longest_ms: high((500.0, 500.0), (1_500.0, 1_500.0)),
            ping_median_ms: high((10.0, 5.0), (30.0, 10.0)),
            fanout: FanoutLimits::default(),
            loop_ms: high((5.0, 3.0), (20.0, 10.0)),
        }
    }
}

const fn high(warning: (f64, f64), critical: (f64, f64)) -> Bands {
    Bands {
        warning: Some(Band::new(warning.0, warning.1)),
        critical: Some(Band::new(critical.0, critical.1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_clears_later_than_it_was_raised() {
        let memory = Thresholds::default().memory;
        assert_eq!(memory.severity(0.80, None), None);
        assert_eq!(memory.severity(0.85, None), Some(Severity::Warning));
        assert_eq!(memory.severity(0.80, Some(Severity::Warning)), Some(Severity::Warning));
        assert_eq!(memory.severity(0.90, Some(Severity::Critical)), Some(Severity::Critical));
        assert_eq!(memory.severity(0.74, Some(Severity::Critical)), None);
    }

    #[test]
    fn a_band_may_be_bad_when_low() {
        let ratio = Thresholds::default().hit_ratio;
        assert_eq!(ratio.severity(0.55, None), None);
        assert_eq!(ratio.severity(0.5, None), Some(Severity::Warning));
        assert_eq!(ratio.severity(0.55, Some(Severity::Warning)), Some(Severity::Warning));
        assert_eq!(ratio.severity(0.61, Some(Severity::Warning)), None);
    }
}
