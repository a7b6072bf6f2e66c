//! The keys of `[thresholds]`, in operators' words and units.
//!
//! Knows the limits of `core::diagnose` by name; not what they are compared with. Invariants, held by tests:
//! every default is the one of `core`, and every row says whose it is.

mod server;

pub use server::OF_SERVER;

use super::{Setting, setting};
use crate::config::value::{Bad, Kind, Value};
use crate::core::limits::{HIT_RATIO_MAX_MS, THRESHOLD_MAX_MS};
use std::time::Duration;

pub(super) const SPAN: Kind = Kind::DurationMs(100, THRESHOLD_MAX_MS);
const WINDOW: Kind = Kind::DurationMs(1_000, HIT_RATIO_MAX_MS);
pub(super) const COUNT: Kind = Kind::Whole(1, 1_000_000);
const RATIO: Kind = Kind::Band(Bad::Low, 1);

/// A row of a duration, which the limits have in milliseconds.
macro_rules! span {
    ($path:expr, $kind:expr, $default:literal, $($field:ident).+, $doc:literal) => {
        Setting {
            path: $path,
            kind: $kind,
            default: $default,
            doc: $doc,
            set: |settings, value| {
                if let Value::Duration(value) = value {
                    settings.thresholds.$($field).+ = u64::try_from(value.as_millis()).unwrap_or(u64::MAX);
                }
            },
            get: |settings| Value::Duration(Duration::from_millis(settings.thresholds.$($field).+)),
        }
    };
}

/// A row of a count of 64 bits.
macro_rules! count {
    ($path:literal, $default:literal, $($field:ident).+, $doc:literal) => {
        Setting {
            path: $path,
            kind: COUNT,
            default: $default,
            doc: $doc,
            set: |settings, value| {
                if let Value::Whole(value) = value {
                    settings.thresholds.$($field).+ = u64::from(value);
                }
            },
            get: |settings| Value::Whole(u32::try_from(settings.thresholds.$($field).+).unwrap_or(u32::MAX)),
        }
    };
}

/// Two rows of a duration each, from when on to warn and from when on it is critical: name, field, both, words.
macro_rules! spans {
    ($($name:literal, $field:ident, $warning:literal, $critical:literal, $doc:literal;)*) => {
        &[$(
            span!(concat!("thresholds.", $name, "_warning"), SPAN, $warning, $field.warning_ms, $doc),
            span!(concat!("thresholds.", $name, "_critical"), SPAN, $critical, $field.critical_ms, $doc),
        )*]
    };
}

/// Two rows of a band each, from when on to warn and from when on it is critical: name, field, kind, both, words.
macro_rules! bands {
    ($($name:literal, $($field:ident).+, $kind:expr, $warning:literal, $critical:literal, $doc:literal;)*) => {
        &[$(
            setting!(
                concat!("thresholds.", $name, "_warning"), $kind, $warning, Band, thresholds.$($field).+.warning, $doc
            ),
            setting!(
                concat!("thresholds.", $name, "_critical"), $kind, $critical, Band, thresholds.$($field).+.critical, $doc
            ),
        )*]
    };
}
pub(super) use {bands, count, span};

/// Limits of groups, consumers and the cache. The last sentences of a row say whose its default is.
pub const OF_STREAMS: &[&[Setting]] = &[
    &[
        span!(
            "thresholds.window",
            SPAN,
            "\"4s\"",
            window_ms,
            "How long a group is watched before it gets a verdict. Ours."
        ),
        setting!(
            "thresholds.window_polls",
            COUNT,
            "3",
            Whole,
            thresholds.window_polls,
            "Polls before a group that has something to do gets a verdict. Ours."
        ),
        span!(
            "thresholds.clear_after",
            SPAN,
            "\"5s\"",
            clear_ms,
            "Time without it after which something is well again. Ours."
        ),
        setting!(
            "thresholds.clear_after_polls",
            COUNT,
            "3",
            Whole,
            thresholds.clear_polls,
            "Polls without it after which something is well again. Ours."
        ),
    ],
    spans! {
        "consumer_dead", consumer_dead, "\"1m\"", "\"5m\"",
            "A consumer with pending entries and no sign of life. Ours: no vendor has one.";
        "consumer_stuck", consumer_stuck, "\"1m\"", "\"10m\"",
            "A consumer that reads on and leaves entries unacknowledged. Ours.";
    },
    &[span!(
        "thresholds.consumer_slow",
        SPAN,
        "\"30s\"",
        consumer_slow_ms,
        "Age of what a consumer has in hand from which on it is called slow. Ours."
    )],
    bands! {
        "leaked_consumers", leaked_consumers, Kind::Band(Bad::High, 1_000_000), "[1000, 800]", "\"off\"",
            "Consumers of a group that hold nothing and that nobody uses. Ours.";
    },
    spans! {
        "group_stopped", group_stopped, "\"1m\"", "\"5m\"",
            "A group that has entries to read and does not read. Ours.";
        "oldest_pending", oldest_pending, "\"1m\"", "\"10m\"",
            "Age of the oldest entry of a group that is not acknowledged. Ours.";
        "no_acknowledgements", no_acknowledgements, "\"1m\"", "\"10m\"",
            "A group that is given entries and acknowledges none. Ours.";
    },
    &[
        count!(
            "thresholds.no_acknowledgements_entries",
            "10",
            no_acknowledgements_entries,
            "Entries delivered before their want of acknowledgements means anything. Ours."
        ),
        count!(
            "thresholds.poison_deliveries",
            "5",
            poison_deliveries,
            "Deliveries of one entry from which on it is poison. Ours; the streams guide of Redis suggests a handful."
        ),
        setting!(
            "thresholds.lag_growing_polls",
            COUNT,
            "5",
            Whole,
            thresholds.lag_growing_polls,
            "Polls in a row in which a lag never fell before it is called growing. Ours; Burrow waits for ten commits."
        ),
        span!("thresholds.lag_growing", SPAN, "\"5s\"", lag_growing_ms, "The least time for them. Ours."),
        count!(
            "thresholds.lag_growing_entries",
            "10",
            lag_growing_entries,
            "The least growth of a lag over them. Ours."
        ),
        span!(
            "thresholds.ghost_after",
            SPAN,
            "\"1m\"",
            ghost_idle_ms,
            "Idle time from which on a pending entry that is deleted counts. Ours."
        ),
        span!("thresholds.loss_told", SPAN, "\"10m\"", loss_told_ms, "How long a loss is told. Ours."),
    ],
    bands! {
        "hit_ratio", hit_ratio, RATIO, "[0.5, 0.6]", "\"off\"",
            "Hit ratio of the cache, 0 to 1. Netdata's, which warns of misses over 50 % and clears at 40 %.";
    },
    &[
        span!(
            "thresholds.hit_ratio_over",
            WINDOW,
            "\"1m\"",
            hit_ratio_ms,
            "Over how long the hit ratio is taken, at most 15m. Ours; Netdata takes 10m."
        ),
        span!(
            "thresholds.hit_ratio_least",
            WINDOW,
            "\"5s\"",
            hit_ratio_least_ms,
            "The least of it that must be known. Ours."
        ),
    ],
];
