//! What the memory is made of, as far as INFO tells it, with the data told apart where streams were measured.
//!
//! The formula is the server's own (`getMemoryOverheadData`): used = data + overhead, and overhead = what it
//! took at its start + client buffers + replica buffers + replication backlog + AOF buffer + the rest (tables of
//! the keyspace, scripts, cluster links). Resident beyond used is fragmentation and what the process takes beside its
//! allocator. Does not know keys. Invariant: the parts add up to data + overhead + what is resident beyond used.

use super::Memory;

/// One part of the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryPart {
    /// Which.
    pub kind: PartKind,
    /// How much, bytes.
    pub bytes: u64,
}

worded! {
    /// The parts of the memory, in the order in which they are shown.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum PartKind {
        /// Entries of streams.
        Entries "entries",
        /// Pending entries lists.
        Pending "pending",
        /// Groups and consumers of streams.
        Consumers "consumers",
        /// All other keys and values; every one where streams were not measured.
        Data "other data",
        /// Buffers of ordinary clients.
        Clients "clients",
        /// The replication backlog, and buffers of replicas beyond it.
        Replication "replication",
        /// The AOF buffer.
        Aof "AOF buffer",
        /// What the server took at its start, tables of the keyspace, scripts.
        Overhead "overhead",
        /// Resident and not used.
        Fragmentation "fragmented",
    }
    /// Its name for people.
    fn word
}

impl PartKind {
    /// Its name for machines.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Entries => "stream_entries",
            Self::Pending => "pending_lists",
            Self::Consumers => "consumers",
            Self::Data => "other_data",
            Self::Clients => "client_buffers",
            Self::Replication => "replication",
            Self::Aof => "aof_buffer",
            Self::Overhead => "overhead",
            Self::Fragmentation => "fragmentation",
        }
    }

    /// Whether it is worked out from samples, not told by the server.
    pub const fn is_estimate(self) -> bool {
        matches!(self, Self::Entries | Self::Pending | Self::Consumers | Self::Data)
    }
}

/// What all streams take together, bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct StreamBytes {
    /// Their entries.
    pub entries: u64,
    /// Their pending entries lists.
    pub pending: u64,
    /// Their groups and consumers.
    pub consumers: u64,
}

impl Memory {
    /// What the memory is made of; `None` where the server does not tell its overhead. A part that it does not
    /// tell is in the overhead, and streams that were not measured are in the data.
    pub fn parts(&self, streams: StreamBytes) -> Option<[MemoryPart; 9]> {
        let overhead = self.overhead?;
        let data = self.dataset.or_else(|| self.used.map(|used| used.saturating_sub(overhead)))?;
        let fragmentation = self.rss.zip(self.used).map_or(0, |(rss, used)| rss.saturating_sub(used));
        // Each part takes from what is left, so that the sum holds even where a server counts otherwise.
        let take = |left: &mut u64, bytes: u64| {
            let bytes = bytes.min(*left);
            *left -= bytes;
            bytes
        };
        let (mut data, mut rest) = (data, overhead);
        let pending = take(&mut data, streams.pending);
        let consumers = take(&mut data, streams.consumers);
        let entries = take(&mut data, streams.entries);
        let clients = take(&mut rest, self.clients_normal.unwrap_or(0));
        let replicas = take(&mut rest, self.clients_replicas.unwrap_or(0));
        let backlog = take(&mut rest, self.replication_backlog.unwrap_or(0));
        let aof = take(&mut rest, self.aof_buffer.unwrap_or(0));
        let bytes =
            [entries, pending, consumers, data, clients, replicas + backlog, aof, rest, fragmentation];
        let mut parts = PartKind::ALL.map(|kind| MemoryPart { kind, bytes: 0 });
        for (part, bytes) in parts.iter_mut().zip(bytes) {
            part.bytes = bytes;
        }
        Some(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_the_server_does_not_tell_is_in_the_overhead_and_nothing_without_it() {
        let memory = Memory {
            used: Some(1_000),
            rss: Some(1_100),
            dataset: Some(600),
            overhead: Some(400),
            clients_normal: Some(100),
            ..Memory::default()
        };
        let streams = StreamBytes { entries: 200, pending: 300, consumers: 40 };
        let bytes =
            |memory: &Memory, streams| memory.parts(streams).map(|parts| parts.map(|part| part.bytes));
        assert_eq!(bytes(&memory, streams), Some([200, 300, 40, 60, 100, 0, 0, 300, 100]));
        assert_eq!(bytes(&memory, StreamBytes::default()), Some([0, 0, 0, 600, 100, 0, 0, 300, 100]));
        assert_eq!(bytes(&Memory { overhead: None, ..memory }, streams), None);
    }

    proptest! {
        #[test]
        fn the_parts_add_up_to_data_overhead_and_what_is_resident_beyond_used(
            dataset in 0u64..1 << 40, overhead in 0u64..1 << 40, beyond in 0u64..1 << 40,
            clients in proptest::option::of(0u64..1 << 40), backlog in proptest::option::of(0u64..1 << 40),
            entries in 0u64..1 << 40, pending in 0u64..1 << 40, consumers in 0u64..1 << 40,
        ) {
            let memory = Memory {
                dataset: Some(dataset), overhead: Some(overhead), clients_normal: clients,
                replication_backlog: backlog, used: Some(1), rss: Some(1 + beyond), ..Memory::default()
            };
            let sum: u64 = memory.parts(StreamBytes { entries, pending, consumers }).unwrap().iter().map(|part| part.bytes).sum();
            prop_assert_eq!(sum, dataset + overhead + beyond);
        }
    }
}
