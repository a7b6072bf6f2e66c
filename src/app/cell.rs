//! What a table is made of, as values: which tables there are, columns, cells, rows, filters.
//!
//! Knows what a cell means, not how it is written nor which rows there are. Invariant: what is unknown sorts last
//! in either direction.

use crate::core::diagnose::consumers::ConsumerVerdict;
use crate::core::diagnose::finding::{FindingSubject, Severity};
use crate::core::diagnose::groups::GroupVerdict;
use crate::core::diagnose::queues::QueueVerdict;
use crate::core::model::fanout::ChannelKind;
use crate::core::model::groups::Lag;
use crate::core::model::keys::Ttl;
use crate::core::model::queues::QueueId;
use crate::core::model::{Name, StreamId};
use crate::core::reading::fanout::subscribers::Cutoff;
use crate::core::reading::groups::Drain;
use crate::core::reading::queues::OldestJob;
use regex::{Regex, RegexBuilder};
use std::cmp::Ordering;

/// The tables, a row each, handed to the macro `$then`: its columns in `rows`, the one that it is sorted by at first, and
/// whether the greatest comes first.
macro_rules! for_each_table {
    ($then:ident) => {
        $then! {
            /// What is wrong, on the overview.
            Findings findings::COLUMNS, (0, false);
            /// Streams on the overview.
            Worst streams::COLUMNS, (streams::WORST_LAG, true);
            /// All streams.
            Streams streams::COLUMNS, (streams::VERDICT, false);
            /// Groups of one stream.
            Groups groups::COLUMNS, (groups::VERDICT, false);
            /// Consumers of one group.
            GroupConsumers consumers::OF_GROUP, (consumers::OF_GROUP_PENDING, true);
            /// Pending rows.
            Pending pending::COLUMNS, (0, false);
            /// All consumers.
            Consumers consumers::OF_ALL, (consumers::OF_ALL_PENDING, true);
            /// Clients.
            Clients clients::COLUMNS, (clients::MEMORY, true);
            /// The slow log.
            Slowlog slowlog::COLUMNS, (0, true);
            /// Ways to free memory.
            Savings savings::COLUMNS, (0, true);
            /// The biggest keys.
            BigKeys keys::BIGGEST, (keys::BYTES, true);
            /// Patterns of keys.
            Patterns patterns::COLUMNS, (patterns::BYTES, true);
            /// Keys of one pattern.
            PatternKeys keys::OF_PATTERN, (keys::BYTES, true);
            /// Who listens to channels.
            Subscribers fanout::OF_SUBSCRIBERS, (fanout::UNREAD, true);
            /// Channels.
            Channels fanout::OF_CHANNELS, (fanout::SUBSCRIBERS, true);
            /// Groups of streams side by side.
            Deliveries fanout::OF_GROUPS, (fanout::LATE, true);
            /// Groups and channels of channel layers.
            Layers fanout::OF_LAYERS, (fanout::BACKLOG, true);
            /// Queues of job frameworks.
            Queues queues::COLUMNS, (queues::VERDICT, true);
            /// Classes of the jobs of one queue.
            JobClasses queues::OF_CLASSES, (queues::JOBS, true);
            /// For whom jobs are.
            Tenants queues::OF_TENANTS, (queues::TENANT_JOBS, true);
            /// Jobs that failed, by error.
            Failures failures::COLUMNS, (failures::JOBS, true);
            /// What begins jobs again and again.
            Schedules failures::OF_SCHEDULES, (failures::OVERDUE, true);
        }
    };
}

pub(crate) use for_each_table;

macro_rules! ids {
    ($($(#[$doc:meta])* $id:ident $noun:ident::$columns:ident, ($sort:expr, $is_descending:literal);)+) => {
        /// Which table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum TableId {
            $($(#[$doc])* $id,)+
        }

        impl TableId {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$id),+];
        }
    };
}

for_each_table! { ids }

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its head.
    pub title: &'static str,
    /// Cells wide at least.
    pub width: u16,
    /// Whether it takes what room is left.
    pub is_flexible: bool,
    /// Whether it holds sentences, which end anywhere: of a name both ends are shown.
    pub is_sentence: bool,
    /// Whether its cells stand on the right.
    pub is_right: bool,
    /// 0 always stays; the greatest goes first when there is no room.
    pub priority: u8,
}

/// Which item a row is: what the cursor holds on to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RowId {
    /// A stream.
    Stream(Name),
    /// A group of a stream.
    Group(Name, Name),
    /// A consumer of a group of a stream.
    Consumer(Name, Name, Name),
    /// A pending entry.
    Pending(StreamId),
    /// A client.
    Client(u64),
    /// An entry of the slow log.
    Slow(u64),
    /// A channel.
    Channel(ChannelKind, Name),
    /// A group or channel of a channel layer: the layer, which of both, its name.
    Layer(Name, &'static str, Name),
    /// What a rule found about something.
    Finding(&'static str, FindingSubject),
    /// A way to free memory, by its kind, about something.
    Saving(&'static str, FindingSubject),
    /// A key.
    Key(Name),
    /// A pattern of keys.
    Pattern(Name),
    /// Streams whose names differ by an id only.
    Family(Name),
    /// A queue.
    Queue(QueueId),
    /// Jobs of a class in a part of a queue.
    JobClass(&'static str, Option<Name>),
    /// Jobs of a part of a queue for one tenant.
    Tenant(QueueId, &'static str, Option<Name>),
    /// Jobs of a part of a queue that failed with one error.
    Failure(QueueId, &'static str, Option<Name>),
    /// What begins a job again and again.
    Schedule(QueueId, Name),
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Which item it is.
    pub id: RowId,
    /// One cell a column; of a row that is not drawn yet that by which it is sorted, or none.
    pub cells: Vec<Cell>,
    /// Whether it stands out.
    pub mark: RowMark,
}

/// Whether a row stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum RowMark {
    /// It does not.
    #[default]
    None,
    /// It is new.
    New,
}

/// What a cell means.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A name in Redis.
    Name(Name),
    /// Names that differ by an id only, and how many they are.
    Family(Name, u64),
    /// A word.
    Text(String),
    /// A number that names something: never shortened.
    Number(u64),
    /// A number of things.
    Count(Option<u64>),
    /// A lag with how far it may be trusted.
    Lag(Lag),
    /// Bytes.
    Bytes(Option<u64>),
    /// Bytes, about.
    AboutBytes(Option<u64>),
    /// A number of things, about.
    AboutCount(Option<u64>),
    /// Bytes a second, which may fall.
    Growth(Option<f64>),
    /// Things a second, which may fall.
    SignedRate(Option<f64>),
    /// A share, 0 to 1; whether it is bad.
    Share(Option<f64>, bool),
    /// How long a key lives.
    Ttl(Option<Ttl>),
    /// Milliseconds.
    Ms(Option<u64>),
    /// Whole seconds: the server tells no more.
    WholeSeconds(Option<u64>),
    /// Microseconds.
    Us(Option<f64>),
    /// Something a second.
    Rate(Option<f64>),
    /// When a lag will be gone.
    Drain(Drain),
    /// How a buffer grows, bytes a second.
    BufferGrowth(Option<f64>),
    /// When a subscriber is cut off.
    Cut(Cutoff),
    /// How much later than the quickest the slowest group is, milliseconds; nothing for the others.
    Among(Option<u64>),
    /// Whether a channel is full; nothing for what can't be.
    Full(Option<bool>),
    /// How bad a finding is.
    Severity(Severity),
    /// How a group fares, or a stream by the worst of its groups; how bad that is; how far it is behind.
    Group(Option<(GroupVerdict, Option<Severity>)>, Lag),
    /// How a consumer fares, and how bad that is.
    Consumer(Option<(ConsumerVerdict, Option<Severity>)>),
    /// How long the oldest job has waited.
    Oldest(Option<OldestJob>),
    /// What a queue is at, in a word of the worst finding about it where there is one, and how bad that is.
    Queue(QueueVerdict, Option<(Severity, &'static str)>),
    /// An id.
    Id(StreamId),
    /// A time, milliseconds since 1970.
    Time(i64),
    /// A small picture of the item over time; drawn from the reading.
    Trend,
}

impl Cell {
    /// Its number, where it has one.
    fn number(&self) -> Option<f64> {
        match self {
            Self::Count(count)
            | Self::Bytes(count)
            | Self::AboutBytes(count)
            | Self::AboutCount(count)
            | Self::Ms(count)
            | Self::WholeSeconds(count) => count.map(|count| count as f64),
            Self::Number(number) => Some(*number as f64),
            Self::Lag(lag) => lag.entries.map(|entries| entries as f64),
            Self::Us(value)
            | Self::Rate(value)
            | Self::Growth(value)
            | Self::SignedRate(value)
            | Self::BufferGrowth(value)
            | Self::Share(value, _) => *value,
            // For ever is longer than any time.
            Self::Ttl(ttl) => ttl.map(|ttl| ttl.ms().map_or(1e18, |ms| ms as f64)),
            Self::Cut(cut) => match cut {
                Cutoff::Unknown => None,
                Cutoff::In(seconds) => Some(*seconds),
                Cutoff::Never => Some(f64::INFINITY),
            },
            Self::Among(ms) => ms.map(|ms| ms as f64),
            Self::Full(is_full) => is_full.map(|is_full| f64::from(u8::from(is_full))),
            // Never is longer than any time, and longer the faster it grows.
            Self::Drain(drain) => match drain {
                Drain::Unknown => None,
                Drain::In(seconds) => Some(*seconds),
                Drain::Never { grows_per_s } => Some(1e15 + grows_per_s),
            },
            Self::Time(at_ms) => Some(*at_ms as f64),
            // The worst is the least: a table of words is sorted upwards at first.
            Self::Severity(severity) => Some(-f64::from(*severity as u8)),
            Self::Group(judged, lag) => judged.map(|(verdict, _)| urgency(verdict, *lag)),
            Self::Consumer(judged) => judged.map(|(verdict, _)| -f64::from(verdict as u8)),
            Self::Oldest(oldest) => oldest.map(|oldest| oldest.age_ms as f64),
            // What is wrong stands before what is not, whatever the queue is at.
            Self::Queue(verdict, wrong) => {
                let severity = wrong.map_or(0.0, |(severity, _)| 100.0 * (1.0 + f64::from(severity as u8)));
                Some(severity + f64::from(verdict.rank()))
            }
            Self::Name(_) | Self::Family(..) | Self::Text(_) | Self::Id(_) | Self::Trend => None,
        }
    }

    /// Its place among cells of the same column; unknown is no place at all.
    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Name(a) | Self::Family(a, _), Self::Name(b) | Self::Family(b, _)) => Some(a.cmp(b)),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Id(a), Self::Id(b)) => Some(a.cmp(b)),
            _ => Some(self.number()?.total_cmp(&other.number()?)),
        }
    }

    /// Whether nothing is known of it, so that it sorts last.
    pub fn is_unknown(&self) -> bool {
        !matches!(self, Self::Name(_) | Self::Family(..) | Self::Text(_) | Self::Id(_))
            && self.number().is_none()
    }

    fn matches(&self, regex: &Regex) -> bool {
        match self {
            Self::Name(name) | Self::Family(name, _) => {
                regex.is_match(&name.text()) || regex.is_match(&name.to_string())
            }
            Self::Text(text) => regex.is_match(text),
            Self::Id(id) => regex.is_match(&id.to_string()),
            Self::Severity(severity) => regex.is_match(severity.word()),
            Self::Group(Some((verdict, _)), _) => regex.is_match(verdict.word()),
            Self::Consumer(Some((verdict, _))) => regex.is_match(verdict.word()),
            Self::Queue(verdict, wrong) => {
                regex.is_match(verdict.word()) || wrong.is_some_and(|(_, word)| regex.is_match(word))
            }
            _ => false,
        }
    }
}

/// The place of a group among others, the most urgent the least: what is wrong by how bad it is, and all others by how far
/// they are behind. A lag counts by the power of two that it reaches, so that rows do not change places all the time.
fn urgency(verdict: GroupVerdict, lag: Lag) -> f64 {
    const CALM_LAG: u64 = 16;
    let rank =
        if verdict.is_wrong() { f64::from(verdict as u8) } else { f64::from(GroupVerdict::Unknown as u8) };
    let behind = lag.entries.filter(|entries| *entries >= CALM_LAG).map_or(0, u64::ilog2);
    // Below everything else that may stand in the column.
    rank * 100.0 - f64::from(behind) + f64::from(verdict as u8) / 100.0 - 1e9
}

/// A filter as typed, and what it means.
#[derive(Clone, Debug)]
pub struct Filter {
    /// As typed.
    pub text: String,
    regex: Regex,
    inverted: bool,
}

/// The longest program of a filter, bytes: a filter is typed by hand.
const REGEX_BYTES: usize = 64 * 1024;

impl Filter {
    /// Reads a regular expression; `!` before it inverts, lower case matches both cases.
    pub fn new(text: &str) -> Result<Self, String> {
        let (inverted, pattern) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        let regex = RegexBuilder::new(pattern)
            .case_insensitive(!pattern.chars().any(char::is_uppercase))
            .size_limit(REGEX_BYTES)
            .build()
            .map_err(|error| {
                let reason = error.to_string();
                reason
                    .lines()
                    .last()
                    .unwrap_or("not a regular expression")
                    .trim_start_matches("error: ")
                    .to_owned()
            })?;
        Ok(Self { text: text.to_owned(), regex, inverted })
    }

    /// Whether a row passes.
    pub fn keeps(&self, row: &Row) -> bool {
        row.cells.iter().any(|cell| cell.matches(&self.regex)) != self.inverted
    }
}

/// The order of two cells of a column: unknown last, whatever the direction.
pub fn order(a: Option<&Cell>, b: Option<&Cell>, is_descending: bool) -> Ordering {
    let (Some(a), Some(b)) = (a, b) else { return Ordering::Equal };
    match (a.is_unknown(), b.is_unknown()) {
        (false, false) => {
            let order = a.compare(b).unwrap_or(Ordering::Equal);
            if is_descending { order.reverse() } else { order }
        }
        (a, b) => a.cmp(&b),
    }
}
