//! What may be asked about publish and subscribe, and about the channel layers built on sorted sets.
//!
//! Knows how each is written; not when it is worth asking (`round::fanout`). Invariant: no message leaves the server:
//! a channel is asked how many wait and since when, never what.

use super::ReadVerb;
use super::row::Word::{Other, Others, Text, Texts};
use super::row::{ReadRow, ScriptCalls, row};
use crate::core::limits::{REPLY_FIGURE, REPLY_PAGE, REPLY_ROWS};
use crate::core::model::Name;
use crate::core::model::fanout::{ChannelKind, LayerPart};
use crate::core::wire::scripts;
use serde::{Deserialize, Serialize};

/// Commands whose time is read: those that send messages to many, and those that bring them.
pub const TIMED: [&str; 5] = ["publish", "spublish", "xadd", "xreadgroup", "xread"];

/// A question about publish and subscribe.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// Its row in the table of reads.
    pub fn row(&self) -> ReadRow<'_> {
        match self {
            Self::Channels(ChannelKind::Plain) => row(ReadVerb::PUBSUB_CHANNELS, REPLY_ROWS, []),
            Self::Channels(ChannelKind::Shard) => row(ReadVerb::PUBSUB_SHARD_CHANNELS, REPLY_ROWS, []),
            Self::Counts(ChannelKind::Plain, names) => {
                row(ReadVerb::PUBSUB_NUMSUB, REPLY_PAGE, [Others(names)])
            }
            Self::Counts(ChannelKind::Shard, names) => {
                row(ReadVerb::PUBSUB_SHARD_NUMSUB, REPLY_PAGE, [Others(names)])
            }
            Self::Subscribers => {
                row(ReadVerb::CLIENT_LIST_PUBSUB, REPLY_ROWS, [Text("TYPE"), Text("pubsub")])
            }
            Self::Histograms => row(ReadVerb::LATENCY_HISTOGRAM, REPLY_PAGE, [Texts(&TIMED)]),
            Self::Members(part) => row(ReadVerb::ZCARD, REPLY_FIGURE, [Other(&part.key)]),
            Self::Backlog { part, read_only } => {
                let verb = if *read_only { ReadVerb::LAYER_EVAL_RO } else { ReadVerb::LAYER_EVAL };
                row(verb, REPLY_FIGURE, [Text(scripts::LAYER_BACKLOG), Text("1"), Other(&part.key)])
                    .calling(ScriptCalls::Exactly(2))
            }
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
        let args = super::super::ReadCmd::Fanout(read.clone()).args();
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
