//! Every bound of the program, in one place, each with its reason.

/// Commands in flight in one pipeline. More only raises everybody else's p99 (100 keeps it under 0.6 ms).
pub const PIPELINE_COMMANDS: usize = 100;

/// Commands about streams in one round of a second: 10 ms of server time at 2.6 µs each, with room to spare.
pub const STREAM_COMMANDS_PER_S: usize = 2_000;

/// Groups whose consumers and pending rows are read in one round because they look wrong.
pub const SUSPICIOUS_GROUPS_PER_ROUND: usize = 60;

/// Groups whose consumers and pending rows are read in one round because it is their turn.
pub const ROTATING_GROUPS_PER_ROUND: usize = 60;

/// Streams that are watched. At 50,000 a full pass takes 25 s within the bound above.
pub const STREAMS: usize = 50_000;

/// Groups that are watched in one stream: XINFO GROUPS takes 0.8 µs each, and no poll may take 1 ms.
pub const GROUPS_POLLED: u64 = 1_200;

/// Consumers whose list is polled: XINFO CONSUMERS takes 0.25 µs each, and no poll may take 1 ms.
pub const CONSUMERS_POLLED: u64 = 3_500;

/// Clients whose list is polled: CLIENT LIST takes 1.8 µs each, and no poll may take 1 ms.
pub const CLIENTS_POLLED: u64 = 550;

/// Pending rows read of a group in its turn.
pub const PENDING_ROWS: u32 = 20;

/// Pending rows read of the group that is looked at.
pub const PENDING_ROWS_VISIBLE: u32 = 100;

/// An XINFO STREAM reply longer than this is asked without the bodies from then on.
pub const FAT_REPLY_BYTES: u64 = 4 * 1024;

/// Without scripting, a reply longer than this is not asked again: 1 ms of the server is 250 KB.
pub const HUGE_REPLY_BYTES: u64 = 200 * 1024;

/// Entries of the slow log read at a time.
pub const SLOWLOG_ENTRIES: u32 = 64;

/// Smallest and greatest COUNT of SCAN; it begins at 100 and follows the time that a call takes.
pub const SCAN_COUNT: std::ops::RangeInclusive<u32> = 10..=1_000;

/// Server time that one call of SCAN should take, microseconds.
pub const SCAN_CALL_US: u64 = 300;

/// Keys of one SCAN page whose type has still to be asked: pages come in thousands at most.
pub const UNTYPED_KEYS: usize = 10_000;

/// Rounds without a pause at the start, until everything was seen once.
pub const OPENING_ROUNDS: usize = 50;

/// Gaps kept and shown.
pub const GAPS: usize = 200;

/// Groups with series of their own: a series takes up to 5 KB.
pub const GROUP_SERIES: usize = 20_000;

/// Round trips of PING kept: five minutes at four a second.
pub const PINGS: usize = 1_200;

const _: () = assert!(FAT_REPLY_BYTES < HUGE_REPLY_BYTES);
const _: () = assert!(PENDING_ROWS <= PENDING_ROWS_VISIBLE);
