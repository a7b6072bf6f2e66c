//! A confirmed plan being carried out: replies come in, the next step goes out.
//!
//! Knows steps and what came of them; does not send, wait or write. Invariants: only a [`Confirmed`] makes a [`Run`],
//! and no order is made twice for the same items unless repeating it is harmless.

use super::challenge::Confirmed;
use super::plan::Plan;
use super::step::{Answer, Machine, Step, Tally};
use serde::ser::{Serialize, SerializeStruct, Serializer};

/// How an action ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All of it was done.
    Done,
    /// It was refused; what was done before stays done.
    Refused(String),
    /// It was stopped, by somebody or by itself.
    Stopped(String),
    /// The server, the disk or the connection refused, with nothing under way.
    Failed(String),
    /// A step was sent and its reply was lost: it may or may not have been done.
    Unknown(String),
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Outcome", 2)?;
        fields.serialize_field("outcome", self.word())?;
        fields.serialize_field("reason", &self.reason())?;
        fields.end()
    }
}

/// A confirmed plan being carried out.
#[derive(Debug)]
pub struct Run {
    plan: Plan,
    machine: Box<dyn Machine>,
}

impl Run {
    /// Begins.
    pub fn new(confirmed: Confirmed) -> Self {
        let (plan, at_once) = confirmed.into_plan();
        let machine = plan.work.machine(plan.archive, at_once);
        Self { plan, machine }
    }

    /// The plan.
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The next step after `answer`.
    pub fn next(&mut self, answer: Answer, batch: u32) -> Step {
        self.machine.next(answer, batch).at(&self.plan.guard.node)
    }

    /// Makes ready what can be of the step after the one that is under way.
    pub fn prepare(&mut self, batch: u32) {
        self.machine.prepare(batch);
    }

    /// What has been done.
    pub fn tally(&self) -> Tally {
        self.machine.tally()
    }

    /// Smallest, first and greatest number of items in one step.
    pub fn batch(&self) -> (u32, u32, u32) {
        self.machine.batch()
    }
}

impl Outcome {
    /// The word for machines.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused(_) => "refused",
            Self::Stopped(_) => "stopped",
            Self::Failed(_) => "failed",
            Self::Unknown(_) => "unknown",
        }
    }

    /// Why, where it is not done.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Done => None,
            Self::Refused(why) | Self::Stopped(why) | Self::Failed(why) | Self::Unknown(why) => Some(why),
        }
    }

    /// The exit status: 0 done, 1 failed, refused or stopped, 3 unknown.
    pub const fn exit(&self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused(_) | Self::Stopped(_) | Self::Failed(_) => 1,
            Self::Unknown(_) => 3,
        }
    }
}
