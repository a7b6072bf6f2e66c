//! Who is connected: rows of CLIENT LIST, and the counts of INFO.

use super::Name;

/// INFO clients.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ClientCounts {
    /// Connected, replicas not counted.
    pub connected: Option<u64>,
    /// Parked in a blocking command.
    pub blocked: Option<u64>,
    /// The limit.
    pub max: Option<u64>,
    /// Subscribed to a channel (7.4, Valkey 8).
    pub pubsub: Option<u64>,
}

/// One row of CLIENT LIST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its id: never used again by the same process.
    pub id: u64,
    /// Its name, empty when it gave none.
    pub name: Name,
    /// Its address.
    pub address: Name,
    /// ACL user (6.0).
    pub user: Option<Name>,
    /// Seconds since it connected.
    pub age_s: Option<u64>,
    /// Seconds since its last command.
    pub idle_s: Option<u64>,
    /// One letter a property: `b` blocked, `P` subscriber, `O` monitor, `S` replica ...
    pub flags: String,
    /// Logical database.
    pub database: Option<u64>,
    /// Last command.
    pub command: String,
    /// Output list in bytes: what it has not read yet.
    pub omem: Option<u64>,
    /// All memory of this client in bytes (6.0).
    pub tot_mem: Option<u64>,
    /// Query buffer in bytes.
    pub qbuf: Option<u64>,
    /// Channels subscribed.
    pub subscriptions: Option<u64>,
    /// Patterns subscribed.
    pub patterns: Option<u64>,
    /// Client library, name and version (7.2).
    pub library: Option<Name>,
}

worded! {
    /// Which limit of the output buffer holds for a client.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum ClientClass {
        /// Everybody else.
        Normal "normal",
        /// Replicas.
        Replica "replica",
        /// Subscribers.
        Pubsub "pubsub",
    }
    /// The word for people.
    fn word
}

/// Commands that wait for an item of a list or a sorted set.
const BLOCKING_POPS: [&str; 8] =
    ["blpop", "brpop", "brpoplpush", "blmove", "blmpop", "bzpopmin", "bzpopmax", "bzmpop"];

impl Client {
    /// Whether it waits for the next item of some list or sorted set.
    pub fn waits_for_item(&self) -> bool {
        self.flags.contains('b') && BLOCKING_POPS.contains(&self.command.as_str())
    }

    /// How long it has sent nothing since it was given an item of some list or sorted set, or its time to wait was over:
    /// seconds. It is busy, or its connection is open on the server's side only.
    pub fn silent_since_pop_s(&self) -> Option<u64> {
        let has_popped = !self.flags.contains('b') && BLOCKING_POPS.contains(&self.command.as_str());
        self.idle_s.filter(|_| has_popped)
    }

    /// Whether it waits for the next entry of some stream, for a group.
    pub fn waits_for_entry(&self) -> bool {
        self.flags.contains('b') && self.command.eq_ignore_ascii_case("xreadgroup")
    }

    /// Which limit holds for it, by its flags: a monitor is a normal client.
    pub fn class(&self) -> ClientClass {
        match () {
            () if self.flags.contains('S') => ClientClass::Replica,
            () if self.flags.contains('P') => ClientClass::Pubsub,
            () => ClientClass::Normal,
        }
    }
}

/// A limit of the output buffer: beyond `hard` at once, beyond `soft` for `soft_s` seconds. `None` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct OutputLimit {
    /// Bytes at which the client is cut off.
    pub hard: Option<u64>,
    /// Bytes above which it is cut off after a while.
    pub soft: Option<u64>,
    /// That while, seconds.
    pub soft_s: u64,
}

/// The limits of all classes, as CONFIG GET client-output-buffer-limit has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct OutputLimits {
    /// Of normal clients.
    pub normal: OutputLimit,
    /// Of replicas.
    pub replica: OutputLimit,
    /// Of subscribers.
    pub pubsub: OutputLimit,
}

impl OutputLimits {
    /// Reads `normal 0 0 0 replica 268435456 67108864 60 pubsub 33554432 8388608 60`, in any order.
    pub fn read(text: &str) -> Option<Self> {
        let mut limits = Self::default();
        let words: Vec<&str> = text.split_whitespace().collect();
        for class in words.chunks(4) {
            let [name, hard, soft, soft_s] = class else { return None };
            let bytes =
                |word: &str| word.parse::<u64>().ok().map(|bytes| Some(bytes).filter(|&bytes| bytes > 0));
            let limit = OutputLimit { hard: bytes(hard)?, soft: bytes(soft)?, soft_s: soft_s.parse().ok()? };
            match *name {
                "normal" => limits.normal = limit,
                "replica" | "slave" => limits.replica = limit,
                "pubsub" => limits.pubsub = limit,
                _ => {}
            }
        }
        (!words.is_empty()).then_some(limits)
    }

    /// The limit of a class.
    pub const fn of(&self, class: ClientClass) -> OutputLimit {
        match class {
            ClientClass::Normal => self.normal,
            ClientClass::Replica => self.replica,
            ClientClass::Pubsub => self.pubsub,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_in_any_order_and_0_is_none() {
        let limits =
            OutputLimits::read("normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60")
                .unwrap();
        assert_eq!(limits.of(ClientClass::Normal), OutputLimit::default());
        assert_eq!(limits.of(ClientClass::Pubsub).soft, Some(8 << 20));
        assert_eq!((limits.replica.hard, limits.replica.soft_s), (Some(256 << 20), 60));
        assert_eq!((OutputLimits::read(""), OutputLimits::read("normal 0 x 0")), (None, None));
    }
}
