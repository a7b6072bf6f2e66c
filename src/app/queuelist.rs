//! The lists of the queues screen and of a queue's page: one is shown, a key shows the next.
//!
//! Knows which there are; not what is in them. Invariant: what somebody chose stays on both.

use super::View;
use super::cell::TableId;

/// One of the lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueueList {
    /// Queues; classes of jobs on a queue's page.
    #[default]
    First,
    /// Jobs that failed, by error.
    Failures,
    /// What begins jobs again and again.
    Schedules,
    /// For whom jobs are.
    Tenants,
}

impl QueueList {
    /// The next one, all the way round.
    pub const fn next(self) -> Self {
        match self {
            Self::First => Self::Failures,
            Self::Failures => Self::Schedules,
            Self::Schedules => Self::Tenants,
            Self::Tenants => Self::First,
        }
    }

    /// Its table in this view; `None` where the view has no such lists.
    pub fn table(self, view: &View) -> Option<TableId> {
        let is_queues = matches!(view, View::Queues | View::Queue(_));
        is_queues.then_some(match (self, view) {
            (Self::Tenants, _) => TableId::Tenants,
            (Self::Failures, _) => TableId::Failures,
            (Self::Schedules, _) => TableId::Schedules,
            (Self::First, View::Queue(_)) => TableId::JobClasses,
            (Self::First, _) => TableId::Queues,
        })
    }
}
