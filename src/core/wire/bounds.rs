//! How long the reply to a command may be.
//!
//! Knows kinds of replies; the numbers are `core::limits`'. Invariant: no command is without a bound.

use super::read::{FanoutRead, Inspect, ReadCmd};
use crate::core::limits::{
    PIPELINE_REPLY, REPLY_CONSUMERS, REPLY_FIGURE, REPLY_INFO, REPLY_NAMES, REPLY_PAGE, REPLY_ROWS,
    REPLY_STREAM, ReplyBound,
};

/// The bound of a read.
pub fn of_read(command: &ReadCmd) -> ReplyBound {
    match command {
        ReadCmd::Ping
        | ReadCmd::Time
        | ReadCmd::Type(_)
        | ReadCmd::Xlen(_)
        | ReadCmd::XinfoStreamLean { .. }
        | ReadCmd::CountUndelivered { .. }
        | ReadCmd::Pttl(_)
        | ReadCmd::MemoryUsage(_)
        | ReadCmd::OutputLimits
        | ReadCmd::IgnoreMaxmemory => REPLY_FIGURE,
        // A field that was named by mistake may hold anything.
        ReadCmd::Counter { .. } => REPLY_PAGE,
        ReadCmd::Info(_) => REPLY_INFO,
        ReadCmd::Scan { .. } => REPLY_NAMES,
        ReadCmd::XinfoStream(_) => REPLY_STREAM,
        ReadCmd::XinfoGroups(_) | ReadCmd::ClientList => REPLY_ROWS,
        ReadCmd::XinfoConsumers(..) => REPLY_CONSUMERS,
        ReadCmd::Xpending { .. } | ReadCmd::SamplePending { .. } | ReadCmd::MissingEntries { .. } => {
            REPLY_PAGE
        }
        ReadCmd::SlowlogGet(_) | ReadCmd::LatencyLatest | ReadCmd::ClusterInfo => REPLY_PAGE,
        // Entries are asked for whole.
        ReadCmd::Xrange { .. } | ReadCmd::Xrevrange { .. } => PIPELINE_REPLY,
        ReadCmd::Fanout(read) => of_fanout(read),
        ReadCmd::Inspect(inspect) => of_inspect(inspect),
    }
}

/// The bound of a write: what a script tells about the rows or keys of one step.
pub const fn of_write() -> ReplyBound {
    PIPELINE_REPLY
}

fn of_fanout(read: &FanoutRead) -> ReplyBound {
    match read {
        FanoutRead::Channels(_) | FanoutRead::Subscribers => REPLY_ROWS,
        FanoutRead::Counts(..) | FanoutRead::Histograms => REPLY_PAGE,
        FanoutRead::Members(_) | FanoutRead::Backlog { .. } => REPLY_FIGURE,
    }
}

fn of_inspect(inspect: &Inspect) -> ReplyBound {
    match inspect {
        Inspect::Dump(_) => PIPELINE_REPLY,
        Inspect::Types(_) => REPLY_PAGE,
        _ => REPLY_FIGURE,
    }
}
