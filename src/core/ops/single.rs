//! Actions of one step: delete a consumer, end a client's connection.
//!
//! Knows their replies. Invariant: a consumer with pending rows is not deleted, whatever happened since the plan.

pub mod plan;

use crate::core::model::Name;
use crate::core::ops::archive::Frame;
use crate::core::ops::plan::Work;
use crate::core::ops::step::{Answer, End, Machine, Order, Step, Tally, end_of, strange};
use crate::core::wire::write::BusyWith;
use crate::core::wire::{Resp, WriteCmd};

/// The one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SingleWork {
    /// Delete a consumer that has nothing pending.
    DeleteConsumer {
        /// The stream.
        key: Name,
        /// The group.
        group: Name,
        /// The consumer.
        consumer: Name,
        /// Idle time that it must have, milliseconds.
        min_idle_ms: u64,
    },
    /// End a connection.
    KillClient(u64),
    /// End what holds the server.
    KillScript(BusyWith),
}

impl SingleWork {
    /// The command.
    pub fn command(&self) -> WriteCmd {
        match self.clone() {
            Self::DeleteConsumer { key, group, consumer, min_idle_ms } => {
                WriteCmd::DeleteConsumer { key, group, consumer, min_idle_ms }
            }
            Self::KillClient(id) => WriteCmd::KillClient(id),
            Self::KillScript(what) => WriteCmd::KillScript(what),
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
            SingleWork::DeleteConsumer { consumer, .. } => {
                let Some(items) = reply.items() else { return strange() };
                let number = items.get(1).and_then(Resp::count);
                let number =
                    number.map_or_else(|| "an unknown number of".to_owned(), |number| number.to_string());
                match items.first().and_then(Resp::text).as_deref() {
                    Some("DELETED") => {
                        self.tally.done = 1;
                        Step::Done(End::Complete)
                    }
                    Some("PENDING") => refused(format!(
                        "consumer {consumer} has {number} pending entries: hand them over first"
                    )),
                    Some("ACTIVE") => refused(format!("consumer {consumer} was active {number} ms ago")),
                    Some("MISSING") => refused(format!("consumer {consumer} is not there any more")),
                    _ => strange(),
                }
            }
        }
    }
}

impl Machine for SingleMachine {
    fn next(&mut self, answer: Answer, _batch: u32) -> Step {
        match (answer, &self.work) {
            (Answer::Begin, SingleWork::DeleteConsumer { consumer, .. }) => {
                Step::Keep(vec![Frame::Consumer(consumer.clone())])
            }
            (Answer::Begin, SingleWork::KillClient(_) | SingleWork::KillScript(_)) => self.tell(),
            (Answer::Kept, _) => {
                self.tally.kept = 1;
                self.tell()
            }
            (Answer::Told(replies), _) => match replies.first() {
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

    #[test]
    fn a_consumer_that_has_work_or_lives_stays() {
        let name = Name::from;
        for (word, number, says) in [("PENDING", 3, "3 pending"), ("ACTIVE", 12, "12 ms ago")] {
            let (key, group, consumer) = (name("s"), name("g"), name("c"));
            let work = SingleWork::DeleteConsumer { key, group, consumer, min_idle_ms: 60_000 };
            let mut machine = work.machine(false);
            assert!(matches!(machine.next(Answer::Begin, 1), Step::Keep(_)));
            assert!(matches!(machine.next(Answer::Kept, 1), Step::Tell(_)));
            let reply = Resp::Array(vec![Resp::Bytes(word.as_bytes().to_vec()), Resp::Int(number)]);
            let Step::Done(End::Refused(why)) = machine.next(Answer::Told(vec![reply]), 1) else { panic!() };
            assert!(why.contains(says), "{why}");
        }
    }
}
