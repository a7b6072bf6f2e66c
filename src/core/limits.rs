//! Every bound of the program, in one place, each with its reason.

mod actions;
mod replies;
mod times;

pub use actions::*;
pub use replies::*;
pub use times::*;

/// Commands in flight in one pipeline. More only raises everybody else's p99 (100 keeps it under 0.6 ms).
pub const PIPELINE_COMMANDS: usize = 100;

/// Columns of the screen that are drawn: more than the widest wall has, and a terminal may claim 65,535.
pub const SCREEN_COLUMNS: u16 = 1_000;

/// Rows of the screen that are drawn.
pub const SCREEN_ROWS: u16 = 500;

/// Bytes of a pasted text that are kept: no prompt takes more, and a terminal may send without an end.
pub const PASTE_BYTES: usize = 64 * 1024;

/// Commands about streams in one round of a second: 10 ms of server time at 2.6 µs each. 10,000 streams have their turn in 5 s.
pub const STREAM_COMMANDS_PER_S: usize = 4_000;

/// Groups whose consumers and pending rows are read in one round because they look wrong.
pub const SUSPICIOUS_GROUPS_PER_ROUND: usize = 40;

/// Groups whose consumers and pending rows are read in one round because it is their turn.
pub const ROTATING_GROUPS_PER_ROUND: usize = 40;

/// Streams that are watched. At 50,000 a full pass takes 25 s within the bound above.
pub const STREAMS: usize = 50_000;

/// Bytes of the file that keeps the streams that were found: all that are watched, with names as long as they may be.
pub const KNOWN_FILE_BYTES: u64 = 32 << 20;

/// How long the first round waits for that file, milliseconds.
pub const RECALL_MS: u64 = 500;

/// Groups that are watched in one stream: XINFO GROUPS takes 0.8 µs each, and no poll may take 1 ms.
pub const GROUPS_POLLED: u64 = 1_200;

/// Server time that no read of ours may take unless somebody asks for it, microseconds.
pub const CALL_US: u64 = 1_000;

/// The same for a read that may come in every round: they take less in the mean than a client notices.
pub const POLLED_CALL_US: u64 = 300;

/// What XINFO CONSUMERS takes of the server's time before its first consumer, microseconds.
pub const CONSUMERS_BASE_US: u64 = 5;

/// What each consumer adds on a quiet machine, nanoseconds. A thousand that were not looked at for a while take
/// four times that on a busy one: what the server's own figures say counts from then on.
pub const CONSUMER_NS: u64 = 250;

/// Clients whose list is polled: CLIENT LIST takes 1.8 µs each, and no poll may take 1 ms.
pub const CLIENTS_POLLED: u64 = 550;

/// Subscribers whose list is polled: CLIENT LIST TYPE pubsub takes up to 1.6 µs each, and no poll may take 1 ms.
pub const SUBSCRIBERS_POLLED: u64 = 550;

/// Channels whose names are read: PUBSUB CHANNELS takes 0.1 µs each of 7.0, more where names are long.
pub const CHANNELS_POLLED: u64 = 5_000;

/// Channels kept and shown, of both kinds together.
pub const CHANNELS: usize = 10_000;

/// Channels whose subscribers are counted in one command: 22 µs.
pub const CHANNELS_COUNTED: usize = 100;

/// Commands that count subscribers in one round: 0.2 ms of the server's time, and the rest have their turn.
pub const COUNTS_PER_ROUND: usize = 10;

/// Keys of channel layers that are watched: groups and channels together.
pub const LAYER_KEYS: usize = 2_000;

/// Keys of channel layers that are read in one round: 4 µs each by a script, 0.4 ms in pipelines of a hundred.
pub const LAYER_KEYS_PER_ROUND: usize = 100;

/// Queues of job frameworks that are watched: 2 KiB each.
pub const QUEUES: usize = 2_000;

/// Names of queues that one registry may have.
pub const QUEUE_NAMES: usize = 2_000;

/// Places where queues of a framework were found.
pub const QUEUE_SITES: usize = 200;

/// Keys that looked like those of a framework and are none: 100 bytes each.
pub const NO_QUEUES: usize = 10_000;

/// Names of keys that one page of the walk lets guess.
pub const NAMES_GUESSED: usize = 200;

/// The same of all pages of a connection: each is looked at once, which takes a few microseconds.
pub const NAMES_GUESSED_IN_ALL: usize = 4_000;

/// Queues that are read in one round, about ten questions of 3 microseconds each: half a hundredth of the server's time.
pub const QUEUES_PER_ROUND: usize = 150;

/// Jobs that are looked at in one read, to tell their classes or errors: about 0.3 ms of the server with long payloads.
pub const JOBS_IN_WINDOW: u32 = 20;

/// Subscribers kept and shown, whoever is behind first: 400 bytes each.
pub const SUBSCRIBERS: usize = 2_000;

/// Subscribers that are behind whose buffers are followed.
pub const SLOW_SUBSCRIBERS: usize = 1_000;

/// Subscribers that were behind and went away, kept and shown.
pub const VANISHED: usize = 100;

/// Samples of a subscriber's output buffer: a minute of one every two seconds.
pub const BUFFER_SAMPLES: usize = 30;

/// Pending rows read of a group in its turn.
pub const PENDING_ROWS: u32 = 20;

/// Pending rows read of the group that is looked at.
pub const PENDING_ROWS_VISIBLE: u32 = 100;

/// An XINFO STREAM reply longer than this is asked without the bodies from then on.
pub const FAT_REPLY_BYTES: u64 = 4 * 1024;

/// Without scripting, a reply longer than this is not asked again: 1 ms of the server is 250 KB.
pub const HUGE_REPLY_BYTES: u64 = 200 * 1024;

/// Entries counted at most to find a group's lag: long ones fewer, so that no count takes 1 ms.
pub const COUNT_CAP: u32 = 1_000;

/// Entries read of a backlog that is known to be long: only its first is wanted, for its age.
pub const COUNT_FIRST: u32 = 8;

/// Server time that one count may take where it is asked once, microseconds: a script copies every entry that it
/// counts. One that may come in every round has [`POLLED_CALL_US`].
pub const COUNT_CALL_US: u64 = 600;

/// What a count takes of the server's time before its first entry, microseconds.
pub const COUNT_BASE_US: u64 = 12;

/// What each byte of an entry, as the protocol has it, adds to a count: measured 11 to 14 ns on 7.0.
pub const COUNT_BYTE_NS: u64 = 14;

/// What XINFO STREAM takes beside its two entries, bytes.
pub const XINFO_STREAM_BYTES: u64 = 350;

/// Server time for counts in one round of a second, microseconds: 0.15 % of it.
pub const COUNT_US_PER_S: u64 = 1_500;

/// Groups that are counted in one round at most.
pub const BACKLOGS_PER_ROUND: usize = 250;

/// Streams that one look between two rounds reads: eight take a tenth of a millisecond.
pub const STREAMS_A_LOOK: usize = 8;

/// Parts into which the server's time is cut of which looks between rounds take one: 0.25 %.
pub const LOOKS_SHARE: u64 = 400;

/// Server time that looks may spend before they rest, nanoseconds: thirty of them.
pub const LOOKS_BURST_NS: u64 = 300_000;

/// Groups in a stream that is looked at between rounds: more would make a look expensive.
pub const GROUPS_LOOKED_AT: usize = 100;

/// Groups of a stream whose next entry a look reads, where there are no counters: 20 µs each.
pub const GROUPS_COUNTED_A_LOOK: usize = 4;

/// Rows of looks that wait for the next round: 100 bytes each.
pub const LOOKED_ROWS: usize = 20_000;

/// Pending rows read at a time to learn how long deliveries took.
pub const DELIVERY_ROWS: u32 = 100;

/// Samples of delivery times kept of a group: a minute of full pages every four seconds.
pub const DELIVERY_SAMPLES: usize = 1_500;

/// Entries of the slow log read at a time.
pub const SLOWLOG_ENTRIES: u32 = 64;

/// Smallest and greatest COUNT of SCAN; it begins at 100 and follows the time that a call takes.
pub const SCAN_COUNT: std::ops::RangeInclusive<u32> = 10..=1_000;

/// Server time that one call of SCAN should take, microseconds.
pub const SCAN_CALL_US: u64 = 300;

/// Rounds without a pause at the start, until everything was seen once.
pub const OPENING_ROUNDS: usize = 200;

/// Streams, and groups, that are read in one round because they were not yet: few, so that something is seen at once and
/// what came is let go soon.
pub const UNREAD_PER_ROUND: usize = 1_000;

/// What a stream may take of our memory without its groups, bytes: its figures, its turns, and what follows from them.
pub const BYTES_A_STREAM: usize = 3_500;
/// What each of its groups adds, with the beginning of its histories.
pub const BYTES_A_GROUP: usize = 4_000;
/// What each consumer adds: its row, its name where it is new, and the row of an entry that it holds.
pub const BYTES_A_CONSUMER: usize = 200;

/// Gaps kept and shown.
pub const GAPS: usize = 200;

/// Groups with series of their own: a series takes up to 5 KB.
pub const GROUP_SERIES: usize = 20_000;

/// Windows of ten seconds whose probe times are kept: five minutes, up to 100 KB each.
pub const PROBE_WINDOWS: usize = 30;

/// Subscribers of one probe: each message holds the server up to 10 µs a subscriber, so 1 ms at most.
pub const PROBE_SUBSCRIBERS: u32 = 100;

/// Shortest time between two messages of a probe, milliseconds.
pub const PROBE_INTERVAL_MIN_MS: u64 = 100;

/// Longest time between two messages of a probe, milliseconds: below one a minute nothing can be told.
pub const PROBE_INTERVAL_MAX_MS: u64 = 60_000;

/// Round trips of PING kept: five minutes at four a second.
pub const PINGS: usize = 1_200;

/// Threads beside the one that draws: one polls, one is left for whatever blocks.
pub const WORKER_THREADS: usize = 2;

const _: () = assert!(POLLED_CALL_US < COUNT_CALL_US && COUNT_CALL_US < CALL_US);
const _: () = assert!(FAT_REPLY_BYTES < HUGE_REPLY_BYTES);
const _: () = assert!(PENDING_ROWS <= PENDING_ROWS_VISIBLE);

/// How long a connection may take from the name lookup to the last word of the set-up, milliseconds: long
/// enough for a TLS handshake across an ocean, short enough to be told at once that a server is down.
pub const CONNECT_TIMEOUT_MS: u64 = 3_000;

/// How long one pipeline may take, milliseconds. 100 reads take a healthy server below 1 ms; whatever takes
/// two seconds is a stopped server or a dead network, and the screen should say so.
pub const RESPONSE_TIMEOUT_MS: u64 = 2_000;

/// Addresses of one name that are tried, one after another: the connect time-out is shared among them.
pub const ADDRESSES_TRIED: usize = 8;

/// An idle connection shows a sign of life after this long, seconds: firewalls forget one after minutes,
/// and the interval may be an hour.
pub const KEEP_ALIVE_S: u64 = 60;

/// First wait after a failed connection, milliseconds.
pub const BACKOFF_FIRST_MS: u64 = 250;

/// Longest wait between tries while the circuit is closed, milliseconds.
pub const BACKOFF_LONGEST_MS: u64 = 10_000;

/// Failures in a row after which the circuit opens: about half a minute of growing waits.
pub const BACKOFF_FAILURES: u32 = 8;

/// Wait between tries while the circuit is open, milliseconds: a dead server gets two greetings a minute.
pub const BACKOFF_OPEN_MS: u64 = 30_000;

/// How long a connection has to live to count as a success when it is lost, milliseconds: one that is
/// closed again right after the greeting must not be dialled four times a second for ever.
pub const LINK_PROVEN_MS: u64 = 10_000;

/// Longest reply to a word of the handshake, bytes: HELLO answers with 200.
pub const HANDSHAKE_REPLY_BYTES: usize = 64 * 1024;

/// Characters of foreign text (a server's error, an operating system's) inside one of our errors.
pub const FOREIGN_TEXT_CHARS: usize = 200;

const _: () = assert!(BACKOFF_FIRST_MS < BACKOFF_LONGEST_MS && BACKOFF_LONGEST_MS < BACKOFF_OPEN_MS);

/// Length from which a path is too long for a unix socket. The kernel takes 107 bytes on Linux and 103 on macOS.
pub const SOCKET_PATH_BYTES: usize = 100;

/// The end of the demo server's log that an error quotes: a few lines, whatever it wrote.
pub const DEMO_LOG_TAIL_BYTES: u64 = 2048;

/// Messages or keys in one pipeline of the demo's workload: at the highest rate a tick makes no more.
pub const DEMO_BATCH: usize = 200;

/// Jobs that the demo's list holds at most.
pub const DEMO_JOBS: u64 = 20_000;

/// Memory of the demo's server. Steady needs a fifth of it; `memory-alert` fills it within a minute.
pub const DEMO_MAXMEMORY_MIB: u32 = 64;

/// Messages that one neglectful worker of the demo leaves unacknowledged: XREADGROUP is not held back by the
/// server's memory limit, so this is the bound (about 3 MB of pending list each).
pub const DEMO_NEGLECTED: usize = 20_000;

/// Subscribers of the demo's fan-out: each message holds the server about 2 ms.
pub const DEMO_SCREENS: usize = 250;

/// Shortest time between two polls. Below it the figures say more about us than about the server.
pub const INTERVAL_MIN_MS: u64 = 100;
/// Longest time between two polls: past an hour nothing on the screen is news.
pub const INTERVAL_MAX_MS: u64 = 3_600_000;
/// Most frames a second: more than a terminal over SSH can show.
pub const FPS_MAX: u32 = 60;
/// Longest time to wait for a connection or a reply: after a minute it is lost in every way that matters.
pub const TIMEOUT_MAX_MS: u64 = 60_000;
/// Largest config file that is read, in bytes: a thousand times a full one, so more is another file.
pub const CONFIG_FILE_BYTES: u64 = 1 << 20;
/// Largest password file that is read, in bytes: a `.env` file is far smaller.
pub const PASSWORD_FILE_BYTES: u64 = 64 << 10;

/// Longest time that a threshold may name: what takes longer than a day is nothing that polling waits for.
pub const THRESHOLD_MAX_MS: u64 = 86_400_000;
/// Longest time over which the hit ratio is taken: no more of it is kept.
pub const HIT_RATIO_MAX_MS: u64 = 900_000;

const _: () = assert!(INTERVAL_MIN_MS < INTERVAL_MAX_MS && PASSWORD_FILE_BYTES <= CONFIG_FILE_BYTES);

/// Names that a mask holds: beyond that nothing is shown, for an unknown name would be.
pub const MASK_NAMES: usize = 200_000;

/// Rows of a list that is told in words: nobody listens to more.
pub const SUMMARY_ROWS: usize = 20;

/// Lines of changes that `--plain` prints in a minute: what is more is summed up, for a listener can't skip.
pub const PLAIN_LINES_A_MINUTE: usize = 30;

/// Lines that wait for a slow reader of `--plain`; what is more is counted.
pub const PLAIN_LINES_WAITING: usize = 256;

/// Bytes of a typed line that `--plain` looks at.
pub const PLAIN_LINE_BYTES: u64 = 256;

/// Findings kept and shown: nobody reads more, and a thousand groups may fail for one reason.
pub const FINDINGS: usize = 200;

/// Groups whose consumers were left over that are looked at one by one: the worst. Many of one stream are one finding.
pub const LEAKS: usize = 2_000;

/// Greatest number of keys, entries or bytes in memory that a server can hold: what claims more fell below zero there.
/// Twenty thousand of them can be added up.
pub const HELD_MAX: u64 = 1 << 48;
/// Greatest counter that a server can reach: a gigabyte a second for thirty years.
pub const COUNTER_MAX: u64 = 1 << 60;
/// As many times `maxclients` are never connected.
pub const CLIENTS_BEYOND: u64 = 10;

const _: () = assert!(HELD_MAX.checked_mul(JUDGED_GROUPS as u64).is_some());

/// Groups that are judged: each takes about 400 bytes and 0.3 µs a round.
pub const JUDGED_GROUPS: usize = 20_000;

/// Consumers that are not well and are looked at one by one: 100 bytes each, and those of a group become one finding.
pub const UNWELL_CONSUMERS: usize = 20_000;

/// Keys that are kept of one pattern, the biggest: as many as somebody may list.
pub const KEYS_OF_PATTERN: usize = 200;

/// Of keys of all kinds together so many are kept whose names differ by an id only, so that others have room beside them.
pub const KEYS_OF_FAMILY: usize = 50;

/// Names longer than this are counted and measured, not kept, bytes.
pub const KEY_NAME_BYTES: usize = 512;

/// Parts of names that are told apart while patterns are looked for; beyond that they are `*`. With all their biggest
/// keys they take some 6 MB.
pub const FOUND_PATTERNS: usize = 256;

/// Patterns of keys that the config may name: each is tried on every key.
pub const TIERS: usize = 64;

/// Counters that the config may name: each is read in every round.
pub const COUNTERS: usize = 64;

/// Share of the server's time that the walk which measures keys may take: with what opens and closes its steps it stays
/// under 0.5 %.
pub const SAMPLER_SHARE: f64 = 0.004;

/// Server time that this walk may take at once, microseconds: ten thousand keys are seen in the first second.
pub const SAMPLER_CREDIT_US: u64 = 40_000;

/// Keys measured in one step: with three commands each, and the next page of SCAN, one pipeline.
pub const SAMPLED_A_STEP: usize = 32;

/// Server time that a reading which cannot wait may spend on measuring keys, microseconds: some hundred thousand keys.
pub const SAMPLER_HURRY_US: u64 = 250_000;

/// Streams whose bytes are asked for in one round because it is their turn: each takes up to 8 µs.
pub const STREAM_SIZES_PER_ROUND: usize = 20;

/// Server time that each consumer adds to MEMORY USAGE of a stream, nanoseconds: measured 40 on 7.0.
pub const USAGE_CONSUMER_NS: u64 = 50;

const _: () = assert!(SAMPLED_A_STEP * 3 < PIPELINE_COMMANDS - 2);

/// Groups whose pending entries lists are sampled in one round.
pub const PENDING_SAMPLED_PER_ROUND: usize = 4;

/// Pages of a list that are sampled, and rows on each: 35 µs a page.
pub const PENDING_SAMPLE_PAGES: u64 = 3;
/// Rows on each.
pub const PENDING_SAMPLE_ROWS: u32 = 100;

/// Keys on the screen that are asked for again in every round.
pub const KEYS_LOOKED_AT: usize = 100;
