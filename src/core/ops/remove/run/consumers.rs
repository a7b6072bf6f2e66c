//! Removing consumers of a group that do nothing: look at some, keep their names, delete them.
//!
//! Knows names and how the list tells of them. Invariant: a consumer with pending rows stays, whatever happened since the
//! plan.

use super::is_read_again;
use crate::core::figures::sentence::{number_of, span};
use crate::core::limits::DELETE_BATCH;
use crate::core::model::Name;
use crate::core::model::consumers::Consumer;
use crate::core::ops::archive::Frame;
use crate::core::ops::plan::Work;
use crate::core::ops::step::{Answer, End, Machine, Order, Step, Tally, end_of, strange};
use crate::core::wire::decode::groups::consumers;
use crate::core::wire::{ReadCmd, Resp, WriteCmd};
use std::collections::{HashMap, VecDeque};

/// The steps of a removal of consumers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumersWork {
    /// The stream.
    pub key: Name,
    /// The group.
    pub group: Name,
    /// The consumers.
    pub consumers: Vec<Name>,
    /// Idle time that each must have, milliseconds.
    pub min_idle_ms: u64,
    /// Consumers of the group when the plan was made, those that stay too.
    pub listed: u64,
}

impl ConsumersWork {
    /// The command as text stands for all of them.
    pub fn command(&self, consumers: Vec<Name>) -> WriteCmd {
        let (key, group) = (self.key.clone(), self.group.clone());
        WriteCmd::DeleteConsumers { key, group, consumers }
    }

    /// Whether each step reads the list of the group's consumers again, and sees who came back.
    pub const fn reads_again(&self) -> bool {
        is_read_again(self.listed)
    }

    /// Why this one stays, as it is listed now.
    fn stays(&self, consumer: &Consumer) -> Option<String> {
        let Consumer { name, pending, idle_ms, .. } = consumer;
        match (*pending, *idle_ms) {
            (Some(0), Some(idle_ms)) if idle_ms >= self.min_idle_ms => None,
            (Some(0), Some(idle_ms)) => Some(format!("consumer {name} was active {} ago", span(idle_ms))),
            (Some(0), None) => Some(format!("consumer {name} does not say how long it has been idle")),
            (Some(rows), _) => Some(format!(
                "consumer {name} has {}: hand them over first",
                number_of(rows, "pending entry")
            )),
            (None, _) => Some(format!("consumer {name} does not say whether it has pending entries")),
        }
    }
}

impl Work for ConsumersWork {
    fn machine(&self, archive: bool) -> Box<dyn Machine> {
        let waiting = self.consumers.clone().into();
        Box::new(ConsumersMachine {
            work: self.clone(),
            archive,
            waiting,
            chosen: Vec::new(),
            why: None,
            tally: Tally::default(),
        })
    }
}

/// A removal of consumers under way.
#[derive(Debug)]
struct ConsumersMachine {
    work: ConsumersWork,
    archive: bool,
    waiting: VecDeque<Name>,
    chosen: Vec<Name>,
    /// Why the last one stays that was left.
    why: Option<String>,
    tally: Tally,
}

impl ConsumersMachine {
    fn choose(&mut self, batch: u32) -> Step {
        let count = (batch.max(1) as usize).min(self.waiting.len());
        self.chosen = self.waiting.drain(..count).collect();
        if self.chosen.is_empty() {
            return self.end();
        }
        match self.work.reads_again() {
            true => Step::Ask(vec![ReadCmd::XinfoConsumers(self.work.key.clone(), self.work.group.clone())]),
            false => self.keep(),
        }
    }

    /// Where one alone was meant and stays, the action is refused.
    fn end(&mut self) -> Step {
        Step::Done(match self.why.take().filter(|_| self.work.consumers.len() == 1) {
            Some(why) => End::Refused(why),
            None => End::Complete,
        })
    }

    /// Leaves out of a step who came back or has gone.
    fn looked(&mut self, reply: &Resp, batch: u32) -> Step {
        if let Resp::Error(refusal) = reply {
            return end_of(refusal);
        }
        let Some(found) = consumers(reply) else { return strange() };
        let found: HashMap<&Name, &Consumer> =
            found.iter().map(|consumer| (&consumer.name, consumer)).collect();
        for name in std::mem::take(&mut self.chosen) {
            match found.get(&name).map(|consumer| self.work.stays(consumer)) {
                Some(None) => self.chosen.push(name),
                Some(why) => {
                    self.why = why;
                    self.tally.left += 1;
                }
                None => {
                    self.why = Some(format!("consumer {name} is not there any more"));
                    self.tally.lost += 1;
                }
            }
        }
        if self.chosen.is_empty() { self.choose(batch) } else { self.keep() }
    }

    fn keep(&mut self) -> Step {
        match self.archive {
            true => Step::Keep(self.chosen.iter().cloned().map(Frame::Consumer).collect()),
            false => self.tell(),
        }
    }

    fn tell(&mut self) -> Step {
        Step::Tell(Order::new(vec![self.work.command(std::mem::take(&mut self.chosen))]))
    }

    fn told(&mut self, reply: &Resp, batch: u32) -> Step {
        if let Resp::Error(refusal) = reply {
            return end_of(refusal);
        }
        let counts: Option<Vec<u64>> =
            reply.items().and_then(|items| items.iter().map(Resp::count).collect());
        let Some([deleted, in_use]) = counts.as_deref() else { return strange() };
        self.tally.done += deleted;
        self.tally.left += in_use;
        if *in_use > 0 {
            self.why = self
                .work
                .consumers
                .last()
                .map(|name| format!("consumer {name} has pending entries by now: hand them over first"));
        }
        self.choose(batch)
    }
}

impl Machine for ConsumersMachine {
    fn next(&mut self, answer: Answer, batch: u32) -> Step {
        match answer {
            Answer::Begin => self.choose(batch),
            Answer::Kept => {
                self.tally.kept += self.chosen.len() as u64;
                self.tell()
            }
            Answer::Read(replies) => match replies.first() {
                Some(reply) => self.looked(reply, batch),
                None => strange(),
            },
            Answer::Told(replies) => match replies.first() {
                Some(reply) => self.told(reply, batch),
                None => strange(),
            },
            Answer::Loaded(_) | Answer::ToldAndRead(..) => strange(),
        }
    }

    fn tally(&self) -> Tally {
        self.tally
    }

    fn batch(&self) -> (u32, u32, u32) {
        DELETE_BATCH
    }
}
