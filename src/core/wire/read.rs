//! What may be asked: a closed set of commands that read. There is no way to say anything else to a server
//! through a read link.
//!
//! Knows how each is written and what it is called in `INFO commandstats`; does not know its reply (`decode`).

mod fanout;
mod inspect;
mod verb;

pub use fanout::{FanoutRead, TIMED};
pub use inspect::Inspect;
pub use verb::ReadVerb;

use super::scripts;
use crate::core::limits::PENDING_ROWS;
use crate::core::model::{Name, StreamId};

/// A command that reads and changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ReadCmd {
    /// `PING`
    Ping,
    /// `TIME`
    Time,
    /// `INFO [section ...]`; several sections need Redis 7.0.
    Info(Vec<&'static str>),
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
    /// `CONFIG GET client-output-buffer-limit`
    OutputLimits,
    /// `CONFIG GET replica-ignore-maxmemory`
    IgnoreMaxmemory,
    /// What an action looks at before and while it acts.
    Inspect(Inspect),
}

/// What keys of a SCAN are wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

impl ReadCmd {
    /// The words to send.
    pub fn args(&self) -> Vec<Vec<u8>> {
        match self {
            Self::Ping => words(&["PING"]),
            Self::Time => words(&["TIME"]),
            Self::Info(sections) => [words(&["INFO"]), words(sections)].concat(),
            Self::Scan { cursor, pattern, count, wanted } => {
                let mut args = words(&["SCAN", &cursor.to_string()]);
                if let Some(pattern) = pattern {
                    args.push(b"MATCH".to_vec());
                    args.push(pattern.as_bytes().to_vec());
                }
                args.extend(words(&["COUNT", &count.to_string()]));
                if *wanted == ScanFor::Streams {
                    args.extend(words(&["TYPE", "stream"]));
                }
                args
            }
            Self::Type(key) => on(&["TYPE"], &[key]),
            Self::Xlen(key) => on(&["XLEN"], &[key]),
            Self::XinfoStream(key) => on(&["XINFO", "STREAM"], &[key]),
            Self::XinfoStreamLean { key, read_only } => {
                on(&[if *read_only { "EVAL_RO" } else { "EVAL" }, scripts::LEAN_XINFO_STREAM, "1"], &[key])
            }
            Self::CountUndelivered { key, group, cap, read_only } => {
                let eval = if *read_only { "EVAL_RO" } else { "EVAL" };
                let mut args = on(&[eval, scripts::COUNT_UNDELIVERED, "1"], &[key, group]);
                args.push(cap.to_string().into_bytes());
                args
            }
            Self::MissingEntries { key, group, read_only } => {
                let eval = if *read_only { "EVAL_RO" } else { "EVAL" };
                let mut args = on(&[eval, scripts::MISSING_ENTRIES, "1"], &[key, group]);
                args.extend(words(&[&PENDING_ROWS.to_string(), &JUST_DELIVERED_MS.to_string()]));
                args
            }
            Self::XinfoGroups(key) => on(&["XINFO", "GROUPS"], &[key]),
            Self::XinfoConsumers(key, group) => on(&["XINFO", "CONSUMERS"], &[key, group]),
            Self::Xpending { key, group, start, count, consumer } => {
                let mut args = on(&["XPENDING"], &[key, group]);
                args.extend(words(&[&start.to_string(), "+", &count.to_string()]));
                args.extend(consumer.iter().map(|name| name.as_bytes().to_vec()));
                args
            }
            Self::SamplePending { key, group, start, count } => {
                let mut args = on(&["XPENDING"], &[key, group]);
                args.extend(words(&[&start.to_string(), "+", &count.to_string()]));
                args
            }
            Self::Pttl(key) => on(&["PTTL"], &[key]),
            Self::MemoryUsage(key) => on(&["MEMORY", "USAGE"], &[key]),
            Self::Counter { key, field: None } => [on(&["GETRANGE"], &[key]), words(&["0", "31"])].concat(),
            Self::Counter { key, field: Some(field) } => on(&["HGET"], &[key, field]),
            Self::Xrange { key, start, end, count } => range("XRANGE", key, *start, *end, *count),
            Self::Xrevrange { key, end, start, count } => range("XREVRANGE", key, *end, *start, *count),
            Self::ClientList => words(&["CLIENT", "LIST"]),
            Self::SlowlogGet(count) => words(&["SLOWLOG", "GET", &count.to_string()]),
            Self::LatencyLatest => words(&["LATENCY", "LATEST"]),
            Self::ClusterInfo => words(&["CLUSTER", "INFO"]),
            Self::Fanout(read) => read.args(),
            Self::OutputLimits => words(&["CONFIG", "GET", "client-output-buffer-limit"]),
            Self::IgnoreMaxmemory => words(&["CONFIG", "GET", "replica-ignore-maxmemory"]),
            Self::Inspect(inspect) => inspect.args(),
        }
    }

    /// Which command this is.
    pub fn verb(&self) -> ReadVerb {
        match self {
            Self::Ping => ReadVerb::Ping,
            Self::Time => ReadVerb::Time,
            Self::Info(sections) if sections.len() > 1 => ReadVerb::InfoSections,
            Self::Info(_) => ReadVerb::Info,
            Self::Scan { wanted: ScanFor::Streams, .. } => ReadVerb::ScanType,
            Self::Scan { .. } => ReadVerb::Scan,
            Self::Type(_) => ReadVerb::Type,
            Self::Xlen(_) => ReadVerb::Xlen,
            Self::XinfoStream(_) => ReadVerb::XinfoStream,
            Self::XinfoStreamLean { read_only: true, .. } => ReadVerb::EvalRo,
            Self::XinfoStreamLean { .. } => ReadVerb::Eval,
            Self::CountUndelivered { read_only: true, .. } | Self::MissingEntries { read_only: true, .. } => {
                ReadVerb::CountEvalRo
            }
            Self::CountUndelivered { .. } | Self::MissingEntries { .. } => ReadVerb::CountEval,
            Self::XinfoGroups(_) => ReadVerb::XinfoGroups,
            Self::XinfoConsumers(..) => ReadVerb::XinfoConsumers,
            Self::Xpending { .. } | Self::SamplePending { .. } => ReadVerb::Xpending,
            Self::Pttl(_) => ReadVerb::Pttl,
            Self::MemoryUsage(_) => ReadVerb::MemoryUsage,
            Self::Counter { field: None, .. } => ReadVerb::Getrange,
            Self::Counter { .. } => ReadVerb::Hget,
            Self::Xrange { .. } => ReadVerb::Xrange,
            Self::Xrevrange { .. } => ReadVerb::Xrevrange,
            Self::ClientList => ReadVerb::ClientList,
            Self::SlowlogGet(_) => ReadVerb::SlowlogGet,
            Self::LatencyLatest => ReadVerb::LatencyLatest,
            Self::ClusterInfo => ReadVerb::ClusterInfo,
            Self::Fanout(read) => read.verb(),
            Self::OutputLimits | Self::IgnoreMaxmemory => ReadVerb::ConfigGet,
            Self::Inspect(inspect) => inspect.verb(),
        }
    }

    /// The stream or key it is about.
    pub fn key(&self) -> Option<&Name> {
        match self {
            Self::Type(key)
            | Self::Xlen(key)
            | Self::XinfoStream(key)
            | Self::XinfoStreamLean { key, .. }
            | Self::CountUndelivered { key, .. }
            | Self::MissingEntries { key, .. }
            | Self::XinfoGroups(key)
            | Self::XinfoConsumers(key, _)
            | Self::Xpending { key, .. }
            | Self::SamplePending { key, .. }
            | Self::Pttl(key)
            | Self::MemoryUsage(key)
            | Self::Counter { key, .. }
            | Self::Xrange { key, .. }
            | Self::Xrevrange { key, .. } => Some(key),
            Self::Inspect(inspect) => inspect.key(),
            _ => None,
        }
    }

    /// Length of the request in bytes of the protocol.
    pub fn encoded_len(&self) -> u64 {
        let header = |len: usize| 3 + super::resp::decimal_digits(len as u64);
        let args = self.args();
        header(args.len()) + args.iter().map(|arg| header(arg.len()) + arg.len() as u64 + 2).sum::<u64>()
    }
}

fn words(words: &[&str]) -> Vec<Vec<u8>> {
    words.iter().map(|word| word.as_bytes().to_vec()).collect()
}

fn on(command: &[&str], names: &[&Name]) -> Vec<Vec<u8>> {
    let mut args = words(command);
    args.extend(names.iter().map(|name| name.as_bytes().to_vec()));
    args
}

fn range(command: &str, key: &Name, from: StreamId, to: StreamId, count: u32) -> Vec<Vec<u8>> {
    let mut args = on(&[command], &[key]);
    args.extend(words(&[&from.to_string(), &to.to_string(), "COUNT", &count.to_string()]));
    args
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
