//! What the memory is made of, as far as INFO tells it.
//!
//! The formula is the server's own (`getMemoryOverheadData`): used = data + overhead, and overhead = what it
//! took at its start + client buffers + replica buffers + replication backlog + AOF buffer + the rest (tables of
//! the keyspace, scripts, cluster links). Does not know keys. Invariant: the parts add up to data + overhead.

use super::Memory;

/// One part of the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryPart {
    /// Which.
    pub kind: PartKind,
    /// How much, bytes.
    pub bytes: u64,
}

/// The parts of the memory, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartKind {
    /// Keys and values.
    Data,
    /// Buffers of ordinary clients.
    Clients,
    /// Buffers of replicas beyond the backlog.
    Replicas,
    /// The replication backlog.
    Backlog,
    /// The AOF buffer.
    Aof,
    /// What the server took at its start.
    Startup,
    /// The rest of the overhead: tables of the keyspace, scripts, cluster links.
    Rest,
}

impl PartKind {
    /// Its name for people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Clients => "client buffers",
            Self::Replicas => "replica buffers",
            Self::Backlog => "replica backlog",
            Self::Aof => "AOF buffer",
            Self::Startup => "empty server",
            Self::Rest => "tables, scripts",
        }
    }
}

impl Memory {
    /// What the memory is made of; `None` where the server does not tell its overhead. A part that it does not
    /// tell is in the rest.
    pub fn parts(&self) -> Option<[MemoryPart; 7]> {
        let overhead = self.overhead?;
        let data = self.dataset.or_else(|| self.used.map(|used| used.saturating_sub(overhead)))?;
        // Each part takes from what is left, so that the sum holds even where a server counts otherwise.
        let mut left = overhead;
        let mut take = |bytes: Option<u64>| {
            let bytes = bytes.unwrap_or(0).min(left);
            left -= bytes;
            bytes
        };
        let parts = [
            (PartKind::Startup, take(self.startup)),
            (PartKind::Clients, take(self.clients_normal)),
            (PartKind::Replicas, take(self.clients_replicas)),
            (PartKind::Backlog, take(self.replication_backlog)),
            (PartKind::Aof, take(self.aof_buffer)),
        ];
        let [startup, clients, replicas, backlog, aof] = parts;
        let parts =
            [(PartKind::Data, data), clients, replicas, backlog, aof, startup, (PartKind::Rest, left)];
        Some(parts.map(|(kind, bytes)| MemoryPart { kind, bytes }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_the_server_does_not_tell_is_in_the_rest_and_nothing_without_its_overhead() {
        let memory = Memory {
            dataset: Some(600),
            overhead: Some(400),
            startup: Some(250),
            clients_normal: Some(100),
            ..Memory::default()
        };
        let bytes = |memory: &Memory| memory.parts().map(|parts| parts.map(|part| part.bytes));
        assert_eq!(bytes(&memory), Some([600, 100, 0, 0, 0, 250, 50]));
        assert_eq!(bytes(&Memory { overhead: None, ..memory }), None);
    }

    proptest! {
        #[test]
        fn the_parts_add_up_to_data_and_overhead(
            dataset in 0u64..1 << 40, overhead in 0u64..1 << 40, startup in proptest::option::of(0u64..1 << 40),
            clients in proptest::option::of(0u64..1 << 40), backlog in proptest::option::of(0u64..1 << 40),
        ) {
            let memory = Memory {
                dataset: Some(dataset), overhead: Some(overhead), startup, clients_normal: clients,
                replication_backlog: backlog, ..Memory::default()
            };
            let sum: u64 = memory.parts().unwrap().iter().map(|part| part.bytes).sum();
            prop_assert_eq!(sum, dataset + overhead);
        }
    }
}
