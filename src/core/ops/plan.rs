//! What an action would do, to the entry: made by reads, shown before anything is written.
//!
//! Knows the numbers and sentences of a preview; not how they are drawn. Invariant: a plan fixes ids, so that what
//! comes after consent is safe, and it expires.

pub mod invalidate;
pub mod reclaim;
pub mod remove;
pub mod single;
pub mod trim;
pub mod undo;

use super::guard::Guard;
use super::invalidate::InvalidateWork;
use super::remove::{ConsumersWork, GroupsWork};
use super::settle::SettleWork;
use super::single::SingleWork;
use super::trim::TrimWork;
use super::undo::UndoWork;
use crate::core::limits::PLAN_LIVES_MS;
use crate::core::model::Name;

/// What an action would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Which action.
    pub deed: ActionKind,
    /// To what.
    pub subject: Subject,
    /// What has to be as it was for it to go on.
    pub guard: Guard,
    /// What it would remove or move.
    pub stake: Impact,
    /// What it says of itself: label and sentence, in the order in which they are read.
    pub facts: Vec<(&'static str, String)>,
    /// What the operator should think of first.
    pub warnings: Vec<String>,
    /// The commands, one of each form.
    pub commands: Vec<String>,
    /// Why a name has to be typed; none when it has not.
    pub typed: Option<String>,
    /// Whether what goes is kept.
    pub archive: bool,
    /// Why there is nothing to do, and what holds it.
    pub nothing: Option<String>,
    /// What fills the cache again afterwards: program and arguments.
    pub warm_up: Vec<String>,
    /// The steps.
    pub work: Work,
    /// When it was made: microseconds of the process's clock.
    pub made_us: u64,
}

/// Which action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActionKind {
    /// Remove the oldest entries.
    Trim,
    /// Settle pending rows.
    Reclaim,
    /// Remove keys.
    Invalidate,
    /// Delete a consumer.
    DeleteConsumer,
    /// Remove groups.
    RemoveGroups,
    /// Remove consumers that do nothing.
    RemoveConsumers,
    /// End a connection.
    KillClient,
    /// End a script.
    KillScript,
    /// Bring back.
    Undo,
}

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
    /// A client.
    Client(u64),
    /// The script that holds the server.
    Script,
    /// An earlier action.
    Action(String),
}

/// What goes, or moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Impact {
    /// Entries, rows or keys.
    pub items: u64,
    /// Whether they were counted to the last.
    pub is_exact: bool,
    /// Their bytes: an estimate.
    pub bytes: Option<u64>,
    /// Whether something that somebody still needs is among them.
    pub is_lossy: bool,
}

/// The steps of an action.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "each is the work of the action of its name")]
pub enum Work {
    Trim(TrimWork),
    Settle(SettleWork),
    Invalidate(InvalidateWork),
    Single(SingleWork),
    Groups(GroupsWork),
    Consumers(ConsumersWork),
    Undo(UndoWork),
}

impl ActionKind {
    /// Its name, for people, the journal and the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Trim => "trim",
            Self::Reclaim => "reclaim",
            Self::Invalidate => "invalidate",
            Self::DeleteConsumer => "delete-consumer",
            Self::RemoveGroups => "remove-groups",
            Self::RemoveConsumers => "remove-consumers",
            Self::KillClient => "kill-client",
            Self::KillScript => "kill-script",
            Self::Undo => "undo",
        }
    }

    /// What it counts.
    pub const fn items(self) -> &'static str {
        match self {
            Self::Trim => "entries",
            Self::Reclaim => "pending rows",
            Self::Invalidate => "keys",
            Self::DeleteConsumer | Self::RemoveConsumers => "consumers",
            Self::RemoveGroups => "groups",
            Self::KillClient => "clients",
            Self::KillScript => "scripts",
            Self::Undo => "items",
        }
    }
}

impl Subject {
    /// The name that is typed for it.
    pub fn name(&self) -> String {
        match self {
            Self::Stream(key) | Self::Group(key, _) => key.to_string(),
            Self::Keys(pattern) => super::words::glob_text(pattern),
            Self::Groups(_, pattern) => super::words::glob_text(pattern),
            Self::Script => "script".to_owned(),
            Self::Consumer(_, _, consumer) => consumer.to_string(),
            Self::Client(id) => id.to_string(),
            Self::Action(id) => id.clone(),
        }
    }

    /// The stream whose state the guard watches.
    pub fn stream(&self) -> Option<&Name> {
        match self {
            Self::Stream(key) | Self::Group(key, _) | Self::Groups(key, _) | Self::Consumer(key, _, _) => {
                Some(key)
            }
            Self::Keys(_) | Self::Client(_) | Self::Script | Self::Action(_) => None,
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
            Self::Keys(pattern) => write!(f, "keys {}", super::words::glob_text(pattern)),
            Self::Groups(key, pattern) => {
                write!(f, "groups {} of {key}", super::words::glob_text(pattern))
            }
            Self::Client(id) => write!(f, "client {id}"),
            Self::Script => write!(f, "the script that holds the server"),
            Self::Action(id) => write!(f, "action {id}"),
        }
    }
}

impl Plan {
    /// Whether it is too old to be carried out.
    pub const fn has_expired(&self, now_us: u64) -> bool {
        now_us.saturating_sub(self.made_us) > PLAN_LIVES_MS * 1_000
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::core::model::StreamId;
    use crate::core::wire::write::Made;

    /// A trim of stream `orders`.
    pub fn plan() -> Plan {
        let (key, to) = (Name::from("orders"), StreamId::new(5, 0));
        let work = TrimWork {
            key: key.clone(),
            to,
            is_safe: true,
            approx: false,
            has_minid: true,
            has_scripts: true,
            made: Made::default(),
        };
        Plan {
            deed: ActionKind::Trim,
            subject: Subject::Stream(key),
            guard: Guard::default(),
            stake: Impact { items: 3, is_exact: true, bytes: None, is_lossy: false },
            facts: Vec::new(),
            warnings: Vec::new(),
            commands: work.commands(false),
            typed: None,
            archive: false,
            nothing: None,
            warm_up: Vec::new(),
            work: Work::Trim(work),
            made_us: 0,
        }
    }

    #[test]
    fn a_plan_expires_after_two_minutes() {
        assert!(!plan().has_expired(120_000_000));
        assert!(plan().has_expired(120_000_001));
    }
}
