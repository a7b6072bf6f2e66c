//! Rates of the server's own counters.
//!
//! Knows counters of INFO; `core::model::meter` knows what becomes of one that goes back. Invariant: every rate has the same window.

use crate::core::model::info::Info;
use crate::core::model::meter::Meter;

/// Rates of the server's own counters.
#[derive(Clone, Debug)]
pub struct ServerRates {
    /// Commands processed.
    pub commands: Meter,
    /// Bytes in.
    pub net_in: Meter,
    /// Bytes out.
    pub net_out: Meter,
    /// Keys expired.
    pub expired: Meter,
    /// Keys evicted.
    pub evicted: Meter,
    /// Error replies.
    pub errors: Meter,
    /// Connections accepted.
    pub connections: Meter,
    /// Hits, our own included.
    pub hits: Meter,
    /// Misses, our own included.
    pub misses: Meter,
}

impl ServerRates {
    pub(super) fn new(window_us: i64) -> Self {
        let meter = || Meter::new(window_us);
        Self {
            commands: meter(),
            net_in: meter(),
            net_out: meter(),
            expired: meter(),
            evicted: meter(),
            errors: meter(),
            connections: meter(),
            hits: meter(),
            misses: meter(),
        }
    }

    pub(super) fn advance(&mut self, info: &Info, at_us: i64) {
        let stats = &info.stats;
        self.commands.add(at_us, stats.commands);
        self.net_in.add(at_us, stats.net_in);
        self.net_out.add(at_us, stats.net_out);
        self.expired.add(at_us, stats.expired);
        self.evicted.add(at_us, stats.evicted);
        self.errors.add(at_us, stats.errors);
        self.connections.add(at_us, stats.connections);
        self.hits.add(at_us, stats.lookups.map(|lookups| lookups.hits));
        self.misses.add(at_us, stats.lookups.map(|lookups| lookups.misses));
    }
}
