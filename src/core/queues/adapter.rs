//! What an adapter says of a framework: a row of data, no code.
//!
//! Knows what may be said; the rows stand a file each. Templates are names of keys after the prefix of their site:
//! `{q}` stands for the name of a queue, `{w}` for that of one whose site has no prefix, `{id}` for that of a job, `{x}` for
//! anything. Invariant: whatever a row asks
//! holds the server for microseconds: lengths, counts by score, a few items, a script with a bound.

mod failed;

use super::deeds::QueueDeeds;
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::{Framework, QueueColumn};
pub use failed::{ErrorText, FailedJobs, FailureKept, ScheduleKeys, failed_hashes, failed_items};

/// A framework: how it is known, and what its keys tell.
#[derive(Debug)]
pub struct Adapter {
    /// Which.
    pub framework: Framework,
    /// What people call it.
    pub title: &'static str,
    /// Keys that it has where nobody has changed their names: these are looked for at once.
    pub usual: &'static [&'static str],
    /// The key that each job has, where it names the queue and the id comes last: many of these tell of a queue long before a
    /// walk has come to the queue's own keys.
    pub job_key: Option<&'static str>,
    /// Keys that show it.
    pub signs: &'static [QueueSign],
    /// Figures.
    pub parts: &'static [QueuePart],
    /// Where the job stands that is taken next; of several places the oldest job counts.
    pub next: &'static [NextItem],
    /// How a job is written.
    pub item: ItemForm,
    /// Where jobs that failed stand, with what went wrong.
    pub failed: &'static [FailedJobs],
    /// What is to begin again and again.
    pub schedules: &'static [ScheduleKeys],
    /// Names that a registry has and that are no queues of jobs, as globs.
    pub not_queues: &'static [&'static str],
    /// Names of its keys where nobody has changed them, as globs: no invalidation touches these.
    pub guards: &'static [&'static str],
    /// What may be done to its queues from outside.
    pub deeds: QueueDeeds,
}

impl Adapter {
    /// Whether the class of a job stands in its hash.
    pub fn has_class_in_hash(&self) -> bool {
        matches!(self.item.class, ItemClass::Job(..))
    }

    /// Whether nothing tells when a job came.
    pub fn has_no_times(&self) -> bool {
        matches!(self.item.time, ItemTime::Unknown | ItemTime::FirstMicros)
    }

    /// Whether the queue of a site has no name of its own.
    pub fn is_nameless(&self) -> bool {
        self.signs.iter().any(|sign| sign.shows == Shows::Site)
    }
}

impl QueuePart {
    /// Whether it is of a queue, and not of all that a site has.
    pub fn is_of_queue(&self) -> bool {
        let is_in_name = self.key.contains("{q}") || self.key.contains("{w}");
        is_in_name || matches!(self.counts, Counts::Member | Counts::OfQueue(..))
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
    /// A script that looks into the key and answers 1 where it is what its name says; none where names and kinds are enough.
    /// `ARGV[1]` is the prefix of the site, `ARGV[2]` the name of the queue.
    pub proof: Option<&'static str>,
}

impl QueueSign {
    /// Whether any name may be such a key, so that nothing but a look into it tells.
    pub fn is_any_name(&self) -> bool {
        self.key == "{w}"
    }
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
    /// Members of a sorted set with a score of up to now less the time that a worker may hold a job.
    UntilHeld(TimeUnit),
    /// Members of a sorted set with a score from now less so many milliseconds on.
    Since(TimeUnit, u64),
    /// The number in a string, or in a field of a hash.
    Number(Option<&'static str>),
    /// Whether a set has the queue as a member.
    Member,
    /// Whether a hash has this field.
    Field(&'static str),
    /// A script that answers a number: its text, keys beside the part's own, and how many commands it calls at most.
    /// `ARGV[1]` is now in milliseconds, `ARGV[2]` the prefix of the site, `ARGV[3]` the name of the queue,
    /// `ARGV[4]` how long a worker may hold a job, milliseconds.
    Script(&'static str, &'static [&'static str]),
    /// The same about one queue, on a key that the site has for all of them.
    OfQueue(&'static str, &'static [&'static str]),
    /// The same of the key that holds the jobs, whatever its type.
    Jobs(&'static str),
}

/// Members of a key that holds jobs, by its type; -1, which is unknown, of any other.
pub const SIZE: &str = "\
local t=redis.call('TYPE',KEYS[1]).ok \
if t=='none' then return 0 end \
local c=({list='LLEN',zset='ZCARD',stream='XLEN'})[t] \
return c and redis.call(c,KEYS[1]) or -1";

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
    /// As ISO 8601 has it, or seconds.
    Any,
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
    /// A list or a sorted set; `Other` where that is seen when it is read.
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
    /// Where its text stands, where that is not the item of a list or a sorted set.
    pub record: Option<JobRecord>,
}

/// Where the text of a job stands. Templates have `{q}`, `{id}` and `{p}`, which is the prefix of the site, and `{k}`, which is
/// the key of the place.
#[derive(Debug)]
pub struct JobRecord {
    /// How.
    pub kept: JobKept,
    /// The key where it is.
    pub key: &'static str,
    /// The field of an entry of a stream that has the item.
    pub entry: &'static str,
    /// A key that is there once a worker has the job, although it stays in its place; empty where jobs leave it.
    pub taken: &'static str,
}

/// How the text of a job is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKept {
    /// In the item itself.
    Inline,
    /// In a hash of all jobs, under the id.
    Field,
    /// In a string of its own.
    Text,
    /// In this field of a hash of its own, with its time in the other.
    Fields(&'static str, &'static str),
}

impl JobRecord {
    /// The text is the item.
    pub const INLINE: Self = Self { kept: JobKept::Inline, key: "", entry: "", taken: "" };

    /// What the script has to know: how, the key, the entry's field, what is there once it is taken, and two fields.
    pub fn words(&self) -> [&'static str; 6] {
        let (how, text, time) = match self.kept {
            JobKept::Inline => ("i", "", ""),
            JobKept::Field => ("f", "", ""),
            JobKept::Text => ("t", "", ""),
            JobKept::Fields(text, time) => ("h", text, time),
        };
        [how, self.key, self.entry, self.taken, text, time]
    }
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
    /// Beside the item: its score, the id of its entry in milliseconds, or a field of its record.
    Beside(TimeUnit),
    /// In the text as Python pickles a number under this key, in milliseconds.
    Pickled(&'static str),
    /// In its first eight bytes, as microseconds, where those do not begin a pickle already.
    FirstMicros,
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
    /// In the text, as Python pickles a short string under this key.
    Pickled(&'static str),
    /// The short string with this number of those that are pickled.
    PickledAt(usize),
    /// The first field of a message of protocol buffers.
    ProtoFirst,
}

/// A job of which nothing can be read.
pub const OPAQUE: ItemForm = ItemForm {
    id: ItemId::Unknown,
    time: ItemTime::Unknown,
    class: ItemClass::Unknown,
    cut: 64,
    record: None,
};

/// A part that is added.
pub const fn part(column: QueueColumn, key: &'static str, counts: Counts) -> QueuePart {
    QueuePart { column, key, counts, takes_off: false }
}

/// A part that is taken off.
pub const fn less(column: QueueColumn, key: &'static str, counts: Counts) -> QueuePart {
    QueuePart { column, key, counts, takes_off: true }
}

/// A key that shows the queue in its name, whatever is beside it.
pub const fn queue_sign(key: &'static str, kind: KeyKind) -> QueueSign {
    QueueSign { key, kind, shows: Shows::Queue, beside: &[], proof: None }
}

/// A set whose members name queues.
pub const fn registry(key: &'static str, form: MemberForm) -> QueueSign {
    QueueSign { key, kind: KeyKind::Set, shows: Shows::Names(form), beside: &[], proof: None }
}

/// A list from which jobs are taken at this end.
pub const fn next_of_list(key: &'static str, end: QueueEnd) -> NextItem {
    NextItem { key, kind: KeyKind::List, end }
}
