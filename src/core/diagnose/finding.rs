//! A finding: one thing that is wrong, as a sentence with its numbers.
//!
//! Knows shapes; the rules make them. Invariant: the text can stand alone: it names whom it is about.

use crate::core::model::Name;
use crate::core::model::queues::QueueId;
use std::fmt;

worded! {
    /// How bad a finding is.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Severity {
        /// Somebody should look.
        Warning "warning",
        /// Somebody should act.
        Critical "critical",
    }
    /// The word for machines and people.
    fn word
}

/// Whom a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingSubject {
    /// The server as a whole.
    Server,
    /// A stream.
    Stream(Name),
    /// A group: its stream, its name.
    Group(Name, Name),
    /// A consumer: its stream, its group, its name.
    Consumer(Name, Name, Name),
    /// A client, by its id.
    Client(u64),
    /// Keys of a pattern.
    Pattern(Name),
    /// A channel.
    Channel(Name),
    /// A queue of a job framework.
    Queue(QueueId),
}

/// `server`, `orders`, `orders/billing`, `orders/billing/billing-1`, `client 7`, `channel news`, names escaped where they have to be.
impl fmt::Display for FindingSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server => f.write_str("server"),
            Self::Stream(key) => write!(f, "{key}"),
            Self::Group(key, group) => write!(f, "{key}/{group}"),
            Self::Consumer(key, group, consumer) => write!(f, "{key}/{group}/{consumer}"),
            Self::Client(id) => write!(f, "client {id}"),
            Self::Pattern(glob) => write!(f, "{glob}"),
            Self::Channel(name) => write!(f, "channel {name}"),
            Self::Queue(QueueId { queue: Some(queue), .. }) => write!(f, "queue {queue}"),
            Self::Queue(id) => write!(f, "queues of {}", id.site.framework.word()),
        }
    }
}

/// Where to look on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Destination {
    /// Streams, and the detail of the stream or group that the finding is about.
    Streams,
    /// Consumers, and the pending rows of the one that the finding is about.
    Consumers,
    /// Memory.
    Memory,
    /// Cache.
    Cache,
    /// Publish and subscribe.
    Fanout,
    /// Queues, and the page of the one that the finding is about.
    Queues,
    /// Clients.
    Clients,
    /// Latency.
    Latency,
}

/// What may be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// One sentence.
    pub text: &'static str,
    /// The screen that shows more.
    pub place: Option<Destination>,
}

/// A figure behind a finding; its name says the unit.
#[derive(Clone, Debug, PartialEq)]
pub enum Figure {
    /// A number.
    Number(f64),
    /// A word: a name, a policy.
    Text(String),
}

impl From<u64> for Figure {
    fn from(number: u64) -> Self {
        Self::Number(number as f64)
    }
}

impl From<f64> for Figure {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<String> for Figure {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Which rule found it, such as `memory.near_limit`: part of the schema.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Whom it is about.
    pub subject: FindingSubject,
    /// One sentence with its numbers.
    pub text: String,
    /// What may be done.
    pub remedy: Option<Remedy>,
    /// The figures behind it, by name with the unit at the end.
    pub evidence: Vec<(&'static str, Figure)>,
    /// Since when it is so, milliseconds since 1970 on the clock of all stamps: from the figures where they tell
    /// it, else when it was first seen.
    pub since_ms: i64,
}

impl Finding {
    /// A finding as of `since_ms`.
    pub fn new(
        id: &'static str,
        severity: Severity,
        subject: FindingSubject,
        text: String,
        since_ms: i64,
    ) -> Self {
        Self { id, severity, subject, text, remedy: None, evidence: Vec::new(), since_ms }
    }

    /// With what may be done.
    #[must_use]
    pub fn remedy(mut self, place: Destination, text: &'static str) -> Self {
        self.remedy = Some(Remedy { text, place: Some(place) });
        self
    }

    /// With a figure behind it; what is not known is left out.
    #[must_use]
    pub fn with(mut self, name: &'static str, figure: Option<impl Into<Figure>>) -> Self {
        if let Some(figure) = figure {
            self.evidence.push((name, figure.into()));
        }
        self
    }
}

worded! {
    /// The whole in one word.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
    pub enum Health {
        /// Watched long enough and nothing is wrong.
        Ok "ok",
        /// The worst finding is a warning.
        Warning "warning",
        /// The worst finding is critical.
        Critical "critical",
        /// Not watched long enough, or the server does not tell.
        #[default]
        Unknown "unknown",
    }
    /// The word for machines and people.
    fn word
}
