//! Reads that only an action asks: where a stream is cut, and what a key holds before it goes.
//!
//! Knows how each is written; does not know which action asks. Invariant: each reads a bounded piece, and no body
//! crosses the network but in a dump, which is asked for to be kept.

use super::row::Word::{Id, Key, Number, Other, Others, Text};
use super::row::{LooksUp, ReadRow, ScriptCalls, row};
use super::{NO_KEY, ReadVerb};
use crate::core::limits::{PIPELINE_REPLY, REPLY_FIGURE, REPLY_PAGE};
use crate::core::model::queues::QueueId;
use crate::core::model::{Name, StreamId};
use crate::core::queues::allowed;
use crate::core::queues::deeds::DeedName;
use serde::{Deserialize, Serialize};

/// A read of one action about one key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// Jobs that a deed is about, by the script of the framework's row (`core::queues::deeds`).
    Jobs(JobsRead),
}

/// A look at jobs in one place of a queue.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct JobsRead {
    /// Whose.
    pub of: QueueId,
    /// A key of the queue, which tells where in a cluster it is.
    pub key: Name,
    /// What is to be done to them.
    pub deed: DeedName,
    /// How many stand before those that are looked at.
    pub from: u64,
    /// How many are looked at.
    pub count: u32,
    /// Whether all of a job is told, to be kept; else no more than tells its class.
    pub whole: bool,
    /// How long a worker may be silent before it counts as gone, milliseconds; 0 where keys tell.
    #[serde(default)]
    pub held_ms: u64,
    /// Whether it is told why a job failed.
    #[serde(default)]
    pub errors: bool,
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

/// Commands that a look at jobs calls, about.
const JOB_CALLS: u64 = 50;

impl Inspect {
    /// Its row in the table of reads.
    pub fn row(&self) -> ReadRow<'_> {
        match self {
            Self::Walk { key, from, to, count, backwards } => {
                let command = Text(if *backwards { "XREVRANGE" } else { "XRANGE" });
                let count = Number(u64::from(*count));
                let words = [Text(WALK), Text("1"), Key(key), command, Id(*from), Id(*to), count];
                row(ReadVerb::EVAL, REPLY_FIGURE, words)
                    .looking_up(LooksUp::Key)
                    .calling(ScriptCalls::Exactly(1))
            }
            Self::Types(keys) => {
                let words = [Text(TYPES), Number(keys.len() as u64), Others(keys)];
                row(ReadVerb::EVAL, REPLY_PAGE, words)
                    .looking_up(LooksUp::EachKey)
                    .calling(ScriptCalls::Exactly(keys.len() as u64))
            }
            Self::MemoryUsage(key) => {
                row(ReadVerb::MEMORY_USAGE, REPLY_FIGURE, [Key(key), Text("SAMPLES"), Text("5")])
            }
            Self::Pttl(key) => {
                row(ReadVerb::PTTL, REPLY_FIGURE, [Key(key)]).looking_up(LooksUp::KeyUnless(NO_KEY))
            }
            Self::Dump(key) => row(ReadVerb::DUMP, PIPELINE_REPLY, [Key(key)]).looking_up(LooksUp::Key),
            Self::Exists(key) => {
                row(ReadVerb::EXISTS, REPLY_FIGURE, [Key(key)]).looking_up(LooksUp::KeyUnless(0))
            }
            Self::Dbsize => row(ReadVerb::DBSIZE, REPLY_FIGURE, []),
            Self::Jobs(JobsRead { of, key, deed, from, count, whole, held_ms, errors }) => {
                let script = allowed::deed(of.site.framework, *deed).map_or("return {}", |deed| deed.find);
                let (from, count) = (Number(*from), Number(u64::from(*count)));
                let (prefix, queue) = (Other(&of.site.prefix), Others(of.queue.as_slice()));
                let whole = Text(if *whole { "1" } else { "0" });
                let words = [
                    Text(script),
                    Text("1"),
                    Other(key),
                    prefix,
                    queue,
                    from,
                    count,
                    whole,
                    Number(*held_ms),
                    Text(if *errors { "1" } else { "0" }),
                ];
                row(ReadVerb::EVAL, PIPELINE_REPLY, words).calling(ScriptCalls::Exactly(JOB_CALLS))
            }
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
        let words: Vec<String> = crate::core::wire::ReadCmd::Inspect(walk)
            .args()
            .iter()
            .map(|word| String::from_utf8_lossy(word).into_owned())
            .collect();
        assert_eq!(words[3..], ["s", "XREVRANGE", &StreamId::MAX.to_string(), "5-0", "9"]);
    }
}
