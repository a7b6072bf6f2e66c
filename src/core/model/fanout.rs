//! Publish and subscribe at one instant: channels, who listens, channel layers.
//!
//! Knows facts of one server; sums nothing up. Invariant: a key is a layer's by its shape, and its messages are nobody's.

use super::clients::Client;
use super::latency::CommandHistogram;
use super::{Name, Stamped};
use serde::{Deserialize, Serialize};

worded! {
    /// Which kind of channel: they are separate worlds with separate commands.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    pub enum ChannelKind {
        /// PUBLISH and SUBSCRIBE.
        Plain "channel",
        /// SPUBLISH and SSUBSCRIBE (7.0): stays within a shard of a cluster.
        Shard "shard",
    }
    /// The word for machines and people.
    fn word
}

/// How many subscribe to each of some channels of a kind; `None` where what the server says can't be true.
pub type SubscriberCounts = (ChannelKind, Stamped<Vec<(Name, Option<u64>)>>);

/// What one round learnt of publish and subscribe.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct FanoutFacts {
    /// Every channel with a subscriber, a kind each; what is beyond the bound is missing.
    pub channels: Vec<(ChannelKind, Stamped<Vec<Name>>)>,
    /// Subscribers of some channels.
    pub counts: Vec<SubscriberCounts>,
    /// CLIENT LIST TYPE pubsub.
    pub subscribers: Option<Stamped<Vec<Client>>>,
    /// LATENCY HISTOGRAM of the commands that fan out.
    pub histograms: Option<Stamped<Vec<CommandHistogram>>>,
    /// Keys of channel layers.
    pub layer_keys: Vec<Stamped<LayerKey>>,
    /// Keys that look like a layer's and are something else.
    pub no_layer_keys: Vec<Name>,
}

/// What a key of a channel layer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LayerRole {
    /// A group: a set of channels.
    Group,
    /// A channel: messages that wait for one receiver.
    Channel,
    /// Messages that a receiver has taken from its channel and not done with.
    InFlight,
}

/// A key of a channel layer that keeps its messages in sorted sets, as channels_redis' core layer does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LayerPart {
    /// The key.
    pub key: Name,
    /// What its layer's keys begin with.
    pub prefix: Name,
    /// What it is for.
    pub role: LayerRole,
    /// The group or channel, without the prefix.
    pub name: Name,
}

impl LayerPart {
    /// What this key is in a layer of this prefix: `asgi:group:chat`, `asgispecific.c0ffee!`,
    /// `asgispecific.c0ffee!$inflight`.
    pub fn of(key: &Name, prefix: &Name) -> Option<Self> {
        let rest = key.as_bytes().strip_prefix(prefix.as_bytes())?;
        let (role, name) = match (rest.strip_prefix(b":group:"), rest.strip_suffix(b"$inflight")) {
            (Some(group), _) => (LayerRole::Group, group),
            (None, Some(channel)) => (LayerRole::InFlight, channel),
            (None, None) => (LayerRole::Channel, rest),
        };
        // Channels are named after ASCII letters, digits, dots, dashes and underscores: nothing else is a layer's.
        let is_named = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_!".contains(byte);
        let is_name = !name.is_empty() && name.iter().all(is_named);
        is_name.then(|| Self { key: key.clone(), prefix: prefix.clone(), role, name: Name::new(name) })
    }

    /// Prefix and group of a pub/sub channel that a layer of the other form uses: `asgi__group__chat`.
    pub fn pubsub_group(channel: &Name) -> Option<(Name, Name)> {
        const BETWEEN: &[u8] = b"__group__";
        let bytes = channel.as_bytes();
        let at = bytes.windows(BETWEEN.len()).position(|window| window == BETWEEN)?;
        let (prefix, group) = (bytes.get(..at)?, bytes.get(at + BETWEEN.len()..)?);
        (!prefix.is_empty() && !group.is_empty()).then(|| (Name::new(prefix), Name::new(group)))
    }
}

/// How full a key of a channel layer is.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerKey {
    /// Which.
    pub part: LayerPart,
    /// Members of its set: of a group its channels, of a channel its messages.
    pub members: u64,
    /// The lowest score: when the oldest message was sent, by the sender's clock, milliseconds since 1970.
    pub oldest_ms: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_a_layer_are_known_by_their_shape() {
        let part = |key: &str| {
            LayerPart::of(&Name::from(key), &Name::from("asgi")).map(|part| (part.role, part.name.text()))
        };
        assert_eq!(part("asgi:group:chat.1"), Some((LayerRole::Group, "chat.1".into())));
        assert_eq!(part("asgispecific.c0ffee!"), Some((LayerRole::Channel, "specific.c0ffee!".into())));
        assert_eq!(
            part("asgispecific.c0ffee!$inflight"),
            Some((LayerRole::InFlight, "specific.c0ffee!".into()))
        );
        assert_eq!(part("asgithumbnails-generate"), Some((LayerRole::Channel, "thumbnails-generate".into())));
        for other in ["asgi", "asgi:group:", "asgi:cache:1", "other", "asgi a"] {
            assert_eq!(part(other), None, "{other}");
        }
    }

    #[test]
    fn groups_of_the_pub_sub_form_are_known_by_their_channels() {
        let group =
            |channel: &str| LayerPart::pubsub_group(&Name::from(channel)).map(|(a, b)| (a.text(), b.text()));
        assert_eq!(group("asgi__group__chat"), Some(("asgi".into(), "chat".into())));
        assert_eq!(group("asgispecific.c0ffee"), None);
        assert_eq!(group("__group__x"), None);
    }
}
