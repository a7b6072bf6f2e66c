//! The flat figures of a server, one a row: what the JSON calls it, its unit, its label on a page, and what it means.
//!
//! JSON and page are made from the rows, docs/SCHEMA.md is compared with them. Knows where each figure comes from.
//! Invariant: whatever the server did not tell, or can't be known yet, is none.

use super::decimals::tidy;
use crate::core::model::cache::Window;
use crate::core::model::info::{Info, LastSave};
use crate::core::model::memory::Headroom;
use crate::core::model::refusals::RefusalCode;
use crate::core::reading::node::NodeState;
use crate::core::reading::pings::Percentiles;
use serde::ser::{Serialize, SerializeMap, Serializer};

/// The window of the hit ratio, microseconds.
const CACHE_WINDOW_US: i64 = 60_000_000;

/// The window of the ping percentiles, microseconds: all that is kept, since p99 needs 100 of them.
const PING_WINDOW_US: i64 = 300_000_000;

/// A figure of a `T`.
pub(super) struct Metric<T> {
    /// Its path in the JSON: `memory.used_bytes`.
    pub name: &'static str,
    /// What it is called beside its group.
    pub label: &'static str,
    /// How it is written.
    pub unit: MetricUnit,
    /// What it means and when it is none: its row in docs/SCHEMA.md.
    #[cfg_attr(not(test), expect(dead_code, reason = "compared with the document"))]
    pub help: &'static str,
    /// What it is now.
    pub of: fn(&T) -> Option<MetricValue>,
}

/// What a figure is.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(untagged)]
pub(super) enum MetricValue {
    /// A whole number.
    Whole(u64),
    /// A number with decimals.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// A word.
    Text(String),
}

/// How a figure is written for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MetricUnit {
    /// Bytes.
    Bytes,
    /// Bytes, of which 0 are no limit.
    Limit,
    /// A number of things.
    Count,
    /// Milliseconds.
    Ms,
    /// Microseconds.
    Us,
    /// Seconds.
    Seconds,
    /// A second.
    PerS,
    /// Bytes a second.
    BytesPerS,
    /// Bytes a second, more or less.
    Growth,
    /// Microseconds of the server's time a second, estimated.
    Load,
    /// Of 1.
    Share,
    /// Times.
    Factor,
    /// A word.
    Word,
    /// What yes and no are called.
    Flag(&'static str, &'static str),
}

macro_rules! metrics {
    ($($name:literal $figure:ident $unit:expr, $label:literal, $of:expr, $help:literal;)*) => {
        &[$(Metric {
            name: $name,
            label: $label,
            unit: $unit,
            help: $help,
            of: |node| Some(MetricValue::$figure({ let of: fn(&NodeState) -> Option<_> = $of; of(node)? })),
        }),*]
    };
}

/// Every flat figure of a server, in the order of the JSON.
pub(super) const METRICS: &[Metric<NodeState>] = metrics! {
    "memory.used_bytes" Whole MetricUnit::Bytes, "used", |node| info(node)?.memory.used,
        "allocated by the server";
    "memory.rss_bytes" Whole MetricUnit::Bytes, "rss", |node| info(node)?.memory.rss,
        "resident set: what the host sees";
    "memory.peak_bytes" Whole MetricUnit::Bytes, "peak", |node| info(node)?.memory.peak,
        "the most that was ever used";
    "memory.maxmemory_bytes" Whole MetricUnit::Limit, "maxmemory", |node| info(node)?.memory.maxmemory,
        "the limit; 0 means that there is none";
    "memory.policy" Text MetricUnit::Word, "policy", |node| info(node)?.memory.policy.clone(),
        "what happens at the limit, such as `noeviction`";
    "memory.fragmentation_ratio" Number MetricUnit::Factor, "fragmentation", |node| info(node)?.memory.allocator_frag_ratio,
        "the allocator's own: active over allocated, not resident over used";
    "memory.slope_bytes_per_s" Number MetricUnit::Growth, "growth", |node| node.memory.grows_per_s(),
        "growth of what counts against the limit, the median of all slopes over the last minute; null before 10 readings";
    "memory.seconds_to_full" Number MetricUnit::Seconds, "full in", |node| node.memory.seconds_to_full(),
        "until the limit, at that growth; 0 beyond it; null before 10 readings, while the growth is not more than its noise, and beyond 30 days";
    "memory.evicted_per_s" Number MetricUnit::PerS, "evicted", |node| node.rates.evicted.per_s(),
        "keys evicted";
    "memory.counted_bytes" Whole MetricUnit::Bytes, "counted", |node| info(node)?.memory.counted(),
        "what the server compares with maxmemory: used less what is not counted for eviction";
    "memory.limit_bytes" Whole MetricUnit::Bytes, "limit", |node| Some(room(node)?.limit),
        "the limit that holds: of maxmemory, container and host the one of which the least is left; a replica that ignores its maxmemory has none; null where none is known";
    "memory.limit_of" Text MetricUnit::Word, "limit of", |node| Some(room(node)?.of.word().to_owned()),
        "whose: `maxmemory`, `container` (as the config tells) or `host`; the last two are compared with what is resident";
    "memory.headroom_bytes" Whole MetricUnit::Bytes, "headroom", |node| Some(room(node)?.left()),
        "what is left until the limit";
    "memory.over_limit_ms" Whole MetricUnit::Ms, "over limit", |node| node.memory.over_limit_ms(),
        "time of the last minute that memory was over maxmemory; null before Redis 7.0";
    "memory.refused_writes" Whole MetricUnit::Count, "refused", |node| node.refusals.of_others(RefusalCode::Oom),
        "writes of others refused for want of memory within the last minute; null before Redis 6.2";
    "cache.hits" Whole MetricUnit::Count, "hits", |node| Some(cache(node)?.lookups.hits),
        "lookups that found their key in the last minute or the time so far, those that streamgauge causes left out; null before the second round";
    "cache.misses" Whole MetricUnit::Count, "misses", |node| Some(cache(node)?.lookups.misses),
        "lookups that did not, likewise";
    "cache.hit_ratio" Number MetricUnit::Share, "ratio", |node| cache(node)?.ratio(),
        "hits over lookups in that window; null below 50 lookups";
    "cache.coverage" Number MetricUnit::Share, "coverage", |node| cache(node)?.coverage(),
        "share of that window outside our own polling, which is what was counted";
    "cache.lifetime_hit_ratio" Number MetricUnit::Share, "since start", |node| info(node)?.stats.lookups?.ratio(),
        "hits over lookups since the last reset of the counters, everybody's; null without lookups";
    "cache.expired_per_s" Number MetricUnit::PerS, "expired", |node| node.rates.expired.per_s(),
        "keys removed by their TTL";
    "throughput.ops_per_s" Number MetricUnit::PerS, "commands", |node| node.rates.commands.per_s(),
        "commands processed";
    "throughput.in_bytes_per_s" Number MetricUnit::BytesPerS, "in", |node| node.rates.net_in.per_s(),
        "bytes received";
    "throughput.out_bytes_per_s" Number MetricUnit::BytesPerS, "out", |node| node.rates.net_out.per_s(),
        "bytes sent";
    "clients.connected" Whole MetricUnit::Count, "connected", |node| info(node)?.clients.connected,
        "connected, replicas not counted, ours counted";
    "clients.blocked" Whole MetricUnit::Count, "blocked", |node| info(node)?.clients.blocked,
        "parked in a blocking command";
    "clients.max" Whole MetricUnit::Count, "max", |node| info(node)?.clients.max,
        "the limit";
    "persistence.aof_enabled" Flag MetricUnit::Flag("on", "off"), "AOF", |node| info(node)?.persistence.aof_enabled,
        "whether the append-only file is on";
    "persistence.rdb_last_ok" Flag MetricUnit::Flag("ok", "FAILED"), "last RDB", |node| info(node)?.persistence.rdb_last_ok,
        "whether the last RDB save went well";
    "persistence.rdb_last_save_age_ms" Whole MetricUnit::Ms, "age", last_save_age_ms,
        "since the last RDB save ended; null where there was none since the server's start";
    "persistence.saving" Flag MetricUnit::Flag("yes", "no"), "saving", |node| info(node)?.persistence.rdb_saving,
        "whether an RDB save is running";
    "latency.ping_us.p50" Whole MetricUnit::Us, "p50", |node| pings(node).p50,
        "median; null below 5 samples";
    "latency.ping_us.p95" Whole MetricUnit::Us, "p95", |node| pings(node).p95,
        "95th percentile; null below 20 samples";
    "latency.ping_us.p99" Whole MetricUnit::Us, "p99", |node| pings(node).p99,
        "99th percentile; null below 100 samples";
    "latency.ping_us.max" Whole MetricUnit::Us, "max", |node| pings(node).max,
        "the greatest; null without a sample";
    "latency.slowlog_new" Whole MetricUnit::Count, "new", |node| node.slowlog.new_entries(),
        "entries that came to the slow log since we began; null while SLOWLOG can't be read";
    "cost.commands_per_s" Number MetricUnit::PerS, "commands", |node| node.cost.commands_per_s(),
        "commands we send";
    "cost.bytes_per_s" Number MetricUnit::BytesPerS, "bytes", |node| node.cost.bytes_per_s(),
        "bytes of our requests and their replies";
    "cost.server_us_per_s" Number MetricUnit::Load, "server", NodeState::server_us_per_s,
        "server time in microseconds a second, estimated: our calls times each command's mean (its 99th percentile where that is less), no more than was waited for the replies; null while INFO commandstats can't be read";
};

/// The figures of one object of the JSON, by the names below it.
pub(super) struct Section<'a>(pub &'static str, pub &'a NodeState);

impl Serialize for Section<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for metric in METRICS {
            if let Some((section, name)) = metric.name.rsplit_once('.')
                && section == self.0
            {
                map.serialize_entry(name, &metric.read(self.1))?;
            }
        }
        map.end()
    }
}

impl<T> Metric<T> {
    /// What it is now, as it is written.
    pub(super) fn read(&self, of: &T) -> Option<MetricValue> {
        match (self.of)(of)? {
            MetricValue::Number(number) => tidy(Some(number)).map(MetricValue::Number),
            figure => Some(figure),
        }
    }
}

fn info(node: &NodeState) -> Option<&Info> {
    node.info.as_ref().map(|info| &info.value)
}

fn room(node: &NodeState) -> Option<Headroom> {
    node.memory.headroom().filter(|_| node.info.is_some())
}

pub(super) fn cache(node: &NodeState) -> Option<Window> {
    Some(node.cache.window(CACHE_WINDOW_US)).filter(|window| window.whole_us > 0)
}

fn pings(node: &NodeState) -> Percentiles {
    node.pings.percentiles(node.at_us, PING_WINDOW_US)
}

fn last_save_age_ms(node: &NodeState) -> Option<u64> {
    match info(node)?.last_save(node.at_us) {
        LastSave::Ago(seconds) => Some(seconds.saturating_mul(1000)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_every_row_with_its_type_and_its_words() {
        let document = include_str!("../../../docs/SCHEMA.md");
        for Metric { name, unit, help, .. } in METRICS {
            let kind = match unit {
                MetricUnit::Bytes
                | MetricUnit::Limit
                | MetricUnit::Count
                | MetricUnit::Ms
                | MetricUnit::Us => "integer",
                MetricUnit::Word => "text",
                MetricUnit::Flag(..) => "boolean",
                _ => "number",
            };
            let row = format!("| `{name}` | {kind} | {help} |");
            assert!(document.lines().any(|line| line == row), "{row}");
        }
    }
}
