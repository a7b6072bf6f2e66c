//! Removing groups: look at one, keep where it stands and its rows, look whether it is in use by now, destroy it.
//!
//! Knows one group at a time. Invariant: a group goes only as it was kept, or as somebody typed its name.

use super::is_read_again;
use crate::core::limits::ROWS_PAGE;
use crate::core::model::consumers::Consumer;
use crate::core::model::{Name, StreamId};
use crate::core::ops::archive::{Frame, GroupMark};
use crate::core::ops::plan::Work;
use crate::core::ops::step::{Answer, End, Machine, Order, Step, Tally, end_of, strange};
use crate::core::wire::decode::groups::{consumers, groups, pending};
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

impl GroupsWork {
    /// The command that removes one of them.
    pub fn command(&self, mark: &GroupMark) -> WriteCmd {
        WriteCmd::DestroyGroup {
            key: self.key.clone(),
            group: mark.name.clone(),
            as_kept: self.min_idle_ms.map(|_| (mark.last_delivered, mark.pending)),
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
            consumers: None,
            asked: GroupsAsked::Groups,
            keeping: 0,
            next_row: None,
            tally: Tally::default(),
        })
    }
}

/// What the replies to come are about.
#[derive(Clone, Copy, Debug)]
enum GroupsAsked {
    Groups,
    Rows,
    Consumers,
}

/// A removal of groups under way.
#[derive(Debug)]
struct GroupsMachine {
    work: GroupsWork,
    archive: bool,
    waiting: VecDeque<Name>,
    /// The group whose turn it is, as it was read.
    mark: Option<GroupMark>,
    /// How many consumers it has.
    consumers: Option<u64>,
    asked: GroupsAsked,
    /// Frames that are being kept.
    keeping: u64,
    /// Where its next page of rows begins; none once all are kept.
    next_row: Option<StreamId>,
    tally: Tally,
}

impl GroupsMachine {
    /// Looks at the next group.
    fn look(&mut self) -> Step {
        if self.waiting.is_empty() {
            return Step::Done(End::Complete);
        }
        self.asked = GroupsAsked::Groups;
        Step::Ask(vec![ReadCmd::XinfoGroups(self.work.key.clone())])
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
        self.consumers = group.consumers;
        let mark = GroupMark { name, last_delivered, entries_read: group.entries_read, pending };
        self.next_row = (pending > 0).then_some(StreamId::MIN);
        let frame = Frame::Group(mark.clone());
        self.mark = Some(mark);
        if !self.archive {
            return self.look_again();
        }
        self.keeping = 1;
        Step::Keep(vec![frame])
    }

    /// Reads the next page of its rows, or removes it once all are kept.
    fn rows(&mut self) -> Step {
        let (Some(start), Some(mark)) = (self.next_row, &self.mark) else { return self.look_again() };
        self.asked = GroupsAsked::Rows;
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
            return self.look_again();
        }
        self.keeping = frames.len() as u64;
        Step::Keep(frames)
    }

    /// Looks whether somebody lives in it by now, where nobody typed its name and the list is short enough.
    fn look_again(&mut self) -> Step {
        let is_short = self.consumers.is_some_and(is_read_again);
        match &self.mark {
            Some(mark) if self.work.min_idle_ms.is_some() && is_short => {
                self.asked = GroupsAsked::Consumers;
                Step::Ask(vec![ReadCmd::XinfoConsumers(self.work.key.clone(), mark.name.clone())])
            }
            _ => self.destroy(),
        }
    }

    fn looked_again(&mut self, reply: &Resp) -> Step {
        if let Resp::Error(refusal) = reply {
            return end_of(refusal);
        }
        let Some(found) = consumers(reply) else { return strange() };
        let lives = |consumer: &Consumer| match (consumer.idle_ms, self.work.min_idle_ms) {
            (Some(idle_ms), Some(least_ms)) => idle_ms < least_ms,
            (None, _) | (_, None) => true,
        };
        if !found.iter().any(lives) {
            return self.destroy();
        }
        self.tally.left += 1;
        self.look()
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
            // Somebody reads it again.
            Some("CHANGED") => self.tally.left += 1,
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
            Answer::Read(replies) => match (self.asked, replies.as_slice()) {
                (GroupsAsked::Groups, [groups]) => self.looked(groups),
                (GroupsAsked::Rows, [time, page]) => self.read_rows(time, page),
                (GroupsAsked::Consumers, [consumers]) => self.looked_again(consumers),
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
            Answer::Loaded(_) | Answer::ToldAndRead(..) => strange(),
        }
    }

    fn tally(&self) -> Tally {
        self.tally
    }

    fn batch(&self) -> (u32, u32, u32) {
        (1, 1, 1)
    }
}
