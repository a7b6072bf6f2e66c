//! Settling pending rows: which ones, and the steps. The verbs are hand over, release, requeue, dead-letter, drop, sweep.
//!
//! Knows rows as values; asks nothing itself. Invariant: only rows that the plan covers are touched (up to the last id
//! that the group had been given), each only while it is still pending and idle, and what they were is kept first.

use crate::core::limits::{KEY_BATCH, ROWS_KEPT_TOGETHER, ROWS_PAGE, SETTLE_BATCH};
use crate::core::model::consumers::PendingRow;
use crate::core::model::{Name, StreamId};
use crate::core::ops::archive::Frame;
use crate::core::ops::plan::Work;
use crate::core::ops::step::{Answer, End, Machine, Order, Step, Tally, end_of, strange};
use crate::core::wire::decode::groups::pending;
use crate::core::wire::decode::info::server_ms;
use crate::core::wire::write::{OldRow, SettleKind};
use crate::core::wire::{ErrorReply, ReadCmd, Resp, WriteCmd};
use std::collections::VecDeque;

/// The steps of a reclaim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettleWork {
    /// The stream.
    pub key: Name,
    /// The group.
    pub group: Name,
    /// What is done with each row.
    pub kind: SettleKind,
    /// Idle time that a row must have, milliseconds.
    pub min_idle_ms: u64,
    /// Deliveries that a row must have.
    pub min_deliveries: u64,
    /// Rows at most.
    pub count: Option<u64>,
    /// Only rows of this consumer.
    pub consumer: Option<Name>,
    /// Only these rows; empty for all.
    pub ids: Vec<StreamId>,
    /// The last row that there was.
    pub upto: StreamId,
    /// Whether XCLAIM drops a row whose entry is gone (7.0).
    pub together: bool,
}

impl SettleWork {
    /// Whether the work is about this row. One whose idle time can't be read is idle for sure only where none is wanted.
    pub fn covers(&self, row: &PendingRow) -> bool {
        let is_idle = self.min_idle_ms == 0
            || row.is_given_back()
            || row.idle_ms.is_some_and(|idle_ms| idle_ms >= self.min_idle_ms);
        let is_others = match &self.kind {
            SettleKind::HandOver(to) => row.consumer != *to,
            _ => true,
        };
        is_idle && is_others && row.deliveries >= self.min_deliveries && row.id <= self.upto
    }

    /// The command as text.
    pub fn command(&self) -> WriteCmd {
        self.tell(Vec::new())
    }

    fn tell(&self, ids: Vec<StreamId>) -> WriteCmd {
        WriteCmd::Settle {
            key: self.key.clone(),
            group: self.group.clone(),
            kind: self.kind.clone(),
            min_idle_ms: self.min_idle_ms,
            together: self.together,
            ids,
        }
    }

    /// Reads the rows from `start` on, with the time before them.
    pub fn page(&self, start: StreamId, count: u32) -> Vec<ReadCmd> {
        let (key, group, consumer) = (self.key.clone(), self.group.clone(), self.consumer.clone());
        vec![ReadCmd::Time, ReadCmd::Xpending { key, group, start, count, consumer }]
    }
}

impl Work for SettleWork {
    fn machine(&self, archive: bool) -> Box<dyn Machine> {
        let ids = self.ids.clone().into_iter();
        Box::new(SettleMachine {
            work: self.clone(),
            archive,
            cursor: StreamId::MIN,
            ids,
            asked: Vec::new(),
            is_through: false,
            ahead: Vec::new(),
            chosen: VecDeque::new(),
            tally: Tally::default(),
        })
    }

    fn verb(&self) -> Option<&'static str> {
        Some(self.kind.verb())
    }

    fn streams(&self) -> Vec<(Name, Option<Name>)> {
        match &self.kind {
            SettleKind::DeadLetter(to) => vec![(to.clone(), None)],
            _ => Vec::new(),
        }
    }

    fn rows_went(&self) -> (Option<&Name>, bool) {
        match &self.kind {
            SettleKind::HandOver(to) => (Some(to), true),
            SettleKind::Release(_) => (None, true),
            _ => (None, false),
        }
    }
}

/// A reclaim under way.
#[derive(Debug)]
struct SettleMachine {
    work: SettleWork,
    archive: bool,
    cursor: StreamId,
    ids: std::vec::IntoIter<StreamId>,
    /// Rows that were asked for by their ids.
    asked: Vec<StreamId>,
    /// Whether every row that the plan covers was read.
    is_through: bool,
    /// Rows that were read, and are neither kept nor settled.
    ahead: Vec<OldRow>,
    /// Rows that are kept and wait for their turn.
    chosen: VecDeque<StreamId>,
    tally: Tally,
}

impl SettleMachine {
    /// Rows that may still be settled.
    fn left(&self) -> u64 {
        self.work.count.map_or(u64::MAX, |count| count.saturating_sub(self.tally.done + self.tally.gone))
    }

    fn ask(&mut self, batch: u32) -> Step {
        if !self.chosen.is_empty() {
            return self.tell(batch);
        }
        if self.left() == 0 {
            return Step::Done(End::Complete);
        }
        if !self.ahead.is_empty() {
            return self.keep(batch);
        }
        if self.work.ids.is_empty() {
            return self.page(batch).map_or(Step::Done(End::Complete), Step::Ask);
        }
        let chosen: Vec<StreamId> = self.ids.by_ref().take(KEY_BATCH.2 as usize).collect();
        if chosen.is_empty() {
            return Step::Done(End::Complete);
        }
        let (key, group) = (&self.work.key, &self.work.group);
        let row = |start| ReadCmd::Xpending {
            key: key.clone(),
            group: group.clone(),
            start,
            count: 1,
            consumer: None,
        };
        self.asked.clone_from(&chosen);
        Step::Ask(std::iter::once(ReadCmd::Time).chain(chosen.into_iter().map(row)).collect())
    }

    /// Reads the next page, where there may be one: of two steps, so that what is read is soon ahead of what is settled.
    fn page(&self, batch: u32) -> Option<Vec<ReadCmd>> {
        let is_over = self.is_through || self.cursor > self.work.upto || !self.work.ids.is_empty();
        let count = batch.saturating_mul(2).clamp(ROWS_PAGE / 10, ROWS_PAGE);
        (!is_over).then(|| self.work.page(self.cursor, count))
    }

    /// Takes rows in.
    fn take(&mut self, replies: &[Resp]) -> Result<(), Step> {
        let (time, pages) = replies.split_first().ok_or_else(strange)?;
        let now_ms = server_ms(time).ok_or_else(strange)?;
        let mut rows = Vec::new();
        for page in pages {
            match page {
                Resp::Error(refusal) => return Err(end_of(refusal)),
                page => rows.extend(pending(page).ok_or_else(strange)?),
            }
        }
        if self.work.ids.is_empty() {
            match rows.last() {
                Some(last) if last.id < StreamId::MAX => self.cursor = last.id.successor(),
                _ => self.is_through = true,
            }
        } else {
            let missing = self.asked.iter().filter(|id| !rows.iter().any(|row| row.id == **id)).count();
            self.tally.lost = self.tally.lost.saturating_add(missing as u64);
            rows.retain(|row| self.asked.contains(&row.id));
        }
        let old = |row: PendingRow| OldRow {
            id: row.id,
            consumer: row.consumer,
            delivered_ms: row.idle_ms.map(|idle_ms| now_ms.saturating_sub(idle_ms)),
            deliveries: row.deliveries,
        };
        self.ahead.extend(rows.into_iter().filter(|row| self.work.covers(row)).map(old));
        Ok(())
    }

    /// Keeps what was read, as far as it may still be settled.
    fn keep(&mut self, batch: u32) -> Step {
        self.ahead.truncate(usize::try_from(self.left()).unwrap_or(usize::MAX));
        let rows = std::mem::take(&mut self.ahead);
        self.chosen = rows.iter().map(|row| row.id).collect();
        match self.archive {
            true => Step::Keep(rows.into_iter().map(Frame::Row).collect()),
            false => self.tell(batch),
        }
    }

    /// Settles some rows, and reads the next page meanwhile: rows of several pages are kept at once.
    fn tell(&mut self, batch: u32) -> Step {
        let count = (batch.max(1) as usize).min(self.chosen.len());
        let order = Order::new(vec![self.work.tell(self.chosen.drain(..count).collect())]);
        let known = count + self.chosen.len() + self.ahead.len();
        let is_wanted = self.ahead.len() < ROWS_KEPT_TOGETHER && (known as u64) < self.left();
        match self.page(batch).filter(|_| is_wanted) {
            Some(page) => Step::TellAndAsk(order, page),
            None => Step::Tell(order),
        }
    }

    fn told(&mut self, replies: &[Resp], read: Option<&[Resp]>, batch: u32) -> Step {
        if let Err(end) = self.settled(replies) {
            return end;
        }
        match read.map_or(Ok(()), |read| self.take(read)) {
            Ok(()) => self.ask(batch),
            Err(end) => end,
        }
    }

    /// Counts what came of rows.
    fn settled(&mut self, replies: &[Resp]) -> Result<(), Step> {
        let told = match replies.first() {
            Some(Resp::Error(refusal)) => return Err(end_of(refusal)),
            Some(reply) => reply.items().ok_or_else(strange)?,
            None => return Err(strange()),
        };
        let [done, gone, lost, busy, wide, error, _] = told else {
            return Err(match told.first().and_then(Resp::text).as_deref() {
                Some("NOCONSUMER") => {
                    Step::Done(End::Refused("that consumer is not there any more".to_owned()))
                }
                _ => strange(),
            });
        };
        let count = |number: &Resp| number.count().ok_or_else(strange);
        let (done, gone, lost) = (count(done)?, count(gone)?, count(lost)?);
        let (busy, wide) = (count(busy)?, count(wide)?);
        self.tally.done += done;
        self.tally.gone += gone;
        self.tally.lost += lost;
        self.tally.left += busy + wide;
        self.tally.wide += wide;
        match error.text() {
            Some(error) if error.is_empty() => Ok(()),
            Some(error) => Err(end_of(&ErrorReply::new(&error))),
            None => Err(strange()),
        }
    }
}

impl Machine for SettleMachine {
    fn next(&mut self, answer: Answer, batch: u32) -> Step {
        match answer {
            Answer::Begin => self.ask(batch),
            Answer::Read(replies) => match self.take(&replies) {
                Ok(()) => self.ask(batch),
                Err(end) => end,
            },
            Answer::Kept => {
                self.tally.kept += self.chosen.len() as u64;
                self.tell(batch)
            }
            Answer::Told(replies) => self.told(&replies, None, batch),
            Answer::ToldAndRead(replies, read) => self.told(&replies, Some(&read), batch),
            Answer::Loaded(_) => strange(),
        }
    }

    fn tally(&self) -> Tally {
        self.tally
    }

    fn batch(&self) -> (u32, u32, u32) {
        SETTLE_BATCH
    }
}

#[cfg(test)]
mod tests;
