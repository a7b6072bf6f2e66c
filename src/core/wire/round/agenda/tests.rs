//! Turns over lines of any length, without a line.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Runs for so long over a line with this round trip, where the walks are due whenever they have ended: when each
/// kind was begun.
fn run(trip_us: u64, interval_us: u64, for_us: u64) -> (BTreeMap<Turn, Vec<u64>>, Vec<Turn>) {
    let (mut agenda, mut now_us) = (Agenda::default(), 0);
    let (mut begun, mut order) = (BTreeMap::<Turn, Vec<u64>>::new(), Vec::new());
    let mut open: Vec<(u64, Turn)> = Vec::new();
    let walks = TurnsDue { search_us: Some(0), keys_us: Some(0), look_us: Some(0), ..TurnsDue::default() };
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
            NextTurn::Over => panic!("polling is never over"),
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
    let walks = TurnsDue { search_us: Some(0), ..TurnsDue::default() };
    agenda.begun(Turn::Round, false, 1_000_000, 800_000);
    assert!(matches!(agenda.next(900_000, walks), NextTurn::Wait(_)));
    agenda.ended(Turn::Round, None, 900_000);
    assert_eq!(agenda.next(900_000, walks), NextTurn::Begin(Turn::Search));
}

/// Runs a pass where the search takes so many steps of 10 ms, and so many rounds of what was never read follow: the turns.
fn pass(plan: PassPlan, mut steps: u64, mut unread: u64, trip_us: u64) -> Vec<Turn> {
    let (mut agenda, mut now_us, mut turns) = (Agenda::complete(plan), 0, Vec::new());
    let mut search_us = 0;
    loop {
        let due = TurnsDue {
            search_us: Some(search_us),
            is_searching: steps > 0,
            has_unread: unread > 0,
            ..TurnsDue::default()
        };
        match agenda.next(now_us, due) {
            NextTurn::Over => return turns,
            NextTurn::Wait(until_us) => {
                assert!(until_us > now_us, "it spins");
                now_us = until_us;
            }
            NextTurn::Begin(turn) => {
                agenda.begun(turn, true, 0, now_us);
                assert_eq!(agenda.next(now_us, due), NextTurn::Wait(u64::MAX), "two at once");
                now_us += trip_us;
                match turn {
                    Turn::Search => (steps, search_us) = (steps.saturating_sub(1), now_us + 10_000),
                    Turn::Unread => unread = unread.saturating_sub(1),
                    _ => {}
                }
                agenda.ended(turn, None, now_us);
                turns.push(turn);
            }
        }
    }
}

proptest! {
    #[test]
    fn a_pass_reads_everything_it_has_time_for_and_ends(
        steps in 0u64..200, unread in 0u64..40, trip_us in 50u64..3_000_000, until_us in 0u64..60_000_000, is_first: bool
    ) {
        let plan = PassPlan { is_first, search_until_us: until_us / 2, until_us };
        let turns = pass(plan, steps, unread, trip_us);
        let count = |turn: Turn| turns.iter().filter(|other| **other == turn).count() as u64;
        prop_assert_eq!(turns[0], Turn::Round);
        prop_assert_eq!((count(Turn::Round), count(Turn::Backlogs)), (1, 4));
        // A step is begun while there is time, and one more beside each round of a later pass.
        let had_time = until_us / 2 / (trip_us + 10_000);
        prop_assert!(count(Turn::Search) >= steps.min(had_time), "{turns:?}");
        let beside = if is_first { 0 } else { unread + 1 };
        prop_assert!(count(Turn::Search) <= steps + beside);
        prop_assert!(count(Turn::Unread) <= unread);
        let spent_us = (count(Turn::Search) + 1) * (trip_us + 10_000);
        if spent_us + unread * trip_us < until_us {
            prop_assert_eq!(count(Turn::Unread), unread);
        }
    }
}

#[test]
fn what_is_refused_or_lost_is_asked_again_and_what_is_spent_is_not() {
    let plan = PassPlan { is_first: true, search_until_us: 0, until_us: 1 };
    let mut agenda = Agenda::complete(plan);
    let begin = |agenda: &mut Agenda, turn: Turn| {
        assert_eq!(agenda.next(0, TurnsDue::default()), NextTurn::Begin(turn));
        agenda.begun(turn, true, 0, 0);
    };
    begin(&mut agenda, Turn::Round);
    agenda.ended(Turn::Round, None, 0);
    agenda.round_now(0);
    begin(&mut agenda, Turn::Round);
    agenda.reconnected(0);
    begin(&mut agenda, Turn::Round);
    agenda.ended(Turn::Round, None, 0);
    begin(&mut agenda, Turn::Backlogs);
    agenda.ended(Turn::Backlogs, None, 0);
    agenda.spent(Turn::Backlogs);
    assert_eq!(agenda.next(0, TurnsDue::default()), NextTurn::Over);
}

#[test]
fn keys_alone_are_measured_until_they_are_spent_or_the_time_is_over() {
    let due = TurnsDue { keys_us: Some(0), search_us: Some(0), has_unread: true, ..TurnsDue::default() };
    let mut agenda = Agenda::measuring(10);
    assert_eq!(agenda.next(0, due), NextTurn::Begin(Turn::Keys));
    assert_eq!(agenda.next(10, due), NextTurn::Over);
    assert_eq!(agenda.next(0, TurnsDue::default()), NextTurn::Over);
    agenda.spent(Turn::Keys);
    assert_eq!(agenda.next(0, due), NextTurn::Over);
}

#[test]
fn between_two_readings_a_ping_and_a_walk_have_their_turn_however_late_it_is() {
    let due = TurnsDue { keys_us: Some(0), ..TurnsDue::default() };
    let mut agenda = Agenda::between(0);
    for turn in [Turn::Ping, Turn::Keys] {
        assert_eq!(agenda.next(5, due), NextTurn::Begin(turn));
        agenda.begun(turn, true, 0, 5);
        agenda.ended(turn, Some(1), 5);
    }
    assert_eq!(agenda.next(5, due), NextTurn::Begin(Turn::Round));
}
