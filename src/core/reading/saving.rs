//! What would free how much memory: the safe part of each stream, pending entries lists, leaked consumers, tiers, buffers of clients.
//!
//! Knows estimates and says of each whether it lowers what counts for maxmemory; does nothing about it. Invariants: an
//! entry that some group has not read and acknowledged is in no safe part; the list is bounded and ranked.

use super::Reading;
use super::groups::GroupState;
use super::streams::StreamState;
use crate::core::limits::CONSUMERS_LISTED;
use crate::core::model::keys::KeyKind;
use crate::core::model::{Name, StreamId};

/// Ways that are worth less are left out, bytes.
const LEAST: u64 = 16 * 1024;
/// A buffer below this is on its way, bytes.
const BUFFER_LEAST: u64 = 1 << 20;
/// How our own connections are called.
const OURS: &[u8] = b"streamgauge:";
/// Ways kept.
const MOST: usize = 100;

/// A way to free memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saving {
    /// What would be done.
    pub kind: SavingKind,
    /// What it frees, bytes: an estimate.
    pub bytes: u64,
}

/// What would be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SavingKind {
    /// Trim what every group has read and acknowledged.
    Trim {
        /// The stream.
        key: Name,
        /// Entries.
        entries: u64,
    },
    /// Trim a stream that no group reads.
    TrimUnread {
        /// The stream.
        key: Name,
        /// All its entries.
        entries: u64,
    },
    /// Acknowledge what a group has pending, once it is dealt with.
    Acknowledge {
        /// The stream.
        key: Name,
        /// The group.
        group: Name,
        /// Pending entries.
        pending: u64,
    },
    /// Remove consumers that hold nothing and that nobody uses.
    RemoveConsumers {
        /// The stream.
        key: Name,
        /// The group.
        group: Name,
        /// How many.
        consumers: u64,
        /// Whether the list of the group's consumers can be read; where it is too long, the group has to be made anew.
        can_be_listed: bool,
        /// Whether the bytes are the least, for nobody knows how long their names are.
        is_least: bool,
    },
    /// Invalidate the keys of a tier that lost their TTL.
    Overdue {
        /// The pattern.
        glob: Name,
        /// Keys without a TTL.
        keys: u64,
    },
    /// Invalidate a cache, by the look of it: strings and hashes that all have a TTL.
    Cache {
        /// The pattern.
        glob: Name,
        /// Its keys.
        keys: u64,
    },
    /// Kill a client that does not read.
    Kill {
        /// Its id.
        id: u64,
        /// Its name, or its address where it has none.
        name: Name,
    },
    /// Have the allocator give back pages that nobody uses.
    Purge,
}

impl SavingKind {
    /// Whether it lowers what counts for maxmemory; the rest lowers only what is resident.
    pub const fn counts(&self) -> bool {
        !matches!(self, Self::Purge)
    }
}

impl Reading {
    /// Ways to free memory, those that free most first.
    pub fn savings(&self) -> Vec<Saving> {
        let mut all = Vec::new();
        for stream in self.streams().values() {
            self.of_stream(stream, &mut all);
        }
        self.of_keys(&mut all);
        for client in self.this_node().clients.iter().flat_map(|clients| &clients.value) {
            // What we are sent ourselves is read by the time it is shown.
            let is_ours = client.name.as_bytes().starts_with(OURS);
            if let Some(bytes) = client.omem.filter(|&bytes| bytes >= BUFFER_LEAST && !is_ours) {
                let name = if client.name.as_bytes().is_empty() { &client.address } else { &client.name };
                all.push(Saving { kind: SavingKind::Kill { id: client.id, name: name.clone() }, bytes });
            }
        }
        if let Some(bytes) = self.this_node().info.as_ref().and_then(|info| info.value.memory.allocator_rss) {
            all.push(Saving { kind: SavingKind::Purge, bytes });
        }
        all.retain(|saving| saving.bytes >= LEAST);
        all.sort_by_key(|saving| std::cmp::Reverse(saving.bytes));
        all.truncate(MOST);
        all
    }

    fn of_stream(&self, stream: &StreamState, all: &mut Vec<Saving>) {
        let size = self.stream_size(stream);
        let length = stream.length.map(|length| length.value).filter(|&length| length > 0);
        if let Some((bytes, length)) = size.entries.zip(length) {
            let share = |entries: u64| (u128::from(bytes) * u128::from(entries) / u128::from(length)) as u64;
            let key = stream.key.clone();
            match stream.group_count() {
                Some(0) => all.push(Saving { kind: SavingKind::TrimUnread { key, entries: length }, bytes }),
                Some(_) => all.extend(safe_entries(stream).map(|entries| Saving {
                    kind: SavingKind::Trim { key, entries },
                    bytes: share(entries),
                })),
                None => {}
            }
        }
        let greatest = stream.greatest_list();
        let Some(size_model) = self.home_of(stream).memory.size_model() else { return };
        let sum = stream.pending().filter(|&sum| sum > 0);
        for leak in stream.groups.values().filter_map(|group| self.leaked_consumers(stream, group)) {
            let (key, group) = (leak.key.clone(), leak.group.clone());
            let can_be_listed = leak.consumers <= CONSUMERS_LISTED;
            let (consumers, is_least) = (leak.leaked, leak.is_bytes_least);
            let kind = SavingKind::RemoveConsumers { key, group, consumers, can_be_listed, is_least };
            all.extend(leak.bytes.map(|bytes| Saving { kind, bytes }));
        }
        for group in stream.groups.values() {
            let Some(pending) = group.facts.pending.filter(|&pending| pending > 0) else { continue };
            // By the same measure as the stream's sum, so that the parts are not more than the whole.
            let by_sum = size.pending.zip(sum).filter(|_| stream.groups.len() == 1);
            let bytes = by_sum
                .map(|(bytes, _)| bytes)
                .or_else(|| size_model.list(group, greatest == Some(&group.facts.name)));
            let (key, group) = (stream.key.clone(), group.facts.name.clone());
            all.extend(
                bytes.map(|bytes| Saving { kind: SavingKind::Acknowledge { key, group, pending }, bytes }),
            );
        }
    }

    fn of_keys(&self, all: &mut Vec<Saving>) {
        let keyspace = self.keys().keyspace();
        for pattern in &keyspace.patterns {
            let tally = &pattern.tally;
            let whole = |seen: u64| keyspace.whole(seen).unwrap_or(seen);
            let glob = pattern.glob.clone();
            let is_cache = tally.ttl.forever == 0
                && tally.keys > 0
                && matches!(tally.main_kind(), Some(KeyKind::String | KeyKind::Hash));
            if pattern.ttl_ms.is_some() && tally.ttl.forever > 0 {
                let kind = SavingKind::Overdue { glob, keys: whole(tally.ttl.forever) };
                all.push(Saving { kind, bytes: whole(tally.forever_bytes) });
            } else if is_cache && !glob.as_bytes().is_empty() {
                let kind = SavingKind::Cache { glob, keys: whole(tally.keys) };
                all.push(Saving { kind, bytes: whole(tally.bytes) });
            }
        }
    }
}

/// Entries that every group has read and acknowledged; `None` where a group's stand is not known.
pub fn safe_entries(stream: &StreamState) -> Option<u64> {
    let length = stream.length?.value;
    stream.groups_at_us?;
    let mut kept = 0;
    for group in stream.groups.values() {
        kept = kept.max(kept_by(stream, group, length)?);
    }
    (!stream.groups.is_empty()).then(|| length.saturating_sub(kept))
}

/// Entries from the first that this group still needs.
fn kept_by(stream: &StreamState, group: &GroupState, length: u64) -> Option<u64> {
    if group.facts.pending? == 0 {
        return Some(group.lag.entries?.min(length));
    }
    let floor = group.pending.as_ref()?.value.first()?.id;
    let (first, last) = (stream.fact(|d| d.first_entry)?, stream.fact(|d| d.last_entry)?);
    Some(after(floor, first, last, length).max(group.lag.entries.unwrap_or(0)).min(length))
}

/// Entries from an id on, if they come evenly in time.
fn after(id: StreamId, first: StreamId, last: StreamId, length: u64) -> u64 {
    if id <= first {
        return length;
    }
    if id > last {
        return 0;
    }
    let (whole, rest) = match last.ms > first.ms {
        true => (last.ms - first.ms, last.ms.saturating_sub(id.ms)),
        false => (last.seq.saturating_sub(first.seq), last.seq.saturating_sub(id.seq)),
    };
    (u128::from(length) * u128::from(rest) / u128::from(whole.max(1))) as u64 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_after_an_id_are_all_none_or_by_their_time() {
        let (first, last) = (StreamId::new(1_000, 0), StreamId::new(2_000, 0));
        let entries = |ms: u64| after(StreamId::new(ms, 0), first, last, 1_001);
        assert_eq!((entries(900), entries(1_000), entries(2_001)), (1_001, 1_001, 0));
        assert_eq!(entries(1_500), 501);
        let (first, last) = (StreamId::new(5, 0), StreamId::new(5, 100));
        assert_eq!(after(StreamId::new(5, 90), first, last, 101), 11);
    }
}
