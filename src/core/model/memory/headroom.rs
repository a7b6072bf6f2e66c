//! How near memory is to the limit that holds for it, by the server's own rule.
//!
//! With maxmemory the server compares what is used less what is not counted for eviction (`freeMemoryIfNeeded`); without
//! it the limit is that of the container or of the host, which look at the resident set. Invariant: an unknown limit is
//! not the same as none.

use super::Memory;

/// Whose limit it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitOf {
    /// The server's own.
    Maxmemory,
    /// Its container's, as the operator has told.
    Container,
    /// Its host's.
    Host,
}

impl LimitOf {
    /// The word for machines.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Maxmemory => "maxmemory",
            Self::Container => "container",
            Self::Host => "host",
        }
    }

    /// For people.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Maxmemory => "maxmemory",
            Self::Container => "its container's memory",
            Self::Host => "the host's memory",
        }
    }
}

/// Memory against its limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Headroom {
    /// What is compared with the limit, bytes.
    pub used: u64,
    /// The limit, bytes.
    pub limit: u64,
    /// Whose it is.
    pub of: LimitOf,
}

impl Headroom {
    /// Used over the limit, 0 to 1 and beyond.
    pub fn fullness(&self) -> f64 {
        self.used as f64 / self.limit.max(1) as f64
    }

    /// What is left, bytes; 0 where it is beyond.
    pub const fn left(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }
}

impl Memory {
    /// The limit that holds: maxmemory, else the container's where it is told, else the host's.
    pub fn headroom(&self, container: Option<u64>) -> Option<Headroom> {
        if let Some(limit) = self.limit() {
            return Some(Headroom { used: self.counted()?, limit, of: LimitOf::Maxmemory });
        }
        self.maxmemory?;
        let used = self.rss?;
        if let Some(limit) = container {
            return Some(Headroom { used, limit, of: LimitOf::Container });
        }
        Some(Headroom { used, limit: self.system_total.filter(|&total| total > 0)?, of: LimitOf::Host })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_the_servers_then_the_containers_then_the_hosts() {
        let mut memory = Memory {
            used: Some(900),
            rss: Some(1_000),
            maxmemory: Some(2_000),
            not_counted_for_evict: Some(100),
            system_total: Some(8_000),
            ..Memory::default()
        };
        let of = |memory: &Memory, container| {
            memory.headroom(container).map(|room| (room.used, room.limit, room.of))
        };
        assert_eq!(of(&memory, Some(4_000)), Some((800, 2_000, LimitOf::Maxmemory)));
        memory.maxmemory = Some(0);
        assert_eq!(of(&memory, Some(4_000)), Some((1_000, 4_000, LimitOf::Container)));
        assert_eq!(of(&memory, None), Some((1_000, 8_000, LimitOf::Host)));
        memory.maxmemory = None;
        assert_eq!(of(&memory, None), None);
    }
}
