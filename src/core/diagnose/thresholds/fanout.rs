//! From when on publish and subscribe are slow, each limit with whose default it is.

use super::{Band, Bands, high};

/// Limits of publish and subscribe.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FanoutLimits {
    /// What waits for one subscriber before it is told even if it does not grow, bytes. Ours.
    pub behind_bytes: u64,
    /// Until a subscriber is cut off: critical from here on, milliseconds. Ours.
    pub cut_ms: u64,
    /// Patterns that every PUBLISH is compared with. Ours.
    pub patterns: Bands,
    /// Messages at which a channel of a channel layer is full and drops what comes. The default of channels_redis.
    pub channel_capacity: u64,
    /// Round trip of the probe's PUBLISH, milliseconds. Ours.
    pub publish_ms: Bands,
    /// From the probe's PUBLISH to its last subscriber, milliseconds. Ours.
    pub delivery_ms: Bands,
    /// From when a message was due to its last subscriber, milliseconds. Ours.
    pub whole_way_ms: Bands,
}

impl Default for FanoutLimits {
    fn default() -> Self {
        Self {
            behind_bytes: 1 << 20,
            cut_ms: 60_000,
            patterns: Bands { warning: Some(Band::new(1_000.0, 800.0)), critical: None },
            channel_capacity: 100,
            publish_ms: high((50.0, 25.0), (250.0, 100.0)),
            delivery_ms: high((50.0, 25.0), (250.0, 100.0)),
            whole_way_ms: high((100.0, 50.0), (500.0, 250.0)),
        }
    }
}
