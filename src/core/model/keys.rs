//! Keys as a walk through the keyspace sees them: type, time to live, bytes. Never values.
//!
//! One file a noun: `ttl` spreads, `tally` what a set of keys comes to, `tree` patterns that are found in names. Knows
//! keys one by one and together; not how they are asked for.

pub mod tally;
pub mod tree;
pub mod ttl;

use super::Name;
use serde::{Deserialize, Serialize};
pub use tally::KeyTotals;
pub use tree::KeyTree;
pub use ttl::{Ttl, TtlSpread};

worded! {
    /// What a key holds.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    pub enum KeyKind {
        /// A string.
        String "string",
        /// A list.
        List "list",
        /// A set.
        Set "set",
        /// A sorted set.
        Zset "zset",
        /// A hash.
        Hash "hash",
        /// A stream.
        Stream "stream",
        /// Something of a module.
        Other "other",
    }
    /// The word for machines and people.
    fn word
}

impl KeyKind {
    /// From what TYPE says; `None` for `none`, a key that is gone.
    pub fn named(word: &[u8]) -> Option<Self> {
        if matches!(word, b"none" | b"") {
            return None;
        }
        Some(Self::ALL.into_iter().find(|kind| kind.word().as_bytes() == word).unwrap_or(Self::Other))
    }
}

/// What was asked of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFacts {
    /// Its name.
    pub name: Name,
    /// Server time of the answers, microseconds since 1970.
    pub at_us: i64,
    /// Whether it is gone.
    pub is_gone: bool,
    /// What it holds.
    pub kind: Option<KeyKind>,
    /// How long it lives.
    pub ttl: Option<Ttl>,
    /// What it takes, bytes, as MEMORY USAGE has it: the name and its place in the tables included.
    pub bytes: Option<u64>,
}

impl KeyFacts {
    /// A key of which nothing is known yet.
    pub fn new(name: Name, at_us: i64) -> Self {
        Self { name, at_us, is_gone: false, kind: None, ttl: None, bytes: None }
    }
}

/// Keys of one pattern, and how long they should live at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// What the operator calls it.
    pub name: String,
    /// Which keys.
    pub glob: super::glob::Glob,
    /// How long a key of it lives at most, milliseconds; `None` where any time will do.
    pub ttl_ms: Option<u64>,
}

/// How far the walk through the keyspace is that measures keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct KeysPass {
    /// Which pass this is, the first is 1; 0 while there is none.
    pub number: u64,
    /// Keys that were measured in it.
    pub measured: u64,
    /// Keys that it had to leave out: their names are too long, or this user may not read them.
    pub left_out: u64,
    /// Keys of the database at most, as INFO told while it ran; `None` where nobody tells.
    pub keys: Option<u64>,
    /// Whether it has been through.
    pub is_over: bool,
    /// Whether it stands still because somebody wants it to.
    pub is_paused: bool,
}

impl KeysPass {
    /// Share of the keyspace that was measured, 0 to 1: 1 at its end.
    pub fn share(&self) -> Option<f64> {
        if self.is_over {
            return Some(1.0);
        }
        let keys = self.keys.filter(|&keys| keys > 0)?;
        Some((self.measured as f64 / keys as f64).min(1.0))
    }

    /// A first pass that was through, over so many keys.
    #[cfg(test)]
    pub fn whole(keys: u64) -> Self {
        Self { number: 1, measured: keys, keys: Some(keys), is_over: true, ..Self::default() }
    }

    /// Whether counts are exact: the walk is over, has left nothing out and has not seen more keys than there ever were.
    pub fn is_exact(&self) -> bool {
        self.is_over && self.left_out == 0 && self.keys.is_none_or(|keys| self.measured <= keys)
    }
}
