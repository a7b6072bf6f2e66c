//! Where one can be: screens by number, and what lies deeper.

use super::cell::TableId;
use crate::commands::{CommandId, Place};
use crate::core::diagnose::finding::{self, Finding, FindingSubject};
use crate::core::model::Name;
use crate::core::model::queues::QueueId;

/// A screen, or a place below one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// Is it healthy?
    Overview,
    /// Which stream is backing up?
    Streams,
    /// One stream and its groups.
    Stream(Name),
    /// One group and its consumers.
    Group(Name, Name),
    /// Pending rows of a group, or of one of its consumers.
    Pending(Name, Name, Option<Name>),
    /// Entries of a stream.
    Entries(Name),
    /// Every consumer of every group.
    Consumers,
    /// What eats the memory?
    Memory,
    /// The biggest keys.
    BigKeys,
    /// Does the cache work?
    Cache,
    /// Keys of a pattern.
    Pattern(Name),
    /// How late do messages arrive?
    Fanout,
    /// Who floods, and who does not listen?
    Queues,
    /// One queue and the classes of its jobs.
    Queue(QueueId),
    /// Who is connected?
    Clients,
    /// Is Redis slow?
    Latency,
    /// What did streamgauge see?
    Log,
}

/// The screens, with the command that goes there, in the order of Tab.
pub const SCREENS: [(CommandId, View, &str); 10] = [
    (CommandId::Overview, View::Overview, "Overview"),
    (CommandId::StreamsScreen, View::Streams, "Streams"),
    (CommandId::ConsumersScreen, View::Consumers, "Consumers"),
    (CommandId::MemoryScreen, View::Memory, "Memory"),
    (CommandId::CacheScreen, View::Cache, "Cache"),
    (CommandId::FanoutScreen, View::Fanout, "Fan-out"),
    (CommandId::QueuesScreen, View::Queues, "Queues"),
    (CommandId::ClientsScreen, View::Clients, "Clients"),
    (CommandId::LatencyScreen, View::Latency, "Latency"),
    (CommandId::LogScreen, View::Log, "Log"),
];

/// Rows above a table, and rows that it keeps, of so many rows of the body.
type RoomAround = fn(u16) -> (u16, u16);

impl View {
    /// What stands here: the table that has the cursor, the places whose keys work, and of the rows of the body those
    /// above the table and those that the table keeps.
    fn look(&self) -> (Option<TableId>, &'static [Place], RoomAround) {
        const STREAMS: &[Place] = &[Place::Streams, Place::Table, Place::List];
        const CONSUMERS: &[Place] = &[Place::Consumers, Place::Table, Place::List];
        const CACHE: &[Place] = &[Place::Cache, Place::Table, Place::List];
        match self {
            Self::Overview => {
                (Some(TableId::Worst), STREAMS, |h| (share(h, if h >= 45 { 10 } else { 9 }, 15), 5))
            }
            Self::Streams => (Some(TableId::Streams), STREAMS, |_| (0, 0)),
            Self::Stream(_) => (Some(TableId::Groups), STREAMS, |h| (if h >= 30 { 14 } else { 10 }, 6)),
            Self::Group(..) => {
                (Some(TableId::GroupConsumers), CONSUMERS, |h| (if h >= 30 { 15 } else { 10 }, 6))
            }
            Self::Pending(..) => {
                (Some(TableId::Pending), &[Place::Pending, Place::Table, Place::List], |_| (3, 8))
            }
            Self::Entries(_) => (None, &[Place::Entries, Place::List], |_| (0, 0)),
            Self::Consumers => (Some(TableId::Consumers), CONSUMERS, |_| (0, 0)),
            Self::Memory => (Some(TableId::Savings), &[Place::Memory, Place::Table, Place::List], |h| {
                (if h >= 30 { share(h, 2, 3) } else { 15 }, 5)
            }),
            Self::BigKeys => (Some(TableId::BigKeys), CACHE, |_| (0, 0)),
            Self::Cache => (Some(TableId::Patterns), CACHE, |h| (if h >= 30 { h / 2 } else { 11 }, 6)),
            Self::Pattern(_) => (Some(TableId::PatternKeys), CACHE, |h| (if h >= 30 { 12 } else { 7 }, 6)),
            Self::Fanout => (Some(TableId::Channels), &[Place::Fanout, Place::Table, Place::List], |h| {
                (if h >= 30 { share(h, 11, 20) } else { 14 }, 7)
            }),
            Self::Queues => (Some(TableId::Queues), &[Place::Queues, Place::Table, Place::List], |_| (0, 0)),
            Self::Queue(_) => (Some(TableId::JobClasses), &[Place::Queues, Place::Table, Place::List], |h| {
                (if h >= 30 { 12 } else { 9 }, 6)
            }),
            Self::Clients => {
                (Some(TableId::Clients), &[Place::Clients, Place::Table, Place::List], |_| (0, 0))
            }
            Self::Latency => (Some(TableId::Slowlog), &[Place::Table, Place::List], |h| (share(h, 2, 3), 6)),
            Self::Log => (None, &[Place::List], |_| (0, 0)),
        }
    }

    /// The table that has the cursor here; `State::table_id` knows of findings too.
    pub fn table(&self) -> Option<TableId> {
        self.look().0
    }

    /// The places whose keys work here, from the inside to the outside; `Everywhere` and `Demo` come on top.
    pub fn places(&self) -> &'static [Place] {
        self.look().1
    }

    /// Rows above the table, of a body of this height.
    pub fn top_rows(&self, height: u16) -> u16 {
        let (wanted, left_for_table) = self.look().2(height);
        if height < wanted.saturating_add(left_for_table) {
            height.saturating_sub(left_for_table).min(wanted)
        } else {
            wanted
        }
    }

    /// Where a finding is to be looked at; `None` when nothing on the screens says more.
    pub fn of_finding(finding: &Finding) -> Option<Self> {
        Some(match &finding.subject {
            FindingSubject::Client(_) if finding.id.starts_with("fanout.") => Self::Fanout,
            FindingSubject::Server => match finding.remedy.as_ref()?.place? {
                finding::Destination::Streams => Self::Streams,
                finding::Destination::Consumers => Self::Consumers,
                finding::Destination::Memory => Self::Memory,
                finding::Destination::Cache => Self::Cache,
                finding::Destination::Fanout => Self::Fanout,
                finding::Destination::Queues => Self::Queues,
                finding::Destination::Clients => Self::Clients,
                finding::Destination::Latency => Self::Latency,
            },
            subject => Self::of_subject(subject)?,
        })
    }

    /// Where something is to be looked at; `None` for the server as a whole.
    pub fn of_subject(subject: &FindingSubject) -> Option<Self> {
        Some(match subject {
            FindingSubject::Stream(key) => Self::Stream(key.clone()),
            FindingSubject::Group(key, group) => Self::Group(key.clone(), group.clone()),
            FindingSubject::Consumer(key, group, consumer) => {
                Self::Pending(key.clone(), group.clone(), Some(consumer.clone()))
            }
            FindingSubject::Client(_) => Self::Clients,
            FindingSubject::Channel(_) => Self::Fanout,
            FindingSubject::Pattern(glob) => Self::Pattern(glob.clone()),
            FindingSubject::Queue(id) => Self::Queue(id.clone()),
            FindingSubject::Server => return None,
        })
    }

    /// What stands in the trail.
    pub fn title(&self) -> String {
        match self {
            Self::Stream(key) => key.to_string(),
            Self::Group(_, group) => group.to_string(),
            Self::Pending(_, _, Some(consumer)) => format!("pending of {consumer}"),
            Self::Pending(..) => "pending".to_owned(),
            Self::Entries(_) => "entries".to_owned(),
            Self::BigKeys => "biggest keys".to_owned(),
            Self::Pattern(glob) if glob.as_bytes().is_empty() => "keys by themselves".to_owned(),
            Self::Pattern(glob) => glob.to_string(),
            Self::Queue(id) => id.queue.as_ref().map_or_else(|| "all queues".to_owned(), Name::to_string),
            screen => {
                let mut screens = SCREENS.iter();
                screens.find(|(_, view, _)| view == screen).map_or("", |(_, _, title)| title).to_owned()
            }
        }
    }

    /// The stream that this is about.
    pub fn stream(&self) -> Option<&Name> {
        match self {
            Self::Stream(key) | Self::Group(key, _) | Self::Pending(key, _, _) | Self::Entries(key) => {
                Some(key)
            }
            _ => None,
        }
    }
}

/// `part` of `of` of a length.
pub fn share(length: u16, part: u16, of: u16) -> u16 {
    let share = u32::from(length) * u32::from(part) / u32::from(of.max(1));
    u16::try_from(share).unwrap_or(length)
}
