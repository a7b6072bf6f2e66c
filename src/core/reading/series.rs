//! Figures of the server over the last hour.

use super::rates::ServerRates;
use crate::core::model::cache::CacheTrack;
use crate::core::model::history::History;
use crate::core::model::info::Info;

/// What the hit ratio is taken over, microseconds: long enough to have lookups, short enough to show a dip.
const RATIO_SPAN_US: i64 = 10_000_000;

/// Series of the server as a whole.
#[derive(Clone, Debug)]
pub struct Series {
    /// Memory used, bytes.
    pub used: History,
    /// Resident set, bytes.
    pub rss: History,
    /// Commands a second.
    pub ops: History,
    /// Hit ratio of others, 0 to 1.
    pub hit_ratio: History,
    /// Hits a second, our own included.
    pub hits: History,
    /// Misses a second, our own included.
    pub misses: History,
    /// Bytes in a second.
    pub net_in: History,
    /// Bytes out a second.
    pub net_out: History,
    /// Clients connected.
    pub clients: History,
    /// Keys evicted a second.
    pub evicted: History,
    /// Keys expired a second.
    pub expired: History,
}

impl Default for Series {
    fn default() -> Self {
        let hour = History::hour;
        Self {
            used: hour(),
            rss: hour(),
            ops: hour(),
            hit_ratio: hour(),
            hits: hour(),
            misses: hour(),
            net_in: hour(),
            net_out: hour(),
            clients: hour(),
            evicted: hour(),
            expired: hour(),
        }
    }
}

impl Series {
    /// Takes a point of every figure in.
    pub fn advance(&mut self, at_ms: i64, info: &Info, rates: &ServerRates, cache: &CacheTrack) {
        let count = |number: Option<u64>| number.map(|number| number as f64);
        self.used.add(at_ms, count(info.memory.used));
        self.rss.add(at_ms, count(info.memory.rss));
        self.ops.add(at_ms, rates.commands.last_per_s());
        self.hit_ratio.add(at_ms, cache.window(RATIO_SPAN_US).ratio());
        self.hits.add(at_ms, rates.hits.last_per_s());
        self.misses.add(at_ms, rates.misses.last_per_s());
        self.net_in.add(at_ms, rates.net_in.last_per_s());
        self.net_out.add(at_ms, rates.net_out.last_per_s());
        self.clients.add(at_ms, count(info.clients.connected));
        self.evicted.add(at_ms, rates.evicted.last_per_s());
        self.expired.add(at_ms, rates.expired.last_per_s());
    }

    /// A break in every line: what comes next does not follow from what was.
    pub fn break_all(&mut self, at_ms: i64) {
        for series in [
            &mut self.used,
            &mut self.rss,
            &mut self.ops,
            &mut self.hit_ratio,
            &mut self.hits,
            &mut self.misses,
            &mut self.net_in,
            &mut self.net_out,
            &mut self.clients,
            &mut self.evicted,
            &mut self.expired,
        ] {
            series.add(at_ms, None);
        }
    }
}
