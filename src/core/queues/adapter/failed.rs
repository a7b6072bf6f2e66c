//! What an adapter says of jobs that failed, and of what begins jobs again and again: rows of data.
//!
//! Knows what may be said; the rows stand with their frameworks. Invariant: how many failed is told by a part with the same key.

use super::{Adapter, Counts, QueuePart, TimeUnit};
use crate::core::limits::JOBS_IN_WINDOW;

/// Where jobs that failed stand, and how each says what went wrong.
#[derive(Debug)]
pub struct FailedJobs {
    /// What people call it: `dead`, `retry`, `results`.
    pub part: &'static str,
    /// The key; a part of the adapter counts what is in it.
    pub key: &'static str,
    /// Where the text of such a job stands.
    pub kept: FailureKept,
    /// The field with its class, where the form of jobs does not tell; of protocol buffers its number.
    pub class: &'static str,
    /// The field with the kind of error; empty where there is none.
    pub error: &'static str,
    /// The field with the message.
    pub message: &'static str,
    /// The field that says when it failed; empty where the score does.
    pub time: &'static str,
    /// How that is written.
    pub unit: TimeUnit,
    /// Which line of the message says what went wrong.
    pub text: ErrorText,
    /// Whether jobs stand there too that have not failed: those without an error are none of ours.
    pub among_others: bool,
}

impl FailedJobs {
    /// How many are looked at in one read, so that it holds the server for half a millisecond at most: texts that stand in keys
    /// of their own, and long ones, cost more.
    pub fn jobs_a_read(&self) -> u32 {
        let is_expensive = matches!(self.kept, FailureKept::Results(..)) || self.text == ErrorText::Last;
        if is_expensive { JOBS_IN_WINDOW / 2 } else { JOBS_IN_WINDOW }
    }

    /// The place of the part that counts them.
    pub fn place(&self, adapter: &Adapter) -> Option<usize> {
        let counts = |part: &QueuePart| part.key == self.key && matches!(part.counts, Counts::Length(_));
        adapter.parts.iter().position(counts)
    }
}

/// Where the text of a job that failed stands. Templates end with `{id}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKept {
    /// It is the item, in JSON.
    Item,
    /// In this hash, under its id, in JSON.
    Field(&'static str),
    /// In a hash of its own.
    Hash(&'static str),
    /// In a hash of its own, and its error in the last entry of a stream of its own.
    Results(&'static str, &'static str),
    /// In the field `msg` of a hash of its own, as protocol buffers.
    Message(&'static str),
    /// It is a value of the hash.
    Values,
}

/// Which part of a message says what went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorText {
    /// Its first line.
    First,
    /// Its last one: a traceback ends with the error.
    Last,
    /// The last one of a text that is compressed.
    Packed,
    /// What Python has pickled under this key.
    Pickled(&'static str),
}

/// Where entries stand that begin a job again and again.
#[derive(Debug)]
pub struct ScheduleKeys {
    /// The key, and those that its script needs beside.
    pub keys: &'static [&'static str],
    /// A script that answers how many there are, then name, next time, last time and rule of up to 100; what it does not know is
    /// empty. `ARGV[1]` is the prefix of the site, `ARGV[2]` the name of the queue.
    pub script: &'static str,
    /// How its times are written.
    pub unit: TimeUnit,
}

impl ScheduleKeys {
    /// Whether they are of a queue, and not of all that a site has.
    pub fn is_of_queue(&self) -> bool {
        self.keys.iter().any(|key| key.contains("{q}") || key.contains("{w}"))
    }
}

/// Jobs that failed for good, in a sorted set by time, with a hash each.
pub const fn failed_hashes(key: &'static str, job: &'static str, error: &'static str) -> FailedJobs {
    FailedJobs {
        part: "dead",
        key,
        kept: FailureKept::Hash(job),
        class: "name",
        error: "",
        message: error,
        time: "",
        unit: TimeUnit::Millis,
        text: ErrorText::First,
        among_others: false,
    }
}

/// Jobs that failed, in JSON: kind of error and message under these names.
pub const fn failed_items(
    part: &'static str,
    key: &'static str,
    error: &'static str,
    message: &'static str,
) -> FailedJobs {
    FailedJobs {
        part,
        key,
        kept: FailureKept::Item,
        class: "",
        error,
        message,
        time: "",
        unit: TimeUnit::SecondsOrMillis,
        text: ErrorText::First,
        among_others: false,
    }
}
