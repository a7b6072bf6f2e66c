//! Consumers of a group and the rows of its pending entries list (PEL).

use super::{Name, StreamId};

/// One row of XINFO CONSUMERS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumer {
    /// Its name.
    pub name: Name,
    /// Entries delivered to it and not acknowledged.
    pub pending: Option<u64>,
    /// Milliseconds since its last attempt to read (7.2), or its last successful one (before).
    pub idle_ms: Option<u64>,
    /// Milliseconds since it last got something.
    pub inactive: Inactivity,
}

/// Since when a consumer got nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inactivity {
    /// The server does not say (before 7.2).
    Unsupported,
    /// It never got an entry.
    Never,
    /// Milliseconds since the last one.
    Ms(u64),
}

impl Inactivity {
    /// The milliseconds, where there are any.
    pub const fn ms(self) -> Option<u64> {
        match self {
            Self::Ms(ms) => Some(ms),
            Self::Unsupported | Self::Never => None,
        }
    }
}

/// From then on a consumer shows no sign of life, milliseconds.
pub const SILENT_MS: u64 = 60_000;

/// The consumer that should get stuck rows: of those that live, and are none of `not`, the first by name among those with
/// the least to do. Only ten times as much is more, so that the same one is proposed from look to look.
pub fn proposed<'a>(consumers: &'a [Consumer], not: &[&Name]) -> Option<&'a Consumer> {
    consumers
        .iter()
        .filter(|consumer| !not.contains(&&consumer.name) && lives(consumer))
        // Who does not say how much it has comes last.
        .min_by_key(|consumer| {
            (consumer.pending.is_none(), consumer.pending.and_then(u64::checked_ilog10), &consumer.name)
        })
}

/// Whether it has shown a sign of life in the last minute.
pub fn lives(consumer: &Consumer) -> bool {
    consumer.idle_ms.is_some_and(|idle_ms| idle_ms < SILENT_MS)
}

/// One row of the pending entries list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingRow {
    /// The entry.
    pub id: StreamId,
    /// Who has it; empty when it was given back (8.8).
    pub consumer: Name,
    /// Milliseconds since its last delivery; `None` when it was given back, or could not be read.
    pub idle_ms: Option<u64>,
    /// How often it was delivered. The greatest number marks a poisonous entry (8.8).
    pub deliveries: u64,
}

impl PendingRow {
    /// Whether it was given back (8.8): nobody has it, and it has no idle time.
    pub fn is_given_back(&self) -> bool {
        self.idle_ms.is_none() && self.consumer.as_bytes().is_empty()
    }
}
