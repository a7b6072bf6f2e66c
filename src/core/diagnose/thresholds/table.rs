//! The table of thresholds: each once, with its default, what the config calls it, and what it is for.
//!
//! Struct, defaults and the keys of `[thresholds]` are made from it; config.example.toml is compared with it. A row is
//! `field: type = default, range "key" "words"`: the field with its unit last, the range a constant of
//! `config::schema::limits`. The last sentences of the words say whose the default is; "ours" means that no vendor
//! publishes one.

/// Hands every row to the macro that is named.
macro_rules! thresholds {
    ($make:ident) => {
        $make! {
            window_ms: u64 = 4_000, SPAN "window"
                "How long a group is watched before it gets a verdict. Ours.";
            window_polls: u32 = 3, COUNT "window_polls"
                "Polls before a group that has something to do gets a verdict. Ours.";
            clear_ms: u64 = 5_000, SPAN "clear_after"
                "Time without it after which something is well again. Ours.";
            clear_polls: u32 = 3, COUNT "clear_after_polls"
                "Polls without it after which something is well again. Ours.";
            consumer_dead: Spans = minutes(1, 5), SPAN "consumer_dead"
                "A consumer with pending entries and no sign of life. Ours: no vendor has one.";
            consumer_stuck: Spans = minutes(1, 10), SPAN "consumer_stuck"
                "A consumer that reads on and leaves entries unacknowledged. Ours.";
            consumer_slow_ms: u64 = 30_000, SPAN "consumer_slow"
                "Age of what a consumer has in hand from which on it is called slow. Ours.";
            leaked_consumers: Bands = warning(1_000.0, 800.0), FIGURE "leaked_consumers"
                "Consumers of a group that hold nothing and that nobody uses. Ours.";
            group_stopped: Spans = minutes(1, 5), SPAN "group_stopped"
                "A group that has entries to read and does not read. Ours.";
            oldest_pending: Spans = minutes(1, 10), SPAN "oldest_pending"
                "Age of the oldest entry of a group that is not acknowledged. Ours.";
            no_acknowledgements: Spans = minutes(1, 10), SPAN "no_acknowledgements"
                "A group that is given entries and acknowledges none. Ours.";
            no_acknowledgements_entries: u64 = 10, COUNT "no_acknowledgements_entries"
                "Entries delivered before their want of acknowledgements means anything. Ours.";
            poison_deliveries: u64 = 5, COUNT "poison_deliveries"
                "Deliveries of one entry from which on it is poison. Ours; the streams guide of Redis suggests a handful.";
            lag_growing_polls: u32 = 5, COUNT "lag_growing_polls"
                "Polls in a row in which a lag never fell before it is called growing. Ours; Burrow waits for ten commits.";
            lag_growing_ms: u64 = 5_000, SPAN "lag_growing"
                "The least time for them. Ours.";
            lag_growing_entries: u64 = 10, COUNT "lag_growing_entries"
                "The least growth of a lag over them. Ours.";
            ghost_idle_ms: u64 = 60_000, SPAN "ghost_after"
                "Idle time from which on a pending entry that is deleted counts. Ours.";
            loss_told_ms: u64 = 600_000, SPAN "loss_told"
                "How long a loss is told. Ours.";
            hit_ratio: Bands = warning(0.5, 0.6), RATIO "hit_ratio"
                "Hit ratio of the cache, 0 to 1. Netdata's, which warns of misses over 50 % and clears at 40 %.";
            hit_ratio_ms: u64 = 60_000, WINDOW "hit_ratio_over"
                "Over how long the hit ratio is taken, at most 15m. Ours; Netdata takes 10m.";
            hit_ratio_least_ms: u64 = 5_000, WINDOW "hit_ratio_least"
                "The least of it that must be known. Ours.";
            memory: Bands = bands((0.85, 0.75), (0.95, 0.85)), SHARE "memory"
                "Memory over maxmemory, 0 to 1, where nothing or not every key may be evicted. Netdata's.";
            memory_of_caches: Bands = NEVER, SHARE "memory_of_caches"
                "The same where every key may be evicted (allkeys policies). Ours: such a cache may well be full.";
            memory_of_host: Bands = bands((0.90, 0.85), (0.95, 0.90)), SHARE "memory_of_host"
                "Resident memory over the memory of the host, 0 to 1, without maxmemory. The 0.9 is awesome-prometheus-alerts'; the rest is ours.";
            evicted_per_s: Bands = bands((100.0, 50.0), (500.0, 100.0)), FIGURE "evicted_per_s"
                "Keys evicted a second. Netdata's, for Azure.";
            clients: Bands = bands((0.80, 0.75), (0.90, 0.85)), SHARE "clients"
                "Clients over maxclients, 0 to 1. The critical 0.9 is awesome-prometheus-alerts'; the rest is ours.";
            rejected_in_a_minute: Bands = bands((1.0, 0.5), (6.0, 1.0)), FIGURE "rejected_in_a_minute"
                "Connections refused in a minute. Netdata's warning at any, awesome-prometheus-alerts' critical over 5.";
            read_only_in_a_minute: Bands = bands((1.0, 1.0), (60.0, 30.0)), FIGURE "read_only_in_a_minute"
                "Writes of clients in a minute that a replica refused. Ours.";
            denied_in_a_minute: Bands = bands((30.0, 15.0), (600.0, 300.0)), FIGURE "denied_in_a_minute"
                "Commands or logins of others refused in a minute (NOAUTH, WRONGPASS, NOPERM), each for itself. Ours.";
            slow_ms_in_a_minute: Bands = bands((100.0, 50.0), (1_000.0, 500.0)), FIGURE "slow_ms_in_a_minute"
                "Milliseconds of a minute in which commands of the slow log held the server. Ours.";
            ping_longest_ms: Bands = bands((500.0, 500.0), (1_500.0, 1_500.0)), FIGURE "ping_longest_ms"
                "Milliseconds of the longest PING of the last seconds beyond the usual one. Ours.";
            ping_median_ms: Bands = bands((10.0, 5.0), (30.0, 10.0)), FIGURE "ping_median_ms"
                "Milliseconds of the median PING of the last seconds beyond the usual one. Netdata's for latency.";
            loop_ms: Bands = bands((5.0, 3.0), (20.0, 10.0)), FIGURE "loop_ms"
                "Milliseconds of the mean turn of the event loop (Redis 7.2 on). Ours.";
            full_in_minutes: Bands = bands((30.0, 45.0), (10.0, 15.0)), SOON "full_in_minutes"
                "Minutes until memory is at its limit, as it grows. Ours: no vendor foretells it.";
            over_limit_s_in_a_minute: Bands = bands((1.0, 0.2), (30.0, 10.0)), FIGURE "over_limit_s_in_a_minute"
                "Seconds of a minute that memory was over maxmemory (Redis 7.0 on). Ours.";
            evictable_streams: bool = true, FLAG "evictable_streams"
                "Tell of streams where every key may be evicted. Ours.";
            evictable_queues: bool = true, FLAG "evictable_queues"
                "Tell of lists, which may be queues, where every key may be evicted. Ours.";
            lazyfree: Bands = warning(100_000.0, 10_000.0), FIGURE "lazyfree"
                "Objects that wait to be freed in the background. Ours.";
            output_mib: Bands = bands((8.0, 4.0), (64.0, 32.0)), FIGURE "output_mib"
                "MiB that one client has not read of its replies. Ours.";
            full_syncs: Bands = bands((3.0, 2.0), (10.0, 5.0)), FIGURE "full_syncs"
                "Full copies of replicas within ten minutes. Ours.";
            fork_ms: Bands = bands((100.0, 100.0), (1_000.0, 1_000.0)), FIGURE "fork_ms"
                "Milliseconds that the last fork held the server. Ours.";
            subscriber_behind_bytes: u64 = 1 << 20, SIZE "subscriber_behind"
                "What waits for one subscriber before it is told even if it does not grow. Ours.";
            subscriber_cut_ms: u64 = 60_000, SPAN "subscriber_cut_critical"
                "Time until a subscriber is cut off from which on that is critical. Ours.";
            patterns: Bands = warning(1_000.0, 800.0), FIGURE "patterns"
                "Patterns that every PUBLISH is compared with. Ours.";
            channel_capacity: u64 = 100, COUNT "channel_capacity"
                "Messages at which a channel of a channel layer is full and drops what comes. The default of channels_redis.";
            queue_oldest: Spans = minutes(5, 30), SPAN "queue_oldest"
                "How long the oldest job of a queue has waited. Ours.";
            queue_untouched_ms: u64 = 15_000, SPAN "queue_untouched"
                "How long nothing was taken from a queue that has jobs, from which on nobody listens, or all are busy. Ours.";
            queue_flood_jobs: u64 = 10_000, COUNT "queue_flood_jobs"
                "Jobs of one class or for one tenant, half of a queue or more, from which on it floods. Ours.";
            queue_workers: u64 = 0, COUNT_OR_NONE "queue_workers"
                "Workers that every queue should have; 0 asks for none. Ours.";
            scheduler_overdue_ms: u64 = 300_000, SPAN "scheduler_overdue"
                "For how long a repeated job is due and was not begun. Ours.";
            queue_leaks: u64 = 10_000, COUNT "queue_leaks"
                "Finished jobs, results or keys that a job framework keeps for ever before they are told. Ours.";
            queue_leak_bytes: u64 = 64 << 20, SIZE "queue_leak_bytes"
                "The same in what they take. Ours.";
            publish_ms: Bands = bands((50.0, 25.0), (250.0, 100.0)), FIGURE "publish_ms"
                "Milliseconds of the round trip of a PUBLISH of the probe, 95 of 100 over a minute. Ours.";
            delivery_ms: Bands = bands((50.0, 25.0), (250.0, 100.0)), FIGURE "delivery_ms"
                "Milliseconds from a PUBLISH of the probe to the last of its subscribers, 95 of 100 over a minute. Ours.";
            whole_way_ms: Bands = bands((100.0, 50.0), (500.0, 250.0)), FIGURE "whole_way_ms"
                "Milliseconds from when a message of the probe was due to the last of its subscribers, 95 of 100 over a minute. Ours.";
        }
    };
}
pub(crate) use thresholds;
