//! The steps of an undo: frames are loaded, looked at, and sent back.
//!
//! Knows which command brings which frame back; reads no file. Invariant: a group goes back before its rows, which stay away
//! where another one has its name by now.

use crate::core::limits::KEY_BATCH;
use crate::core::model::streams::Entry;
use crate::core::model::{Name, StreamId};
use crate::core::ops::archive::{Frame, GroupMark, KeptJob};
use crate::core::ops::plan::Work;
use crate::core::ops::step::{Answer, End, Machine, Order, Step, Tally, end_of, strange};
use crate::core::wire::decode::info::server_ms;
use crate::core::wire::decode::streams::entries;
use crate::core::wire::write::{JobsWrite, OldRow};
use crate::core::wire::{ErrorKind, ReadCmd, Resp, WriteCmd};
use std::collections::VecDeque;

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
    /// Whether there are entries.
    pub has_entries: bool,
    /// The last id of that stream, where an earlier undo of the same archive ended early.
    pub side_last: Option<StreamId>,
}

impl UndoWork {
    /// The commands, one of each form that `frames` need.
    pub fn commands(&self, frames: &[Frame]) -> Vec<String> {
        let mut lines = Vec::new();
        for command in self.commands_of(frames.to_vec()) {
            let line = command.text();
            let kind = line.split_once(' ').map_or(line.as_str(), |(kind, _)| kind).to_owned();
            if !lines.iter().any(|known: &String| known.starts_with(&kind)) {
                lines.push(line);
            }
        }
        lines
    }

    fn commands_of(&self, frames: Vec<Frame>) -> Vec<WriteCmd> {
        let mut rows: Vec<OldRow> = Vec::new();
        let mut commands = Vec::new();
        for frame in frames {
            match frame {
                Frame::Job(kept) => put_back(&mut commands, kept),
                Frame::Group(mark) => commands.push(self.create(&mark)),
                Frame::Row(row) => rows.push(row),
                Frame::Entry(Entry { id, fields }) => {
                    commands.push(WriteCmd::Append { key: self.side.clone(), id, fields });
                }
                Frame::Key { key, expires_ms, dump } => {
                    commands.push(WriteCmd::Restore { key, expires_ms, payload: dump });
                }
                Frame::Shortened { key, expires_ms, set_ms, dump } => {
                    commands.push(WriteCmd::GiveTimeBack { key, set_ms, expires_ms, payload: dump });
                }
                Frame::Consumer(consumer) => commands.push(WriteCmd::CreateConsumer {
                    key: self.key.clone(),
                    group: self.group.clone(),
                    consumer,
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

    fn create(&self, mark: &GroupMark) -> WriteCmd {
        WriteCmd::CreateGroup {
            key: self.key.clone(),
            group: mark.name.clone(),
            last_delivered: mark.last_delivered,
            entries_read: mark.entries_read,
        }
    }
}

/// Jobs of one place are put back by one command.
fn put_back(commands: &mut Vec<WriteCmd>, KeptJob { of, key, deed, job }: KeptJob) {
    match commands.last_mut() {
        Some(WriteCmd::Jobs(last)) if last.of == of && last.deed == deed => last.jobs.push(job),
        _ => commands.push(JobsWrite { of, key, deed, is_back: true, held_ms: 0, jobs: vec![job] }.into()),
    }
}

impl Work for UndoWork {
    fn machine(&self, _archive: bool) -> Box<dyn Machine> {
        Box::new(UndoMachine {
            work: self.clone(),
            now_ms: 0,
            waiting: VecDeque::new(),
            is_making: false,
            is_another: false,
            looked_at: None,
            tally: Tally::default(),
        })
    }

    fn streams(&self) -> Vec<(Name, Option<Name>)> {
        let group = Some(self.group.clone()).filter(|group| !group.as_bytes().is_empty());
        vec![(self.key.clone(), group), (self.side.clone(), None)]
    }

    fn note(&self, tally: Tally) -> Option<String> {
        (self.has_entries && tally.done > 0)
            .then(|| format!("the entries are in stream {}, with their ids: point readers there", self.side))
    }
}

/// An undo under way.
#[derive(Debug)]
struct UndoMachine {
    work: UndoWork,
    now_ms: u64,
    /// Items with entries, while the old stream is asked whether it still has them.
    looked_at: Option<Vec<Frame>>,
    /// Frames that were loaded and wait for their turn.
    waiting: VecDeque<Frame>,
    /// A group is being made again.
    is_making: bool,
    /// Another group has the name of the one whose rows come next.
    is_another: bool,
    tally: Tally,
}

/// Whether a key that would expire then has by now.
pub fn is_over(expires_ms: Option<u64>, now_ms: u64) -> bool {
    expires_ms.is_some_and(|expires_ms| expires_ms <= now_ms)
}

impl UndoMachine {
    fn loaded(&mut self, frames: Vec<Frame>, batch: u32) -> Step {
        if frames.is_empty() {
            return Step::Done(End::Complete);
        }
        self.waiting.extend(frames);
        self.send(batch)
    }

    /// Sends what waits: a group alone, for its rows go back only where it is the one that was kept.
    fn send(&mut self, batch: u32) -> Step {
        loop {
            match self.waiting.front() {
                None => return Step::Load(batch),
                Some(Frame::Group(mark)) => {
                    let create = self.work.create(mark);
                    self.work.group = mark.name.clone();
                    self.waiting.pop_front();
                    self.is_making = true;
                    return Step::Tell(Order::new(vec![create]));
                }
                Some(_) => {}
            }
            let is_group = |frame: &Frame| matches!(frame, Frame::Group(_));
            let count = self.waiting.iter().position(is_group).unwrap_or(self.waiting.len());
            let frames: Vec<Frame> = self.waiting.drain(..count).collect();
            if !self.is_another {
                return self.part(frames, batch);
            }
            self.tally.left += frames.len() as u64;
        }
    }

    /// Brings these back, as far as they can come back.
    fn part(&mut self, frames: Vec<Frame>, batch: u32) -> Step {
        let now_ms = self.now_ms;
        let (over, mut frames): (Vec<Frame>, Vec<Frame>) =
            frames.into_iter().partition(|frame| match frame {
                Frame::Key { expires_ms, .. } | Frame::Shortened { expires_ms, .. } => {
                    is_over(*expires_ms, now_ms)
                }
                Frame::Entry(entry) => entry.id == StreamId::MIN,
                // What nobody had (8.8) can be given back to nobody.
                Frame::Row(row) => row.consumer.as_bytes().is_empty(),
                Frame::Consumer(_) | Frame::Group(_) | Frame::Job(_) => false,
            });
        // What would have expired by now has.
        self.tally.lost += over.len() as u64;
        let (all, side_last) = (frames.len(), self.work.side_last);
        frames.retain(|frame| !matches!(frame, Frame::Entry(entry) if Some(entry.id) <= side_last));
        self.tally.left += (all - frames.len()) as u64;
        let id = |frame: &Frame| match frame {
            Frame::Entry(entry) => Some(entry.id),
            _ => None,
        };
        let ids = || frames.iter().filter_map(id);
        match (ids().min(), ids().max()) {
            (Some(start), Some(end)) => {
                let (key, count) = (self.work.key.clone(), u32::try_from(ids().count()).unwrap_or(u32::MAX));
                self.looked_at = Some(frames);
                Step::Ask(vec![ReadCmd::Xrange { key, start, end, count }])
            }
            _ => self.tell(frames, batch),
        }
    }

    /// Leaves out what the old stream still has: the action ended before it was removed.
    fn looked(&mut self, mut frames: Vec<Frame>, replies: &[Resp], batch: u32) -> Step {
        let page = match replies.first() {
            // The key is another thing now: then it has none of them.
            Some(Resp::Error(refusal)) if refusal.kind() == ErrorKind::WrongType => Vec::new(),
            Some(Resp::Error(refusal)) => return end_of(refusal),
            Some(reply) => match entries(&self.work.key, reply, 0, false) {
                Some(page) => page.entries,
                None => return strange(),
            },
            None => return strange(),
        };
        let all = frames.len();
        frames.retain(|frame| !matches!(frame, Frame::Entry(entry) if page.contains(entry)));
        self.tally.left += (all - frames.len()) as u64;
        self.tell(frames, batch)
    }

    fn tell(&mut self, frames: Vec<Frame>, batch: u32) -> Step {
        if frames.is_empty() {
            return self.send(batch);
        }
        Step::Tell(Order::new(self.work.commands_of(frames)))
    }

    fn told(&mut self, replies: &[Resp], batch: u32) -> Step {
        if std::mem::take(&mut self.is_making) {
            self.is_another = replies.first().and_then(Resp::int) == Some(0);
        }
        for reply in replies {
            match reply {
                // There again, or already given back.
                Resp::Error(refusal)
                    if refusal.code == "BUSYKEY" || refusal.text.contains("equal or smaller") =>
                {
                    self.tally.left += 1;
                }
                Resp::Error(refusal) => return end_of(refusal),
                Resp::Array(lists) if !matches!(lists.get(1), Some(Resp::Array(_))) => {
                    let Some(error) = self.put_back(lists) else { return strange() };
                    if !error.is_empty() {
                        return Step::Done(End::Failed(format!("the server says of the next job: {error}")));
                    }
                }
                Resp::Array(lists) => {
                    let [Resp::Array(done), Resp::Array(left), _] = lists.as_slice() else {
                        return strange();
                    };
                    self.tally.done += done.len() as u64;
                    self.tally.left += left.len() as u64;
                }
                reply if matches!(reply.int(), Some(0 | -1)) => self.tally.left += 1,
                _ => self.tally.done += 1,
            }
        }
        self.send(batch)
    }
}

impl UndoMachine {
    /// Counts jobs that were put back; the error that ended it, or an empty text.
    fn put_back(&mut self, lists: &[Resp]) -> Option<String> {
        let [Resp::Array(results), error, _] = lists else { return None };
        for result in results {
            let is_done = result.int()? == 1;
            *(if is_done { &mut self.tally.done } else { &mut self.tally.left }) += 1;
        }
        error.text()
    }
}

impl Machine for UndoMachine {
    fn next(&mut self, answer: Answer, batch: u32) -> Step {
        match answer {
            Answer::Begin => Step::Ask(vec![ReadCmd::Time]),
            Answer::Read(replies) => match (self.looked_at.take(), replies.first().and_then(server_ms)) {
                (Some(frames), _) => self.looked(frames, &replies, batch),
                (None, Some(now_ms)) => {
                    self.now_ms = now_ms;
                    Step::Load(batch)
                }
                (None, None) => strange(),
            },
            Answer::Loaded(frames) => self.loaded(frames, batch),
            Answer::Told(replies) => self.told(&replies, batch),
            Answer::Kept | Answer::ToldAndRead(..) => strange(),
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
mod tests;
