//! Removing groups, and consumers that do nothing: the steps.
//!
//! Knows groups and consumers as values; asks nothing itself. Invariants: a group goes only as it was kept, or as somebody
//! typed its name; a consumer with pending rows stays, and so does one that showed a sign of life.

pub mod plan;
pub mod request;

use crate::core::limits::{DELETE_BATCH, DELETE_MOST, DELETE_STEPS, ROWS_PAGE};
use crate::core::model::{Name, StreamId};
use crate::core::ops::archive::{Frame, GroupMark};
use crate::core::ops::plan::Work;
use crate::core::ops::step::{Answer, End, Machine, Order, Step, Tally, end_of, strange};
use crate::core::wire::decode::groups::{groups, pending};
use crate::core::wire::decode::info::server_ms;
use crate::core::wire::write::OldRow;
use crate::core::wire::{ReadCmd, Resp, WriteCmd};
use std::collections::VecDeque;

/// The steps of a removal of groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupsWork {
    /// The stream.
    pub key: Name,
    /// The groups.
    pub groups: Vec<Name>,
    /// Idle time that every consumer of a group must have, milliseconds; none where the name was typed.
    pub min_idle_ms: Option<u64>,
}

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
}

impl GroupsWork {
    /// The command that removes one of them.
    pub fn command(&self, mark: &GroupMark) -> WriteCmd {
        WriteCmd::DestroyGroup {
            key: self.key.clone(),
            group: mark.name.clone(),
            as_kept: self.min_idle_ms.map(|_| (mark.last_delivered, mark.pending)),
            min_idle_ms: self.min_idle_ms.unwrap_or(0),
        }
    }
}

impl Work for GroupsWork {
    fn machine(&self, archive: bool) -> Box<dyn Machine> {
        let waiting = self.groups.clone().into();
        Box::new(GroupsMachine {
            work: self.clone(),
            archive,
            waiting,
            mark: None,
            keeping: 0,
            next_row: None,
            tally: Tally::default(),
        })
    }
}

impl ConsumersWork {
    /// The command as text stands for all of them.
    pub fn command(&self, consumers: Vec<Name>) -> WriteCmd {
        let (key, group) = (self.key.clone(), self.group.clone());
        WriteCmd::DeleteConsumers { key, group, consumers, min_idle_ms: self.min_idle_ms }
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
            tally: Tally::default(),
        })
    }
}

/// A removal of groups under way.
#[derive(Debug)]
struct GroupsMachine {
    work: GroupsWork,
    archive: bool,
    waiting: VecDeque<Name>,
    /// The group whose turn it is, as it was read.
    mark: Option<GroupMark>,
    /// Frames that are being kept.
    keeping: u64,
    /// Where its next page of rows begins; none once all are kept.
    next_row: Option<StreamId>,
    tally: Tally,
}

impl GroupsMachine {
    /// Looks at the next group.
    fn look(&mut self) -> Step {
        match self.waiting.is_empty() {
            true => Step::Done(End::Complete),
            false => Step::Ask(vec![ReadCmd::XinfoGroups(self.work.key.clone())]),
        }
    }

    /// What the groups say of the one whose turn it is.
    fn looked(&mut self, reply: &Resp) -> Step {
        let Some(name) = self.waiting.pop_front() else { return Step::Done(End::Complete) };
        if let Resp::Error(refusal) = reply {
            return end_of(refusal);
        }
        let Some(found) = groups(reply) else { return strange() };
        let Some(group) = found.into_iter().find(|group| group.name == name) else {
            self.tally.lost += 1;
            return self.look();
        };
        // Where a group does not say where it stands, it can't be brought back: it is left alone.
        let (Some(last_delivered), Some(pending)) = (group.last_delivered, group.pending) else {
            self.tally.left += 1;
            return self.look();
        };
        let mark = GroupMark { name, last_delivered, entries_read: group.entries_read, pending };
        self.next_row = (pending > 0).then_some(StreamId::MIN);
        let frame = Frame::Group(mark.clone());
        self.mark = Some(mark);
        if !self.archive {
            return self.destroy();
        }
        self.keeping = 1;
        Step::Keep(vec![frame])
    }

    /// Reads the next page of its rows, or removes it once all are kept.
    fn rows(&mut self) -> Step {
        let (Some(start), Some(mark)) = (self.next_row, &self.mark) else { return self.destroy() };
        let (key, group) = (self.work.key.clone(), mark.name.clone());
        let page = ReadCmd::Xpending { key, group, start, count: ROWS_PAGE, consumer: None };
        Step::Ask(vec![ReadCmd::Time, page])
    }

    fn read_rows(&mut self, time: &Resp, page: &Resp) -> Step {
        if let Resp::Error(refusal) = page {
            return end_of(refusal);
        }
        let (Some(now_ms), Some(rows)) = (server_ms(time), pending(page)) else { return strange() };
        let is_full = rows.len() as u64 >= u64::from(ROWS_PAGE);
        self.next_row = rows.last().filter(|_| is_full).map(|last| last.id.successor());
        let old = |row: crate::core::model::consumers::PendingRow| {
            Frame::Row(OldRow {
                id: row.id,
                delivered_ms: row.idle_ms.map(|idle_ms| now_ms.saturating_sub(idle_ms)),
                consumer: row.consumer,
                deliveries: row.deliveries,
            })
        };
        let frames: Vec<Frame> = rows.into_iter().map(old).collect();
        if frames.is_empty() {
            return self.destroy();
        }
        self.keeping = frames.len() as u64;
        Step::Keep(frames)
    }

    fn destroy(&mut self) -> Step {
        match &self.mark {
            Some(mark) => Step::Tell(Order::new(vec![self.work.command(mark)])),
            None => strange(),
        }
    }

    fn told(&mut self, reply: &Resp) -> Step {
        if let Resp::Error(refusal) = reply {
            return end_of(refusal);
        }
        match reply.items().and_then(<[Resp]>::first).and_then(Resp::text).as_deref() {
            Some("DESTROYED") => self.tally.done += 1,
            // It moved on, or somebody reads it again.
            Some("CHANGED" | "ACTIVE") => self.tally.left += 1,
            Some("MISSING") => self.tally.lost += 1,
            _ => return strange(),
        }
        self.mark = None;
        self.look()
    }
}

impl Machine for GroupsMachine {
    fn next(&mut self, answer: Answer, _batch: u32) -> Step {
        match answer {
            Answer::Begin => self.look(),
            Answer::Read(replies) => match replies.as_slice() {
                [groups] => self.looked(groups),
                [time, page] => self.read_rows(time, page),
                _ => strange(),
            },
            Answer::Kept => {
                self.tally.kept += std::mem::take(&mut self.keeping);
                self.rows()
            }
            Answer::Told(replies) => match replies.first() {
                Some(reply) => self.told(reply),
                None => strange(),
            },
            Answer::Loaded(_) => strange(),
        }
    }

    fn tally(&self) -> Tally {
        self.tally
    }

    fn batch(&self) -> (u32, u32, u32) {
        (1, 1, 1)
    }
}

/// A removal of consumers under way.
#[derive(Debug)]
struct ConsumersMachine {
    work: ConsumersWork,
    archive: bool,
    waiting: VecDeque<Name>,
    chosen: Vec<Name>,
    tally: Tally,
}

impl ConsumersMachine {
    fn choose(&mut self, batch: u32) -> Step {
        let count = (batch.max(1) as usize).min(self.waiting.len());
        self.chosen = self.waiting.drain(..count).collect();
        if self.chosen.is_empty() {
            return Step::Done(End::Complete);
        }
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
        let Some([deleted, in_use, missing]) = counts.as_deref() else { return strange() };
        self.tally.done += deleted;
        self.tally.left += in_use;
        self.tally.lost += missing;
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
            Answer::Told(replies) => match replies.first() {
                Some(reply) => self.told(reply, batch),
                None => strange(),
            },
            _ => strange(),
        }
    }

    fn tally(&self) -> Tally {
        self.tally
    }

    /// Each step reads the list of all consumers, so that the more there are, the more go at once.
    fn batch(&self) -> (u32, u32, u32) {
        let (least, first, most) = DELETE_BATCH;
        let share = u32::try_from(self.work.consumers.len() / DELETE_STEPS).unwrap_or(u32::MAX);
        let first = share.clamp(first, DELETE_MOST);
        (least.max(first / 2), first, most.max(first))
    }
}
