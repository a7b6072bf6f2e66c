//! What may be asked: a closed set of commands that read. There is no way to say anything else to a server
//! through a read link.
//!
//! Knows how each is written and what it is called in `INFO commandstats`; does not know its reply (`decode`).

mod verb;

pub use verb::Verb;

use super::scripts;
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
        /// Whether the server filters by type itself.
        streams_only: bool,
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
}

impl ReadCmd {
    /// The words to send.
    pub fn args(&self) -> Vec<Vec<u8>> {
        match self {
            Self::Ping => words(&["PING"]),
            Self::Time => words(&["TIME"]),
            Self::Info(sections) => [words(&["INFO"]), words(sections)].concat(),
            Self::Scan { cursor, pattern, count, streams_only } => {
                let mut args = words(&["SCAN", &cursor.to_string()]);
                if let Some(pattern) = pattern {
                    args.push(b"MATCH".to_vec());
                    args.push(pattern.as_bytes().to_vec());
                }
                args.extend(words(&["COUNT", &count.to_string()]));
                if *streams_only {
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
            Self::XinfoGroups(key) => on(&["XINFO", "GROUPS"], &[key]),
            Self::XinfoConsumers(key, group) => on(&["XINFO", "CONSUMERS"], &[key, group]),
            Self::Xpending { key, group, start, count, consumer } => {
                let mut args = on(&["XPENDING"], &[key, group]);
                args.extend(words(&[&start.to_string(), "+", &count.to_string()]));
                args.extend(consumer.iter().map(|name| name.as_bytes().to_vec()));
                args
            }
            Self::Xrange { key, start, end, count } => range("XRANGE", key, *start, *end, *count),
            Self::Xrevrange { key, end, start, count } => range("XREVRANGE", key, *end, *start, *count),
            Self::ClientList => words(&["CLIENT", "LIST"]),
            Self::SlowlogGet(count) => words(&["SLOWLOG", "GET", &count.to_string()]),
            Self::LatencyLatest => words(&["LATENCY", "LATEST"]),
        }
    }

    /// Which command this is.
    pub fn verb(&self) -> Verb {
        match self {
            Self::Ping => Verb::Ping,
            Self::Time => Verb::Time,
            Self::Info(sections) if sections.len() > 1 => Verb::InfoSections,
            Self::Info(_) => Verb::Info,
            Self::Scan { streams_only: true, .. } => Verb::ScanType,
            Self::Scan { .. } => Verb::Scan,
            Self::Type(_) => Verb::Type,
            Self::Xlen(_) => Verb::Xlen,
            Self::XinfoStream(_) => Verb::XinfoStream,
            Self::XinfoStreamLean { read_only: true, .. } => Verb::EvalRo,
            Self::XinfoStreamLean { .. } => Verb::Eval,
            Self::CountUndelivered { read_only: true, .. } => Verb::EvalRo,
            Self::CountUndelivered { .. } => Verb::Eval,
            Self::XinfoGroups(_) => Verb::XinfoGroups,
            Self::XinfoConsumers(..) => Verb::XinfoConsumers,
            Self::Xpending { .. } => Verb::Xpending,
            Self::Xrange { .. } => Verb::Xrange,
            Self::Xrevrange { .. } => Verb::Xrevrange,
            Self::ClientList => Verb::ClientList,
            Self::SlowlogGet(_) => Verb::SlowlogGet,
            Self::LatencyLatest => Verb::LatencyLatest,
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
            | Self::XinfoGroups(key)
            | Self::XinfoConsumers(key, _)
            | Self::Xpending { key, .. }
            | Self::Xrange { key, .. }
            | Self::Xrevrange { key, .. } => Some(key),
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
        let scan =
            ReadCmd::Scan { cursor: 7, pattern: Some(Name::from("a*")), count: 100, streams_only: true };
        assert_eq!(line(&scan), "SCAN 7 MATCH a* COUNT 100 TYPE stream");
        let pending = ReadCmd::Xpending {
            key: key.clone(),
            group: Name::from("g"),
            start: StreamId::MIN,
            count: 10,
            consumer: Some(Name::from("c")),
        };
        assert_eq!(line(&pending), "XPENDING s g 0-0 + 10 c");
        let back = ReadCmd::Xrevrange { key, end: StreamId::new(9, 1), start: StreamId::MIN, count: 5 };
        assert_eq!(line(&back), "XREVRANGE s 9-1 0-0 COUNT 5");
    }

    #[test]
    fn the_length_of_a_request_is_that_of_the_protocol() {
        assert_eq!(ReadCmd::Ping.encoded_len(), "*1\r\n$4\r\nPING\r\n".len() as u64);
    }
}
