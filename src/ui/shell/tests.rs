//! What stands round the screens, in the states that matter.

use super::keys;
use crate::app::message::{Message, TargetMessage};
use crate::app::works::works;
use crate::app::{Notice, State};
use crate::commands::CommandId;
use crate::core::model::LinkStatus;
use crate::core::model::cluster::Cluster;
use crate::core::model::server::Mode;
use crate::ui::dump;
use crate::ui::screens::fixture::{self, drawn, press, tell};

fn line(state: &State, row: usize) -> String {
    dump::text(&drawn(state)).lines().nth(row).unwrap_or_default().to_owned()
}

fn last(state: &State) -> String {
    line(state, usize::from(state.size.1) - 1)
}

#[test]
fn the_header_says_who_what_and_whether_it_is_live() {
    let state = fixture::busy((120, 40));
    let header = line(&state, 0);
    for part in ["prod-eu", "10.0.3.17:6379", "redis 7.2.4", "primary", "cost", "every 1 s", "LOCKED", "LIVE"]
    {
        assert!(header.contains(part), "{part}: {header}");
    }
    let mut state = fixture::busy((120, 40));
    (state.active.setup.read_only, state.active.setup.production) = (true, true);
    let header = line(&state, 0);
    assert!(header.contains("READ-ONLY") && header.contains("PRODUCTION"), "{header}");
}

#[test]
fn figures_in_the_header_change_without_moving_anything() {
    let mut state = fixture::busy((120, 40));
    let before = line(&state, 0);
    tell(&mut state, TargetMessage::Observed(Box::new(fixture::round(301))));
    let after = line(&state, 0);
    for word in ["cost", "every", "LOCKED", "LIVE"] {
        assert_eq!(before.find(word), after.find(word), "{before}\n{after}");
    }
}

#[test]
fn stale_stopped_and_down_never_look_live() {
    let mut state = fixture::busy((120, 40));
    state.now_ms += 10_000;
    assert!(line(&state, 0).contains("stale    10 s  LATE"), "{}", line(&state, 0));
    let mut state = fixture::busy((120, 40));
    press(&mut state, "space");
    assert!(line(&state, 0).ends_with("PAUSED at 13:05:07 UTC"), "{}", line(&state, 0));
    let state = fixture::down((120, 40));
    let header = line(&state, 0);
    assert!(header.ends_with("stale    12 s  retry 4 in 4 s  \u{2717} DOWN"), "{header}");
}

#[test]
fn an_outage_is_told_in_full_over_the_last_picture() {
    for size in fixture::SIZES {
        let mut state = fixture::down(size);
        press(&mut state, "2");
        let text = dump::text(&drawn(&state));
        let words: Vec<&str> = text.split_whitespace().collect();
        let error: Vec<String> = fixture::outage().error.split_whitespace().map(str::to_owned).collect();
        assert!(words.windows(error.len()).any(|window| window == error), "{text}");
        assert!(text.contains("orders"), "the last picture stays: {text}");
        assert!(last(&state).contains("ctrl-r try now"), "{text}");
    }
}

#[test]
fn figures_that_are_stale_say_nothing_good_and_their_age_is_drawn_every_second() {
    let mut state = fixture::empty((120, 40));
    for second in 301..320 {
        tell(&mut state, TargetMessage::Observed(Box::new(fixture::round(second))));
    }
    state.now_ms = state.active.reading.this_node().taken_at_ms;
    let draws = |state: &mut State| {
        let now = crate::app::Now { wall_ms: state.now_ms, process_us: state.now_us };
        crate::app::update(state, Message::Tick, now).0
    };
    assert_eq!(draws(&mut state), crate::app::message::Draw::No);
    state.now_ms += 10_000;
    assert!(!line(&state, 0).contains("\u{2713} ok"), "{}", line(&state, 0));
    assert_eq!(draws(&mut state), crate::app::message::Draw::Data);
}

#[test]
fn an_open_circuit_and_a_try_that_is_due_are_said() {
    let mut state = fixture::waiting((80, 24));
    state.active.link =
        LinkStatus::Down(crate::core::model::Outage { circuit_open: true, attempts: 8, ..fixture::outage() });
    assert!(line(&state, 0).contains("retry 9 in 4 s"), "{}", line(&state, 0));
    state.now_us += 60_000_000;
    assert!(line(&state, 0).contains("retry 9 now"), "{}", line(&state, 0));
}

#[test]
fn the_way_to_where_we_are_stays_on_the_narrowest_screens() {
    let mut state = fixture::busy((120, 40));
    press(&mut state, "2 / ^ o r d enter enter enter");
    assert!(line(&state, 1).contains("2 Streams \u{25b8} orders \u{25b8}"), "{}", line(&state, 1));
    let mut state = fixture::demo((80, 24));
    assert!(line(&state, 1).contains("dead-consumer x2"), "{}", line(&state, 1));
    press(&mut state, "2 enter");
    assert!(line(&state, 1).ends_with("dead-consumer x2    312/s"), "{}", line(&state, 1));
}

#[test]
fn the_footer_lists_only_keys_that_do_something_here() {
    let mut state = fixture::busy((200, 50));
    press(&mut state, "2");
    let footer = last(&state);
    assert!(footer.contains("enter open") && footer.contains("e entries") && !footer.contains("esc back"));
    press(&mut state, "8");
    let footer = last(&state);
    assert!(!footer.contains("enter open") && footer.contains("f fetch once"), "{footer}");
    press(&mut state, "4");
    let footer = last(&state);
    assert!(footer.contains("b biggest keys") && footer.contains("m pause key scan"), "{footer}");
    press(&mut state, "0");
    let footer = last(&state);
    assert!(!footer.contains("filter") && !footer.contains("sort"), "{footer}");
    let mut state = fixture::empty((200, 50));
    press(&mut state, "2");
    assert!(!last(&state).contains("filter"), "{}", last(&state));
}

#[test]
fn a_notice_and_what_is_typed_take_the_place_of_the_keys() {
    let mut state = fixture::busy((80, 24));
    state.active.notice = Some(Notice { text: "Asked once".into(), is_error: false, until_ms: i64::MAX });
    assert_eq!(last(&state).trim(), "Asked once");
    state.active.notice = None;
    press(&mut state, "2 / o r (");
    assert!(
        last(&state).contains("filter: or(") && last(&state).contains("unclosed group"),
        "{}",
        last(&state)
    );
    press(&mut state, "backspace enter");
    assert!(last(&state).starts_with(" /or  "), "{}", last(&state));
}

#[test]
fn a_long_line_is_seen_at_its_cursor() {
    let mut state = fixture::busy((40, 12));
    press(&mut state, "2 /");
    tell(&mut state, Message::Paste("漢字".repeat(60) + "end"));
    assert!(last(&state).ends_with("end"), "{}", last(&state));
}

#[test]
fn help_lists_every_key_that_works_here_and_no_other() {
    // As wide as no sentence is broken in two columns.
    let mut state = fixture::busy((270, 70));
    for way in ["1", "2", "2 enter", "2 e", "4", "8", "0"] {
        press(&mut state, way);
        let listed: Vec<CommandId> = keys::by_place(&state)
            .into_iter()
            .flat_map(|(_, commands)| commands)
            .map(|command| command.id)
            .collect();
        let working: Vec<CommandId> = crate::commands::COMMANDS
            .iter()
            .map(|command| command.id)
            .filter(|id| works(&state, *id))
            .collect();
        assert_eq!(listed.len(), working.len(), "{way}");
        assert!(working.iter().all(|id| listed.contains(id)), "{way}");
        press(&mut state, "?");
        let text = dump::text(&drawn(&state));
        assert!(working.iter().all(|id| text.contains(id.command().doc)), "{way}: {text}");
        press(&mut state, "?");
    }
}

#[test]
fn one_node_of_a_cluster_says_so_on_every_screen_and_beside_its_keys_and_streams() {
    for size in fixture::SIZES {
        let mut state = fixture::busy(size);
        let mut round = fixture::round(301);
        if let Some(info) = &mut round.info {
            info.server.mode = Mode::Cluster;
        }
        round.cluster = Some(Cluster { primaries: Some(3), ..Cluster::default() });
        tell(&mut state, TargetMessage::Observed(Box::new(round)));
        for key in ["1", "2", "3", "4", "5", "6", "8", "9", "0"] {
            press(&mut state, key);
            let banner = line(&state, 2);
            let wanted = "! One node of a cluster (1 of 3 primaries): no figure has the other nodes";
            assert_eq!(banner.trim(), wanted, "screen {key} at {size:?}");
            let is_marked = dump::text(&drawn(&state)).contains("this node");
            assert_eq!(is_marked, ["2", "4", "5"].contains(&key), "screen {key} at {size:?}");
        }
    }
}
