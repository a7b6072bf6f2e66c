//! What was asked and answered in one go: the raw material of every figure.
//!
//! Live polls, details on demand and replays all hand on observations; nothing but a decoder reads them.
//! Invariant: exchanges stand in the order asked.

use super::read::ReadCmd;
use super::resp::Resp;

/// Everything that one round, or one detail, asked and got.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Observation {
    /// When the first command left: our wall clock, milliseconds since 1970.
    pub taken_at_ms: i64,
    /// The server's clock less ours, as an earlier round found it; microseconds.
    pub clock_offset_us: Option<i64>,
    /// What it was asked for.
    pub cause: AskedFor,
    /// What was asked, in order, with what came back.
    pub exchanges: Vec<Exchange>,
}

/// What an observation was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum AskedFor {
    /// A round, or a detail.
    #[default]
    Round,
    /// A step of the search for streams or channel layers.
    Search,
    /// A step of the walk that measures keys.
    Keys,
}

/// One command and its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// What was asked.
    pub command: ReadCmd,
    /// When it left: microseconds of a clock that never goes back.
    pub sent_us: u64,
    /// When its answer (that of its pipeline) was there, by the same clock.
    pub received_us: u64,
    /// What came back.
    pub reply: Result<Resp, NoReply>,
    /// Length of the reply before anything was taken out of it, in bytes of the protocol.
    pub reply_bytes: u64,
}

/// No reply came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoReply {
    /// Not within the time-out of its connection.
    TimedOut,
    /// The connection ended.
    Disconnected,
    /// It was longer than its bound: the connection was cut.
    TooLong,
    /// It was not asked: the time for all that was to be asked is over.
    OutOfTime,
}
