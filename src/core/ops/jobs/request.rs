//! What is asked of a queue's jobs, or of a queue, before anybody looked at the server.
//!
//! Invariant: what is not said is safe: what is dropped is kept, and is of one class.

use crate::core::model::Name;
use crate::core::model::queues::{QueueColumn, QueueId};

/// Jobs that are to be moved or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobsRequest {
    /// Of which queue.
    pub of: QueueId,
    /// Only those of this class.
    pub class: Option<Name>,
    /// So many at most.
    pub count: Option<u64>,
    /// Keep them; none for the default of the action.
    pub archive: Option<bool>,
}

impl JobsRequest {
    /// All of a queue.
    pub const fn new(of: QueueId) -> Self {
        Self { of, class: None, count: None, archive: None }
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
