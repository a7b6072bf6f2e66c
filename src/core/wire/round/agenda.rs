//! What is asked next, and over which connection: rounds, steps of the search, steps of the walk that measures keys, and
//! PINGs, each when it is due; or, for a reading that is to be complete (`complete`), everything once.
//!
//! Knows times and turns; asks nothing, and reads no clock. Invariants: whatever is due is begun within [`TURNS`] steps
//! of its connection, however long a round trip is and however short the interval; of each kind one is under way at
//! most.

mod complete;

use complete::Pass;
pub use complete::PassPlan;

/// Steps after which everything that is due has had its turn: a round has every second one.
pub const TURNS: usize = 4;

/// Time between PINGs at least, microseconds, and how many times as long as the last one took: they are not to fill a
/// long line.
const PING_US: u64 = 250_000;
const PINGS_APART: u64 = 4;
/// The same between two complete readings: one interval is all there is for samples.
const PING_BETWEEN_US: u64 = 100_000;
/// From this round trip on two steps are under way at once, microseconds: else the line stands idle for most of the time.
const LONG_TRIP_US: u64 = 50_000;
/// Another place on the screen is read this much sooner than its turn, microseconds.
const LOOK_US: u64 = 50_000;

/// A kind of step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Turn {
    /// A round.
    Round,
    /// A round of what was never read.
    Unread,
    /// A count of lags that do not follow from ids.
    Backlogs,
    /// A step of the search for streams.
    Search,
    /// A step of the walk that measures keys.
    Keys,
    /// A PING, over the control connection.
    Ping,
    /// A look at groups that a trim may run past, over the control connection.
    Look,
}

impl Turn {
    /// Whether it takes no place on the line of the rounds.
    const fn is_control(self) -> bool {
        matches!(self, Self::Ping | Self::Look)
    }
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextTurn {
    /// Begin this.
    Begin(Turn),
    /// Nothing can be begun before this moment, microseconds, unless something ends.
    Wait(u64),
    /// Everything was asked that there is to ask.
    Over,
}

/// What is due and when, as the planner has it; `None` where a walk stands still.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TurnsDue {
    /// The next step of the search.
    pub search_us: Option<u64>,
    /// The next step of the walk that measures keys.
    pub keys_us: Option<u64>,
    /// The next look at groups that a trim may run past.
    pub look_us: Option<u64>,
    /// Whether the keyspace was not searched to its end yet, and can be.
    pub is_searching: bool,
    /// Whether there is what was never read.
    pub has_unread: bool,
}

/// Whose turn it is.
#[derive(Clone, Debug, Default)]
pub struct Agenda {
    round_us: u64,
    last_round_us: u64,
    ping_us: u64,
    trip_us: u64,
    /// What is under way.
    open: Vec<Turn>,
    last: Option<Turn>,
    /// The walk that had its turn last.
    last_walk: Option<Turn>,
    /// Whether what is under way leaves room on its connection.
    is_short: bool,
    /// Whether another complete reading follows.
    is_between: bool,
    /// The reading that is to be complete.
    pass: Option<Pass>,
}

impl Agenda {
    /// Everything once.
    pub fn complete(plan: PassPlan) -> Self {
        Self { pass: Some(Pass::reading(plan)), ..Self::default() }
    }

    /// Keys alone, until all were measured or until then, microseconds.
    pub fn measuring(until_us: u64) -> Self {
        Self { pass: Some(Pass::measuring(until_us)), ..Self::default() }
    }

    /// What is due until the next complete reading at that moment, microseconds: walks have a turn first, however late it
    /// is.
    pub fn between(round_us: u64) -> Self {
        Self { round_us, is_between: true, last: Some(Turn::Round), ..Self::default() }
    }

    /// There is nothing left of this kind.
    pub fn spent(&mut self, turn: Turn) {
        if let Some(pass) = &mut self.pass {
            pass.spent(turn);
        }
    }

    /// Another connection: nothing is under way, and a round is due.
    pub fn reconnected(&mut self, now_us: u64) {
        let (trip_us, is_between, mut pass) = (self.trip_us, self.is_between, self.pass.take());
        pass.iter_mut().for_each(Pass::again);
        *self = Self { round_us: now_us, trip_us, is_between, pass, ..Self::default() };
    }

    /// A round is due now.
    pub fn round_now(&mut self, now_us: u64) {
        self.round_us = self.round_us.min(now_us);
        self.pass.iter_mut().for_each(Pass::again);
    }

    /// Somebody looks elsewhere.
    pub fn look(&mut self, now_us: u64) {
        self.round_us = self.round_us.min(self.last_round_us.max(now_us).saturating_add(LOOK_US));
    }

    /// Another interval from now on.
    pub fn set_interval(&mut self, interval_us: u64, now_us: u64) {
        self.round_us = self.round_us.min(now_us.saturating_add(interval_us));
    }

    /// When the last round was begun, microseconds.
    pub fn last_round_us(&self) -> u64 {
        self.last_round_us
    }

    /// What comes next.
    pub fn next(&self, now_us: u64, due: TurnsDue) -> NextTurn {
        if let Some(pass) = &self.pass {
            return if self.open.is_empty() { pass.next(now_us, due) } else { NextTurn::Wait(u64::MAX) };
        }
        let is_open = |turn: &Turn| self.open.contains(turn);
        let all = [
            (Turn::Ping, Some(self.ping_us)),
            (Turn::Round, Some(self.round_us)),
            (Turn::Search, due.search_us),
            (Turn::Keys, due.keys_us),
            (Turn::Look, due.look_us),
        ];
        let waiting =
            || all.iter().filter(|(turn, _)| !is_open(turn)).filter_map(|(turn, due)| Some((*turn, (*due)?)));
        let is_due = |turn: Turn| waiting().any(|(other, due_us)| other == turn && now_us >= due_us);
        if let Some(turn) = [Turn::Ping, Turn::Look].into_iter().find(|turn| is_due(*turn)) {
            return NextTurn::Begin(turn);
        }
        if self.has_room() {
            // A walk is never kept waiting by rounds, nor a round by both walks.
            let other = |turn| if turn == Turn::Search { Turn::Keys } else { Turn::Search };
            let walk = self.last_walk.map_or(Turn::Search, other);
            let walk = [walk, other(walk)].into_iter().find(|turn| is_due(*turn));
            let round = is_due(Turn::Round).then_some(Turn::Round);
            let next = if self.last == Some(Turn::Round) { walk.or(round) } else { round.or(walk) };
            if let Some(turn) = next {
                return NextTurn::Begin(turn);
            }
        }
        // Where there is no room, something has to end first.
        let has_room = self.has_room();
        let later = waiting().filter(|(turn, _)| has_room || turn.is_control()).map(|(_, due_us)| due_us);
        NextTurn::Wait(later.min().unwrap_or(u64::MAX))
    }

    /// Whether a round trip is so long that the line would stand idle for most of the time.
    pub fn is_far(&self) -> bool {
        self.trip_us >= LONG_TRIP_US
    }

    fn has_room(&self) -> bool {
        let on_line = self.open.iter().filter(|turn| !turn.is_control()).count();
        on_line == 0 || (on_line == 1 && self.is_short && self.is_far())
    }

    /// It was begun. `is_short` where all of it was sent at once, so that what follows stands behind it on the line.
    pub fn begun(&mut self, turn: Turn, is_short: bool, interval_us: u64, now_us: u64) {
        self.open.push(turn);
        self.pass.iter_mut().for_each(|pass| pass.begun(turn));
        if turn.is_control() {
            return;
        }
        self.is_short = is_short;
        self.last = Some(turn);
        if turn == Turn::Round {
            let in_rhythm = self.round_us.saturating_add(interval_us);
            self.round_us = if in_rhythm > now_us { in_rhythm } else { now_us.saturating_add(interval_us) };
            self.last_round_us = now_us;
        } else {
            self.last_walk = Some(turn);
        }
    }

    /// It has ended; of a PING with the time that it took.
    pub fn ended(&mut self, turn: Turn, took_us: Option<u64>, now_us: u64) {
        self.open.retain(|other| *other != turn);
        if turn == Turn::Ping {
            self.trip_us = took_us.unwrap_or(self.trip_us);
            let least_us = if self.is_between { PING_BETWEEN_US } else { PING_US };
            let apart_us = least_us.max(self.trip_us.saturating_mul(PINGS_APART));
            self.ping_us = now_us.saturating_sub(self.trip_us).saturating_add(apart_us);
        }
    }
}

#[cfg(test)]
mod tests;
