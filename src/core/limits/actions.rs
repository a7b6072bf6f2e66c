//! The bounds of actions: of plans, steps, the pace, the journal and the archive, each with its reason.
//!
//! Knows numbers alone. Invariant: what an action may do at once is bounded here and nowhere else.

use super::{PIPELINE_COMMANDS, RESPONSE_TIMEOUT_MS};

/// How long a plan holds after it was made, milliseconds: who read it longer than two minutes should read it anew.
pub const PLAN_LIVES_MS: u64 = 120_000;

/// How old a plan may be whose names of keys are used as it found them, milliseconds: somebody who agreed beforehand does so
/// at once, and whoever read it first may have waited while others wrote.
pub const PLAN_FRESH_MS: u64 = 3_000;

/// Bytes of the names that a plan has found and keeps for its run: about three million keys.
pub const FOUND_NAME_BYTES: usize = 64 << 20;

/// How long a plan may look at the server, milliseconds: whoever waits for it waits no longer, whatever is answered.
pub const PLAN_MS: u64 = 20_000;

/// How long a plan may count, milliseconds: what was counted by then is told as "at least".
pub const PLAN_COUNTS_MS: u64 = 15_000;

/// Idle time that a row or a consumer must have unless told otherwise, as it is typed: most workers take less for one
/// entry.
pub const MIN_IDLE: &str = "60s";

/// Items from which on the name has to be typed on the screen.
pub const ITEMS_TYPED: u64 = 100_000;

/// How long a reply to a write may take, milliseconds. Longer than for reads on purpose: a write whose reply is given
/// up is unknown, and nothing else is done until somebody has looked.
pub const WRITE_TIMEOUT_MS: u64 = 10_000;

/// Smallest, first and greatest number of pending rows in one step: each takes 3 to 8 µs of the server's time.
pub const SETTLE_BATCH: (u32, u32, u32) = (10, 50, 1_000);

/// Pending rows of one group, from the first entry on, that a safe trim looks at to find one whose entry is still
/// there; where none of so many is, the last of them holds the trim. Each takes 2 µs of the server.
pub const GHOSTS_PASSED: u32 = 100;

/// Fields and values of an entry that a script can copy: Lua takes 8,000 arguments at most.
pub const COPIED_WORDS: u32 = 7_900;

/// Entries walked through where no script may count them: their bodies cross the network.
pub const WALKED_BODIES: u64 = 50_000;

/// Smallest, first and greatest number of entries in one step of a trim that frees whole nodes.
pub const TRIM_BATCH: (u32, u32, u32) = (100, 1_000, 20_000);

/// The same for a trim that reads what it removes, to keep it or to count it: 30 to 47 µs per hundred.
pub const TRIM_READ_BATCH: (u32, u32, u32) = (50, 200, 500);

/// Smallest, first and greatest number of keys in one step: one pipeline takes a hundred commands.
pub const KEY_BATCH: (u32, u32, u32) = (10, 50, 100);

/// The same where one script removes them all: 1 to 2 µs of the server a key. Lua takes 8,000 arguments at most.
pub const UNLINK_BATCH: (u32, u32, u32) = (10, 100, 4_000);

/// Smallest, first and greatest number of jobs of a queue in one step: each takes 5 to 20 µs of the server, and one deep in a
/// list up to a millisecond.
pub const JOBS_BATCH: (u32, u32, u32) = (1, 20, 200);

/// Jobs that one look for a plan is at: about 0.3 ms of the server.
pub const JOBS_SAMPLED: u32 = 200;

/// Jobs that a plan looks at, and counts, before it says "at least": what takes its time over a link of 5 ms.
pub const JOBS_LOOKED_AT: u64 = 500_000;

/// Smallest, first and greatest number of consumers in one step: each takes 5 to 10 µs of the server.
pub const DELETE_BATCH: (u32, u32, u32) = (10, 50, 200);

/// Consumers of a group up to which each step of a removal reads the list of all of them again: half a microsecond of the
/// server each, and there is no shorter way to see who came back.
pub const CONSUMERS_READ_AGAIN: u64 = 1_000;

/// Consumers and pending rows that one XGROUP DESTROY frees in a millisecond: measured 700 to 1,750.
pub const DESTROYED_A_MS: u64 = 1_000;

/// Consumers and pending rows of a group from which on a plan warns that one command frees them all.
pub const DESTROYED_AT_ONCE: u64 = 5 * DESTROYED_A_MS;

/// Groups that one action removes.
pub const REMOVED_GROUPS: usize = 10_000;

/// How long the server should be busy with one step, microseconds: what others wait for at most.
pub const STEP_US: u64 = 500;

/// The same where nobody else is to be spared: each step costs a round trip, and the server stands idle while we make the
/// next one.
pub const HURRIED_STEP_US: u64 = 4_000;

/// And the least, where others feel it: below that a step is mostly its round trip.
pub const STEP_LEAST_US: u64 = 60;

/// Rest after a step, in times of the step: at first, and at most.
pub const REST_TIMES: (f64, f64) = (1.0, 3.0);

/// How much longer the rest becomes with a PING that is late, and how much shorter with one that is not: it stays as it
/// is where a little more than one of a hundred is late, which is what a p99 says.
pub const REST_GROWS_AND_EASES: (f64, f64) = (4.0, 0.98);

/// The same before anybody felt anything: a server with time to spare is soon used.
pub const REST_EASES_AT_FIRST: f64 = 0.8;

/// How much later than at an idle server a PING of others may be, microseconds: less than the millisecond that nobody may
/// feel, since a little more than one of a hundred is allowed to be later than this.
pub const FELT_US: u64 = 600;

/// The longest rest between two steps, microseconds, however slow the server or low the rate: whoever watches should
/// see that it goes on.
pub const STEP_REST_MOST_US: u64 = 10_000_000;

/// The least pause between two steps of a pace that was halved, microseconds.
pub const STEP_PAUSE_US: u64 = 500;

/// The least rest that is taken at once, microseconds: what a timer counts. Less is owed, and taken with the next.
pub const REST_LEAST_US: u64 = 1_000;

/// How much rest beyond what was owed counts for later steps, microseconds: about two ticks of a timer.
pub const REST_SAVED_US: i64 = 3_000;

/// How often the guard is checked while an action runs, milliseconds.
pub const GUARD_EVERY_MS: u64 = 100;

/// How often the server is asked what its commands take while we plan or act, microseconds: 0.1 ms each time.
pub const FIGURES_EVERY_US: u64 = 100_000;

/// How often the server is timed while an action runs, milliseconds: fifty a second.
pub const PULSE_EVERY_MS: u64 = 20;

/// How long the quiet moment before an action is timed, milliseconds: two round trips where they are longer.
pub const PULSE_QUIET_MS: u64 = 300;

/// Round trips that are judged together.
pub const PULSE_WINDOW: usize = 50;

/// Round trips that tell how late one may be without us: enough for one of a hundred to be among them, such as those that
/// a server's own housekeeping makes late.
pub const PULSE_QUIET_WINDOW: usize = 200;

/// How late a timer of ours may be without a word about the machine, milliseconds: its own steps.
pub const WAKE_UP_MS: u64 = 2;

/// For how long the server may answer late before the pace is halved, and before the action stops, milliseconds.
pub const STRAIN_MS: (u64, u64) = (3_000, 10_000);

/// What is late: so many times the idle round trip and what our own machine is late, and at least so many microseconds
/// more.
pub const STRAIN_TIMES_AND_US: (u64, u64) = (5, 5_000);

/// Bytes that a replica may be behind before an action stops.
pub const REPLICA_LAG_BYTES: u64 = 64 << 20;

/// Objects that may wait to be freed before an action stops.
pub const LAZYFREE_OBJECTS: u64 = 100_000;

/// Entries walked through to find where a stream is to be cut, or what lies beyond: two seconds of paced reads.
pub const WALKED_ENTRIES: u64 = 20_000_000;

/// Smallest, first and greatest number of entries that one step of a walk looks at: 0.04 ms of the server per hundred.
pub const WALK_BATCH: (u32, u32, u32) = (100, 200, 1_000);

/// Pending rows looked through before a plan says "at least".
pub const PLANNED_ROWS: u64 = 2_000_000;

/// Rows of one page of a plan or a run: 0.4 ms of the server.
pub const ROWS_PAGE: u32 = 1_000;

/// Pending rows that are kept at once: a disk takes a millisecond or more for each time, however little it is.
pub const ROWS_KEPT_TOGETHER: usize = 5_000;

/// Keys that are counted apart before a plan says "about": eight bytes each.
pub const PLANNED_KEYS: usize = 10_000_000;

/// Keys whose types a plan asks one by one; of those after them it asks one of [`TYPED_EVERY`]. Each takes 1 to 3 µs of the
/// server, and the run asks every one again before it goes.
pub const TYPED_KEYS: u64 = 50_000;

/// For how many keys one stands whose type is asked, once there are more than [`TYPED_KEYS`].
pub const TYPED_EVERY: u64 = 32;

/// Keys that one step of a plan passes over, at most: a few milliseconds of the server, where nobody is to be spared.
pub const PLAN_PAGE: u32 = 6_000;

/// Keys whose size is asked for an estimate.
pub const SAMPLED_KEYS: usize = 200;

/// Names shown of what is left alone, or of what goes.
pub const SHOWN_NAMES: usize = 10;

/// Largest dump that goes into an archive, bytes: DUMP holds the server for a millisecond each.
pub const ARCHIVED_KEY_BYTES: u64 = 1 << 20;

/// Largest frame of an archive that is read back, bytes: an entry may have half a gigabyte.
pub const ARCHIVE_FRAME_BYTES: u32 = 512 << 20;

/// Lines of the journal that are read back: a year of a busy operator.
pub const JOURNAL_RECORDS: usize = 100_000;

/// Longest line of the journal that is written, bytes: what makes it longer is cut.
pub const JOURNAL_WRITTEN_BYTES: usize = 64 << 10;

/// Longest line of the journal that is read back, bytes: earlier versions wrote lines of any length.
pub const JOURNAL_LINE_BYTES: usize = 1 << 20;

/// Rows that can be marked, and so plans that are agreed to at once: who reads a preview reads no more.
pub const MARKED_ROWS: usize = 100;

/// How long the plans of marked rows may take together, milliseconds: the first is still to be read before it is too old.
pub const BATCH_PLANS_MS: u64 = 60_000;

/// How long a write to the disk of the journal may take, milliseconds: a sync on a busy disk takes seconds.
pub const DISK_MS: u64 = 30_000;

/// How long whoever leaves waits for the action that runs, milliseconds: for the reply to its step, for the look at
/// how things stand, and for its finish in the journal.
pub const LEAVE_ACTION_MS: u64 = 2 * WRITE_TIMEOUT_MS;

/// Longest header of an archive, bytes: it names a stream, a group and a consumer.
pub const ARCHIVE_HEADER_BYTES: usize = 1 << 20;

/// Bytes of an archive from which on no further item is read at once.
pub const ARCHIVE_PAGE_BYTES: u64 = 4 << 20;

/// Missing parts of an archive that are told apart.
pub const ARCHIVE_PARTS: usize = 20;

/// Bytes that are looked at in search of whole items in a damaged archive: seconds of work.
pub const ARCHIVE_SEARCH_BYTES: u64 = 1 << 30;

/// From how many bytes on the journal is moved aside before the next action: about fourteen thousand actions.
pub const JOURNAL_FILE_BYTES: u64 = 16 << 20;

/// Files that were moved aside and are kept.
pub const JOURNAL_OLD_FILES: u32 = 3;

/// How long the journal waits for another process that writes to it, milliseconds: a line takes as long as its sync.
pub const JOURNAL_LOCK_MS: u64 = 5_000;

/// Actions listed on the screen.
pub const OPERATIONS_SHOWN: usize = 200;

/// How long the command of a warm-up may take, milliseconds.
pub const WARM_UP_MS: u64 = 600_000;

/// Programs of the operator's own: more than there are keys for.
pub const OWN_COMMANDS: usize = 50;

/// How long one of them may take unless told otherwise, milliseconds.
pub const OWN_COMMAND_MS: u64 = 30_000;
/// The same at most.
pub const OWN_COMMAND_MOST_MS: u64 = 600_000;

/// What is kept of what one of them says, bytes.
pub const OWN_OUTPUT_BYTES: usize = 64 << 10;

/// What is kept of the output of a warm-up, bytes.
pub const WARM_UP_OUTPUT_BYTES: usize = 2_000;

const _: () = assert!(PLAN_COUNTS_MS < PLAN_MS && PLAN_MS < PLAN_LIVES_MS);
const _: () = assert!(BATCH_PLANS_MS + PLAN_MS < PLAN_LIVES_MS);
const _: () = assert!(JOURNAL_WRITTEN_BYTES < JOURNAL_LINE_BYTES);
const _: () = assert!(STRAIN_MS.0 < STRAIN_MS.1 && WRITE_TIMEOUT_MS > RESPONSE_TIMEOUT_MS);
const _: () = assert!(KEY_BATCH.2 as usize <= PIPELINE_COMMANDS);
