//! What may be done: a closed set of commands that write. Each does one bounded step.
//!
//! Knows how each is written, for the server and for people; does not know when one may be sent (`core::ops` says so)
//! nor what its reply means to an action. Invariant: what would be harmful if half of it were done is one script.

mod scripts;
mod text;

use crate::core::limits::{COPIED_WORDS, GHOSTS_PASSED};
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
    /// Settles pending rows, each only if it is still pending and idle for so long. Answers six lists: ids done,
    /// ids whose entry is gone (dropped), ids that others were quicker with, ids left since they are in use, new ids
    /// of copies, ids of entries with more fields than a script can copy; then the error that ended it, or nothing.
    /// Or `NOCONSUMER`.
    Settle {
        /// The stream.
        key: Name,
        /// The group.
        group: Name,
        /// What is done with each.
        deed: Settling,
        /// Idle time that a row must have, milliseconds.
        min_idle_ms: u64,
        /// Rows: their ids.
        ids: Vec<StreamId>,
    },
    /// Gives rows back as they were: owner, time of delivery, number of deliveries. Each only where nobody has touched
    /// it since. Answers two lists: ids done, ids left.
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
    /// `XGROUP DELCONSUMER`, in a script that sees that nothing is pending. Answers `DELETED`; or `PENDING` or
    /// `ACTIVE` with a number; or `MISSING`.
    DeleteConsumer {
        /// The stream.
        key: Name,
        /// The group.
        group: Name,
        /// The consumer.
        consumer: Name,
        /// Idle time that it must have, milliseconds.
        min_idle_ms: u64,
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

/// What is done with a pending row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settling {
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

/// A pending row as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldRow {
    /// The entry.
    pub id: StreamId,
    /// Who had it.
    pub consumer: Name,
    /// When it was delivered last: the server's clock, milliseconds since 1970.
    pub delivered_ms: u64,
    /// How often it was.
    pub deliveries: u64,
}

impl WriteCmd {
    /// The words to send.
    pub fn args(&self) -> Vec<Vec<u8>> {
        match self {
            Self::Trim { key, to, cut: StepExtent::Nodes(limit), check: TrimCheck::Nothing } => words(&[
                "XTRIM",
            ])
            .name(key)
            .more(&["MINID", "~", &to.to_string(), "LIMIT", &limit.to_string()]),
            Self::Trim { key, to, check: TrimCheck::Nothing, .. } => {
                words(&["XTRIM"]).name(key).more(&["MINID", "=", &to.to_string()])
            }
            Self::Trim { key, to, cut, check: TrimCheck::Same(made) } => trim(key, *to, *cut, "", *made),
            Self::Trim { key, to, cut, check: TrimCheck::Safe(made) } => trim(key, *to, *cut, "safe", *made),
            Self::Settle { key, group, deed, min_idle_ms, ids } => {
                settle(key, group, deed, *min_idle_ms, ids)
            }
            Self::GiveBack { key, group, from, rows } => {
                let forced = if from.is_none() { "force" } else { "" };
                let mut args = script(scripts::GIVE_BACK, &[key]).name(group).more(&[forced]);
                args = args.name(from.as_ref().unwrap_or(&Name::from("")));
                for row in rows {
                    args = args.more(&[&row.id.to_string()]).name(&row.consumer);
                    args = args.more(&[&row.delivered_ms.to_string(), &row.deliveries.to_string()]);
                }
                args
            }
            Self::DeleteConsumer { key, group, consumer, min_idle_ms } => {
                script(scripts::DELETE_CONSUMER, &[key])
                    .name(group)
                    .name(consumer)
                    .more(&[&min_idle_ms.to_string()])
            }
            Self::CreateConsumer { key, group, consumer } => {
                words(&["XGROUP", "CREATECONSUMER"]).name(key).name(group).name(consumer)
            }
            Self::Unlink(key) => words(&["UNLINK"]).name(key),
            Self::UnlinkKept { key, checksum, length } => {
                let mut args = script(scripts::UNLINK_KEPT, &[key]);
                args.push(checksum.clone());
                args.more(&[&length.to_string()])
            }
            Self::Expire { key, ms, lt: true } => {
                words(&["PEXPIRE"]).name(key).more(&[&ms.to_string(), "LT"])
            }
            Self::Expire { key, ms, lt: false } => script(scripts::EXPIRE, &[key]).more(&[&ms.to_string()]),
            Self::ExpireAt { key, at_ms, lt: true } => {
                words(&["PEXPIREAT"]).name(key).more(&[&at_ms.to_string(), "LT"])
            }
            Self::ExpireAt { key, at_ms, lt: false } => {
                script(scripts::EXPIRE_AT, &[key]).more(&[&at_ms.to_string()])
            }
            Self::GiveTimeBack { key, set_ms, expires_ms, payload } => {
                give_time_back(key, *set_ms, *expires_ms, payload)
            }
            Self::Restore { key, expires_ms, payload } => restore(key, *expires_ms, payload),
            Self::Append { key, id, fields } => {
                let mut args = words(&["XADD"]).name(key).more(&[&id.to_string()]);
                for (field, value) in fields {
                    args = args.name(field).name(value);
                }
                args
            }
            Self::KillClient(id) => words(&["CLIENT", "KILL", "ID", &id.to_string()]),
        }
    }

    /// How many items it is about.
    pub fn items(&self) -> usize {
        match self {
            Self::Settle { ids, .. } => ids.len(),
            Self::GiveBack { rows, .. } => rows.len(),
            _ => 1,
        }
    }
}

/// Words that are added to one after the other.
trait CommandWords {
    fn name(self, name: &Name) -> Self;
    fn more(self, words: &[&str]) -> Self;
}

impl CommandWords for Vec<Vec<u8>> {
    fn name(mut self, name: &Name) -> Self {
        self.push(name.as_bytes().to_vec());
        self
    }

    fn more(mut self, more: &[&str]) -> Self {
        self.extend(words(more));
        self
    }
}

fn words(words: &[&str]) -> Vec<Vec<u8>> {
    words.iter().map(|word| word.as_bytes().to_vec()).collect()
}

fn script(script: &str, keys: &[&Name]) -> Vec<Vec<u8>> {
    let mut args = words(&["EVAL", script, &keys.len().to_string()]);
    for key in keys {
        args = args.name(key);
    }
    args
}

fn trim(key: &Name, to: StreamId, cut: StepExtent, safe: &str, made: Made) -> Vec<Vec<u8>> {
    let (how, limit) = match cut {
        StepExtent::Nodes(limit) => ("nodes", limit),
        StepExtent::All => ("all", 0),
        StepExtent::Counted(limit) => ("counted", limit),
    };
    let below = to.predecessor().to_string();
    let last = made.last.map_or_else(String::new, |last| last.to_string());
    let added = made.added.map_or_else(String::new, |added| added.to_string());
    let (to, limit, rows) = (to.to_string(), limit.to_string(), GHOSTS_PASSED.to_string());
    script(scripts::TRIM, &[key]).more(&[&to, how, &limit, safe, &below, &last, &added, &rows])
}

fn give_time_back(key: &Name, set_ms: u64, expires_ms: Option<u64>, payload: &[u8]) -> Vec<Vec<u8>> {
    let expires = expires_ms.map_or_else(String::new, |ms| ms.to_string());
    let mut args = script(scripts::GIVE_TIME_BACK, &[key]).more(&[&set_ms.to_string(), &expires]);
    args.push(payload.to_vec());
    args
}

fn restore(key: &Name, expires_ms: Option<u64>, payload: &[u8]) -> Vec<Vec<u8>> {
    let time = expires_ms.unwrap_or(0).to_string();
    let mut args = words(&["RESTORE"]).name(key).more(&[&time]);
    args.push(payload.to_vec());
    if expires_ms.is_some() { args.more(&["ABSTTL"]) } else { args }
}

fn settle(key: &Name, group: &Name, deed: &Settling, min_idle_ms: u64, ids: &[StreamId]) -> Vec<Vec<u8>> {
    let none = Name::from("");
    let (verb, argument, keys) = match deed {
        Settling::HandOver(to) => ("hand-over", to.clone(), vec![key]),
        Settling::Release(idle_ms) => ("release", Name::from(idle_ms.to_string().as_str()), vec![key]),
        Settling::Requeue => ("requeue", none, vec![key]),
        Settling::DeadLetter(to) => ("dead-letter", none, vec![key, to]),
        Settling::Drop => ("drop", none, vec![key]),
        Settling::Sweep => ("sweep", none, vec![key]),
    };
    let mut args = script(scripts::SETTLE, &keys).more(&[verb]).name(group);
    args = args.more(&[&min_idle_ms.to_string()]).name(&argument).more(&[&COPIED_WORDS.to_string()]);
    for id in ids {
        args = args.more(&[&id.to_string()]);
    }
    args
}

#[cfg(test)]
mod tests;
