//! The keys about publish and subscribe, and about queues of job frameworks.
//!
//! Knows names and units. Invariant: every default reads and takes effect.

use super::{Setting, rows};
use crate::config::value::{Kind, Value};
use crate::core::limits::{PROBE_INTERVAL_MAX_MS, PROBE_INTERVAL_MIN_MS, PROBE_SUBSCRIBERS};

/// The longest time that a worker may hold a job: 30 days, milliseconds.
const HELD_MAX_MS: u64 = 30 * 24 * 3_600_000;

/// Every key about publish and subscribe, and about queues.
pub const FANOUT: &[Setting] = rows! {
    "fanout.layer_prefixes", Kind::List, "[\"asgi\"]", List, fanout.layer_prefixes,
        "What keys of channel layers (channels_redis) begin with; an empty list looks for none.";
    "queues.enabled", Kind::Flag, "true", Flag, queues.enabled,
        "Look for queues of job frameworks (Celery, Sidekiq, BullMQ, RQ and others) by the names of keys. Jobs are not read.";
    "queues.lists", Kind::List, "[]", List, queues.lists,
        "Lists and sorted sets that are queues without a framework, as globs, such as \"jobs:*\".";
    "queues.tenant", Kind::Text, "\"\"", Text, queues.tenant,
        "The field of a job's payload that names for whom it is, such as \"tenant_id\" or \"args.0.shop\"; \"\" for none.";
    "queues.celery_visibility", Kind::DurationMs(1_000, HELD_MAX_MS), "\"1h\"", Duration, queues.celery_visibility,
        "Celery's visibility_timeout: a task that a worker has held for so long is given to another.";
    "queues.dramatiq_heartbeat", Kind::DurationMs(1_000, HELD_MAX_MS), "\"1m\"", Duration, queues.dramatiq_heartbeat,
        "dramatiq's heartbeat_timeout: a process that was silent for so long is dead.";
    "queues.taskiq_idle", Kind::DurationMs(1_000, HELD_MAX_MS), "\"10m\"", Duration, queues.taskiq_idle,
        "taskiq's idle_timeout: a message that a worker has held for so long is given to another.";
    "probe.enabled", Kind::Flag, "false", Flag, probe.enabled,
        "Publish messages of our own at once and time them, as --probe does; P begins and ends it by hand.";
    "probe.interval", Kind::DurationMs(PROBE_INTERVAL_MIN_MS, PROBE_INTERVAL_MAX_MS), "\"1s\"", Duration, probe.interval,
        "Time from one message to the next, 100ms to 1m.";
    "probe.subscribers", Kind::Whole(1, PROBE_SUBSCRIBERS), "1", Whole, probe.subscribers,
        "Subscribers of our own, 1 to 100: each message holds the server 5 to 10 µs for each of them.";
    "probe.stream", Kind::Flag, "false", Flag, probe.stream,
        "With it, send entries through a stream of our own, too: a key that ends by itself after a minute.";
};
