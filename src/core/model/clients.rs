//! Who is connected: rows of CLIENT LIST, and the counts of INFO.

use super::Name;

/// INFO clients.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ClientCounts {
    /// Connected, replicas not counted.
    pub connected: Option<u64>,
    /// Parked in a blocking command.
    pub blocked: Option<u64>,
    /// The limit.
    pub max: Option<u64>,
    /// Subscribed to a channel (7.4, Valkey 8).
    pub pubsub: Option<u64>,
}

/// One row of CLIENT LIST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its id: never used again by the same process.
    pub id: u64,
    /// Its name, empty when it gave none.
    pub name: Name,
    /// Its address.
    pub address: Name,
    /// ACL user (6.0).
    pub user: Option<Name>,
    /// Seconds since it connected.
    pub age_s: Option<u64>,
    /// Seconds since its last command.
    pub idle_s: Option<u64>,
    /// One letter a property: `b` blocked, `P` subscriber, `O` monitor, `S` replica ...
    pub flags: String,
    /// Logical database.
    pub database: Option<u64>,
    /// Last command.
    pub command: String,
    /// Output list in bytes: what it has not read yet.
    pub omem: Option<u64>,
    /// All memory of this client in bytes (6.0).
    pub tot_mem: Option<u64>,
    /// Query buffer in bytes.
    pub qbuf: Option<u64>,
    /// Channels subscribed.
    pub subscriptions: Option<u64>,
    /// Patterns subscribed.
    pub patterns: Option<u64>,
    /// Client library, name and version (7.2).
    pub library: Option<Name>,
}
