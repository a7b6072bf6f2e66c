//! Consumer groups as XINFO GROUPS reports them.

use super::server::{Product, Server};
use super::{Name, StreamId};
use crate::core::figures::column::Certainty;

/// One row of XINFO GROUPS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: Name,
    /// How many consumers it has.
    pub consumers: Option<u64>,
    /// Length of its pending entries list.
    pub pending: Option<u64>,
    /// Up to where it has read.
    pub last_delivered: Option<StreamId>,
    /// Its logical position (7.0).
    pub entries_read: Option<u64>,
    /// What the server says of its lag.
    pub lag: ServerLag,
}

/// The server's own lag, which may be missing or wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerLag {
    /// The server has no such figure (before 7.0).
    Unsupported,
    /// The server does not know.
    Unknown,
    /// The server's figure: an estimate, since trims, deletions and SETID mislead it.
    Known(u64),
    /// A negative figure: nonsense.
    Negative(i64),
}

impl ServerLag {
    /// The figure as sent, nonsense included.
    pub fn raw(self) -> Option<i64> {
        match self {
            Self::Known(lag) => i64::try_from(lag).ok(),
            Self::Negative(lag) => Some(lag),
            Self::Unsupported | Self::Unknown => None,
        }
    }
}

/// Entries after a group's cursor, counted on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// The cursor that was counted from.
    pub cursor: StreamId,
    /// Entries after it; at least so many where the count reached its cap.
    pub entries: u64,
    /// Whether the count reached its cap.
    pub is_capped: bool,
    /// The first of them: the oldest that was not delivered.
    pub first: Option<StreamId>,
}

/// A lag, and how far it may be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lag {
    /// Entries not yet delivered.
    pub entries: Option<u64>,
    /// How far to trust it.
    pub kind: Certainty,
}

/// What `entries-read` of a group means where a trim passed its cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ReadCounter {
    /// There is none (before 7.0).
    Absent,
    /// It counts what was delivered (Redis 7.0 and 7.2, Valkey before 8.1).
    Counts,
    /// The next delivery sets it to the entry's place in the stream, trimmed ones included (Redis 8.2, Valkey 8.1).
    SetAnew,
    /// Either: nobody has measured it.
    #[default]
    Unknown,
}

impl ReadCounter {
    /// That of a server.
    pub fn on(server: &Server) -> Self {
        let mut parts = server.version.as_deref().unwrap_or_default().split('.').map(str::parse::<u32>);
        let (Some(Ok(major)), Some(Ok(minor))) = (parts.next(), parts.next()) else { return Self::Unknown };
        match (&server.product, (major, minor)) {
            (Product::Redis, (..7, _)) => Self::Absent,
            (Product::Redis, (7, ..4)) | (Product::Valkey, (..8, _) | (8, 0)) => Self::Counts,
            (Product::Redis, (8, 2..) | (9.., _)) | (Product::Valkey, _) => Self::SetAnew,
            (Product::Redis | Product::Other(_), _) => Self::Unknown,
        }
    }
}
