//! Publish and subscribe at one instant: channels, who listens, how much may wait for a listener, channel layers.
//!
//! Knows facts of one server; sums nothing up. Invariant: a limit that could not be read is not the default one.

use super::clients::Client;
use super::latency::CommandHistogram;
use super::{Name, Stamped};

/// Which kind of channel: they are separate worlds with separate commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChannelKind {
    /// PUBLISH and SUBSCRIBE.
    Plain,
    /// SPUBLISH and SSUBSCRIBE (7.0): stays within a shard of a cluster.
    Shard,
}

impl ChannelKind {
    /// The word for machines and people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Plain => "channel",
            Self::Shard => "shard",
        }
    }
}

/// What one round learnt of publish and subscribe.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct FanoutFacts {
    /// Every channel with a subscriber, a kind each; what is beyond the bound is missing.
    pub channels: Vec<(ChannelKind, Stamped<Vec<Name>>)>,
    /// Subscribers of some channels.
    pub counts: Vec<(ChannelKind, Stamped<Vec<(Name, u64)>>)>,
    /// CLIENT LIST TYPE pubsub.
    pub subscribers: Option<Stamped<Vec<Client>>>,
    /// How much may wait for a subscriber.
    pub limit: Option<OutputLimit>,
    /// LATENCY HISTOGRAM of the commands that fan out.
    pub histograms: Option<Stamped<Vec<CommandHistogram>>>,
    /// Keys of channel layers.
    pub layer_keys: Vec<Stamped<LayerKey>>,
    /// Keys that look like a layer's and are something else.
    pub no_layer_keys: Vec<Name>,
}

/// What may wait in the output buffer of one class of clients before the server cuts them off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputLimit {
    /// Cut off at once from here on, bytes; 0 for never.
    pub hard_bytes: u64,
    /// Cut off when more than this has waited for `soft_s`, bytes; 0 for never.
    pub soft_bytes: u64,
    /// For how long, seconds.
    pub soft_s: u64,
}

/// A key of a channel layer that keeps its messages in sorted sets.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerKey {
    /// The key.
    pub key: Name,
    /// Members of its set: of a group its channels, of a channel its messages.
    pub members: u64,
    /// The lowest score: when the oldest message was sent, milliseconds since 1970.
    pub oldest_ms: Option<i64>,
}
