//! What was asked and answered in one go, and what the source knows beside it: the raw material of every figure.
//!
//! Live polls, details on demand and replays all hand on observations; nothing but a decoder reads them.
//! Invariants: exchanges stand in the order asked; nothing else crosses from a source to a reading, so that a replay of
//! observations gives what the live session gave.

use super::read::ReadCmd;
use super::resp::Resp;
use crate::core::model::Gap;
use crate::core::model::cache::OwnLookups;
use crate::core::model::cost::Cost;
use crate::core::model::keys::KeysPass;
use crate::core::model::node::NodeId;
use crate::core::model::refusals::OwnRefusals;
use crate::core::model::snapshot::Discovery;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};

/// Everything that one round, or one detail, asked and got.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Observation {
    /// The server that was asked.
    pub node: NodeId,
    /// When the first command left: our wall clock, milliseconds since 1970.
    pub taken_at_ms: i64,
    /// The server's clock less ours, as an earlier round found it; microseconds.
    pub clock_offset_us: Option<i64>,
    /// What it was asked for.
    pub cause: AskedFor,
    /// What was asked, in order, with what came back.
    #[serde(deserialize_with = "known")]
    pub exchanges: Vec<Exchange>,
    /// What no reply says.
    pub notes: Notes,
}

/// What a source knows of an observation beside the replies.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Notes {
    /// What was left out of it, and why.
    #[serde(deserialize_with = "known")]
    pub gaps: Vec<Gap>,
    /// What our own links had looked up at both ends of the bracket.
    pub own_lookups: OwnLookups,
    /// What our own links had been refused.
    pub own_refusals: OwnRefusals,
    /// Time between rounds as it is wanted, microseconds; `None` where nobody polls.
    pub interval_us: Option<u64>,
    /// How far the search for streams is.
    pub discovery: Option<Discovery>,
    /// How far the walk is that measures keys.
    pub keys_pass: Option<KeysPass>,
    /// PINGs on another connection since the last observation.
    #[serde(deserialize_with = "known")]
    pub pings: Vec<Exchange>,
    /// Looks at groups between the rounds since the last observation, the oldest first.
    pub looks: Vec<Observation>,
    /// What our other connections cost since the last observation.
    pub beside: Cost,
}

/// What an observation was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum AskedFor {
    /// A round, or a detail.
    #[default]
    Round,
    /// A step of the search for streams or channel layers.
    Search,
    /// A step of the walk that measures keys.
    Keys,
}

/// One command and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// What was asked.
    pub command: ReadCmd,
    /// When it left: microseconds of a clock that never goes back.
    pub sent_us: u64,
    /// When its answer (that of its pipeline) was there, by the same clock.
    pub received_us: u64,
    /// What came back.
    pub reply: Result<Resp, NoReply>,
    /// Length of the reply before anything was taken out of it, in bytes of the protocol.
    pub reply_bytes: u64,
}

/// No reply came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoReply {
    /// Not within the time-out of its connection.
    TimedOut,
    /// The connection ended.
    Disconnected,
    /// Not within the time-out, though others of its pipeline had come before: it is this one that takes long.
    Late,
    /// It was longer than its bound: the connection was cut.
    TooLong,
    /// It was not asked: the time for all that was to be asked is over.
    OutOfTime,
}

/// Of a list, what this version knows: what a later one asks besides is as if it had not been asked.
fn known<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum MaybeKnown<T> {
        Known(T),
        Other(IgnoredAny),
    }
    let items = Vec::<MaybeKnown<T>>::deserialize(deserializer)?;
    let known = |item| match item {
        MaybeKnown::Known(item) => Some(item),
        MaybeKnown::Other(_) => None,
    };
    Ok(items.into_iter().filter_map(known).collect())
}
