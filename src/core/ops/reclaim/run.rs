//! Settling pending rows: which ones, and the steps. The verbs are hand over, release, requeue, dead-letter, drop, sweep.
//!
//! Knows rows as values; asks nothing itself. Invariant: only rows that the plan covers are touched (up to the last id
//! that the group had been given), each only while it is still pending and idle, and what they were is kept first.

use crate::core::limits::{KEY_BATCH, ROWS_PAGE, SETTLE_BATCH};
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
        if self.left() == 0 || self.cursor > self.work.upto {
            return Step::Done(End::Complete);
        }
        if self.work.ids.is_empty() {
            return Step::Ask(self.work.page(self.cursor, ROWS_PAGE));
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

    fn choose(&mut self, replies: &[Resp], batch: u32) -> Step {
        let Some((time, pages)) = replies.split_first() else { return strange() };
        let Some(now_ms) = server_ms(time) else { return strange() };
        let mut rows = Vec::new();
        for page in pages {
            match page {
                Resp::Error(refusal) => return end_of(refusal),
                page => match pending(page) {
                    Some(page) => rows.extend(page),
                    None => return strange(),
                },
            }
        }
        if self.work.ids.is_empty() {
            match rows.last() {
                Some(last) if last.id < StreamId::MAX => self.cursor = last.id.successor(),
                _ => return self.finish(rows, now_ms, batch, true),
            }
        } else {
            let missing = self.asked.iter().filter(|id| !rows.iter().any(|row| row.id == **id)).count();
            self.tally.lost = self.tally.lost.saturating_add(missing as u64);
            rows.retain(|row| self.asked.contains(&row.id));
        }
        self.finish(rows, now_ms, batch, false)
    }

    fn finish(&mut self, rows: Vec<PendingRow>, now_ms: u64, batch: u32, is_last: bool) -> Step {
        let most = usize::try_from(self.left()).unwrap_or(usize::MAX);
        let rows: Vec<PendingRow> = rows.into_iter().filter(|row| self.work.covers(row)).take(most).collect();
        if is_last {
            self.cursor = StreamId::MAX;
        }
        if rows.is_empty() {
            return if is_last { Step::Done(End::Complete) } else { self.ask(batch) };
        }
        self.chosen = rows.iter().map(|row| row.id).collect();
        if !self.archive {
            return self.tell(batch);
        }
        let old = |row: PendingRow| OldRow {
            id: row.id,
            consumer: row.consumer,
            delivered_ms: row.idle_ms.map(|idle_ms| now_ms.saturating_sub(idle_ms)),
            deliveries: row.deliveries,
        };
        Step::Keep(rows.into_iter().map(old).map(Frame::Row).collect())
    }

    fn tell(&mut self, batch: u32) -> Step {
        let count = (batch.max(1) as usize).min(self.chosen.len());
        Step::Tell(Order::new(vec![self.work.tell(self.chosen.drain(..count).collect())]))
    }

    fn told(&mut self, replies: &[Resp], batch: u32) -> Step {
        let lists = match replies.first() {
            Some(Resp::Error(refusal)) => return end_of(refusal),
            Some(reply) => match reply.items() {
                Some(lists) => lists,
                None => return strange(),
            },
            None => return strange(),
        };
        let [done, gone, lost, busy, _, wide, error, _] = lists else {
            return match lists.first().and_then(Resp::text).as_deref() {
                Some("NOCONSUMER") => {
                    Step::Done(End::Refused("that consumer is not there any more".to_owned()))
                }
                _ => strange(),
            };
        };
        let count = |list: &Resp| list.items().map(|ids| ids.len() as u64);
        let counts = [done, gone, lost, busy, wide].map(count);
        let [Some(done), Some(gone), Some(lost), Some(busy), Some(wide)] = counts else { return strange() };
        self.tally.done += done;
        self.tally.gone += gone;
        self.tally.lost += lost;
        self.tally.left += busy + wide;
        self.tally.wide += wide;
        match error.text() {
            Some(error) if error.is_empty() => self.ask(batch),
            Some(error) => end_of(&ErrorReply::new(&error)),
            None => strange(),
        }
    }
}

impl Machine for SettleMachine {
    fn next(&mut self, answer: Answer, batch: u32) -> Step {
        match answer {
            Answer::Begin => self.ask(batch),
            Answer::Read(replies) => self.choose(&replies, batch),
            Answer::Kept => {
                self.tally.kept += self.chosen.len() as u64;
                self.tell(batch)
            }
            Answer::Told(replies) => self.told(&replies, batch),
            Answer::Loaded(_) | Answer::ToldAndRead(..) => strange(),
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
mod tests {
    use super::*;

    fn work() -> SettleWork {
        SettleWork {
            key: Name::from("s"),
            group: Name::from("g"),
            kind: SettleKind::HandOver(Name::from("live")),
            min_idle_ms: 60_000,
            min_deliveries: 0,
            count: None,
            consumer: None,
            ids: Vec::new(),
            upto: StreamId::new(100, 0),
            together: true,
        }
    }

    fn bytes(text: &str) -> Resp {
        Resp::Bytes(text.as_bytes().to_vec())
    }

    fn row(id: &str, consumer: &str, idle: i64) -> Resp {
        Resp::Array(vec![bytes(id), bytes(consumer), Resp::Int(idle), Resp::Int(2)])
    }

    fn page(rows: Vec<Resp>) -> Answer {
        let time = Resp::Array(vec![bytes("1700000000"), bytes("500000")]);
        Answer::Read(vec![time, Resp::Array(rows)])
    }

    fn five(done: usize, gone: usize) -> Answer {
        let list = |count| Resp::Array(vec![bytes("1-0"); count]);
        let lists = [done, gone, 0, 0, 0, 0].map(list);
        Answer::Told(vec![Resp::Array(lists.into_iter().chain([bytes(""), Resp::Int(3)]).collect())])
    }

    #[test]
    fn rows_in_use_of_the_receiver_or_after_the_plan_are_not_touched() {
        let mut machine = work().machine(true);
        machine.next(Answer::Begin, 50);
        let rows = vec![
            row("1-0", "dead", 60_000),
            row("2-0", "dead", 59_999),
            row("3-0", "live", 90_000),
            row("4-0", "", -1),
            row("100-1", "dead", 90_000),
        ];
        let Step::Keep(frames) = machine.next(page(rows), 50) else { panic!() };
        assert_eq!(frames.len(), 2);
        let Frame::Row(first) = &frames[0] else { panic!() };
        assert_eq!((first.delivered_ms, first.deliveries), (Some(1_700_000_000_500 - 60_000), 2));
        let Step::Tell(order) = machine.next(Answer::Kept, 50) else { panic!() };
        assert_eq!(order.items(), 2);
        // The last row was beyond what the plan covers: it is over.
        assert_eq!(machine.next(five(1, 1), 50), Step::Done(End::Complete));
        assert_eq!(machine.tally(), Tally { done: 1, gone: 1, kept: 2, ..Tally::default() });
    }

    #[test]
    fn it_goes_on_from_page_to_page_until_there_is_no_row_or_enough_are_settled() {
        let mut machine = work().machine(false);
        machine.next(Answer::Begin, 2);
        machine.next(page(vec![row("1-0", "a", 70_000), row("2-0", "a", 70_000)]), 2);
        let Step::Ask(asked) = machine.next(five(2, 0), 2) else { panic!() };
        assert!(matches!(&asked[1], ReadCmd::Xpending { start, .. } if *start == StreamId::new(2, 1)));
        assert_eq!(machine.next(page(vec![]), 2), Step::Done(End::Complete));

        let mut machine = SettleWork { count: Some(1), ..work() }.machine(false);
        machine.next(Answer::Begin, 2);
        let Step::Tell(order) = machine.next(page(vec![row("1-0", "a", 70_000), row("2-0", "a", 70_000)]), 2)
        else {
            panic!()
        };
        assert_eq!(order.items(), 1);
        assert_eq!(machine.next(five(1, 0), 2), Step::Done(End::Complete));
    }

    #[test]
    fn a_page_without_a_row_to_settle_is_passed_over() {
        let mut machine = work().machine(false);
        machine.next(Answer::Begin, 1);
        assert!(matches!(machine.next(page(vec![row("1-0", "a", 5)]), 1), Step::Ask(_)));
    }

    #[test]
    fn chosen_rows_that_are_pending_no_more_are_counted_as_lost() {
        let ids = vec![StreamId::new(1, 0), StreamId::new(2, 0)];
        let mut machine = SettleWork { ids, ..work() }.machine(false);
        let Step::Ask(asked) = machine.next(Answer::Begin, 10) else { panic!() };
        assert_eq!(asked.len(), 3);
        let time = Resp::Array(vec![bytes("1"), bytes("0")]);
        let found = Resp::Array(vec![row("1-0", "a", 70_000)]);
        let later = Resp::Array(vec![row("7-0", "a", 70_000)]);
        let Step::Tell(order) = machine.next(Answer::Read(vec![time, found, later]), 10) else { panic!() };
        assert_eq!(order.items(), 1);
        assert_eq!(machine.next(five(1, 0), 10), Step::Done(End::Complete));
        assert_eq!(machine.tally().lost, 1);
    }

    #[test]
    fn an_entry_that_no_script_can_copy_is_left_and_an_error_keeps_the_count_of_what_was_done() {
        let list = |count| Resp::Array(vec![bytes("1-0"); count]);
        let told = |wide, error: &str| {
            let lists = [list(3), list(0), list(0), list(0), list(3), list(wide), bytes(error), Resp::Int(9)];
            Answer::Told(vec![Resp::Array(lists.to_vec())])
        };
        let mut machine = work().machine(false);
        machine.next(Answer::Begin, 10);
        machine.next(page(vec![row("1-0", "a", 70_000)]), 10);
        assert!(matches!(machine.next(told(1, ""), 10), Step::Ask(_)));
        let step = machine.next(told(0, "OOM command not allowed when used memory > 'maxmemory'."), 10);
        assert!(matches!(step, Step::Done(End::Failed(why)) if why.contains("OOM")));
        assert_eq!(machine.tally(), Tally { done: 6, left: 1, wide: 1, ..Tally::default() });
    }

    #[test]
    fn a_receiver_that_is_gone_ends_it() {
        let mut machine = work().machine(false);
        machine.next(Answer::Begin, 2);
        machine.next(page(vec![row("1-0", "a", 70_000)]), 2);
        let step = machine.next(Answer::Told(vec![Resp::Array(vec![bytes("NOCONSUMER")])]), 2);
        assert!(matches!(step, Step::Done(End::Refused(_))));
    }
}
