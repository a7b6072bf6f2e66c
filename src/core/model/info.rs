//! INFO as a whole: every section that is read, in values. Counters are cumulative since the last reset.

use super::cache::Lookups;
use super::clients::ClientCounts;
use super::latency::{CommandLatency, CommandStat};
use super::memory::Memory;
use super::refusals::RefusalCounts;
use super::server::{Persistence, Replication, Server};

/// One reply of INFO.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Info {
    /// Section server, and the role.
    pub server: Server,
    /// Section clients.
    pub clients: ClientCounts,
    /// Section memory.
    pub memory: Memory,
    /// Section persistence.
    pub persistence: Persistence,
    /// Section replication.
    pub replication: Replication,
    /// Section stats.
    pub stats: Stats,
    /// Section keyspace: keys and keys with a TTL, a database each.
    pub keyspace: Vec<DatabaseKeys>,
}

/// When the data was saved to RDB last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastSave {
    /// The server does not say.
    Unknown,
    /// Not since its start: the server reports its start then.
    Never,
    /// So many seconds ago.
    Ago(u64),
}

impl Info {
    /// When the data was saved to RDB last, as of `at_us` (microseconds since 1970).
    pub fn last_save(&self, at_us: i64) -> LastSave {
        /// The server stamps its start and counts its uptime from two readings of its clock.
        const SLACK_S: u64 = 2;
        let now_s = u64::try_from(at_us.div_euclid(1_000_000)).ok();
        let Some((now_s, save_s)) = now_s.zip(self.persistence.rdb_last_save_s) else {
            return LastSave::Unknown;
        };
        let age_s = now_s.saturating_sub(save_s);
        match self.server.uptime_s {
            Some(uptime_s) if age_s.saturating_add(SLACK_S) >= uptime_s => LastSave::Never,
            _ => LastSave::Ago(age_s),
        }
    }
}

/// Counters and gauges of section stats.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Stats {
    /// Commands processed.
    pub commands: Option<u64>,
    /// Connections accepted.
    pub connections: Option<u64>,
    /// Connections refused at the limit.
    pub rejected_connections: Option<u64>,
    /// Bytes read from the network.
    pub net_in: Option<u64>,
    /// Bytes written to the network.
    pub net_out: Option<u64>,
    /// Keys removed by their TTL.
    pub expired: Option<u64>,
    /// Keys removed at the memory limit.
    pub evicted: Option<u64>,
    /// Hits and misses of the keyspace.
    pub lookups: Option<Lookups>,
    /// Error replies (6.2).
    pub errors: Option<u64>,
    /// Channels with a subscriber.
    pub pubsub_channels: Option<u64>,
    /// Patterns with a subscriber.
    pub pubsub_patterns: Option<u64>,
    /// Shard channels with a subscriber (7.0).
    pub pubsub_shard_channels: Option<u64>,
    /// Full resynchronisations.
    pub full_syncs: Option<u64>,
    /// Mean duration of a turn of the event loop, microseconds (7.2).
    pub eventloop_us: Option<u64>,
    /// Clients cut off at their output limit (7.4, Valkey 8).
    pub output_limit_disconnections: Option<u64>,
    /// Errors by code, our own connections' among them; `None` where the server does not count them (6.2).
    pub refusals: Option<RefusalCounts>,
    /// Milliseconds that memory has been over its limit, since ever (7.0).
    pub over_limit_ms: Option<u64>,
    /// Milliseconds that it has been over its limit now; 0 when it is not (7.0).
    pub over_limit_now_ms: Option<u64>,
}

/// One database.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct DatabaseKeys {
    /// Its number.
    pub database: u64,
    /// Keys in it.
    pub keys: u64,
    /// Of them with a TTL.
    pub expires: Option<u64>,
}

/// The per-command sections, asked less often.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CommandInfo {
    /// Section commandstats.
    pub stats: Vec<CommandStat>,
    /// Section latencystats (7.0).
    pub latencies: Vec<CommandLatency>,
}
