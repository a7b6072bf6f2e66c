//! What is asked next, and over which connection: rounds, steps of the search, steps of the walk that measures keys, and
//! PINGs, each when it is due.
//!
//! Knows times and turns; asks nothing, and reads no clock. Invariants: whatever is due is begun within [`TURNS`] steps
//! of its connection, however long a round trip is and however short the interval; of each kind one is under way at
//! most.

/// Steps after which everything that is due has had its turn: a round has every second one.
pub const TURNS: usize = 4;

/// Time between PINGs at least, microseconds, and how many times as long as the last one took: they are not to fill a
/// long line.
const PING_US: u64 = 250_000;
const PINGS_APART: u64 = 4;
/// From this round trip on two steps are under way at once, microseconds: else the line stands idle for most of the time.
const LONG_TRIP_US: u64 = 50_000;
/// Another place on the screen is read this much sooner than its turn, microseconds.
const LOOK_US: u64 = 50_000;

/// A kind of step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Turn {
    /// A round.
    Round,
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
}

/// When the walks are due, as the planner has it; `None` where they stand still.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WalksDue {
    /// The next step of the search.
    pub search_us: Option<u64>,
    /// The next step of the walk that measures keys.
    pub keys_us: Option<u64>,
    /// The next look at groups that a trim may run past.
    pub look_us: Option<u64>,
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
}

impl Agenda {
    /// Another connection: nothing is under way, and a round is due.
    pub fn reconnected(&mut self, now_us: u64) {
        *self = Self { round_us: now_us, trip_us: self.trip_us, ..Self::default() };
    }

    /// A round is due now.
    pub fn round_now(&mut self, now_us: u64) {
        self.round_us = self.round_us.min(now_us);
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
    pub fn next(&self, now_us: u64, walks: WalksDue) -> NextTurn {
        let is_open = |turn: &Turn| self.open.contains(turn);
        let all = [
            (Turn::Ping, Some(self.ping_us)),
            (Turn::Round, Some(self.round_us)),
            (Turn::Search, walks.search_us),
            (Turn::Keys, walks.keys_us),
            (Turn::Look, walks.look_us),
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
            let apart_us = PING_US.max(self.trip_us.saturating_mul(PINGS_APART));
            self.ping_us = now_us.saturating_sub(self.trip_us).saturating_add(apart_us);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// Runs for so long over a line with this round trip, where the walks are due whenever they have ended: when each
    /// kind was begun.
    fn run(trip_us: u64, interval_us: u64, for_us: u64) -> (BTreeMap<Turn, Vec<u64>>, Vec<Turn>) {
        let (mut agenda, mut now_us) = (Agenda::default(), 0);
        let (mut begun, mut order) = (BTreeMap::<Turn, Vec<u64>>::new(), Vec::new());
        let mut open: Vec<(u64, Turn)> = Vec::new();
        let walks = WalksDue { search_us: Some(0), keys_us: Some(0), look_us: Some(0) };
        while now_us < for_us {
            match agenda.next(now_us, walks) {
                NextTurn::Begin(turn) => {
                    assert!(open.iter().all(|(_, other)| *other != turn), "{turn:?} twice at once");
                    agenda.begun(turn, true, interval_us, now_us);
                    open.push((now_us + trip_us, turn));
                    begun.entry(turn).or_default().push(now_us);
                    if !turn.is_control() {
                        order.push(turn);
                    }
                }
                NextTurn::Wait(until_us) => {
                    let first = open.iter().map(|(end_us, _)| *end_us).min().unwrap_or(u64::MAX);
                    assert!(until_us > now_us, "it spins");
                    now_us = first.min(until_us);
                    let (ended, left): (Vec<_>, Vec<_>) =
                        open.into_iter().partition(|(end_us, _)| *end_us <= now_us);
                    ended.iter().for_each(|(_, turn)| agenda.ended(*turn, Some(trip_us), now_us));
                    open = left;
                }
            }
        }
        (begun, order)
    }

    proptest! {
        #[test]
        fn whatever_is_due_has_its_turn_within_four_steps(trip_us in 50u64..3_000_000, interval_us in 100_000u64..60_000_000) {
            let (_, order) = run(trip_us, interval_us, trip_us * 60);
            for steps in order.windows(TURNS + 1).skip(TURNS) {
                prop_assert!(steps.contains(&Turn::Search) && steps.contains(&Turn::Keys), "{steps:?}");
            }
            let (begun, _) = run(trip_us, interval_us, trip_us * 20 + interval_us * 6);
            let rounds = &begun[&Turn::Round];
            // The rhythm, and at worst what is under way when a round falls due, twice.
            for pair in rounds.windows(2) {
                prop_assert!(pair[1] - pair[0] <= interval_us + 2 * trip_us, "{rounds:?}");
            }
        }

        #[test]
        fn pings_leave_the_line_alone_three_quarters_of_the_time(trip_us in 50u64..3_000_000) {
            let (begun, _) = run(trip_us, 1_000_000, trip_us * 40 + 3_000_000);
            for pair in begun[&Turn::Ping].windows(2) {
                prop_assert!(pair[1] - pair[0] >= 250_000.max(trip_us * 4));
            }
        }
    }

    #[test]
    fn the_interval_is_kept_over_a_round_trip_of_300_and_800_ms() {
        for trip_us in [300_000, 800_000] {
            let (begun, _) = run(trip_us, 1_000_000, 30_000_000);
            assert!(begun[&Turn::Round].len() >= 29, "{trip_us}: {}", begun[&Turn::Round].len());
            assert!(begun[&Turn::Search].len() >= 15 && begun[&Turn::Keys].len() >= 15, "{trip_us}");
        }
    }

    #[test]
    fn what_is_sent_in_pieces_leaves_no_room_behind_it() {
        let mut agenda = Agenda::default();
        agenda.begun(Turn::Ping, true, 1, 0);
        agenda.ended(Turn::Ping, Some(800_000), 800_000);
        let walks = WalksDue { search_us: Some(0), ..WalksDue::default() };
        agenda.begun(Turn::Round, false, 1_000_000, 800_000);
        assert!(matches!(agenda.next(900_000, walks), NextTurn::Wait(_)));
        agenda.ended(Turn::Round, None, 900_000);
        assert_eq!(agenda.next(900_000, walks), NextTurn::Begin(Turn::Search));
    }
}
