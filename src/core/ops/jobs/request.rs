//! What is asked of a queue's jobs, or of a queue, before anybody looked at the server.
//!
//! Invariant: what is not said is safe: what is dropped is kept, and is of one class or failed with one error.

use crate::core::model::Name;
use crate::core::model::glob::Glob;
use crate::core::model::queues::{QueueColumn, QueueId};
use crate::core::queues::errors::normalised;

/// Jobs that are to be moved or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobsRequest {
    /// Of which queue.
    pub of: QueueId,
    /// Only those of this class.
    pub class: Option<Name>,
    /// Only those that failed with this.
    pub error: Option<ErrorWanted>,
    /// So many at most.
    pub count: Option<u64>,
    /// Keep them; none for the default of the action.
    pub archive: Option<bool>,
}

impl JobsRequest {
    /// All of a queue.
    pub const fn new(of: QueueId) -> Self {
        Self { of, class: None, error: None, count: None, archive: None }
    }
}

/// Which error jobs have failed with, in which numbers, ids and quoted values are a star.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorWanted {
    /// This one.
    Exactly(Name),
    /// One that matches this glob.
    Like(Name),
    /// This one, as it is or as a job tells it; where no job has it, each that matches it as a glob.
    Text(Name),
}

impl ErrorWanted {
    /// Whether it is this one.
    pub fn is(&self, error: Option<&Name>) -> bool {
        error.is_some_and(|error| match self {
            Self::Exactly(wanted) => wanted == error,
            Self::Like(glob) => Glob::new(glob.clone()).matches(error.as_bytes()),
            Self::Text(_) => self.meanings().iter().any(|meaning| meaning.is(Some(error))),
        })
    }

    /// What it may mean: the first that is there is meant.
    pub fn meanings(&self) -> Vec<Self> {
        match self {
            Self::Text(text) => {
                let exactly = Name::from(normalised(&text.text()).as_str());
                vec![Self::Exactly(text.clone()), Self::Exactly(exactly), Self::Like(text.clone())]
            }
            one => vec![one.clone()],
        }
    }

    /// The text.
    pub const fn name(&self) -> &Name {
        match self {
            Self::Exactly(name) | Self::Like(name) | Self::Text(name) => name,
        }
    }
}

/// A queue that is to be paused, or to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PauseRequest {
    /// Which.
    pub of: QueueId,
}

/// Jobs that are to be dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DropRequest {
    /// Which.
    pub jobs: JobsRequest,
    /// Those that count as this.
    pub part: QueueColumn,
}
