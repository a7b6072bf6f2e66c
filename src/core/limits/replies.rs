//! How long a reply may be, by kind: beyond it the connection is cut, so that no server fills our memory.
//!
//! Knows numbers alone. Each bound is several times what a healthy server sends to what we ask; what is beyond one is
//! told as a gap and rests.

/// The bound of one reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplyBound {
    /// Bytes as the protocol has them.
    pub bytes: u64,
    /// Values in it: strings, numbers and lists. Each takes about 100 bytes of our memory, however short it is.
    pub values: u64,
}

/// All replies of one pipeline together: values are kept twice for a moment, which stays below 200 MB.
pub const PIPELINE_REPLY: ReplyBound = ReplyBound { bytes: 64 << 20, values: 1_000_000 };

/// A figure, a word, or what a script answers about one key.
pub const REPLY_FIGURE: ReplyBound = ReplyBound { bytes: 64 << 10, values: 1_000 };

/// INFO: 10 KB, 100 KB with its figures by command, and a line for each logical database.
pub const REPLY_INFO: ReplyBound = ReplyBound { bytes: 8 << 20, values: 1_000 };

/// A page of names: a SCAN of 1,000 brings a few thousand while a table shrinks.
pub const REPLY_NAMES: ReplyBound = ReplyBound { bytes: 16 << 20, values: UNTYPED_KEYS as u64 + 10 };

/// Groups, clients, channels: 30,000 rows of a dozen values.
pub const REPLY_ROWS: ReplyBound = ReplyBound { bytes: 24 << 20, values: 400_000 };

/// Consumers of one group, which a plan reads once, whole, for there is no reading them in parts: all that a pipeline may
/// bring.
pub const REPLY_CONSUMERS: ReplyBound = PIPELINE_REPLY;

/// Consumers of a group that such a list may hold: nine values each, and the list.
pub const CONSUMERS_LISTED: u64 = (REPLY_CONSUMERS.values - 1) / 9;

/// A page of pending rows, the slow log, latency figures: 500 rows at most.
pub const REPLY_PAGE: ReplyBound = ReplyBound { bytes: 4 << 20, values: 20_000 };

/// A stream with its first and its last entry whole.
pub const REPLY_STREAM: ReplyBound = ReplyBound { bytes: 16 << 20, values: 200_000 };

/// Keys of one SCAN page whose type has still to be asked: as many as a page may bring.
pub const UNTYPED_KEYS: usize = 50_000;

/// Lists within lists: the deepest reply that we ask for has five.
pub const REPLY_DEPTH: usize = 32;

/// What is kept of an error reply, bytes. Servers repeat what they were sent, and proxies send whole pages.
pub const ERROR_TEXT_BYTES: usize = 1_000;

/// Longest line that is no error, bytes: a number, a length, a word.
pub const REPLY_LINE_BYTES: u64 = 64 << 10;

/// How long what was cut off for its length is not asked again, microseconds.
pub const OVERSIZE_REST_US: u64 = 300_000_000;

/// How long what did not come in time is not asked again, microseconds: the first time, for the server may have been
/// slow for once. Each time more it is four times as long, up to [`OVERSIZE_REST_US`].
pub const LATE_REST_US: u64 = 5_000_000;

/// Commands that are remembered for having answered too much or too late.
pub const REPLY_RESTS: usize = 200;

/// Keys that are denied, of those that begin alike, before the others are left alone.
pub const DENIED_ALIKE: u32 = 3;

/// Keys that are denied altogether before nothing is tried any more that was not answered before: each adds to the
/// server's ACL log and its error counters.
pub const DENIED_KEYS: u32 = 30;

/// After this keys are tried again that were denied, microseconds: rights may have been given meanwhile.
pub const DENIED_REST_US: u64 = 300_000_000;

/// Beginnings of names that are told apart for that: 100 bytes each.
pub const KEY_BEGINNINGS: usize = 1_000;

/// Streams that were never read, of which one round reads so many once some were denied.
pub const UNREAD_AFTER_DENIALS: usize = 20;

/// Longest name of a stream or a key that is watched or measured, bytes: each is sent again and again.
pub const WATCHED_NAME_BYTES: usize = 64 << 10;

/// Longest line of a recording, bytes: the replies of a round over ten thousand streams take a tenth of it.
pub const RECORDING_LINE_BYTES: u64 = 128 << 20;

const _: () = assert!(CONSUMERS_LISTED >= 100_000 && PIPELINE_REPLY.values >= REPLY_ROWS.values);
