//! What one round learnt: facts with the time of each, and gaps for what it did not.
//!
//! A snapshot is partial on purpose: a round asks only what is due. `Reading` puts rounds together.

use super::cache::Bracket;
use super::clients::{Client, OutputLimits};
use super::cluster::Cluster;
use super::consumers::{Consumer, PendingRow};
use super::cost::Cost;
use super::counters::CounterValue;
use super::fanout::FanoutFacts;
use super::groups::{Backlog, Group};
use super::info::{CommandInfo, Info};
use super::keys::{KeyFacts, KeysPass};
use super::latency::{LatencyEvent, SlowEntry};
use super::node::NodeId;
use super::queues::QueueFact;
use super::refusals::OwnRefusals;
use super::replies::ReplyCounts;
use super::streams::{Entry, StreamFacts};
use super::{Gap, Name, Stamped, StreamId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Which clock the stamps of a snapshot are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ClockSource {
    /// Ours: the server did not tell its time.
    #[default]
    Local,
    /// The server's.
    Server,
}

/// What one round learnt.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Snapshot {
    /// The server that was asked.
    pub node: NodeId,
    /// Our wall clock at its start, milliseconds since 1970.
    pub taken_at_ms: i64,
    /// Its end on the clock of its stamps, microseconds since 1970.
    pub at_us: i64,
    /// Which clock that is.
    pub clock: ClockSource,
    /// The server's clock less our monotonic one, microseconds, where it is known.
    pub clock_offset_us: Option<i64>,
    /// Time between rounds as it is wanted, microseconds; `None` where nobody polls.
    pub interval_us: Option<u64>,
    /// How its commands were answered.
    pub replies: ReplyCounts,
    /// Errors that our own connections have caused.
    pub own_refusals: OwnRefusals,
    /// Whether it is a round that asked for INFO, whatever came.
    pub asks_info: bool,
    /// The whole of INFO; `None` when it was not asked or not answered.
    pub info: Option<Info>,
    /// The per-command sections of INFO.
    pub commands: Option<CommandInfo>,
    /// Hits and misses before and after.
    pub bracket: Option<Bracket>,
    /// Streams that answered.
    pub streams: Vec<StreamFacts>,
    /// Keys that are no streams (any more).
    pub gone: Vec<Name>,
    /// Looks at groups between the last round and this one, the oldest first.
    pub looks: Vec<GroupsLook>,
    /// Groups of a stream.
    pub groups: Vec<(Name, Stamped<Vec<Group>>)>,
    /// Consumers of a group.
    pub consumers: Vec<(Name, Name, Stamped<Vec<Consumer>>)>,
    /// Entries that a group has not been given yet, counted.
    pub backlogs: Vec<(Name, Name, Stamped<Backlog>)>,
    /// A page of a group's pending entries list.
    pub pending: Vec<PendingPage>,
    /// Pending rows of a group whose entries were looked up and are not in the stream.
    pub missing: Vec<(Name, Name, Vec<StreamId>)>,
    /// Entries asked for.
    pub entries: Vec<EntriesPage>,
    /// CLIENT LIST.
    pub clients: Option<Stamped<Vec<Client>>>,
    /// Publish and subscribe.
    pub fanout: FanoutFacts,
    /// Queues of job frameworks.
    pub queues: Vec<Stamped<QueueFact>>,
    /// SLOWLOG.
    pub slowlog: Option<Vec<SlowEntry>>,
    /// LATENCY LATEST.
    pub latency_events: Option<Vec<LatencyEvent>>,
    /// Round trips of PING, microseconds.
    pub pings_us: Vec<u64>,
    /// A page of SCAN.
    pub scan: Option<ScanPage>,
    /// A page of the walk for queues and channel layers.
    pub names: Option<NamesPage>,
    /// Keys that were asked for their type, their time to live and their bytes.
    pub keys: Vec<KeyFacts>,
    /// Whether they are those of a step of the walk that measures all of them.
    pub measures_keys: bool,
    /// How far the walk is that measures keys.
    pub keys_pass: Option<KeysPass>,
    /// Rows from anywhere in a group's pending entries list.
    pub pending_samples: Vec<PendingPage>,
    /// Counters of the operator's: the key, the field, what it answered.
    pub counters: Vec<(Name, Option<Name>, Stamped<CounterValue>)>,
    /// When clients are cut off.
    pub output_limits: Option<OutputLimits>,
    /// Whether this server, as a replica, leaves eviction to its primary.
    pub ignores_maxmemory: Option<bool>,
    /// CLUSTER INFO.
    pub cluster: Option<Cluster>,
    /// How far the search for streams is.
    pub discovery: Option<Discovery>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    /// Commands that were answered, by what their gaps are called: closes those that are not of one item.
    pub answered: BTreeSet<&'static str>,
    /// What it cost.
    pub cost: Cost,
}

impl Snapshot {
    /// Whether it holds more than a step of a walk: figures that somebody looks at.
    pub fn changes_figures(&self) -> bool {
        self.asks_info
            || self.info.is_some()
            || !self.streams.is_empty()
            || !self.groups.is_empty()
            || !self.gone.is_empty()
    }
}

/// A stream and its groups at one moment between two rounds.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupsLook {
    /// The stream.
    pub facts: StreamFacts,
    /// Its groups.
    pub groups: Vec<Group>,
    /// What some of them had not been given, counted.
    pub backlogs: Vec<(Name, Backlog)>,
}

/// A page of the pending entries list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingPage {
    /// The stream.
    pub key: Name,
    /// The group.
    pub group: Name,
    /// Only rows of this consumer.
    pub consumer: Option<Name>,
    /// First id asked for.
    pub start: super::StreamId,
    /// Rows asked for.
    pub count: u32,
    /// When.
    pub at_us: i64,
    /// The rows, in the order of their ids.
    pub rows: Vec<PendingRow>,
}

/// Entries of a stream, asked for by someone who looks at them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntriesPage {
    /// The stream.
    pub key: Name,
    /// When.
    pub at_us: i64,
    /// Oldest first.
    pub entries: Vec<Entry>,
}

/// A page of SCAN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanPage {
    /// Where to go on; 0 at the end.
    pub next: u64,
    /// Keys on it.
    pub keys: Vec<Name>,
    /// Keys beside those whose names are too long to be asked for again and again.
    pub left_out: u64,
    /// Whether they are streams for sure.
    pub streams_only: bool,
    /// Whether they are to be measured: not a step of the search for streams.
    pub for_sizes: bool,
}

/// A page of SCAN, of which those names are kept that may be a queue's or a channel layer's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamesPage {
    /// Where to go on; 0 at the end.
    pub next: u64,
    /// Those names.
    pub names: Vec<Name>,
    /// Names that keys of queues would have, if the many names of the page that begin alike are of jobs: guesses, which the
    /// server has not told.
    pub guesses: Vec<Name>,
}

/// How far the search for streams is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Discovery {
    /// Walks through the keyspace that were finished.
    pub passes: u64,
    /// Keys that the walk under way has passed.
    pub keys: u64,
    /// Steps of the walk that is under way.
    pub steps: u64,
    /// Streams known.
    pub streams: usize,
}
