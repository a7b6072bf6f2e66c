//! What may be asked about publish and subscribe, and about the channel layers built on sorted sets.
//!
//! Knows how each is written; not when it is worth asking (`round::fanout`). Invariant: no message leaves the server:
//! a channel is asked how many wait and since when, never what.

use super::{ReadVerb, on, words};
use crate::core::model::Name;
use crate::core::model::fanout::{ChannelKind, LayerPart};
use crate::core::wire::scripts;

/// Commands whose time is read: those that send messages to many, and those that bring them.
pub const TIMED: [&str; 5] = ["publish", "spublish", "xadd", "xreadgroup", "xread"];

/// A question about publish and subscribe.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FanoutRead {
    /// `PUBSUB CHANNELS`, `PUBSUB SHARDCHANNELS` (7.0)
    Channels(ChannelKind),
    /// `PUBSUB NUMSUB channel ...`, `PUBSUB SHARDNUMSUB channel ...` (7.0)
    Counts(ChannelKind, Vec<Name>),
    /// `CLIENT LIST TYPE pubsub` (5.0)
    Subscribers,
    /// `LATENCY HISTOGRAM` of [`TIMED`] (7.0)
    Histograms,
    /// `ZCARD key`: how many messages wait in a channel, how many channels a group has.
    Members(LayerPart),
    /// The same with the lowest score, by a script on the server that leaves the message there.
    Backlog {
        /// The group or channel.
        part: LayerPart,
        /// `EVAL_RO` (Redis 7.0) rather than `EVAL`.
        read_only: bool,
    },
}

impl FanoutRead {
    /// The words to send.
    pub fn args(&self) -> Vec<Vec<u8>> {
        match self {
            Self::Channels(ChannelKind::Plain) => words(&["PUBSUB", "CHANNELS"]),
            Self::Channels(ChannelKind::Shard) => words(&["PUBSUB", "SHARDCHANNELS"]),
            Self::Counts(kind, names) => {
                let word = match kind {
                    ChannelKind::Plain => "NUMSUB",
                    ChannelKind::Shard => "SHARDNUMSUB",
                };
                on(&["PUBSUB", word], &names.iter().collect::<Vec<_>>())
            }
            Self::Subscribers => words(&["CLIENT", "LIST", "TYPE", "pubsub"]),
            Self::Histograms => [words(&["LATENCY", "HISTOGRAM"]), words(&TIMED)].concat(),
            Self::Members(part) => on(&["ZCARD"], &[&part.key]),
            Self::Backlog { part, read_only } => {
                let eval = if *read_only { "EVAL_RO" } else { "EVAL" };
                on(&[eval, scripts::LAYER_BACKLOG, "1"], &[&part.key])
            }
        }
    }

    /// Which command this is.
    pub fn verb(&self) -> ReadVerb {
        match self {
            Self::Channels(ChannelKind::Plain) => ReadVerb::PubsubChannels,
            Self::Channels(ChannelKind::Shard) => ReadVerb::PubsubShardChannels,
            Self::Counts(ChannelKind::Plain, _) => ReadVerb::PubsubNumsub,
            Self::Counts(ChannelKind::Shard, _) => ReadVerb::PubsubShardNumsub,
            Self::Subscribers => ReadVerb::ClientListPubsub,
            Self::Histograms => ReadVerb::LatencyHistogram,
            Self::Members(_) => ReadVerb::Zcard,
            Self::Backlog { read_only: true, .. } => ReadVerb::LayerEvalRo,
            Self::Backlog { .. } => ReadVerb::LayerEval,
        }
    }

    /// The key of a channel layer that it is about. It is no stream, so it is not [`super::ReadCmd::key`].
    pub fn layer_key(&self) -> Option<&Name> {
        match self {
            Self::Members(part) | Self::Backlog { part, .. } => Some(&part.key),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(read: &FanoutRead) -> String {
        let args = read.args();
        args.iter().map(|arg| String::from_utf8_lossy(arg).into_owned()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_kind_of_channel_has_its_own_commands() {
        let names = vec![Name::from("a"), Name::from("b")];
        assert_eq!(line(&FanoutRead::Channels(ChannelKind::Plain)), "PUBSUB CHANNELS");
        assert_eq!(line(&FanoutRead::Counts(ChannelKind::Plain, names.clone())), "PUBSUB NUMSUB a b");
        assert_eq!(line(&FanoutRead::Counts(ChannelKind::Shard, names)), "PUBSUB SHARDNUMSUB a b");
        assert_eq!(line(&FanoutRead::Subscribers), "CLIENT LIST TYPE pubsub");
    }
}
