//! Bringing back what an action removed, from its archive.
//!
//! Knows frames and how each goes back; reads no file. Invariant: nothing that is there again is written over, and a row
//! that somebody has touched since stays as it is.

use super::archive::Frame;
use super::settle::server_ms;
use super::step::{Answer, End, Machine, Order, Step, Tally, end_of, strange};
use crate::core::limits::KEY_BATCH;
use crate::core::model::{Name, StreamId};
use crate::core::wire::write::OldRow;
use crate::core::wire::{ReadCmd, Resp, WriteCmd};

/// The steps of an undo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoWork {
    /// The stream of rows and consumers.
    pub key: Name,
    /// Their group.
    pub group: Name,
    /// Whose the rows are now, where the action gave them to one consumer.
    pub from: Option<Name>,
    /// Whether the rows stayed in the list of pending entries.
    pub rows_stay: bool,
    /// Where entries go: a stream beside the old one.
    pub side: Name,
}

impl UndoWork {
    /// The commands, one of each form that `frames` need.
    pub fn commands(&self, frames: &[Frame]) -> Vec<String> {
        let mut lines = Vec::new();
        for command in self.commands_of(frames, 0) {
            let line = command.text();
            let kind = line.split(' ').next().unwrap_or_default().to_owned();
            if !lines.iter().any(|known: &String| known.starts_with(&kind)) {
                lines.push(line);
            }
        }
        lines
    }

    fn commands_of(&self, frames: &[Frame], now_ms: u64) -> Vec<WriteCmd> {
        let mut rows: Vec<OldRow> = Vec::new();
        let mut commands = Vec::new();
        for frame in frames {
            match frame {
                Frame::Row(row) => rows.push(row.clone()),
                Frame::Entry(entry) => commands.push(WriteCmd::Append {
                    key: self.side.clone(),
                    id: entry.id,
                    fields: entry.fields.clone(),
                }),
                Frame::Key { key, expires_ms, dump } => {
                    let ttl_ms = expires_ms.map_or(0, |expires_ms| expires_ms.saturating_sub(now_ms).max(1));
                    commands.push(WriteCmd::Restore { key: key.clone(), ttl_ms, payload: dump.clone() });
                }
                Frame::Ttl { key, expires_ms } => {
                    let ms = expires_ms.map(|expires_ms| expires_ms.saturating_sub(now_ms).max(1));
                    commands.push(WriteCmd::Retime { key: key.clone(), ms });
                }
                Frame::Consumer(consumer) => commands.push(WriteCmd::CreateConsumer {
                    key: self.key.clone(),
                    group: self.group.clone(),
                    consumer: consumer.clone(),
                }),
            }
        }
        if !rows.is_empty() {
            let from = if self.rows_stay { Some(self.from.clone().unwrap_or(Name::from(""))) } else { None };
            commands.push(WriteCmd::GiveBack {
                key: self.key.clone(),
                group: self.group.clone(),
                from,
                rows,
            });
        }
        commands
    }

    pub(super) fn machine(self) -> UndoMachine {
        UndoMachine { work: self, now_ms: 0, tally: Tally::default() }
    }
}

/// An undo under way.
#[derive(Debug)]
pub(super) struct UndoMachine {
    work: UndoWork,
    now_ms: u64,
    tally: Tally,
}

impl UndoMachine {
    fn loaded(&mut self, frames: Vec<Frame>, batch: u32) -> Step {
        if frames.is_empty() {
            return Step::Done(End::Complete);
        }
        let now_ms = self.now_ms;
        let is_over = |expires_ms: &Option<u64>| expires_ms.is_some_and(|expires_ms| expires_ms <= now_ms);
        let (over, frames): (Vec<Frame>, Vec<Frame>) = frames.into_iter().partition(|frame| match frame {
            Frame::Key { expires_ms, .. } | Frame::Ttl { expires_ms, .. } => is_over(expires_ms),
            Frame::Entry(entry) => entry.id == StreamId::MIN,
            // What nobody had (8.8) can be given back to nobody.
            Frame::Row(row) => row.consumer.as_bytes().is_empty(),
            Frame::Consumer(_) => false,
        });
        // What would have expired by now has.
        self.tally.lost += over.len() as u64;
        if frames.is_empty() {
            return Step::Load(batch);
        }
        Step::Tell(Order::new(self.work.commands_of(&frames, now_ms)))
    }

    fn told(&mut self, replies: &[Resp], batch: u32) -> Step {
        for reply in replies {
            match reply {
                // There again, or already given back.
                Resp::Error(refusal)
                    if refusal.code == "BUSYKEY" || refusal.text.contains("equal or smaller") =>
                {
                    self.tally.left += 1;
                }
                Resp::Error(refusal) => return end_of(refusal),
                Resp::Array(lists) => {
                    let count =
                        |at: usize| lists.get(at).and_then(Resp::items).map_or(0, <[Resp]>::len) as u64;
                    self.tally.done += count(0);
                    self.tally.left += count(1);
                }
                reply if reply.int() == Some(0) => self.tally.left += 1,
                _ => self.tally.done += 1,
            }
        }
        Step::Load(batch)
    }
}

impl Machine for UndoMachine {
    fn next(&mut self, answer: Answer, batch: u32) -> Step {
        match answer {
            Answer::Begin => Step::Ask(vec![ReadCmd::Time]),
            Answer::Read(replies) => match replies.first().and_then(server_ms) {
                Some(now_ms) => {
                    self.now_ms = now_ms;
                    Step::Load(batch)
                }
                None => strange(),
            },
            Answer::Loaded(frames) => self.loaded(frames, batch),
            Answer::Told(replies) => self.told(&replies, batch),
            Answer::Kept => strange(),
        }
    }

    fn tally(&self) -> Tally {
        self.tally
    }

    fn batch(&self) -> (u32, u32, u32) {
        KEY_BATCH
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::wire::ErrorReply;

    fn work() -> UndoWork {
        let name = Name::from;
        UndoWork { key: name("s"), group: name("g"), from: None, rows_stay: true, side: name("s:restored") }
    }

    fn begun() -> UndoMachine {
        let mut machine = work().machine();
        assert!(matches!(machine.next(Answer::Begin, 10), Step::Ask(_)));
        let time = Resp::Array(vec![Resp::Bytes(b"100".to_vec()), Resp::Bytes(b"0".to_vec())]);
        assert_eq!(machine.next(Answer::Read(vec![time]), 10), Step::Load(10));
        machine
    }

    fn key(name: &str, expires_ms: Option<u64>) -> Frame {
        Frame::Key { key: Name::from(name), expires_ms, dump: vec![1] }
    }

    #[test]
    fn keys_come_back_with_the_time_that_is_left_and_what_would_be_over_stays_away() {
        let mut machine = begun();
        let frames = vec![key("a", Some(100_500)), key("b", None), key("c", Some(99_999))];
        let Step::Tell(order) = machine.next(Answer::Loaded(frames), 10) else { panic!() };
        let lines: Vec<String> = order.commands().iter().map(WriteCmd::text).collect();
        assert_eq!(lines, ["RESTORE a 500 <payload>", "RESTORE b 0 <payload>"]);
        let busy = Resp::Error(ErrorReply::new("BUSYKEY Target key name already exists."));
        machine.next(Answer::Told(vec![busy, Resp::Bytes(b"OK".to_vec())]), 10);
        assert_eq!(machine.tally(), Tally { done: 1, left: 1, lost: 1, ..Tally::default() });
        assert_eq!(machine.next(Answer::Loaded(vec![]), 10), Step::Done(End::Complete));
    }

    #[test]
    fn rows_go_back_in_one_script_and_those_that_were_touched_are_counted_as_left() {
        let mut machine = begun();
        let row = |ms| {
            let (id, consumer) = (StreamId::new(ms, 0), Name::from("old"));
            Frame::Row(OldRow { id, consumer, delivered_ms: 5, deliveries: 2 })
        };
        let Step::Tell(order) = machine.next(Answer::Loaded(vec![row(1), row(2)]), 10) else { panic!() };
        assert_eq!((order.commands().len(), order.items()), (1, 2));
        let list = |count| Resp::Array(vec![Resp::Int(1); count]);
        machine.next(Answer::Told(vec![Resp::Array(vec![list(1), list(1)])]), 10);
        assert_eq!((machine.tally().done, machine.tally().left), (1, 1));
    }
}
