//! Streams as XLEN, XINFO STREAM and XRANGE report them.

use super::{Name, StreamId};

/// What one round learnt of a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamFacts {
    /// Its key.
    pub key: Name,
    /// Server time of the reply, microseconds since 1970.
    pub at_us: i64,
    /// Entries in it.
    pub length: Option<u64>,
    /// The rest; `None` when only the length was asked.
    pub detail: Option<StreamDetail>,
    /// Length of the XINFO STREAM reply on the wire, where it was asked as it is.
    pub reply_bytes: Option<u64>,
}

/// What XINFO STREAM says beside the length.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct StreamDetail {
    /// Entries ever added (7.0).
    pub entries_added: Option<u64>,
    /// The id given last.
    pub last_generated: Option<StreamId>,
    /// The greatest id ever deleted by XDEL (7.0).
    pub max_deleted: Option<StreamId>,
    /// The oldest entry there is.
    pub first_entry: Option<StreamId>,
    /// The newest entry there is.
    pub last_entry: Option<StreamId>,
    /// How many groups it has.
    pub groups: Option<u64>,
    /// Nodes that its entries are packed into (`radix-tree-keys`).
    pub packs: Option<u64>,
    /// Nodes of the tree over them (`radix-tree-nodes`).
    pub tree_nodes: Option<u64>,
    /// Size of the oldest entry, packed, where it was sent.
    pub first_size: Option<EntrySize>,
    /// Size of the newest entry, packed, where it was sent.
    pub last_size: Option<EntrySize>,
}

/// The oldest entry of a stream, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FirstEntry {
    /// This one.
    At(StreamId),
    /// There is none: the stream is empty.
    Empty,
    /// The server does not say.
    #[default]
    Unknown,
}

impl FirstEntry {
    /// What a stream says of itself.
    pub fn of(stream: &StreamFacts) -> Self {
        match (stream.detail.as_ref().and_then(|detail| detail.first_entry), stream.length) {
            (Some(first), _) => Self::At(first),
            (None, Some(0)) => Self::Empty,
            (None, _) => Self::Unknown,
        }
    }

    /// Whether the entry of this id is gone for sure.
    pub fn is_after(self, id: StreamId) -> bool {
        match self {
            Self::At(first) => id < first,
            Self::Empty => true,
            Self::Unknown => false,
        }
    }
}

/// Bytes that an entry's values, and the names of its fields with their count, take when packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct EntrySize {
    /// The values.
    pub values: u64,
    /// The names and their count, which a node has once.
    pub names: u64,
}

/// An entry with its fields, in order, as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: StreamId,
    /// Its fields: names may repeat.
    pub fields: Vec<(Name, Name)>,
}

/// Whether the first part of an id can be a time: from 2010 to a day after `now_ms`.
pub fn id_time_ms(id: StreamId, now_ms: i64) -> Option<i64> {
    super::id_unit::IdUnit::Milliseconds.time_ms(id, now_ms)
}

/// Age of an entry in milliseconds; 0 when its clock was ahead, `None` when its id is no time.
pub fn id_age_ms(id: StreamId, now_ms: i64) -> Option<u64> {
    id_time_ms(id, now_ms).map(|ms| u64::try_from(now_ms.saturating_sub(ms)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_are_no_times_have_no_age() {
        let now_ms = 1_700_000_000_000;
        assert_eq!(id_age_ms(StreamId::new(1_699_999_999_000, 0), now_ms), Some(1000));
        assert_eq!(id_age_ms(StreamId::new(1, 0), now_ms), None);
        assert_eq!(id_age_ms(StreamId::new(u64::MAX, 0), now_ms), None);
        assert_eq!(id_age_ms(StreamId::new(1_700_000_050_000, 0), now_ms), Some(0));
    }
}
