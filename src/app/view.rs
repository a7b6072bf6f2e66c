//! Where one can be: screens by number, and what lies deeper.

use super::cell::TableId;
use crate::commands::{CommandId, Place};
use crate::core::diagnose::finding::{self, Finding, FindingSubject};
use crate::core::model::Name;

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
    /// Who is connected?
    Clients,
    /// Is Redis slow?
    Latency,
    /// What did streamgauge see?
    Log,
}

/// The screens, with the command that goes there, in the order of Tab.
pub const SCREENS: [(CommandId, View, &str); 9] = [
    (CommandId::Overview, View::Overview, "Overview"),
    (CommandId::StreamsScreen, View::Streams, "Streams"),
    (CommandId::ConsumersScreen, View::Consumers, "Consumers"),
    (CommandId::MemoryScreen, View::Memory, "Memory"),
    (CommandId::CacheScreen, View::Cache, "Cache"),
    (CommandId::FanoutScreen, View::Fanout, "Fan-out"),
    (CommandId::ClientsScreen, View::Clients, "Clients"),
    (CommandId::LatencyScreen, View::Latency, "Latency"),
    (CommandId::LogScreen, View::Log, "Log"),
];

impl View {
    /// The table that has the cursor here; `State::table_id` knows of findings too.
    pub fn table(&self) -> Option<TableId> {
        match self {
            Self::Overview => Some(TableId::Worst),
            Self::Streams => Some(TableId::Streams),
            Self::Stream(_) => Some(TableId::Groups),
            Self::Group(..) => Some(TableId::GroupConsumers),
            Self::Pending(..) => Some(TableId::Pending),
            Self::Consumers => Some(TableId::Consumers),
            Self::Fanout => Some(TableId::Channels),
            Self::Clients => Some(TableId::Clients),
            Self::Latency => Some(TableId::Slowlog),
            Self::Memory => Some(TableId::Reliefs),
            Self::BigKeys => Some(TableId::BigKeys),
            Self::Cache => Some(TableId::Patterns),
            Self::Pattern(_) => Some(TableId::PatternKeys),
            Self::Entries(_) | Self::Log => None,
        }
    }

    /// The places whose keys work here, from the inside to the outside; `Everywhere` and `Demo` come on top.
    pub fn places(&self) -> &'static [Place] {
        match self {
            Self::Overview | Self::Streams => &[Place::Streams, Place::Table, Place::List],
            Self::Stream(_) => &[Place::Streams, Place::Table, Place::List],
            Self::Group(..) | Self::Consumers => &[Place::Consumers, Place::Table, Place::List],
            Self::Fanout => &[Place::Fanout, Place::Table, Place::List],
            Self::Pending(..) => &[Place::Pending, Place::Table, Place::List],
            Self::Latency => &[Place::Table, Place::List],
            Self::Clients => &[Place::Clients, Place::Table, Place::List],
            Self::Entries(_) => &[Place::Entries, Place::List],
            Self::Log => &[Place::List],
            Self::Memory => &[Place::Memory, Place::Table, Place::List],
            Self::Cache => &[Place::Cache, Place::Table, Place::List],
            Self::BigKeys | Self::Pattern(_) => &[Place::Cache, Place::Table, Place::List],
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
