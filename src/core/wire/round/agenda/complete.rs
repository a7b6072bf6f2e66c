//! The agenda of a reading that is to be complete: everything once, then it is over.
//!
//! Knows the order of a pass and when its time is over; asks nothing. Invariant: a pass ends, by count or by time, and
//! whatever was found by the end of its search is read as long as there is time.

use super::{NextTurn, Turn, TurnsDue};

/// Rounds of what was never read at most: each new stream may show new groups, and each round reads a thousand.
const UNREAD_ROUNDS: u16 = 1_000;
/// Counts of lags at most. The first tries one; an old server refuses its first form, and the second is another command.
const BACKLOGS: u16 = 4;
/// A step of the search that is due later is waited for no longer than this at a time, microseconds.
const SEARCH_WAIT_US: u64 = 100_000;

/// What a pass is for, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassPlan {
    /// Whether the search is to be seen through; later passes take one step of it beside each round.
    pub is_first: bool,
    /// Until when the search may go on, microseconds.
    pub search_until_us: u64,
    /// Until when rounds may follow each other, microseconds.
    pub until_us: u64,
}

/// A pass under way.
#[derive(Clone, Debug)]
pub(super) struct Pass {
    plan: PassPlan,
    last: Option<Turn>,
    rounds: u16,
    unread: u16,
    backlogs: u16,
    has_keys: bool,
}

impl Pass {
    /// Everything but keys.
    pub(super) const fn reading(plan: PassPlan) -> Self {
        Self { plan, last: None, rounds: 1, unread: UNREAD_ROUNDS, backlogs: BACKLOGS, has_keys: false }
    }

    /// Keys alone.
    pub(super) const fn measuring(until_us: u64) -> Self {
        let plan = PassPlan { is_first: true, search_until_us: 0, until_us };
        Self { plan, last: None, rounds: 0, unread: 0, backlogs: 0, has_keys: true }
    }

    /// What comes next, where nothing is under way.
    pub(super) fn next(&self, now_us: u64, due: TurnsDue) -> NextTurn {
        if self.rounds > 0 {
            return NextTurn::Begin(Turn::Round);
        }
        if let Some(search_us) = due.search_us {
            let is_whole = due.is_searching && now_us < self.plan.search_until_us;
            // Later passes of the search take their time; one step at most delays nobody.
            let is_step = !self.plan.is_first && matches!(self.last, Some(Turn::Round | Turn::Unread));
            if search_us <= now_us && (is_whole || is_step) {
                return NextTurn::Begin(Turn::Search);
            }
            if is_whole {
                return NextTurn::Wait(search_us.min(now_us.saturating_add(SEARCH_WAIT_US)));
            }
        }
        if due.has_unread && self.unread > 0 && now_us < self.plan.until_us {
            return NextTurn::Begin(Turn::Unread);
        }
        if self.backlogs > 0 {
            return NextTurn::Begin(Turn::Backlogs);
        }
        let has_keys = self.has_keys && due.keys_us.is_some() && now_us < self.plan.until_us;
        if has_keys { NextTurn::Begin(Turn::Keys) } else { NextTurn::Over }
    }

    pub(super) fn begun(&mut self, turn: Turn) {
        self.last = Some(turn);
        match turn {
            Turn::Round => self.rounds = self.rounds.saturating_sub(1),
            Turn::Unread => self.unread = self.unread.saturating_sub(1),
            Turn::Backlogs => self.backlogs = self.backlogs.saturating_sub(1),
            Turn::Search | Turn::Keys | Turn::Ping | Turn::Look => {}
        }
    }

    /// A round again: the first was refused, or came over a connection that was lost.
    pub(super) fn again(&mut self) {
        self.rounds = 1;
    }

    /// There is nothing left of this kind.
    pub(super) fn spent(&mut self, turn: Turn) {
        match turn {
            Turn::Backlogs => self.backlogs = 0,
            Turn::Keys => self.has_keys = false,
            _ => {}
        }
    }
}
