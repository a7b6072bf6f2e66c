//! The keys about publish and subscribe: channel layers, the probe, and from when on something is wrong.
//!
//! Knows names and units; not what is compared with them. Invariant: every default is the one of `core`.

use super::limits::{COUNT, SPAN, bands, count, span};
use super::{Setting, setting};
use crate::config::value::{Bad, Kind, Value};
use crate::core::limits::{PROBE_INTERVAL_MAX_MS, PROBE_INTERVAL_MIN_MS, PROBE_SUBSCRIBERS};
use std::time::Duration;

const FIGURE: Kind = Kind::Band(Bad::High, 1_000_000);

/// Every key about publish and subscribe.
pub const FANOUT: &[Setting] = &[
    setting!(
        "fanout.layer_prefixes",
        Kind::List,
        "[\"asgi\"]",
        List,
        fanout.layer_prefixes,
        "What keys of channel layers (channels_redis) begin with; an empty list looks for none."
    ),
    setting!(
        "probe.enabled",
        Kind::Flag,
        "false",
        Flag,
        probe.enabled,
        "Publish messages of our own at once and time them, as --probe does; P begins and ends it by hand."
    ),
    setting!(
        "probe.interval",
        Kind::DurationMs(PROBE_INTERVAL_MIN_MS, PROBE_INTERVAL_MAX_MS),
        "\"1s\"",
        Duration,
        probe.interval,
        "Time from one message to the next, 100ms to 1m."
    ),
    setting!(
        "probe.subscribers",
        Kind::Whole(1, PROBE_SUBSCRIBERS),
        "1",
        Whole,
        probe.subscribers,
        "Subscribers of our own, 1 to 100: each message holds the server 5 to 10 µs for each of them."
    ),
    setting!(
        "probe.stream",
        Kind::Flag,
        "false",
        Flag,
        probe.stream,
        "With it, send entries through a stream of our own, too: a key that ends by itself after a minute."
    ),
];

/// The limits of publish and subscribe among `[thresholds]`.
pub const LIMITS: &[&[Setting]] = &[
    &[
        Setting {
            path: "thresholds.subscriber_behind",
            kind: Kind::Size,
            default: "\"1mb\"",
            doc: "What waits for one subscriber before it is told even if it does not grow. Ours.",
            set: |settings, value| {
                if let Value::Size(bytes) = value {
                    settings.thresholds.fanout.behind_bytes = bytes;
                }
            },
            get: |settings| Value::Size(settings.thresholds.fanout.behind_bytes),
        },
        span!(
            "thresholds.subscriber_cut_critical",
            SPAN,
            "\"1m\"",
            fanout.cut_ms,
            "Time until a subscriber is cut off from which on that is critical. Ours."
        ),
    ],
    bands! {
        "patterns", fanout.patterns, FIGURE, "[1000, 800]", "\"off\"",
            "Patterns that every PUBLISH is compared with. Ours.";
    },
    &[count!(
        "thresholds.channel_capacity",
        "100",
        fanout.channel_capacity,
        "Messages at which a channel of a channel layer is full and drops what comes. The default of channels_redis."
    )],
    bands! {
        "publish_ms", fanout.publish_ms, FIGURE, "[50, 25]", "[250, 100]",
            "Milliseconds of the round trip of a PUBLISH of the probe, 95 of 100 over a minute. Ours.";
        "delivery_ms", fanout.delivery_ms, FIGURE, "[50, 25]", "[250, 100]",
            "Milliseconds from a PUBLISH of the probe to the last of its subscribers, 95 of 100 over a minute. Ours.";
        "whole_way_ms", fanout.whole_way_ms, FIGURE, "[100, 50]", "[500, 250]",
            "Milliseconds from when a message of the probe was due to the last of its subscribers, 95 of 100 over a minute. Ours.";
    },
];
