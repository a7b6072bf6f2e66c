//! What an action is about, and how that is named: in a sentence, in a title, where it has to be typed.
//!
//! Knows names. Invariant: a name is shown as people may see it.

use crate::core::model::Name;
use crate::core::model::glob::glob_text;
use crate::core::model::queues::QueueId;

/// What an action is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A stream.
    Stream(Name),
    /// A group of a stream.
    Group(Name, Name),
    /// A consumer of a group of a stream.
    Consumer(Name, Name, Name),
    /// Groups of a stream whose names match.
    Groups(Name, Name),
    /// Keys that match a pattern.
    Keys(Name),
    /// A client, and what it calls itself.
    Client(u64, Name),
    /// The script that holds the server.
    Script,
    /// A queue of a job framework.
    Queue(QueueId),
    /// An earlier action.
    Action(String),
}

impl Subject {
    /// The name that is typed for it.
    pub fn name(&self) -> String {
        match self {
            Self::Stream(key) | Self::Group(key, _) => key.to_string(),
            Self::Keys(pattern) => glob_text(pattern),
            Self::Groups(_, pattern) => glob_text(pattern),
            Self::Script => "script".to_owned(),
            Self::Consumer(_, _, consumer) => consumer.to_string(),
            Self::Client(id, _) => id.to_string(),
            Self::Queue(id) => id.queue.as_ref().map_or_else(String::new, Name::to_string),
            Self::Action(id) => id.clone(),
        }
    }

    /// As a title names it: a stream, a pattern and a consumer by their names alone.
    pub fn title(&self) -> String {
        match self {
            Self::Stream(key) => key.to_string(),
            Self::Keys(pattern) => glob_text(pattern),
            Self::Consumer(_, group, consumer) => format!("{consumer} of group {group}"),
            other => other.to_string(),
        }
    }

    /// What it is, one of them.
    pub const fn noun(&self) -> &'static str {
        match self {
            Self::Stream(_) => "stream",
            Self::Group(..) => "group",
            Self::Consumer(..) => "consumer",
            Self::Groups(..) => "group pattern",
            Self::Keys(_) => "pattern",
            Self::Client(..) => "client",
            Self::Script => "script",
            Self::Queue(_) => "queue",
            Self::Action(_) => "action",
        }
    }

    /// The stream whose state the guard watches.
    pub fn stream(&self) -> Option<&Name> {
        match self {
            Self::Stream(key) | Self::Group(key, _) | Self::Groups(key, _) | Self::Consumer(key, _, _) => {
                Some(key)
            }
            Self::Keys(_) | Self::Client(..) | Self::Script | Self::Queue(_) | Self::Action(_) => None,
        }
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Stream(key) => write!(f, "stream {key}"),
            Self::Group(key, group) => write!(f, "group {group} of {key}"),
            Self::Consumer(key, group, consumer) => {
                write!(f, "consumer {consumer} of group {group} of {key}")
            }
            Self::Keys(pattern) => write!(f, "keys {}", glob_text(pattern)),
            Self::Groups(key, pattern) => {
                write!(f, "groups {} of {key}", glob_text(pattern))
            }
            Self::Client(id, name) if name.as_bytes().is_empty() => write!(f, "client {id}"),
            Self::Client(id, name) => write!(f, "client {id} ({name})"),
            Self::Script => write!(f, "the script that blocks the server"),
            Self::Queue(id) => {
                let title =
                    crate::core::queues::adapter(id.site.framework).map_or("", |adapter| adapter.title);
                write!(f, "queue {} of {title}", self.name())
            }
            Self::Action(id) => write!(f, "action {id}"),
        }
    }
}
