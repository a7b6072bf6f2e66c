//! What rules about memory, buffers and tiers of keys look at.
//!
//! Knows shapes; the reading fills them. Invariant: what is not known is `None`, and lists are bounded by whoever makes
//! them.

use crate::core::model::Name;
use crate::core::model::clients::{ClientClass, OutputLimit};
use crate::core::model::memory::Headroom;

/// Memory over time.
#[derive(Clone, Debug, Default)]
pub struct MemoryCase<'a> {
    /// Against which limit, and how near.
    pub headroom: Option<Headroom>,
    /// The container or the host, and how near what is resident is to it.
    pub resident_room: Option<Headroom>,
    /// Growth a second, bytes, where it is more than noise.
    pub grows_per_s: Option<f64>,
    /// Seconds until the limit is reached; `None` while nothing clearly grows towards it.
    pub seconds_to_full: Option<f64>,
    /// Whether there are samples enough to foretell anything.
    pub is_foretold: bool,
    /// The stream that grows most: its key, bytes a second, share of all growth, 0 to 1.
    pub grower: Option<(&'a Name, f64, f64)>,
    /// Milliseconds of the last minute that memory was over its limit (7.0).
    pub over_limit_ms: Option<u64>,
    /// Full resynchronisations within the last ten minutes.
    pub full_syncs: Option<u64>,
    /// Streams known.
    pub streams: u64,
    /// Lists that were seen by the walk that measures keys; `None` before it has seen anything.
    pub lists: Option<u64>,
    /// Keys, and keys with a TTL, of all databases.
    pub keys: Option<(u64, u64)>,
    /// Streams whose pending entries lists take more than their entries.
    pub lists_of_pending: Vec<PendingCase<'a>>,
    /// Groups with consumers that were left over, stream by stream.
    pub leaks: Vec<LeakCase<'a>>,
    /// Tiers of keys that live too long.
    pub tiers: Vec<TierCase<'a>>,
    /// Whether keys are measured at all, and how far.
    pub keys_seen: WalkShare,
    /// Clients whose output buffer is full of what they have not read.
    pub outputs: Vec<OutputCase<'a>>,
    /// Whether CLIENT LIST is known.
    pub has_clients: bool,
}

/// How far the walk that measures keys is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum WalkShare {
    /// It is off, or cannot be made.
    #[default]
    Never,
    /// It has not been through yet.
    Part,
    /// It has been through.
    Whole,
}

/// A stream whose pending entries lists take more than its entries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PendingCase<'a> {
    /// The stream.
    pub key: &'a Name,
    /// The group whose list is the greatest.
    pub group: &'a Name,
    /// Pending entries of all groups.
    pub pending: u64,
    /// What their lists take, bytes.
    pub bytes: u64,
    /// What the entries take, bytes.
    pub entries_bytes: u64,
}

/// Consumers of a group that were left over.
#[derive(Clone, Debug, PartialEq)]
pub struct LeakCase<'a> {
    /// The stream.
    pub key: &'a Name,
    /// The group.
    pub group: &'a Name,
    /// All consumers of the group.
    pub consumers: u64,
    /// Of them those that were left over.
    pub leaked: u64,
    /// Clients connected to the server.
    pub clients: u64,
    /// How that shows.
    pub sign: LeakSign,
    /// Some of them, where their list was read.
    pub examples: Vec<&'a Name>,
    /// What those that were left over take, bytes, estimated; `None` on a server that nobody measured.
    pub bytes: Option<u64>,
    /// Whether that is the least, for nobody knows how long their names are.
    pub is_bytes_least: bool,
}

/// How it shows that consumers were left over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeakSign {
    /// They hold nothing and have been idle for an hour.
    Idle,
    /// They are far more than clients are connected.
    MoreThanClients,
}

/// Keys of a pattern that live longer than they should.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TierCase<'a> {
    /// The pattern.
    pub glob: &'a Name,
    /// How long its keys should live at most, milliseconds.
    pub ttl_ms: u64,
    /// Keys that were seen.
    pub keys: u64,
    /// Of them without a TTL, and their bytes.
    pub forever: (u64, u64),
    /// Of them with a TTL that is too long.
    pub too_long: u64,
    /// The longest TTL, milliseconds.
    pub longest_ms: Option<u64>,
}

/// A client that does not read what it is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OutputCase<'a> {
    /// Its id.
    pub id: u64,
    /// Its name, perhaps empty.
    pub name: &'a Name,
    /// Its address.
    pub address: &'a Name,
    /// Which limit holds for it.
    pub class: ClientClass,
    /// What it has not read, bytes.
    pub bytes: u64,
    /// Growth a second, bytes.
    pub grows_per_s: Option<f64>,
    /// When it is cut off; `None` where the limits can't be read.
    pub limit: Option<OutputLimit>,
    /// Seconds until it is cut off, as it goes.
    pub seconds_to_cut: Option<f64>,
}
