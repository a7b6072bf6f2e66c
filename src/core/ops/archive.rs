//! What actions removed, as it is kept: frames of bytes that read back to the same bytes.
//!
//! Knows the format; opens no file. Invariant: whatever a frame holds (ids, fields in order and twice, bytes of any
//! kind) comes back as it was, and a frame that was damaged is an error, never another value.

use crate::core::model::queues::{QueueId, QueueSite};
use crate::core::model::streams::Entry;
use crate::core::model::{Name, StreamId};
use crate::core::queues::ADAPTERS;
use crate::core::queues::deeds::DeedName;
use crate::core::wire::write::{MovedJob, OldRow};
use serde::{Deserialize, Serialize};

/// The first bytes of an archive.
pub const MAGIC: &[u8] = b"streamgauge archive 1\n";

/// The first byte of the frame that repeats the [`Header`], with a checksum.
pub const HEADER_FRAME: u8 = b'H';

/// What an archive says of itself: the line after [`MAGIC`], and the first frame.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The action.
    pub id: String,
    /// What it did.
    pub action: String,
    /// Where: the address of the target.
    pub address: String,
    /// The logical database.
    pub database: u32,
    /// The stream, in the text form for machines; empty for keys.
    pub key: String,
    /// The group, in the same form; empty without one.
    pub group: String,
    /// Whose the rows are now, in the same form; empty for rows that were taken out of the list.
    pub from: String,
    /// Whether the rows stayed in the list.
    pub rows_stay: bool,
}

/// One thing that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// An entry of the stream.
    Entry(Entry),
    /// A key.
    Key {
        /// Its name.
        key: Name,
        /// When it would have expired: the server's clock, milliseconds since 1970; none for never.
        expires_ms: Option<u64>,
        /// What DUMP gave.
        dump: Vec<u8>,
    },
    /// A key whose time to live was made shorter.
    Shortened {
        /// Its name.
        key: Name,
        /// When it would have expired: the server's clock, milliseconds since 1970; none for never.
        expires_ms: Option<u64>,
        /// When it expires now: what we set, and nobody else.
        set_ms: u64,
        /// What DUMP gave.
        dump: Vec<u8>,
    },
    /// A pending row.
    Row(OldRow),
    /// A consumer without pending rows.
    Consumer(Name),
    /// A group: the rows after it, up to the next group, are its.
    Group(GroupMark),
    /// A job of a queue.
    Job(KeptJob),
}

/// A job that was moved or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptJob {
    /// Of which queue.
    pub of: QueueId,
    /// A key of the queue.
    pub key: Name,
    /// What was done.
    pub deed: DeedName,
    /// The job.
    pub job: MovedJob,
}

/// How a group stood when it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupMark {
    /// Its name.
    pub name: Name,
    /// Up to where it had read.
    pub last_delivered: StreamId,
    /// Entries that it had read (7.0).
    pub entries_read: Option<u64>,
    /// Rows pending.
    pub pending: u64,
}

impl KeptJob {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(b'J');
        let queue = match &self.of.queue {
            Some(queue) => queue.as_bytes(),
            None => &[],
        };
        let deed = self.deed.word();
        let MovedJob { mark, beside, after, record } = &self.job;
        for part in [
            self.of.site.framework.word().as_bytes(),
            self.of.site.prefix.as_bytes(),
            queue,
            self.key.as_bytes(),
            deed.as_bytes(),
            mark,
            beside,
            after,
            record,
        ] {
            bytes(out, part);
        }
    }

    fn decode(reader: &mut FrameReader<'_>) -> Option<Self> {
        let word = reader.bytes()?;
        let framework = ADAPTERS.iter().map(|adapter| adapter.framework);
        let framework = framework.into_iter().find(|known| known.word().as_bytes() == word)?;
        let site = QueueSite { framework, prefix: reader.name()? };
        let of = QueueId { site, queue: Some(reader.name()?) };
        let key = reader.name()?;
        let deed = DeedName::of_word(std::str::from_utf8(reader.bytes()?).ok()?)?;
        let mut part = || reader.bytes().map(<[u8]>::to_vec);
        let job = MovedJob { mark: part()?, beside: part()?, after: part()?, record: part()? };
        Some(Self { of, key, deed, job })
    }
}

/// What could not be read back between two items of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingPart {
    /// The last item before it; none at the beginning.
    pub begin: Option<String>,
    /// The first item after it; none at the end.
    pub end: Option<String>,
    /// Its size.
    pub bytes: u64,
}

impl std::fmt::Display for MissingPart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes ", self.bytes)?;
        match (&self.begin, &self.end) {
            (None, None) => f.write_str("from its beginning to its end"),
            (None, Some(end)) => write!(f, "before {end}"),
            (Some(begin), None) => write!(f, "after {begin}, up to its end"),
            (Some(begin), Some(end)) => write!(f, "between {begin} and {end}"),
        }
    }
}

impl Frame {
    /// Whether a frame may begin with this byte.
    pub const fn is_kind(byte: u8) -> bool {
        matches!(byte, b'E' | b'K' | b'S' | b'R' | b'C' | b'G' | b'J')
    }

    /// What it is, for people.
    pub fn label(&self) -> String {
        match self {
            Self::Entry(entry) => format!("entry {}", entry.id),
            Self::Key { key, .. } | Self::Shortened { key, .. } => format!("key {key}"),
            Self::Row(row) => format!("pending entry {}", row.id),
            Self::Consumer(consumer) => format!("consumer {consumer}"),
            Self::Group(mark) => format!("group {}", mark.name),
            Self::Job(kept) => {
                format!("a job of queue {}", kept.of.queue.as_ref().unwrap_or(&Name::from("")))
            }
        }
    }

    /// The bytes of it, without length and checksum.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Self::Entry(entry) => {
                out.push(b'E');
                number(&mut out, entry.id.ms);
                number(&mut out, entry.id.seq);
                number(&mut out, entry.fields.len() as u64);
                for (field, value) in &entry.fields {
                    bytes(&mut out, field.as_bytes());
                    bytes(&mut out, value.as_bytes());
                }
            }
            Self::Key { key, expires_ms, dump } => {
                out.push(b'K');
                bytes(&mut out, key.as_bytes());
                optional(&mut out, *expires_ms);
                bytes(&mut out, dump);
            }
            Self::Shortened { key, expires_ms, set_ms, dump } => {
                out.push(b'S');
                bytes(&mut out, key.as_bytes());
                optional(&mut out, *expires_ms);
                number(&mut out, *set_ms);
                bytes(&mut out, dump);
            }
            Self::Row(row) => {
                out.push(b'R');
                number(&mut out, row.id.ms);
                number(&mut out, row.id.seq);
                bytes(&mut out, row.consumer.as_bytes());
                optional(&mut out, row.delivered_ms);
                number(&mut out, row.deliveries);
            }
            Self::Consumer(consumer) => {
                out.push(b'C');
                bytes(&mut out, consumer.as_bytes());
            }
            Self::Group(mark) => {
                out.push(b'G');
                bytes(&mut out, mark.name.as_bytes());
                number(&mut out, mark.last_delivered.ms);
                number(&mut out, mark.last_delivered.seq);
                optional(&mut out, mark.entries_read);
                number(&mut out, mark.pending);
            }
            Self::Job(kept) => kept.encode(&mut out),
        }
        out
    }

    /// Reads the bytes back; `None` for bytes that are no frame.
    pub fn decode(encoded: &[u8]) -> Option<Self> {
        let (kind, rest) = encoded.split_first()?;
        let mut reader = FrameReader(rest);
        let frame = match kind {
            b'E' => {
                let id = StreamId::new(reader.number()?, reader.number()?);
                let count = reader.number()?;
                let mut fields = Vec::new();
                for _ in 0..count {
                    fields.push((reader.name()?, reader.name()?));
                }
                Self::Entry(Entry { id, fields })
            }
            b'K' => {
                Self::Key { key: reader.name()?, expires_ms: reader.time()?, dump: reader.bytes()?.to_vec() }
            }
            b'S' => Self::Shortened {
                key: reader.name()?,
                expires_ms: reader.time()?,
                set_ms: reader.number()?,
                dump: reader.bytes()?.to_vec(),
            },
            b'R' => Self::Row(OldRow {
                id: StreamId::new(reader.number()?, reader.number()?),
                consumer: reader.name()?,
                delivered_ms: reader.time()?,
                deliveries: reader.number()?,
            }),
            b'C' => Self::Consumer(reader.name()?),
            b'G' => Self::Group(GroupMark {
                name: reader.name()?,
                last_delivered: StreamId::new(reader.number()?, reader.number()?),
                entries_read: reader.time()?,
                pending: reader.number()?,
            }),
            b'J' => Self::Job(KeptJob::decode(&mut reader)?),
            _ => return None,
        };
        reader.0.is_empty().then_some(frame)
    }
}

/// A checksum of a frame (CRC-32, as in zip files).
pub fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            let mask = 0u32.wrapping_sub(crc & 1);
            crc = (crc >> 1) ^ (0xEDB8_8320 & mask);
        }
    }
    !crc
}

/// A number that may be unknown or none: the greatest one stands for that.
fn optional(out: &mut Vec<u8>, known: Option<u64>) {
    number(out, known.unwrap_or(u64::MAX));
}

fn number(out: &mut Vec<u8>, number: u64) {
    out.extend(number.to_le_bytes());
}

fn bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    number(out, bytes.len() as u64);
    out.extend(bytes);
}

struct FrameReader<'a>(&'a [u8]);

impl<'a> FrameReader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    fn time(&mut self) -> Option<Option<u64>> {
        Some(Some(self.number()?).filter(|ms| *ms != u64::MAX))
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length)
    }

    fn name(&mut self) -> Option<Name> {
        self.bytes().map(|bytes| Name::from(bytes.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_checksum_is_the_one_of_zip_files() {
        assert_eq!(checksum(b"123456789"), 0xCBF4_3926);
    }

    fn name() -> impl Strategy<Value = Name> {
        proptest::collection::vec(any::<u8>(), 0..20).prop_map(Name::from)
    }

    proptest! {
        #[test]
        fn every_entry_comes_back_with_its_fields_in_order_and_twice(
            ms: u64, seq: u64, fields in proptest::collection::vec((name(), name()), 0..6)
        ) {
            let mut fields = fields;
            fields.extend(fields.first().cloned());
            let frame = Frame::Entry(Entry { id: StreamId::new(ms, seq), fields });
            prop_assert_eq!(Frame::decode(&frame.encode()), Some(frame));
        }

        #[test]
        fn every_key_and_row_comes_back(
            key in name(), consumer in name(), time in proptest::option::of(0..u64::MAX), dump: Vec<u8>
        ) {
            for frame in [
                Frame::Key { key: key.clone(), expires_ms: time, dump: dump.clone() },
                Frame::Shortened { key, expires_ms: time, set_ms: time.unwrap_or(7), dump },
                Frame::Consumer(consumer.clone()),
                Frame::Group(GroupMark {
                    name: consumer.clone(), last_delivered: StreamId::new(7, 8), entries_read: time, pending: 9
                }),
                Frame::Row(OldRow {
                    id: StreamId::new(1, 2), consumer, delivered_ms: time, deliveries: time.unwrap_or(0)
                }),
            ] {
                prop_assert_eq!(Frame::decode(&frame.encode()), Some(frame));
            }
        }

        #[test]
        fn no_bytes_panic_and_a_cut_frame_is_none(encoded: Vec<u8>, cut in 1usize..20) {
            let _ = Frame::decode(&encoded);
            let whole = Frame::Consumer(Name::from(encoded)).encode();
            prop_assert_eq!(Frame::decode(&whole[..whole.len().saturating_sub(cut)]), None);
        }
    }
}
