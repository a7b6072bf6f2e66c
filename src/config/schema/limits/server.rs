//! The keys of `[thresholds]` about the server: memory, clients, latency, replication.
//!
//! Knows the limits of `core::diagnose` by name. Invariants as those of the other limits.

use crate::config::schema::{Setting, setting};
use crate::config::value::{Bad, Kind, Value};

const SHARE: Kind = Kind::Band(Bad::High, 1);
const FIGURE: Kind = Kind::Band(Bad::High, 1_000_000);
const SOON: Kind = Kind::Band(Bad::Low, 100_000);

/// Limits of the server. The last sentences of a row say whose its default is.
pub const OF_SERVER: &[Setting] = &[
    setting!(
        "thresholds.memory_warning",
        SHARE,
        "[0.85, 0.75]",
        Band,
        thresholds.memory.warning,
        "Memory over maxmemory, 0 to 1, where nothing or not every key may be evicted. Netdata's."
    ),
    setting!(
        "thresholds.memory_critical",
        SHARE,
        "[0.95, 0.85]",
        Band,
        thresholds.memory.critical,
        "Memory over maxmemory, 0 to 1, where nothing or not every key may be evicted. Netdata's."
    ),
    setting!(
        "thresholds.memory_of_caches_warning",
        SHARE,
        "\"off\"",
        Band,
        thresholds.memory_of_caches.warning,
        "The same where every key may be evicted (allkeys policies). Ours: such a cache may well be full."
    ),
    setting!(
        "thresholds.memory_of_caches_critical",
        SHARE,
        "\"off\"",
        Band,
        thresholds.memory_of_caches.critical,
        "The same where every key may be evicted (allkeys policies). Ours: such a cache may well be full."
    ),
    setting!(
        "thresholds.memory_of_host_warning",
        SHARE,
        "[0.9, 0.85]",
        Band,
        thresholds.memory_of_host.warning,
        "Resident memory over the memory of the host, 0 to 1, without maxmemory. The 0.9 is awesome-prometheus-alerts'; the rest is ours."
    ),
    setting!(
        "thresholds.memory_of_host_critical",
        SHARE,
        "[0.95, 0.9]",
        Band,
        thresholds.memory_of_host.critical,
        "Resident memory over the memory of the host, 0 to 1, without maxmemory. The 0.9 is awesome-prometheus-alerts'; the rest is ours."
    ),
    setting!(
        "thresholds.evicted_per_s_warning",
        FIGURE,
        "[100, 50]",
        Band,
        thresholds.evicted_per_s.warning,
        "Keys evicted a second. Netdata's, for Azure."
    ),
    setting!(
        "thresholds.evicted_per_s_critical",
        FIGURE,
        "[500, 100]",
        Band,
        thresholds.evicted_per_s.critical,
        "Keys evicted a second. Netdata's, for Azure."
    ),
    setting!(
        "thresholds.clients_warning",
        SHARE,
        "[0.8, 0.75]",
        Band,
        thresholds.clients.warning,
        "Clients over maxclients, 0 to 1. The critical 0.9 is awesome-prometheus-alerts'; the rest is ours."
    ),
    setting!(
        "thresholds.clients_critical",
        SHARE,
        "[0.9, 0.85]",
        Band,
        thresholds.clients.critical,
        "Clients over maxclients, 0 to 1. The critical 0.9 is awesome-prometheus-alerts'; the rest is ours."
    ),
    setting!(
        "thresholds.rejected_in_a_minute_warning",
        FIGURE,
        "[1, 0.5]",
        Band,
        thresholds.rejected_in_a_minute.warning,
        "Connections refused in a minute. Netdata's warning at any, awesome-prometheus-alerts' critical over 5."
    ),
    setting!(
        "thresholds.rejected_in_a_minute_critical",
        FIGURE,
        "[6, 1]",
        Band,
        thresholds.rejected_in_a_minute.critical,
        "Connections refused in a minute. Netdata's warning at any, awesome-prometheus-alerts' critical over 5."
    ),
    setting!(
        "thresholds.read_only_in_a_minute_warning",
        FIGURE,
        "[1, 1]",
        Band,
        thresholds.read_only_in_a_minute.warning,
        "Writes of clients in a minute that a replica refused. Ours."
    ),
    setting!(
        "thresholds.read_only_in_a_minute_critical",
        FIGURE,
        "[60, 30]",
        Band,
        thresholds.read_only_in_a_minute.critical,
        "Writes of clients in a minute that a replica refused. Ours."
    ),
    setting!(
        "thresholds.denied_in_a_minute_warning",
        FIGURE,
        "[30, 15]",
        Band,
        thresholds.denied_in_a_minute.warning,
        "Commands or logins of others refused in a minute (NOAUTH, WRONGPASS, NOPERM), each for itself. Ours."
    ),
    setting!(
        "thresholds.denied_in_a_minute_critical",
        FIGURE,
        "[600, 300]",
        Band,
        thresholds.denied_in_a_minute.critical,
        "Commands or logins of others refused in a minute (NOAUTH, WRONGPASS, NOPERM), each for itself. Ours."
    ),
    setting!(
        "thresholds.slow_ms_in_a_minute_warning",
        FIGURE,
        "[100, 50]",
        Band,
        thresholds.slow_ms_in_a_minute.warning,
        "Milliseconds of a minute in which commands of the slow log held the server. Ours."
    ),
    setting!(
        "thresholds.slow_ms_in_a_minute_critical",
        FIGURE,
        "[1000, 500]",
        Band,
        thresholds.slow_ms_in_a_minute.critical,
        "Milliseconds of a minute in which commands of the slow log held the server. Ours."
    ),
    setting!(
        "thresholds.ping_longest_ms_warning",
        FIGURE,
        "[500, 500]",
        Band,
        thresholds.ping_longest_ms.warning,
        "Milliseconds of the longest PING of the last seconds beyond the usual one. Ours."
    ),
    setting!(
        "thresholds.ping_longest_ms_critical",
        FIGURE,
        "[1500, 1500]",
        Band,
        thresholds.ping_longest_ms.critical,
        "Milliseconds of the longest PING of the last seconds beyond the usual one. Ours."
    ),
    setting!(
        "thresholds.ping_median_ms_warning",
        FIGURE,
        "[10, 5]",
        Band,
        thresholds.ping_median_ms.warning,
        "Milliseconds of the median PING of the last seconds beyond the usual one. Netdata's for latency."
    ),
    setting!(
        "thresholds.ping_median_ms_critical",
        FIGURE,
        "[30, 10]",
        Band,
        thresholds.ping_median_ms.critical,
        "Milliseconds of the median PING of the last seconds beyond the usual one. Netdata's for latency."
    ),
    setting!(
        "thresholds.loop_ms_warning",
        FIGURE,
        "[5, 3]",
        Band,
        thresholds.loop_ms.warning,
        "Milliseconds of the mean turn of the event loop (Redis 7.2 on). Ours."
    ),
    setting!(
        "thresholds.loop_ms_critical",
        FIGURE,
        "[20, 10]",
        Band,
        thresholds.loop_ms.critical,
        "Milliseconds of the mean turn of the event loop (Redis 7.2 on). Ours."
    ),
    setting!(
        "thresholds.full_in_minutes_warning",
        SOON,
        "[30, 45]",
        Band,
        thresholds.full_in_minutes.warning,
        "Minutes until memory is at its limit, as it grows. Ours: no vendor foretells it."
    ),
    setting!(
        "thresholds.full_in_minutes_critical",
        SOON,
        "[10, 15]",
        Band,
        thresholds.full_in_minutes.critical,
        "Minutes until memory is at its limit, as it grows. Ours: no vendor foretells it."
    ),
    setting!(
        "thresholds.over_limit_s_in_a_minute_warning",
        FIGURE,
        "[1, 0.2]",
        Band,
        thresholds.over_limit_s_in_a_minute.warning,
        "Seconds of a minute that memory was over maxmemory (Redis 7.0 on). Ours."
    ),
    setting!(
        "thresholds.over_limit_s_in_a_minute_critical",
        FIGURE,
        "[30, 10]",
        Band,
        thresholds.over_limit_s_in_a_minute.critical,
        "Seconds of a minute that memory was over maxmemory (Redis 7.0 on). Ours."
    ),
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
    setting!(
        "thresholds.lazyfree_warning",
        FIGURE,
        "[100000, 10000]",
        Band,
        thresholds.lazyfree.warning,
        "Objects that wait to be freed in the background. Ours."
    ),
    setting!(
        "thresholds.lazyfree_critical",
        FIGURE,
        "\"off\"",
        Band,
        thresholds.lazyfree.critical,
        "Objects that wait to be freed in the background. Ours."
    ),
    setting!(
        "thresholds.output_mib_warning",
        FIGURE,
        "[8, 4]",
        Band,
        thresholds.output_mib.warning,
        "MiB that one client has not read of its replies. Ours."
    ),
    setting!(
        "thresholds.output_mib_critical",
        FIGURE,
        "[64, 32]",
        Band,
        thresholds.output_mib.critical,
        "MiB that one client has not read of its replies. Ours."
    ),
    setting!(
        "thresholds.full_syncs_warning",
        FIGURE,
        "[3, 2]",
        Band,
        thresholds.full_syncs.warning,
        "Full copies of replicas within ten minutes. Ours."
    ),
    setting!(
        "thresholds.full_syncs_critical",
        FIGURE,
        "[10, 5]",
        Band,
        thresholds.full_syncs.critical,
        "Full copies of replicas within ten minutes. Ours."
    ),
    setting!(
        "thresholds.fork_ms_warning",
        FIGURE,
        "[100, 100]",
        Band,
        thresholds.fork_ms.warning,
        "Milliseconds that the last fork held the server. Ours."
    ),
    setting!(
        "thresholds.fork_ms_critical",
        FIGURE,
        "[1000, 1000]",
        Band,
        thresholds.fork_ms.critical,
        "Milliseconds that the last fork held the server. Ours."
    ),
];
