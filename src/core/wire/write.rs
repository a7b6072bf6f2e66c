//! What may be done: a closed set of commands that write. Each does one bounded step.
//!
//! Knows how each is written, for the server and for people; does not know when one may be sent (`core::ops` says so)
//! nor what its reply means to an action. Invariant: what would be harmful if half of it were done is one script.

mod args;
mod queues;
mod scripts;
mod text;

pub use queues::{JobsWrite, MovedJob, PauseWrite};

use crate::core::model::{Name, StreamId};

/// A command that writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteCmd {
    /// Removes entries below an id. In a script, which first sees that the stream is the one that was planned for, it
    /// answers `TRIMMED`, removed, length after; or `REMADE`; and for a safe one `NOGROUPS`, or `HELD`, group,
    /// `pending` or `undelivered`, id. As the plain command it answers how many were removed.
    Trim {
        /// The stream.
        key: Name,
        /// What is below goes.
        to: StreamId,
        /// How much of it.
        cut: StepExtent,
        /// What is looked at before.
        check: TrimCheck,
    },
    /// Settles pending rows, each only if it is still pending and idle for so long. Answers how many were done, lost their
    /// entry (dropped), were taken by others before, are left since they are in use, and have more fields than a script can
    /// copy; then the error that ended it, or nothing, and how many lookups it took. Or `NOCONSUMER`.
    Settle {
        /// The stream.
        key: Name,
        /// The group.
        group: Name,
        /// What is done with each.
        kind: SettleKind,
        /// Idle time that a row must have, milliseconds.
        min_idle_ms: u64,
        /// Whether XCLAIM drops a row whose entry is gone (7.0), so that many are claimed by one.
        together: bool,
        /// Rows: their ids.
        ids: Vec<StreamId>,
    },
    /// Gives rows back as they were: owner, time of delivery, number of deliveries. Each only where nobody has touched
    /// it since. Answers two lists, ids done and ids left, and how many lookups it took.
    GiveBack {
        /// The stream.
        key: Name,
        /// The group.
        group: Name,
        /// Whose rows they are now, empty for their old owner's; none for rows that were taken out of the list.
        from: Option<Name>,
        /// What they were.
        rows: Vec<OldRow>,
    },
    /// `XGROUP DELCONSUMER` of several, in a script that leaves those that have something pending. Answers how many were
    /// deleted, and left. One that is not there counts as deleted.
    DeleteConsumers {
        /// The stream.
        key: Name,
        /// The group.
        group: Name,
        /// The consumers.
        consumers: Vec<Name>,
    },
    /// `XGROUP DESTROY`, in a script that sees that the group stands as it was kept. Answers `DESTROYED`, `CHANGED` or
    /// `MISSING`.
    DestroyGroup {
        /// The stream.
        key: Name,
        /// The group.
        group: Name,
        /// Where it stood, and its rows; none for wherever it stands.
        as_kept: Option<(StreamId, u64)>,
    },
    /// `XGROUP CREATE key group id [ENTRIESREAD n]`, in a script. Answers 1 where the group was made, or stands there
    /// already; 0 where another one has its name.
    CreateGroup {
        /// The stream.
        key: Name,
        /// The group.
        group: Name,
        /// Up to where it has read.
        last_delivered: StreamId,
        /// Entries that it has read (7.0).
        entries_read: Option<u64>,
    },
    /// `XGROUP CREATECONSUMER` (6.2).
    CreateConsumer {
        /// The stream.
        key: Name,
        /// The group.
        group: Name,
        /// The consumer.
        consumer: Name,
    },
    /// `UNLINK key`
    Unlink(Name),
    /// `UNLINK` of many keys, in a script that sees that each still has the type it had. Answers a number a key: 1 removed,
    /// 0 gone, -1 of another type by now.
    UnlinkTyped(Vec<(Name, String)>),
    /// `UNLINK` of many keys, in a script that sees that each has one of the types with which it may go. Answers how many
    /// were removed, how many are not there, and then place (from 1 on) and type of each that has another type, and stays.
    /// Keys stand together that may go with the same types.
    UnlinkFree(Vec<(Vec<&'static str>, Vec<Name>)>),
    /// `UNLINK key`, in a script that sees that the key still is what was kept. Answers 1 or 0.
    UnlinkKept {
        /// The key.
        key: Name,
        /// The last bytes of its dump: a checksum of all of it.
        checksum: Vec<u8>,
        /// Length of its dump.
        length: usize,
    },
    /// Shortens the time that a key has to live; never makes it longer. Answers 1 or 0.
    Expire {
        /// The key.
        key: Name,
        /// The time, milliseconds.
        ms: u64,
        /// By `PEXPIRE … LT` (7.0) instead of a script.
        lt: bool,
    },
    /// Lets a key expire at a time; never later than it would have. Answers 1 or 0.
    ExpireAt {
        /// The key.
        key: Name,
        /// The time: the server's clock, milliseconds since 1970.
        at_ms: u64,
        /// By `PEXPIREAT … LT` (7.0) instead of a script.
        lt: bool,
    },
    /// Gives a key back the time to live that it had before [`WriteCmd::ExpireAt`]: only where the time that was set
    /// then still is its time. A key that has expired by it is restored. Answers 1 for a key that was there, 2 for
    /// one that was restored, 0 for one that somebody has changed, -1 for one that somebody has removed.
    GiveTimeBack {
        /// The key.
        key: Name,
        /// What was set: the server's clock, milliseconds since 1970.
        set_ms: u64,
        /// When it would have expired; none for never.
        expires_ms: Option<u64>,
        /// What DUMP gave.
        payload: Vec<u8>,
    },
    /// `RESTORE key time payload ABSTTL`: never over a key that is there.
    Restore {
        /// The key.
        key: Name,
        /// When it expires: the server's clock, milliseconds since 1970; none for never.
        expires_ms: Option<u64>,
        /// What DUMP gave.
        payload: Vec<u8>,
    },
    /// `XADD key id field value ...`
    Append {
        /// The stream.
        key: Name,
        /// The id.
        id: StreamId,
        /// Fields and values, in order.
        fields: Vec<(Name, Name)>,
    },
    /// `CLIENT KILL ID id`
    KillClient(u64),
    /// `SCRIPT KILL` or `FUNCTION KILL` (7.0)
    KillScript(BusyWith),
    /// Jobs of a queue are moved.
    Jobs(JobsWrite),
    /// A queue is paused, or goes on.
    PauseQueue(PauseWrite),
}

/// What a step of a trim sees to before it removes anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrimCheck {
    /// Nothing: the plain command, where the server lets us run no script. It has to have MINID.
    Nothing,
    /// That the stream was not made anew.
    Same(Made),
    /// That, and that no group has an undelivered or unacknowledged entry below the id.
    Safe(Made),
}

/// How a stream stood when a plan was made: less than that is another stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Made {
    /// The id given last.
    pub last: Option<StreamId>,
    /// Entries ever added (7.0).
    pub added: Option<u64>,
}

/// How much of what is below an id goes in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepExtent {
    /// Whole nodes, about so many entries: the cheapest.
    Nodes(u32),
    /// All of it, to the entry.
    All,
    /// So many of the oldest, to the entry: for servers without MINID (before 6.2).
    Counted(u32),
}

/// What holds the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BusyWith {
    /// A script: EVAL.
    Script,
    /// A function: FCALL (7.0).
    Function,
}

/// What is done with a pending row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettleKind {
    /// Another consumer gets it; its deliveries stay as they are.
    HandOver(Name),
    /// Its owner keeps it, with an idle time so long that workers' own XAUTOCLAIM takes it, milliseconds.
    Release(u64),
    /// A copy goes to the end of the stream, and the row is acknowledged.
    Requeue,
    /// A copy with where it came from goes to another stream, and the row is acknowledged.
    DeadLetter(Name),
    /// It is acknowledged.
    Drop,
    /// It is acknowledged if its entry is gone.
    Sweep,
}

impl SettleKind {
    /// What it does with entries, as a verb.
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::HandOver(_) => "Hand over",
            Self::Release(_) => "Release",
            Self::Requeue => "Requeue",
            Self::DeadLetter(_) => "Dead-letter",
            Self::Drop => "Drop",
            Self::Sweep => "Sweep",
        }
    }
}

/// A pending row as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldRow {
    /// The entry.
    pub id: StreamId,
    /// Who had it.
    pub consumer: Name,
    /// When it was delivered last: the server's clock, milliseconds since 1970; none where it does not say.
    pub delivered_ms: Option<u64>,
    /// How often it was.
    pub deliveries: u64,
}

impl WriteCmd {
    /// Its name in `INFO commandstats`.
    pub fn stat_name(&self) -> &'static str {
        match self {
            Self::Trim { check: TrimCheck::Nothing, .. } => "xtrim",
            Self::Trim { .. }
            | Self::Settle { .. }
            | Self::GiveBack { .. }
            | Self::DeleteConsumers { .. }
            | Self::DestroyGroup { .. }
            | Self::CreateGroup { .. }
            | Self::UnlinkKept { .. }
            | Self::UnlinkTyped(_)
            | Self::UnlinkFree(_)
            | Self::Jobs(_)
            | Self::PauseQueue(_)
            | Self::GiveTimeBack { .. }
            | Self::ExpireAt { lt: false, .. }
            | Self::Expire { lt: false, .. } => "eval",
            Self::CreateConsumer { .. } => "xgroup|createconsumer",
            Self::Unlink(_) => "unlink",
            Self::Expire { lt: true, .. } => "pexpire",
            Self::ExpireAt { lt: true, .. } => "pexpireat",
            Self::Restore { .. } => "restore",
            Self::Append { .. } => "xadd",
            Self::KillClient(_) => "client|kill",
            Self::KillScript(BusyWith::Script) => "script|kill",
            Self::KillScript(BusyWith::Function) => "function|kill",
        }
    }

    /// Whether it sees for itself, in the moment in which it acts, that what was planned still holds.
    pub fn sees_for_itself(&self) -> bool {
        match self {
            Self::Trim { check, .. } => *check != TrimCheck::Nothing,
            Self::Settle { .. }
            | Self::GiveBack { .. }
            | Self::UnlinkTyped(_)
            | Self::UnlinkFree(_)
            | Self::Jobs(_)
            | Self::UnlinkKept { .. } => true,
            _ => false,
        }
    }

    /// The one key at whose home it is carried out; none where it is about several keys, or about the server itself. A
    /// script that names a second key is sent to the home of the first.
    pub fn home(&self) -> Option<&Name> {
        match self {
            Self::Trim { key, .. }
            | Self::Settle { key, .. }
            | Self::GiveBack { key, .. }
            | Self::DeleteConsumers { key, .. }
            | Self::DestroyGroup { key, .. }
            | Self::CreateGroup { key, .. }
            | Self::CreateConsumer { key, .. }
            | Self::Unlink(key)
            | Self::UnlinkKept { key, .. }
            | Self::Expire { key, .. }
            | Self::ExpireAt { key, .. }
            | Self::GiveTimeBack { key, .. }
            | Self::Restore { key, .. }
            | Self::Append { key, .. } => Some(key),
            Self::Jobs(write) => Some(&write.key),
            Self::PauseQueue(write) => Some(&write.key),
            Self::UnlinkTyped(_) | Self::UnlinkFree(_) | Self::KillClient(_) | Self::KillScript(_) => None,
        }
    }

    /// How many items it is about.
    pub fn items(&self) -> usize {
        match self {
            Self::Settle { ids, .. } => ids.len(),
            Self::GiveBack { rows, .. } => rows.len(),
            Self::UnlinkTyped(keys) => keys.len(),
            Self::Jobs(write) => write.jobs.len(),
            Self::UnlinkFree(alike) => alike.iter().map(|(_, keys)| keys.len()).sum(),
            Self::DeleteConsumers { consumers, .. } => consumers.len(),
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests;
