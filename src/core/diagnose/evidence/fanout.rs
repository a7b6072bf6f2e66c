//! What rules look at of publish and subscribe.
//!
//! Knows shapes. Invariant: a limit that is not known stays `None`, so that no rule counts down to a guess.

use crate::core::model::Name;

/// Publish and subscribe at one moment.
#[derive(Clone, Debug, Default)]
pub struct FanoutCase<'a> {
    /// Whether anybody subscribes to anything; `None` where the server does not tell.
    pub is_used: Option<bool>,
    /// Whether the subscribers were listed a moment ago.
    pub is_listed: bool,
    /// Patterns with a subscriber.
    pub patterns: Option<u64>,
    /// Subscribers that are behind, the greatest buffer first.
    pub behind: Vec<Behind<'a>>,
    /// Subscribers that were behind and went away within the last minutes.
    pub lost: Vec<LostSubscriber<'a>>,
    /// Channels of channel layers that are at their capacity.
    pub full: Vec<FullChannel>,
    /// What the probe measured, while it runs.
    pub probe: Option<Probed>,
}

/// What the probe measured over the last minute: the worse of both where both run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Probed {
    /// 95 of a hundred round trips took no longer, milliseconds; `None` below 20 samples.
    pub publish_ms: Option<f64>,
    /// Likewise to the last subscriber.
    pub delivery_ms: Option<f64>,
    /// Likewise from when the message was due.
    pub whole_way_ms: Option<f64>,
    /// Messages sent in that minute.
    pub samples: u64,
    /// Deliveries that never came within five minutes.
    pub lost: u64,
    /// Messages sent in those.
    pub sent: u64,
}

/// A channel of a channel layer that is full.
#[derive(Clone, Debug)]
pub struct FullChannel {
    /// Its name with the layer's prefix: the key.
    pub key: Name,
    /// Messages that wait.
    pub backlog: u64,
    /// Age of the oldest, milliseconds.
    pub oldest_age_ms: Option<u64>,
}

/// A subscriber, by all its names.
#[derive(Clone, Copy, Debug)]
pub struct Who<'a> {
    /// Its id.
    pub id: u64,
    /// Its name, empty when it gave none.
    pub name: &'a Name,
    /// Its address.
    pub address: &'a Name,
}

/// A subscriber that is behind.
#[derive(Clone, Copy, Debug)]
pub struct Behind<'a> {
    /// Who.
    pub who: Who<'a>,
    /// What waits for it, bytes.
    pub bytes: u64,
    /// How that grows, bytes a second.
    pub growth_per_s: Option<f64>,
    /// In how many lists it was behind.
    pub samples: usize,
    /// Until it is cut off, seconds; `None` where it is not, or nobody knows.
    pub cut_s: Option<f64>,
    /// Since when something waits, milliseconds since 1970.
    pub since_ms: i64,
}

/// A subscriber that was behind and is gone.
#[derive(Clone, Copy, Debug)]
pub struct LostSubscriber<'a> {
    /// Who.
    pub who: Who<'a>,
    /// What it had not read, bytes.
    pub bytes: u64,
    /// When it was missed, milliseconds since 1970.
    pub at_ms: i64,
    /// Whether the server says that it cut somebody off, or its buffer was about to be full.
    pub was_cut: bool,
}
