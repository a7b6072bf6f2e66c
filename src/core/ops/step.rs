//! The steps of an action that is carried out: what is to be done next, what came of it, what has been done so far.
//!
//! Knows the shape of steps; not which action takes them, nor how they are sent. Invariant: an [`Order`] is made in
//! `core::ops` and nowhere else.

use super::archive::Frame;
use crate::core::model::refusals::RefusalCode;
use crate::core::wire::{ErrorKind, ErrorReply, ReadCmd, Resp, WriteCmd};

/// What is to be done next.
#[derive(Debug, PartialEq)]
pub enum Step {
    /// Ask these, and answer with their replies.
    Ask(Vec<ReadCmd>),
    /// Keep these, on disk, before anything else.
    Keep(Vec<Frame>),
    /// Read so many kept items.
    Load(u32),
    /// Send these.
    Tell(Order),
    /// There is nothing left to do.
    Done(End),
}

/// What came of the last step.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Nothing was done yet.
    Begin,
    /// Replies to what was asked.
    Read(Vec<Resp>),
    /// It is on disk.
    Kept,
    /// What was kept; empty at the end.
    Loaded(Vec<Frame>),
    /// Replies to what was sent.
    Told(Vec<Resp>),
}

/// Commands that a write link takes. A run alone makes one.
#[derive(Debug, PartialEq)]
pub struct Order {
    commands: Vec<WriteCmd>,
}

/// How a run ended by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// All of it was done.
    Complete,
    /// It found that it must not go on.
    Refused(String),
    /// The server refused.
    Failed(String),
}

/// What has been done so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Tally {
    /// Items done.
    pub done: u64,
    /// Pending rows whose entry was gone: dropped.
    pub gone: u64,
    /// Items that others were quicker with.
    pub lost: u64,
    /// Items left alone: in use, protected, changed, or there again.
    pub left: u64,
    /// Of those left alone: entries with more fields than a script can copy.
    pub wide: u64,
    /// Items kept in the archive.
    pub kept: u64,
}

/// The state of one action that is carried out.
pub(in crate::core::ops) trait Machine: Send + Sync + std::fmt::Debug {
    /// The next step; `batch` is how many items it may have.
    fn next(&mut self, answer: Answer, batch: u32) -> Step;
    /// What has been done.
    fn tally(&self) -> Tally;
    /// Smallest, first and greatest number of items in one step.
    fn batch(&self) -> (u32, u32, u32);
}

impl Order {
    pub(super) fn new(commands: Vec<WriteCmd>) -> Self {
        Self { commands }
    }

    /// The commands.
    pub fn commands(&self) -> &[WriteCmd] {
        &self.commands
    }

    /// How many items it is about.
    pub fn items(&self) -> usize {
        self.commands.iter().map(WriteCmd::items).sum()
    }
}

/// What an error reply means for the run.
pub(super) fn end_of(refusal: &ErrorReply) -> Step {
    let text = match (refusal.refusal(), refusal.kind()) {
        (Some(RefusalCode::ReadOnly), _) => {
            return Step::Done(End::Refused("the server is a replica now: it takes no writes".into()));
        }
        (_, ErrorKind::DeniedCommand | ErrorKind::DeniedKey) => {
            format!("this user may not: {refusal}")
        }
        (Some(RefusalCode::Oom), _) => "the server has no memory left for it (OOM)".to_owned(),
        _ => format!("the server says: {refusal}"),
    };
    Step::Done(End::Failed(text))
}

/// A reply that has another shape than the command's.
pub(super) fn strange() -> Step {
    Step::Done(End::Failed("the server's reply has a shape that streamgauge does not know".to_owned()))
}
