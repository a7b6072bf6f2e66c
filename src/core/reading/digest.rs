//! What was worked out of a stream when something was told of it, since it is asked of all streams in every round.
//!
//! Knows figures; how they are worked out is known by `sizes` and `leaks`. Invariant: it is as old as what was told last.

/// What was worked out of a stream when something was told of it: asked of all streams in every round.
#[derive(Clone, Copy, Debug, Default)]
pub struct StreamDigest {
    /// What it takes.
    pub size: StreamSize,
    /// Consumers of its groups that hold nothing.
    pub leftovers: Leftovers,
}

/// What a stream takes.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct StreamSize {
    /// Its entries, bytes.
    pub entries: Option<u64>,
    /// The pending entries lists of all its groups, bytes.
    pub pending: Option<u64>,
    /// Its groups and their consumers, without those lists, bytes; `None` on a server that nobody measured, where
    /// MEMORY USAGE counts them among the entries.
    pub consumers: Option<u64>,
    /// Whether that is the least: nobody knows the names of some of them.
    pub is_consumers_least: bool,
}

impl StreamSize {
    /// All together.
    pub fn total(&self) -> Option<u64> {
        let both = self.entries?.saturating_add(self.pending?);
        Some(both.saturating_add(self.consumers.unwrap_or(0)))
    }
}

/// Consumers of the groups of one stream that hold nothing, as they were read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Leftovers {
    /// Those of the group that has most of them.
    pub most: u64,
    /// Since when the first of all has been idle, microseconds since 1970 on the clock of all stamps.
    pub since_us: Option<i64>,
}
