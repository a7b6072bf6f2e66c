//! What may be asked: a closed set of commands that read. There is no way to say anything else to a server
//! through a read link.
//!
//! Knows how each is written, how long its reply may be, what of it nobody needs to see, and what it costs: a row each.
//! Does not know what a reply means (`decode`).

mod fanout;
mod forms;
mod inspect;
mod queues;
mod row;
mod verb;

pub use fanout::{FanoutRead, TIMED};
pub use inspect::{Inspect, JobsRead};
pub use queues::{QueueAsk, QueueRead};
pub use row::{Hides, LooksUp, ReadRow, ScriptCalls};
pub use verb::ReadVerb;

use super::scripts;
use crate::core::limits::{REPLY_CONSUMERS, REPLY_FIGURE, REPLY_INFO, REPLY_PAGE, REPLY_ROWS, REPLY_STREAM};
use crate::core::model::{Name, StreamId};
use forms::{lean_stream, measure_keys, missing_entries, pending, range, scan};
use row::Word::{Key, Number, Other, Text, Texts};
use row::row;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// A command that reads and changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ReadCmd {
    /// `PING`
    Ping,
    /// `TIME`
    Time,
    /// `INFO [section ...]`; several sections need Redis 7.0.
    Info(#[serde(deserialize_with = "sections")] Vec<&'static str>),
    /// `SCAN cursor [MATCH pattern] COUNT count [TYPE stream]`; `TYPE` needs Redis 6.0.
    Scan {
        /// Where to go on, 0 to begin.
        cursor: u64,
        /// Glob the keys must match.
        pattern: Option<Name>,
        /// How many buckets to look at.
        count: u32,
        /// What for.
        wanted: ScanFor,
    },
    /// `SCAN cursor [MATCH pattern] COUNT count`, for names of channel layers and of queues: the others are passed over.
    ScanNames {
        /// Where to go on, 0 to begin.
        cursor: u64,
        /// Glob the keys must match.
        pattern: Option<Name>,
        /// How many buckets to look at.
        count: u32,
        /// Globs of names that are told beside those of frameworks.
        also: Vec<Name>,
    },
    /// `TYPE key`
    Type(Name),
    /// `XLEN key`
    Xlen(Name),
    /// `XINFO STREAM key`: sends the first and the last entry whole.
    XinfoStream(Name),
    /// The same, with the bodies of both entries taken out by a script on the server.
    XinfoStreamLean {
        /// The stream.
        key: Name,
        /// `EVAL_RO` (Redis 7.0) rather than `EVAL`.
        read_only: bool,
    },
    /// How many entries lie after a group's cursor, and the first of them: counted by a script on the server,
    /// which reads the cursor in the same moment and sends no bodies.
    CountUndelivered {
        /// The stream.
        key: Name,
        /// The group.
        group: Name,
        /// Entries counted at most.
        cap: u32,
        /// `EVAL_RO` (Redis 7.0) rather than `EVAL`.
        read_only: bool,
    },
    /// Which of the first pending rows of a group have no entry any more: looked up by a script on the server, which
    /// sends no bodies.
    MissingEntries {
        /// The stream.
        key: Name,
        /// The group.
        group: Name,
        /// `EVAL_RO` (Redis 7.0) rather than `EVAL`.
        read_only: bool,
    },
    /// `XINFO GROUPS key`
    XinfoGroups(Name),
    /// `XINFO CONSUMERS key group`
    XinfoConsumers(Name, Name),
    /// `XPENDING key group start + count [consumer]`
    Xpending {
        /// The stream.
        key: Name,
        /// The group.
        group: Name,
        /// First id of the page.
        start: StreamId,
        /// Rows at most.
        count: u32,
        /// Only rows of this consumer.
        consumer: Option<Name>,
    },
    /// `XPENDING key group start + count`: rows from anywhere in the list, to learn what it takes.
    SamplePending {
        /// The stream.
        key: Name,
        /// The group.
        group: Name,
        /// First id of the page.
        start: StreamId,
        /// Rows at most.
        count: u32,
    },
    /// `PTTL key`
    Pttl(Name),
    /// `MEMORY USAGE key`, with the server's own few samples.
    MemoryUsage(Name),
    /// TYPE, PTTL and MEMORY USAGE of several keys, by a script: three replies a key, which together take the server a third
    /// of what they take one by one.
    MeasureKeys {
        /// The keys.
        keys: Vec<Name>,
        /// `EVAL_RO` (Redis 7.0) rather than `EVAL`.
        read_only: bool,
    },
    /// A counter of the operator's: `GETRANGE key 0 31`, which brings no more than a number needs, or `HGET key field`.
    Counter {
        /// The key.
        key: Name,
        /// The field, where it is a hash.
        field: Option<Name>,
    },
    /// `XRANGE key start end COUNT count`
    Xrange {
        /// The stream.
        key: Name,
        /// First id.
        start: StreamId,
        /// Last id.
        end: StreamId,
        /// Entries at most.
        count: u32,
    },
    /// `XREVRANGE key end start COUNT count`: from the newest back.
    Xrevrange {
        /// The stream.
        key: Name,
        /// Newest id.
        end: StreamId,
        /// Oldest id.
        start: StreamId,
        /// Entries at most.
        count: u32,
    },
    /// `CLIENT LIST`
    ClientList,
    /// `SLOWLOG GET count`
    SlowlogGet(u32),
    /// `LATENCY LATEST`
    LatencyLatest,
    /// `CLUSTER INFO`
    ClusterInfo,
    /// What is asked about publish and subscribe.
    Fanout(FanoutRead),
    /// What is asked about queues of job frameworks.
    Queue(QueueRead),
    /// `CONFIG GET client-output-buffer-limit`
    OutputLimits,
    /// `CONFIG GET replica-ignore-maxmemory`
    IgnoreMaxmemory,
    /// What an action looks at before and while it acts.
    Inspect(Inspect),
}

/// Sections of INFO that a round asks for.
pub const INFO_SECTIONS: [&str; 8] =
    ["server", "clients", "memory", "persistence", "stats", "replication", "errorstats", "keyspace"];
/// Sections of INFO that are asked for at times.
const MORE_SECTIONS: [&str; 2] = ["commandstats", "latencystats"];

/// Names of sections, all of which are known.
fn sections<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<&'static str>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    let known = |name: String| {
        let mut sections = INFO_SECTIONS.into_iter().chain(MORE_SECTIONS);
        sections.find(|section| *section == name).ok_or_else(|| D::Error::custom(name))
    };
    names.into_iter().map(known).collect()
}

/// What keys of a SCAN are wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ScanFor {
    /// Streams, which the server picks out itself (`TYPE stream`, Redis 6.0).
    Streams,
    /// Streams, which are picked out by asking each key's type.
    Types,
    /// All of them, to be measured.
    Sizes,
}

/// What was delivered later than this may be acknowledged as well, gone or not, milliseconds.
const JUST_DELIVERED_MS: u64 = 1_000;
/// What PTTL replies where there is no such key.
const NO_KEY: i64 = -2;

impl ReadCmd {
    /// Its row in the table of reads.
    pub fn row(&self) -> ReadRow<'_> {
        match self {
            Self::Ping => row(ReadVerb::PING, REPLY_FIGURE, []),
            Self::Time => row(ReadVerb::TIME, REPLY_FIGURE, []),
            Self::Info(sections) if sections.len() > 1 => {
                row(ReadVerb::INFO_SECTIONS, REPLY_INFO, [Texts(sections)])
            }
            Self::Info(sections) => row(ReadVerb::INFO, REPLY_INFO, [Texts(sections)]),
            Self::Scan { cursor, pattern, count, wanted } => scan(*cursor, pattern.as_ref(), *count, *wanted),
            Self::ScanNames { cursor, pattern, count, .. } => {
                scan(*cursor, pattern.as_ref(), *count, ScanFor::Types)
            }
            Self::Type(key) => row(ReadVerb::TYPE, REPLY_FIGURE, [Key(key)]).looking_up(LooksUp::Key),
            Self::Xlen(key) => row(ReadVerb::XLEN, REPLY_FIGURE, [Key(key)]),
            Self::XinfoStream(key) => row(ReadVerb::XINFO_STREAM, REPLY_STREAM, [Key(key)])
                .hiding(Hides::Bodies)
                .looking_up(LooksUp::Key),
            Self::XinfoStreamLean { key, read_only } => lean_stream(key, *read_only),
            Self::CountUndelivered { key, group, cap, read_only } => {
                let verb = if *read_only { ReadVerb::COUNT_EVAL_RO } else { ReadVerb::COUNT_EVAL };
                let cap = Number(u64::from(*cap));
                let words = [Text(scripts::COUNT_UNDELIVERED), Text("1"), Key(key), Other(group), cap];
                row(verb, REPLY_FIGURE, words).calling(ScriptCalls::Exactly(2))
            }
            Self::MissingEntries { key, group, read_only } => missing_entries(key, group, *read_only),
            Self::XinfoGroups(key) => {
                row(ReadVerb::XINFO_GROUPS, REPLY_ROWS, [Key(key)]).looking_up(LooksUp::Key)
            }
            Self::XinfoConsumers(key, group) => {
                row(ReadVerb::XINFO_CONSUMERS, REPLY_CONSUMERS, [Key(key), Other(group)])
                    .looking_up(LooksUp::Key)
            }
            Self::Xpending { key, group, start, count, consumer } => {
                pending(key, group, *start, *count, consumer.as_ref()).looking_up(LooksUp::Key)
            }
            Self::SamplePending { key, group, start, count } => pending(key, group, *start, *count, None),
            Self::Pttl(key) => {
                row(ReadVerb::PTTL, REPLY_FIGURE, [Key(key)]).looking_up(LooksUp::KeyUnless(NO_KEY))
            }
            Self::MemoryUsage(key) => row(ReadVerb::MEMORY_USAGE, REPLY_FIGURE, [Key(key)]),
            Self::MeasureKeys { keys, read_only } => measure_keys(keys, *read_only),
            // What was named by mistake may hold anything.
            Self::Counter { key, field: None } => {
                row(ReadVerb::GETRANGE, REPLY_PAGE, [Key(key), Text("0"), Text("31")])
                    .hiding(Hides::NonNumbers)
            }
            Self::Counter { key, field: Some(field) } => {
                row(ReadVerb::HGET, REPLY_PAGE, [Key(key), Other(field)]).hiding(Hides::NonNumbers)
            }
            Self::Xrange { key, start, end, count } => range(ReadVerb::XRANGE, key, *start, *end, *count),
            Self::Xrevrange { key, end, start, count } => {
                range(ReadVerb::XREVRANGE, key, *end, *start, *count)
            }
            Self::ClientList => row(ReadVerb::CLIENT_LIST, REPLY_ROWS, []),
            Self::SlowlogGet(count) => {
                row(ReadVerb::SLOWLOG_GET, REPLY_PAGE, [Number(u64::from(*count))]).hiding(Hides::Arguments)
            }
            Self::LatencyLatest => row(ReadVerb::LATENCY_LATEST, REPLY_PAGE, []),
            Self::ClusterInfo => row(ReadVerb::new("CLUSTER INFO", "cluster|info"), REPLY_PAGE, []),
            Self::Fanout(read) => read.row(),
            Self::Queue(read) => read.row(),
            Self::OutputLimits => {
                row(ReadVerb::CONFIG_GET, REPLY_FIGURE, [Text("client-output-buffer-limit")])
            }
            Self::IgnoreMaxmemory => {
                row(ReadVerb::CONFIG_GET, REPLY_FIGURE, [Text("replica-ignore-maxmemory")])
            }
            Self::Inspect(inspect) => inspect.row(),
        }
    }

    /// The words to send.
    pub fn args(&self) -> Vec<Vec<u8>> {
        let mut args = Vec::new();
        self.row().each_word(|word| args.push(word.to_vec()));
        args
    }

    /// Which command this is.
    pub fn verb(&self) -> ReadVerb {
        self.row().verb
    }

    /// The stream or key it is about; none for a channel layer's.
    pub fn key(&self) -> Option<&Name> {
        self.row().key()
    }

    /// Length of the request in bytes of the protocol.
    pub fn encoded_len(&self) -> u64 {
        let header = |len: u64| 3 + super::resp::decimal_digits(len);
        let (mut words, mut bytes) = (0, 0);
        self.row().each_word(|word| {
            words += 1;
            bytes += header(word.len() as u64) + word.len() as u64 + 2;
        });
        header(words) + bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(command: &ReadCmd) -> String {
        let args = command.args();
        args.iter().map(|arg| String::from_utf8_lossy(arg).into_owned()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn commands_are_written_as_the_server_reads_them() {
        let key = Name::from("s");
        let scan = ReadCmd::Scan {
            cursor: 7,
            pattern: Some(Name::from("a*")),
            count: 100,
            wanted: ScanFor::Streams,
        };
        assert_eq!(line(&scan), "SCAN 7 MATCH a* COUNT 100 TYPE stream");
        let pending = ReadCmd::Xpending {
            key: key.clone(),
            group: Name::from("g"),
            start: StreamId::MIN,
            count: 10,
            consumer: Some(Name::from("c")),
        };
        assert_eq!(line(&pending), "XPENDING s g 0-0 + 10 c");
        assert_eq!(line(&ReadCmd::Counter { key: key.clone(), field: None }), "GETRANGE s 0 31");
        let back = ReadCmd::Xrevrange { key, end: StreamId::new(9, 1), start: StreamId::MIN, count: 5 };
        assert_eq!(line(&back), "XREVRANGE s 9-1 0-0 COUNT 5");
    }

    #[test]
    fn the_length_of_a_request_is_that_of_the_protocol() {
        assert_eq!(ReadCmd::Ping.encoded_len(), "*1\r\n$4\r\nPING\r\n".len() as u64);
    }
}
