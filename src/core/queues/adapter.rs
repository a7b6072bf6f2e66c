//! What an adapter says of a framework: a row of data, no code.
//!
//! Knows what may be said; the rows stand a file each. Templates are names of keys after the prefix of their site:
//! `{q}` stands for the name of a queue, `{id}` for that of a job, `{x}` for anything. Invariant: whatever a row asks
//! holds the server for microseconds: lengths, counts by score, a few items, a script with a bound.

use crate::core::model::keys::KeyKind;
use crate::core::model::queues::{Framework, QueueColumn};

/// A framework: how it is known, and what its keys tell.
#[derive(Debug)]
pub struct Adapter {
    /// Which.
    pub framework: Framework,
    /// What people call it.
    pub title: &'static str,
    /// Keys that it has where nobody has changed their names: these are looked for at once.
    pub usual: &'static [&'static str],
    /// Keys that show it.
    pub signs: &'static [QueueSign],
    /// Figures.
    pub parts: &'static [QueuePart],
    /// Where the job stands that is taken next; of several places the oldest job counts.
    pub next: &'static [NextItem],
    /// How a job is written.
    pub item: ItemForm,
    /// Names that a registry has and that are no queues of jobs, as globs.
    pub not_queues: &'static [&'static str],
}

impl Adapter {
    /// Whether the class of a job stands in its hash.
    pub fn has_class_in_hash(&self) -> bool {
        matches!(self.item.class, ItemClass::Job(..))
    }

    /// Whether nothing tells when a job came.
    pub fn has_no_times(&self) -> bool {
        matches!(self.item.time, ItemTime::Unknown)
    }

    /// Whether the queue of a site has no name of its own.
    pub fn is_nameless(&self) -> bool {
        self.signs.iter().any(|sign| sign.shows == Shows::Site)
    }
}

impl QueuePart {
    /// Whether it is of a queue, and not of all that a site has.
    pub fn is_of_queue(&self) -> bool {
        self.key.contains("{q}") || matches!(self.counts, Counts::Member)
    }
}

/// A key that shows a framework.
#[derive(Debug)]
pub struct QueueSign {
    /// Its name.
    pub key: &'static str,
    /// What it holds.
    pub kind: KeyKind,
    /// What follows from it.
    pub shows: Shows,
    /// One of these keys has to be there too; none where name and kind are enough.
    pub beside: &'static [(&'static str, KeyKind)],
}

/// What a key shows.
#[derive(Debug, PartialEq, Eq)]
pub enum Shows {
    /// Its members are names of queues.
    Names(MemberForm),
    /// The queue in its name.
    Queue,
    /// The one queue of a site without a name of its own.
    Site,
}

/// How the members of a registry name queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberForm {
    /// Each is a name.
    Whole,
    /// The name stands after this, which may have the site's prefix before it.
    After(&'static str),
    /// The name is the last field; fields stand between these.
    LastField(&'static str),
}

/// A figure of a queue, or a part of one: parts of a column are added up.
#[derive(Debug)]
pub struct QueuePart {
    /// What it counts.
    pub column: QueueColumn,
    /// The key.
    pub key: &'static str,
    /// How.
    pub counts: Counts,
    /// Whether it is taken off the column instead of added.
    pub takes_off: bool,
}

/// How a part is counted.
#[derive(Debug)]
pub enum Counts {
    /// Members of a key of this kind; whether the key is there, for a string.
    Length(KeyKind),
    /// Members of a sorted set with a score of up to now less so many milliseconds.
    Until(TimeUnit, u64),
    /// Members of a sorted set with a score from now less so many milliseconds on.
    Since(TimeUnit, u64),
    /// The number in a string, or in a field of a hash.
    Number(Option<&'static str>),
    /// Whether a set has the queue as a member.
    Member,
    /// Whether a hash has this field.
    Field(&'static str),
    /// A script that answers a number: its text, keys beside the part's own, and how many commands it calls at most.
    /// `ARGV[1]` is now in milliseconds, `ARGV[2]` the prefix of the site, `ARGV[3]` the name of the queue.
    Script(&'static str, &'static [&'static str]),
}

/// In what a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUnit {
    /// Seconds since 1970, perhaps with a fraction.
    Seconds,
    /// Milliseconds since 1970.
    Millis,
    /// Seconds or milliseconds, by its size.
    SecondsOrMillis,
    /// Nanoseconds since 1970.
    Nanos,
    /// Milliseconds since 1970, times 4096, and a number below that.
    MillisTimes4096,
    /// As ISO 8601 has it, in UTC.
    Iso,
}

/// Which end of a list, or of a sorted set by its scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueEnd {
    /// The first item.
    First,
    /// The last item.
    Last,
}

/// Where the job stands that is taken next.
#[derive(Debug)]
pub struct NextItem {
    /// The key.
    pub key: &'static str,
    /// A list or a sorted set.
    pub kind: KeyKind,
    /// From which end jobs are taken.
    pub end: QueueEnd,
}

/// How a job is written.
#[derive(Debug)]
pub struct ItemForm {
    /// Where its id stands.
    pub id: ItemId,
    /// When it came.
    pub time: ItemTime,
    /// Its class.
    pub class: ItemClass,
    /// How much of it has to be read for that, bytes.
    pub cut: u32,
}

/// Where the id of a job stands.
#[derive(Debug)]
pub enum ItemId {
    /// Nowhere.
    Unknown,
    /// The item is the id.
    Whole,
    /// Under these names in JSON.
    Json(&'static [&'static str]),
}

/// Where the time of a job stands.
#[derive(Debug)]
pub enum ItemTime {
    /// Nowhere.
    Unknown,
    /// In JSON, in the first of these places that is there.
    Json(&'static [&'static [&'static str]], TimeUnit),
    /// In a field of the hash that the job has.
    Job(&'static str, &'static str, TimeUnit),
}

/// Where the class of a job stands.
#[derive(Debug)]
pub enum ItemClass {
    /// Nowhere, or where it can't be read.
    Unknown,
    /// In JSON, in the first of these places that is there.
    Json(&'static [&'static [&'static str]]),
    /// In a field of the hash that the job has, up to this byte where there is one.
    Job(&'static str, &'static str, Option<u8>),
}

/// A job of which nothing can be read.
pub const OPAQUE: ItemForm =
    ItemForm { id: ItemId::Unknown, time: ItemTime::Unknown, class: ItemClass::Unknown, cut: 64 };

/// A part that is added.
pub const fn part(column: QueueColumn, key: &'static str, counts: Counts) -> QueuePart {
    QueuePart { column, key, counts, takes_off: false }
}

/// A part that is taken off.
pub const fn less(column: QueueColumn, key: &'static str, counts: Counts) -> QueuePart {
    QueuePart { column, key, counts, takes_off: true }
}
