//! Actions of one step: one command is sent, its reply is read.
//!
//! Knows the step; not which command. Invariant: the command is sent once.

use super::guard::Guard;
use super::plan::{ActionKind, Impact, Plan, PlanWork, Subject, Work};
use super::step::{Answer, End, Machine, Order, Step, Tally, end_of, strange};
use crate::core::wire::{ErrorReply, Resp, WriteCmd};

/// An action of one step.
pub(super) trait OneStep: Clone + std::fmt::Debug + Send + Sync + 'static {
    /// The command.
    fn command(&self) -> WriteCmd;

    /// What a reply says: how many were done.
    ///
    /// # Errors
    /// Why none was; the outer result tells a reply that is known from one that is not.
    fn told(&self, reply: &Resp) -> Option<Result<u64, String>>;

    /// The same as the work of a plan, with its command.
    fn planned(self) -> (PlanWork, WriteCmd) {
        let command = self.command();
        (PlanWork::new(self), command)
    }

    /// What an error says, where it is one of this action's own.
    fn refused(&self, _error: &ErrorReply) -> Option<String> {
        None
    }
}

/// The plan of an action on one thing, by its one command.
pub(super) fn plan(
    kind: &'static ActionKind,
    subject: Subject,
    (work, command): (PlanWork, WriteCmd),
    (guard, made_us): (Guard, u64),
) -> Plan {
    Plan {
        kind,
        subject,
        guard,
        impact: Impact { items: 1, is_exact: true, bytes: None, is_lossy: false },
        facts: Vec::new(),
        warnings: Vec::new(),
        commands: vec![command.text()],
        typed: None,
        archive: false,
        nothing: None,
        warm_up: Vec::new(),
        work,
        made_us,
    }
}

impl<T: OneStep> Work for T {
    fn machine(&self, _archive: bool) -> Box<dyn Machine> {
        Box::new(OneStepMachine { work: self.clone(), tally: Tally::default() })
    }
}

/// One step under way.
#[derive(Debug)]
struct OneStepMachine<T> {
    work: T,
    tally: Tally,
}

impl<T: OneStep> OneStepMachine<T> {
    fn told(&mut self, reply: &Resp) -> Step {
        let told = match reply {
            Resp::Error(error) => match self.work.refused(error) {
                Some(why) => Some(Err(why)),
                None => return end_of(error),
            },
            reply => self.work.told(reply),
        };
        match told {
            Some(Ok(done)) => {
                self.tally.done = done;
                Step::Done(End::Complete)
            }
            Some(Err(why)) => Step::Done(End::Refused(why)),
            None => strange(),
        }
    }
}

impl<T: OneStep> Machine for OneStepMachine<T> {
    fn next(&mut self, answer: Answer, _batch: u32) -> Step {
        match answer {
            Answer::Begin => Step::Tell(Order::new(vec![self.work.command()])),
            Answer::Told(replies) => replies.first().map_or_else(strange, |reply| self.told(reply)),
            _ => strange(),
        }
    }

    fn tally(&self) -> Tally {
        self.tally
    }

    fn batch(&self) -> (u32, u32, u32) {
        (1, 1, 1)
    }
}
