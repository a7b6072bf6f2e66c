//! INFO: lines of `field:value`. Unknown fields are passed over, missing ones are unknown.

use crate::core::limits::{CLIENTS_BEYOND, COUNTER_MAX, HELD_MAX};
use crate::core::model::cache::Lookups;
use crate::core::model::clients::ClientCounts;
use crate::core::model::info::{DatabaseKeys, Info, Stats};
use crate::core::model::memory::Memory;
use crate::core::model::refusals::{RefusalCode, RefusalCounts};
use crate::core::model::server::{LoadProgress, Mode, Persistence, Product, Replication, Server, ServerRole};
use crate::core::wire::Resp;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

/// The fields of one reply, and which of those that were read can't be.
pub struct InfoFields<'a> {
    fields: HashMap<&'a str, &'a str>,
    odd: RefCell<BTreeSet<&'a str>>,
}

impl<'a> InfoFields<'a> {
    /// Splits the text into its fields.
    pub fn of(text: &'a str) -> Self {
        let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
        let fields = lines.filter_map(|line| line.split_once(':')).collect();
        Self { fields, odd: RefCell::default() }
    }

    /// Whether the field is there.
    pub fn has(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    /// Hits and misses, where both are there.
    pub fn lookups(&self) -> Option<Lookups> {
        Some(Lookups { hits: self.count("keyspace_hits")?, misses: self.count("keyspace_misses")? })
    }

    fn text(&self, field: &str) -> Option<&'a str> {
        self.fields.get(field).copied().filter(|value| !value.is_empty())
    }

    /// Something that is counted since the server's start; many are -1 where there is nothing to tell.
    fn count(&self, field: &str) -> Option<u64> {
        if self.text(field) == Some("-1") {
            return None;
        }
        self.up_to(COUNTER_MAX, field)
    }

    /// Something that the server holds: bytes in memory, clients.
    fn held(&self, field: &str) -> Option<u64> {
        self.up_to(HELD_MAX, field)
    }

    fn up_to(&self, most: u64, field: &str) -> Option<u64> {
        let figure = within(self.text(field)?, most)?;
        if figure.is_none() {
            self.note(field);
        }
        figure
    }

    fn note(&self, field: &str) {
        if let Some((field, _)) = self.fields.get_key_value(field) {
            self.odd.borrow_mut().insert(field);
        }
    }

    /// Fields that were read and whose figures can't be: they fell below zero on the server. They are unknown.
    pub fn impossible(&self) -> Vec<&'a str> {
        self.odd.borrow().iter().copied().collect()
    }

    fn clients_connected(&self) -> Option<u64> {
        let max = self.held("maxclients").filter(|&max| max > 0);
        self.part_of("connected_clients", max.map(|max| max.saturating_mul(CLIENTS_BEYOND)))
    }

    fn dataset(&self) -> Option<u64> {
        self.part_of("used_memory_dataset", self.held("used_memory"))
    }

    /// What is held, and can't be more than the whole where that is known.
    fn part_of(&self, field: &str, whole: Option<u64>) -> Option<u64> {
        let part = self.held(field)?;
        let is_part = whole.is_none_or(|whole| part <= whole);
        if !is_part {
            self.note(field);
        }
        is_part.then_some(part)
    }

    fn signed(&self, field: &str) -> Option<i64> {
        self.text(field)?.parse().ok()
    }

    fn ratio(&self, field: &str) -> Option<f64> {
        self.text(field)?.trim_end_matches('%').parse().ok().filter(|value: &f64| value.is_finite())
    }

    fn flag(&self, field: &str) -> Option<bool> {
        self.count(field).map(|value| value != 0)
    }

    fn ok(&self, field: &str) -> Option<bool> {
        self.text(field).map(|value| value == "ok")
    }

    fn owned(&self, field: &str) -> Option<String> {
        self.text(field).map(str::to_owned)
    }
}

/// The number in the text where it is between 0 and `most`; nothing where there is no number at all.
fn within(text: &str, most: u64) -> Option<Option<u64>> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok().filter(|&number| number <= most))
}

/// What TIME says, in milliseconds since 1970.
pub fn server_ms(reply: &Resp) -> Option<u64> {
    let [seconds, micros] = reply.items()? else { return None };
    seconds.count()?.checked_mul(1_000)?.checked_add(micros.count()? / 1_000)
}

/// The server's clock in a reply of INFO, microseconds since 1970 (6.2).
pub fn server_time_us(text: &str) -> Option<i64> {
    let line = text.lines().find_map(|line| line.strip_prefix("server_time_usec:"))?;
    line.trim().parse().ok()
}

/// All sections that are read.
pub fn info(fields: &InfoFields<'_>) -> Info {
    Info {
        server: server(fields),
        clients: ClientCounts {
            connected: fields.clients_connected(),
            blocked: fields.held("blocked_clients"),
            max: fields.held("maxclients"),
            pubsub: fields.held("pubsub_clients"),
        },
        memory: memory(fields),
        persistence: persistence(fields),
        replication: replication(fields),
        stats: stats(fields),
        keyspace: keyspace(fields),
    }
}

fn server(fields: &InfoFields<'_>) -> Server {
    let (product, version) = product(fields);
    let mode = ["server_mode", "redis_mode", "redict_mode"].iter().find_map(|field| fields.text(field));
    Server {
        product,
        version,
        mode: match mode {
            Some("cluster") => Mode::Cluster,
            Some("sentinel") => Mode::Sentinel,
            _ => Mode::Standalone,
        },
        role: match fields.text("role") {
            Some("master") => ServerRole::Primary,
            Some("slave" | "replica") => ServerRole::Replica,
            _ => ServerRole::Unknown,
        },
        run_id: fields.owned("run_id"),
        uptime_s: fields.count("uptime_in_seconds"),
        process_id: fields.count("process_id"),
        time_us: fields.text("server_time_usec").and_then(|value| value.parse().ok()),
        loading: fields.flag("loading").filter(|loading| *loading).map(|_| LoadProgress {
            share: fields.ratio("loading_loaded_perc").map(|percent| percent / 100.0),
        }),
    }
}

/// Forks keep `redis_version` at what they are compatible with; their own version stands in a field of theirs.
fn product(fields: &InfoFields<'_>) -> (Product, Option<String>) {
    for (field, name) in
        [("redict_version", "redict"), ("dragonfly_version", "dragonfly"), ("garnet_version", "garnet")]
    {
        if let Some(version) = fields.text(field) {
            return (Product::Other(name.to_owned()), Some(version.trim_start_matches("df-v").to_owned()));
        }
    }
    if let Some(version) = fields.owned("valkey_version") {
        return (Product::Valkey, Some(version));
    }
    let version = fields.owned("redis_version");
    match fields.text("server_name") {
        None | Some("redis") => (Product::Redis, version),
        Some("valkey") => (Product::Valkey, version),
        Some(other) => (Product::Other(other.to_owned()), version),
    }
}

fn memory(fields: &InfoFields<'_>) -> Memory {
    // The C library's allocator keeps no figures of its own: what INFO shows then is made of nothing.
    let measures = fields.text("mem_allocator").is_none_or(|allocator| !allocator.starts_with("libc"));
    Memory {
        used: fields.held("used_memory"),
        rss: fields.held("used_memory_rss"),
        peak: fields.held("used_memory_peak"),
        overhead: fields.held("used_memory_overhead"),
        startup: fields.held("used_memory_startup"),
        dataset: fields.dataset(),
        maxmemory: fields.held("maxmemory"),
        policy: fields.owned("maxmemory_policy"),
        system_total: fields.held("total_system_memory").filter(|&bytes| bytes > 0),
        fragmentation_ratio: fields.ratio("mem_fragmentation_ratio"),
        allocator_frag_ratio: fields.ratio("allocator_frag_ratio").filter(|_| measures),
        allocator_frag: fields.held("allocator_frag_bytes").filter(|_| measures),
        allocator_rss: fields.held("allocator_rss_bytes").filter(|_| measures),
        not_counted_for_evict: fields.held("mem_not_counted_for_evict"),
        clients_normal: fields.held("mem_clients_normal"),
        clients_replicas: fields.held("mem_clients_slaves"),
        replication_backlog: fields.held("mem_replication_backlog"),
        replication_buffers: fields.held("mem_total_replication_buffers"),
        aof_buffer: fields.held("mem_aof_buffer"),
        lazyfree_pending: fields.held("lazyfree_pending_objects"),
        fragmentation: fields.signed("mem_fragmentation_bytes"),
        allocator_rss_ratio: fields.ratio("allocator_rss_ratio").filter(|_| measures),
        rss_overhead_ratio: fields.ratio("rss_overhead_ratio").filter(|_| measures),
        rss_overhead: fields.signed("rss_overhead_bytes").filter(|_| measures),
        allocated: fields.held("allocator_allocated").filter(|_| measures),
        scripts: fields.held("number_of_cached_scripts"),
        allocator: fields.owned("mem_allocator"),
    }
}

fn persistence(fields: &InfoFields<'_>) -> Persistence {
    Persistence {
        aof_enabled: fields.flag("aof_enabled"),
        aof_last_write_ok: fields.ok("aof_last_write_status"),
        aof_last_rewrite_ok: fields.ok("aof_last_bgrewrite_status"),
        aof_rewriting: fields.flag("aof_rewrite_in_progress"),
        rdb_last_ok: fields.ok("rdb_last_bgsave_status"),
        rdb_last_save_s: fields.count("rdb_last_save_time"),
        rdb_saving: fields.flag("rdb_bgsave_in_progress"),
        rdb_changes: fields.count("rdb_changes_since_last_save"),
        latest_fork_us: fields.count("latest_fork_usec"),
        rdb_last_copied: fields.count("rdb_last_cow_size"),
        aof_last_copied: fields.count("aof_last_cow_size"),
        copied_now: fields.count("current_cow_peak"),
    }
}

fn replication(fields: &InfoFields<'_>) -> Replication {
    let primary = fields.text("master_host").map(|host| match fields.text("master_port") {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    });
    Replication {
        replicas: fields.count("connected_slaves"),
        link_up: fields.text("master_link_status").map(|status| status == "up"),
        link_silent_s: fields.count("master_last_io_seconds_ago"),
        primary,
        offset: fields.count("master_repl_offset"),
        backlog_size: fields.count("repl_backlog_size"),
    }
}

fn stats(fields: &InfoFields<'_>) -> Stats {
    Stats {
        commands: fields.count("total_commands_processed"),
        connections: fields.count("total_connections_received"),
        rejected_connections: fields.count("rejected_connections"),
        net_in: fields.count("total_net_input_bytes"),
        net_out: fields.count("total_net_output_bytes"),
        expired: fields.count("expired_keys"),
        evicted: fields.count("evicted_keys"),
        lookups: fields.lookups(),
        errors: fields.count("total_error_replies"),
        pubsub_channels: fields.count("pubsub_channels"),
        pubsub_patterns: fields.count("pubsub_patterns"),
        pubsub_shard_channels: fields.count("pubsubshard_channels"),
        full_syncs: fields.count("sync_full"),
        eventloop_us: fields.count("instantaneous_eventloop_duration_usec"),
        output_limit_disconnections: fields.count("client_output_buffer_limit_disconnections"),
        refusals: refusals(fields),
        over_limit_ms: fields.count("total_eviction_exceeded_time"),
        over_limit_now_ms: fields.count("current_eviction_exceeded_time"),
    }
}

/// A kind of error that never happened has no line: where errors are counted at all, that is none.
fn refusals(fields: &InfoFields<'_>) -> Option<RefusalCounts> {
    let counts = |code: RefusalCode| {
        let field = format!("errorstat_{}", code.word());
        let Some(text) = fields.text(&field) else { return Some((code, 0)) };
        let count = within(text.strip_prefix("count=")?, COUNTER_MAX)?;
        if count.is_none() {
            fields.note(&field);
        }
        Some((code, count?))
    };
    let is_counted = fields.has("total_error_replies") && !fields.has("errorstat_ERRORSTATS_DISABLED");
    is_counted.then(|| RefusalCode::COUNTED.into_iter().filter_map(counts).collect())
}

fn keyspace(fields: &InfoFields<'_>) -> Vec<DatabaseKeys> {
    let lines = fields.fields.iter().filter_map(|(field, value)| Some((*field, database(field, value)?)));
    let mut databases = Vec::new();
    for (field, keyspace) in lines {
        let expires = keyspace.expires.filter(|&expires| expires <= keyspace.keys);
        if keyspace.keys > HELD_MAX || expires != keyspace.expires {
            fields.note(field);
        }
        if keyspace.keys <= HELD_MAX {
            databases.push(DatabaseKeys { expires, ..keyspace });
        }
    }
    databases.sort_by_key(|keyspace| keyspace.database);
    databases
}

fn database(field: &str, value: &str) -> Option<DatabaseKeys> {
    let database = field.strip_prefix("db")?.parse().ok()?;
    let part = |name: &str| {
        let mut parts = value.split(',').filter_map(|part| part.split_once('='));
        let (_, number) = parts.find(|(key, _)| *key == name)?;
        Some(within(number, u64::MAX)?.unwrap_or(u64::MAX))
    };
    Some(DatabaseKeys { database, keys: part("keys")?, expires: part("expires") })
}
