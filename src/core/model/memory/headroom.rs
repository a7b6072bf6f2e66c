//! How near memory is to the limit that holds for it, by the server's own rule.
//!
//! The server compares maxmemory with what is used less what is not counted for eviction (`freeMemoryIfNeeded`); the
//! container and the host look at the resident set. The nearest holds. Invariant: an unknown limit is not the same as
//! none.

use super::Memory;

worded! {
    /// Whose limit it is.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum LimitOf {
        /// The server's own.
        Maxmemory "maxmemory",
        /// Its container's, as the operator has told.
        Container "container",
        /// Its host's.
        Host "host",
    }
    /// The word for machines.
    fn word
}

impl LimitOf {
    /// What is left of it, as the name of a figure.
    pub const fn left_word(self) -> &'static str {
        match self {
            Self::Maxmemory => "headroom",
            Self::Container => "left in container",
            Self::Host => "left in RAM",
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

/// Which limits hold, beside what INFO memory tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct LimitContext {
    /// The memory of the server's container, bytes, as the operator has told.
    pub container: Option<u64>,
    /// Whether it is a replica that leaves eviction to its primary (replica-ignore-maxmemory).
    pub ignores_maxmemory: bool,
}

/// From this share on a limit of what is resident matters more than a maxmemory at which any key may be evicted.
const RESIDENT_SHARE: f64 = 0.85;

impl Memory {
    /// The limit that holds: the one of which the least is left, of maxmemory, container and host. A cache that may
    /// evict every key lives at its maxmemory, so that a container or host that is nearly full comes first there.
    /// `None` where none can be read.
    pub fn headroom(&self, context: LimitContext) -> Option<Headroom> {
        match (self.room_of_maxmemory(context), self.room_of_resident(context)) {
            (Some(own), Some(resident)) => {
                let is_beyond = self.evicts_all() && resident.fullness() >= RESIDENT_SHARE;
                Some(if is_beyond || resident.left() < own.left() { resident } else { own })
            }
            (Some(own), None) => Some(own),
            (None, resident) => resident.filter(|_| context.ignores_maxmemory || self.maxmemory == Some(0)),
        }
    }

    fn room_of_maxmemory(&self, context: LimitContext) -> Option<Headroom> {
        let limit = self.limit().filter(|_| !context.ignores_maxmemory)?;
        Some(Headroom { used: self.counted()?, limit, of: LimitOf::Maxmemory })
    }

    /// How near what is resident is to the limit of the container or the host; `None` where neither is known.
    pub fn room_of_resident(&self, context: LimitContext) -> Option<Headroom> {
        let used = self.rss?;
        let host = self.system_total.filter(|&total| total > 0);
        let container = context.container.filter(|&limit| host.is_none_or(|host| limit <= host));
        let (limit, of) = match (container, host) {
            (Some(limit), _) => (limit, LimitOf::Container),
            (None, Some(limit)) => (limit, LimitOf::Host),
            (None, None) => return None,
        };
        Some(Headroom { used, limit, of })
    }

    /// Whether any key may be evicted at maxmemory.
    pub fn evicts_all(&self) -> bool {
        self.policy.as_deref().is_some_and(|policy| policy.starts_with("allkeys"))
    }

    /// What is used and not resident, bytes: swapped out, where it is a great part. `None` where nothing is known.
    pub fn swapped(&self) -> Option<u64> {
        let (used, rss) = (self.used?, self.rss.filter(|&rss| rss > 0)?);
        Some(used.saturating_sub(rss))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory() -> Memory {
        Memory {
            used: Some(900),
            rss: Some(1_000),
            maxmemory: Some(2_000),
            not_counted_for_evict: Some(100),
            system_total: Some(8_000),
            ..Memory::default()
        }
    }

    fn of(memory: &Memory, container: Option<u64>) -> Option<(u64, u64, LimitOf)> {
        let context = LimitContext { container, ..LimitContext::default() };
        memory.headroom(context).map(|room| (room.used, room.limit, room.of))
    }

    #[test]
    fn the_limit_is_the_one_of_which_the_least_is_left() {
        let mut memory = memory();
        assert_eq!(of(&memory, Some(4_000)), Some((800, 2_000, LimitOf::Maxmemory)));
        assert_eq!(of(&memory, Some(1_030)), Some((1_000, 1_030, LimitOf::Container)));
        assert_eq!(
            of(&memory, Some(9_000)),
            Some((800, 2_000, LimitOf::Maxmemory)),
            "more than the host has"
        );
        memory.system_total = Some(1_100);
        assert_eq!(of(&memory, None), Some((1_000, 1_100, LimitOf::Host)));
        memory.maxmemory = Some(0);
        memory.system_total = Some(8_000);
        assert_eq!(of(&memory, Some(4_000)), Some((1_000, 4_000, LimitOf::Container)));
        assert_eq!(of(&memory, None), Some((1_000, 8_000, LimitOf::Host)));
        memory.maxmemory = None;
        assert_eq!(of(&memory, None), None);
    }

    #[test]
    fn a_cache_at_its_maxmemory_does_not_hide_a_container_about_to_be_killed() {
        let full = Memory { used: Some(2_100), policy: Some("allkeys-lru".to_owned()), ..memory() };
        assert_eq!(of(&full, Some(1_100)), Some((1_000, 1_100, LimitOf::Container)));
        assert_eq!(of(&full, Some(4_000)), Some((2_000, 2_000, LimitOf::Maxmemory)));
    }

    #[test]
    fn a_replica_that_ignores_its_maxmemory_has_none() {
        let context = LimitContext { container: None, ignores_maxmemory: true };
        let room = memory().headroom(context).unwrap();
        assert_eq!((room.used, room.limit, room.of), (1_000, 8_000, LimitOf::Host));
    }
}
