//! Reads that only an action asks: where a stream is cut, and what a key holds before it goes.
//!
//! Knows how each is written; does not know which action asks. Invariant: each reads a bounded piece, and no body
//! crosses the network but in a dump, which is asked for to be kept.

use super::ReadVerb;
use crate::core::model::{Name, StreamId};

/// A read of one action about one key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Inspect {
    /// How many entries lie between two ids, and the last of them in the order of the walk: counted by a script on
    /// the server, which sends no bodies. Answers count and id.
    Walk {
        /// The stream.
        key: Name,
        /// Where to begin.
        from: StreamId,
        /// Where to end.
        to: StreamId,
        /// Entries at most.
        count: u32,
        /// From the newest to the oldest: then `from` is the greater.
        backwards: bool,
    },
    /// The types of keys, all in one script: a word each, `none` where there is no key.
    Types(Vec<Name>),
    /// `MEMORY USAGE key SAMPLES 5`
    MemoryUsage(Name),
    /// `PTTL key`
    Pttl(Name),
    /// `DUMP key`
    Dump(Name),
    /// `DBSIZE`
    Dbsize,
    /// `EXISTS key`
    Exists(Name),
}

/// `ARGV`: XRANGE or XREVRANGE, from, to, count.
const WALK: &str = "\
local r=redis.call(ARGV[1],KEYS[1],ARGV[2],ARGV[3],'COUNT',ARGV[4]) \
return {#r,r[#r] and r[#r][1]}";

/// `KEYS`: any number.
const TYPES: &str = "\
local r={} \
for i=1,#KEYS do r[i]=redis.call('TYPE',KEYS[i])['ok'] end \
return r";

impl Inspect {
    /// The words to send.
    pub fn args(&self) -> Vec<Vec<u8>> {
        let on = |words: &[&str], key: &Name| {
            let mut args: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
            args.push(key.as_bytes().to_vec());
            args
        };
        match self {
            Self::Walk { key, from, to, count, backwards } => {
                let mut args = on(&["EVAL", WALK, "1"], key);
                let command = if *backwards { "XREVRANGE" } else { "XRANGE" };
                for word in [command.to_owned(), from.to_string(), to.to_string(), count.to_string()] {
                    args.push(word.into_bytes());
                }
                args
            }
            Self::Types(keys) => {
                let words = ["EVAL", TYPES, &keys.len().to_string()];
                let mut args: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
                args.extend(keys.iter().map(|key| key.as_bytes().to_vec()));
                args
            }
            Self::MemoryUsage(key) => {
                let mut args = on(&["MEMORY", "USAGE"], key);
                args.extend([b"SAMPLES".to_vec(), b"5".to_vec()]);
                args
            }
            Self::Pttl(key) => on(&["PTTL"], key),
            Self::Dump(key) => on(&["DUMP"], key),
            Self::Exists(key) => on(&["EXISTS"], key),
            Self::Dbsize => vec![b"DBSIZE".to_vec()],
        }
    }

    /// Which command this is.
    pub fn verb(&self) -> ReadVerb {
        match self {
            Self::Walk { .. } | Self::Types(_) => ReadVerb::Eval,
            Self::MemoryUsage(_) => ReadVerb::MemoryUsage,
            Self::Pttl(_) => ReadVerb::Pttl,
            Self::Dump(_) => ReadVerb::Dump,
            Self::Dbsize => ReadVerb::Dbsize,
            Self::Exists(_) => ReadVerb::Exists,
        }
    }

    /// The key it is about.
    pub fn key(&self) -> Option<&Name> {
        match self {
            Self::Walk { key, .. } => Some(key),
            Self::MemoryUsage(key) | Self::Pttl(key) | Self::Dump(key) | Self::Exists(key) => Some(key),
            Self::Dbsize | Self::Types(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_backwards_names_the_greater_id_first() {
        let (from, to) = (StreamId::MAX, StreamId::new(5, 0));
        let walk = Inspect::Walk { key: Name::from("s"), from, to, count: 9, backwards: true };
        let words: Vec<String> =
            walk.args().iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect();
        assert_eq!(words[3..], ["s", "XREVRANGE", &StreamId::MAX.to_string(), "5-0", "9"]);
    }
}
