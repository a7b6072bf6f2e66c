//! The keys of `[thresholds]` about the server: memory, clients, latency, replication.
//!
//! Knows the limits of `core::diagnose` by name. Invariants as those of the other limits.

use super::bands;
use crate::config::schema::{Setting, setting};
use crate::config::value::{Bad, Kind, Value};

const SHARE: Kind = Kind::Band(Bad::High, 1);
const FIGURE: Kind = Kind::Band(Bad::High, 1_000_000);
const SOON: Kind = Kind::Band(Bad::Low, 100_000);

/// Limits of the server. The last sentences of a row say whose its default is.
pub const OF_SERVER: &[&[Setting]] = &[
    bands! {
        "memory", memory, SHARE, "[0.85, 0.75]", "[0.95, 0.85]",
            "Memory over maxmemory, 0 to 1, where nothing or not every key may be evicted. Netdata's.";
        "memory_of_caches", memory_of_caches, SHARE, "\"off\"", "\"off\"",
            "The same where every key may be evicted (allkeys policies). Ours: such a cache may well be full.";
        "memory_of_host", memory_of_host, SHARE, "[0.9, 0.85]", "[0.95, 0.9]",
            "Resident memory over the memory of the host, 0 to 1, without maxmemory. The 0.9 is awesome-prometheus-alerts'; the rest is ours.";
        "evicted_per_s", evicted_per_s, FIGURE, "[100, 50]", "[500, 100]",
            "Keys evicted a second. Netdata's, for Azure.";
        "clients", clients, SHARE, "[0.8, 0.75]", "[0.9, 0.85]",
            "Clients over maxclients, 0 to 1. The critical 0.9 is awesome-prometheus-alerts'; the rest is ours.";
        "rejected_in_a_minute", rejected_in_a_minute, FIGURE, "[1, 0.5]", "[6, 1]",
            "Connections refused in a minute. Netdata's warning at any, awesome-prometheus-alerts' critical over 5.";
        "read_only_in_a_minute", read_only_in_a_minute, FIGURE, "[1, 1]", "[60, 30]",
            "Writes of clients in a minute that a replica refused. Ours.";
        "denied_in_a_minute", denied_in_a_minute, FIGURE, "[30, 15]", "[600, 300]",
            "Commands or logins of others refused in a minute (NOAUTH, WRONGPASS, NOPERM), each for itself. Ours.";
        "slow_ms_in_a_minute", slow_ms_in_a_minute, FIGURE, "[100, 50]", "[1000, 500]",
            "Milliseconds of a minute in which commands of the slow log held the server. Ours.";
        "ping_longest_ms", ping_longest_ms, FIGURE, "[500, 500]", "[1500, 1500]",
            "Milliseconds of the longest PING of the last seconds beyond the usual one. Ours.";
        "ping_median_ms", ping_median_ms, FIGURE, "[10, 5]", "[30, 10]",
            "Milliseconds of the median PING of the last seconds beyond the usual one. Netdata's for latency.";
        "loop_ms", loop_ms, FIGURE, "[5, 3]", "[20, 10]",
            "Milliseconds of the mean turn of the event loop (Redis 7.2 on). Ours.";
        "full_in_minutes", full_in_minutes, SOON, "[30, 45]", "[10, 15]",
            "Minutes until memory is at its limit, as it grows. Ours: no vendor foretells it.";
        "over_limit_s_in_a_minute", over_limit_s_in_a_minute, FIGURE, "[1, 0.2]", "[30, 10]",
            "Seconds of a minute that memory was over maxmemory (Redis 7.0 on). Ours.";
    },
    &[
        setting!(
            "thresholds.evictable_streams",
            Kind::Flag,
            "true",
            Flag,
            thresholds.evictable_streams,
            "Tell of streams where every key may be evicted. Ours."
        ),
        setting!(
            "thresholds.evictable_queues",
            Kind::Flag,
            "true",
            Flag,
            thresholds.evictable_queues,
            "Tell of lists, which may be queues, where every key may be evicted. Ours."
        ),
    ],
    bands! {
        "lazyfree", lazyfree, FIGURE, "[100000, 10000]", "\"off\"",
            "Objects that wait to be freed in the background. Ours.";
        "output_mib", output_mib, FIGURE, "[8, 4]", "[64, 32]",
            "MiB that one client has not read of its replies. Ours.";
        "full_syncs", full_syncs, FIGURE, "[3, 2]", "[10, 5]",
            "Full copies of replicas within ten minutes. Ours.";
        "fork_ms", fork_ms, FIGURE, "[100, 100]", "[1000, 1000]",
            "Milliseconds that the last fork held the server. Ours.";
    },
];
