//! What comes in, what goes out, and how soon to draw.

use super::TargetId;
use super::entries::EntriesQuestion;
use super::zone::{MouseAct, ZoneTarget};
use crate::commands::Key;
use crate::config::own::{ProgramOutput, ProgramRun};
use crate::config::settings::PictureChoice;
use crate::core::demo::DemoStatus;
use crate::core::model::Snapshot;
use crate::core::model::link::LinkStatus;
use crate::core::model::probe::{ProbeEvent, ProbeKind, ProbePlan};
use crate::core::model::snapshot::EntriesPage;
use crate::core::ops::record::Past;
use crate::core::ops::{Confirmed, Control, Plan, PlanId, PlanProgress, Progress, Receipt, Refusal, Request};
use crate::core::wire::round::{Fetch, Focus};

/// What happened.
#[derive(Clone, Debug)]
pub enum Message {
    /// A key was pressed.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// The mouse did something to what was drawn there; none where nothing was.
    Mouse(MouseAct, Option<ZoneTarget>),
    /// The terminal has another size: columns, rows.
    Resized(u16, u16),
    /// A target tells something.
    From(TargetId, TargetMessage),
    /// The demo changed.
    Demo(DemoStatus),
    /// A second passed.
    Tick,
    /// We are back from the shell: the whole screen is to be drawn.
    Resumed,
}

/// What is told of one target.
#[derive(Clone, Debug)]
pub enum TargetMessage {
    /// A round was read.
    Observed(Box<Snapshot>),
    /// The connection changed.
    Link(LinkStatus),
    /// Entries were read, or could not be.
    Entries(EntriesQuestion, Result<EntriesPage, String>),
    /// What was asked for once was asked too recently: seconds to wait.
    FetchLater(Fetch, u64),
    /// A probe tells something.
    Probe(ProbeKind, ProbeEvent),
    /// A plan was made, or there is none.
    Planned(PlanId, Result<Box<Plan>, Refusal>),
    /// A plan is so far.
    Planning(PlanId, PlanProgress),
    /// An action is so far.
    Progress(Progress),
    /// An action is over.
    Finished(Box<Receipt>),
    /// What the journal has, and what an earlier run left open.
    Journal(Vec<Past>, Vec<String>),
    /// A program of the operator's own is over.
    Ran(Box<ProgramOutput>),
    /// Something was done that the operator wants to know.
    Told(String),
    /// Something went wrong that the operator should know.
    Trouble(String),
}

/// Tests watch one target.
#[cfg(test)]
impl From<TargetMessage> for Message {
    fn from(message: TargetMessage) -> Self {
        Self::From(TargetId::default(), message)
    }
}

/// What is to be done outside, for the target that [`super::update()`] names with it.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// Leave.
    Quit,
    /// Go back to the shell for a while.
    Suspend,
    /// Tell the poller what is looked at.
    Look(Focus),
    /// Poll in this rhythm, microseconds.
    SetInterval(u64),
    /// Ask for something costly, once.
    Fetch(Fetch),
    /// Stop measuring keys, or go on.
    PauseSampler(bool),
    /// Connect or poll now.
    Retry,
    /// Begin the walk through the keys anew, now: keys have gone, or are back.
    CountKeys,
    /// Read entries.
    ReadEntries(EntriesQuestion),
    /// Begin or end a probe.
    Probe(ProbeOrder),
    /// Look at the server for a plan; one that is being made is given up.
    Plan(PlanId, Request),
    /// Give up the plan that is being made.
    CancelPlan(PlanId),
    /// Carry confirmed plans out, one after the other, so many items a second at most.
    Carry(Vec<Confirmed>, Option<u64>),
    /// Run a program of the operator's own.
    RunProgram(Box<ProgramRun>),
    /// Tell the action that runs.
    Control(Control),
    /// Change the demo.
    Demo(DemoOrder),
    /// Put this text into the terminal's clipboard.
    Copy(String),
    /// Put the selected row as text into the terminal's clipboard.
    CopyRow,
    /// Save the screen as a picture.
    SaveScreen(PictureChoice),
    /// Take the mouse, or give it back to the terminal.
    Mouse(bool),
}

/// What is to become of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeOrder {
    /// It begins.
    Start(ProbePlan),
    /// It ends.
    Stop(ProbeKind),
}

/// What the demo is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoOrder {
    /// The next scenario.
    NextScenario,
    /// Half the load.
    Slower,
    /// Twice the load.
    Faster,
}

/// How soon to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Draw {
    /// Nothing changed on the screen.
    No,
    /// With the next frame for data.
    Data,
    /// At once: somebody pressed a key.
    Now,
}
