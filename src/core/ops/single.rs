//! Actions of one step: end a client's connection, or the script that holds the server.
//!
//! Knows their replies. Invariant: what has ended by itself is not told as ended by us.

pub mod plan;

use crate::core::ops::plan::Work;
use crate::core::ops::step::{Answer, End, Machine, Order, Step, Tally, end_of, strange};
use crate::core::wire::write::BusyWith;
use crate::core::wire::{Resp, WriteCmd};

/// The one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SingleWork {
    /// End a connection.
    KillClient(u64),
    /// End what holds the server.
    KillScript(BusyWith),
}

impl SingleWork {
    /// The command.
    pub fn command(&self) -> WriteCmd {
        match self {
            Self::KillClient(id) => WriteCmd::KillClient(*id),
            Self::KillScript(what) => WriteCmd::KillScript(*what),
        }
    }
}

impl Work for SingleWork {
    fn machine(&self, _archive: bool) -> Box<dyn Machine> {
        Box::new(SingleMachine { work: self.clone(), tally: Tally::default() })
    }
}

/// One step under way.
#[derive(Debug)]
struct SingleMachine {
    work: SingleWork,
    tally: Tally,
}

impl SingleMachine {
    fn tell(&self) -> Step {
        Step::Tell(Order::new(vec![self.work.command()]))
    }

    fn told(&mut self, reply: &Resp) -> Step {
        let refused = |why: String| Step::Done(End::Refused(why));
        if let Resp::Error(refusal) = reply {
            return match refusal.code.as_str() {
                "NOTBUSY" => refused("it has ended by itself: nothing holds the server any more".to_owned()),
                "UNKILLABLE" => refused(
                    "it has written already, so the server can't end it (UNKILLABLE): wait for it, or SHUTDOWN NOSAVE, which loses what was written since the last save"
                        .to_owned(),
                ),
                _ => end_of(refusal),
            };
        }
        match &self.work {
            SingleWork::KillScript(_) => {
                self.tally.done = 1;
                Step::Done(End::Complete)
            }
            SingleWork::KillClient(_) => {
                let Some(ended) = reply.count() else { return strange() };
                self.tally.done = ended;
                match ended {
                    0 => refused("that client is not connected any more".to_owned()),
                    _ => Step::Done(End::Complete),
                }
            }
        }
    }
}

impl Machine for SingleMachine {
    fn next(&mut self, answer: Answer, _batch: u32) -> Step {
        match answer {
            Answer::Begin => self.tell(),
            Answer::Told(replies) => match replies.first() {
                Some(reply) => self.told(reply),
                None => strange(),
            },
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_written_cannot_be_killed_and_what_has_ended_needs_not_be() {
        use crate::core::wire::ErrorReply;
        let told = |text: &str| {
            let mut machine = SingleWork::KillScript(BusyWith::Script).machine(false);
            assert!(matches!(machine.next(Answer::Begin, 1), Step::Tell(_)));
            let reply = Resp::Error(ErrorReply::new(text));
            match machine.next(Answer::Told(vec![reply]), 1) {
                Step::Done(End::Refused(why)) => why,
                step => panic!("{step:?}"),
            }
        };
        assert!(
            told("UNKILLABLE Sorry the script already executed write commands")
                .contains("has written already")
        );
        assert!(told("NOTBUSY No scripts in execution right now.").contains("ended by itself"));
    }
}
