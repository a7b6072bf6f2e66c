//! Stories: messages in, effects and places out.

use super::*;
use crate::app::TargetMessage;
use crate::app::entries::Page;
use crate::app::modal::Modal;
use crate::app::{Setup, State, TargetSetup};
use crate::commands::{Key, KeyMap};
use crate::core::model::groups::{Group, ServerLag};
use crate::core::model::snapshot::EntriesPage;
use crate::core::model::streams::{Entry, StreamDetail, StreamFacts};
use crate::core::model::{Name, Snapshot, Stamped, StreamId};
use crate::core::reading::watched::WatchSettings;
use proptest::prelude::*;

pub(in crate::app) const NOW: Now = Now { wall_ms: 1_700_000_000_000, process_us: 5_000_000 };

pub(in crate::app) fn console() -> State {
    let target = TargetSetup {
        name: "test".into(),
        address: "127.0.0.1:6379".into(),
        production: false,
        read_only: false,
        interval_us: 1_000_000,
        watched: WatchSettings::default(),
        probe: Default::default(),
    };
    let setup = Setup {
        target,
        keymap: KeyMap::default(),
        themes: vec!["default".into(), "light".into()],
        theme: 0,
        size: (80, 24),
        demo: false,
        mouse: true,
        shows_cursor: false,
        masked: false,
        picture: Default::default(),
        actions: Default::default(),
        own: Default::default(),
    };
    State::new(setup, NOW)
}

pub(in crate::app) fn snapshot(streams: &[(&str, u64)]) -> Snapshot {
    let at_us = 1_700_000_000_000_000;
    let facts = streams.iter().map(|(key, length)| StreamFacts {
        key: Name::from(*key),
        at_us,
        length: Some(*length),
        detail: Some(StreamDetail::default()),
        reply_bytes: None,
    });
    let group = Group {
        name: Name::from("g"),
        consumers: Some(1),
        pending: Some(1),
        last_delivered: None,
        entries_read: None,
        lag: ServerLag::Unknown,
    };
    let groups =
        streams.iter().map(|(key, _)| (Name::from(*key), Stamped { at_us, value: vec![group.clone()] }));
    Snapshot {
        taken_at_ms: 1,
        at_us,
        streams: facts.collect(),
        groups: groups.collect(),
        ..Snapshot::default()
    }
}

pub(super) fn tell(state: &mut State, message: impl Into<Message>) -> Vec<Effect> {
    update(state, message.into(), NOW).1.into_iter().map(|(_, effect)| effect).collect()
}

pub(super) fn press(state: &mut State, keys: &str) -> Vec<Effect> {
    let pressed = |text: &str| text.parse::<Key>().unwrap();
    keys.split_whitespace().flat_map(|key| tell(state, Message::Key(pressed(key)))).collect()
}

#[test]
fn one_drills_down_from_a_stream_to_its_entries_and_comes_all_the_way_back() {
    let mut state = console();
    tell(&mut state, TargetMessage::Observed(Box::new(snapshot(&[("a", 1), ("b", 2)]))));
    press(&mut state, "2 j enter enter");
    let (b, g) = (Name::from("b"), Name::from("g"));
    assert_eq!(state.view(), &View::Group(b.clone(), g.clone()));
    assert_eq!(state.active.focus.groups, vec![(b.clone(), g)]);
    press(&mut state, "esc");
    let effects = press(&mut state, "e");
    assert_eq!(state.view(), &View::Entries(b.clone()));
    assert!(
        effects.iter().any(|effect| matches!(effect, Effect::ReadEntries(question) if question.key == b))
    );
    press(&mut state, "esc esc esc esc");
    assert_eq!(state.view(), &View::Streams);
    assert!(state.active.entries.is_none());
}

#[test]
fn q_leaves_from_any_depth_but_is_a_letter_while_one_types() {
    let mut state = console();
    tell(&mut state, TargetMessage::Observed(Box::new(snapshot(&[("a", 1)]))));
    press(&mut state, "2 enter enter ?");
    assert_eq!(press(&mut state, "q"), [Effect::Quit]);
    let mut state = console();
    tell(&mut state, TargetMessage::Observed(Box::new(snapshot(&[("a", 1)]))));
    press(&mut state, "2 / q");
    assert!(matches!(&state.active.modal, Some(Modal::Prompt(prompt)) if prompt.input.value() == "q"));
}

#[test]
fn enter_opens_a_family_of_streams_and_closes_it_and_a_filter_looks_at_each_of_them() {
    let mut state = console();
    let names: Vec<String> =
        (10..40).map(|at| format!("results:{at}")).chain(["orders".to_owned()]).collect();
    let streams: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 1)).collect();
    let mut seen = snapshot(&streams);
    seen.groups.clear();
    tell(&mut state, TargetMessage::Observed(Box::new(seen)));
    press(&mut state, "2");
    let rows = |state: &State| state.table().unwrap().rows.len();
    assert_eq!(rows(&state), 2);
    press(&mut state, "j enter");
    assert_eq!((rows(&state), state.view()), (32, &View::Streams));
    press(&mut state, "j enter");
    assert_eq!(state.view(), &View::Stream(Name::from("results:10")));
    press(&mut state, "esc k enter");
    assert_eq!(rows(&state), 2);
    press(&mut state, "/ 1 7 enter");
    assert_eq!(rows(&state), 1);
}

#[test]
fn a_filter_works_while_it_is_typed_and_escape_drops_it() {
    let mut state = console();
    tell(&mut state, TargetMessage::Observed(Box::new(snapshot(&[("orders", 1), ("mail", 2)]))));
    press(&mut state, "2 / o r");
    assert_eq!(state.table().unwrap().rows.len(), 1);
    press(&mut state, "(");
    assert!(matches!(&state.active.modal, Some(Modal::Prompt(prompt)) if prompt.error.is_some()));
    assert_eq!(state.table().unwrap().rows.len(), 1);
    press(&mut state, "backspace enter");
    assert!(state.active.modal.is_none());
    press(&mut state, "esc");
    assert_eq!((state.table().unwrap().rows.len(), state.view()), (2, &View::Streams));
}

#[test]
fn a_stopped_picture_stays_while_data_go_on_to_come() {
    let mut state = console();
    tell(&mut state, TargetMessage::Observed(Box::new(snapshot(&[("a", 1)]))));
    press(&mut state, "2 space");
    let (draw, _) = update(&mut state, TargetMessage::Observed(Box::new(snapshot(&[("a", 9)]))).into(), NOW);
    assert_eq!(draw, Draw::No);
    assert_eq!(update(&mut state, Message::Tick, NOW).0, Draw::No);
    let length = |state: &State| state.shown().streams().values().next().unwrap().length.unwrap().value;
    assert_eq!(length(&state), 1);
    press(&mut state, "space");
    assert_eq!(length(&state), 9);
}

#[test]
fn the_interval_goes_up_and_down_within_its_bounds() {
    let mut state = console();
    assert!(press(&mut state, "+").contains(&Effect::SetInterval(500_000)));
    for _ in 0..30 {
        press(&mut state, "+");
    }
    assert_eq!(state.active.interval_us, 100_000);
    for _ in 0..30 {
        press(&mut state, "-");
    }
    assert_eq!(state.active.interval_us, 3_600_000_000);
}

#[test]
fn values_stay_hidden_until_they_are_asked_for_and_again_for_the_next_stream() {
    let mut state = console();
    tell(&mut state, TargetMessage::Observed(Box::new(snapshot(&[("a", 1)]))));
    press(&mut state, "2 e v");
    assert!(state.active.entries.as_ref().unwrap().shows_values);
    press(&mut state, "esc e");
    assert!(!state.active.entries.as_ref().unwrap().shows_values);
}

#[test]
fn pages_of_entries_go_on_from_the_ends_of_the_page() {
    let mut state = console();
    tell(&mut state, TargetMessage::Observed(Box::new(snapshot(&[("a", 1)]))));
    let effects = press(&mut state, "2 e");
    let Some(Effect::ReadEntries(question)) =
        effects.into_iter().find(|e| matches!(e, Effect::ReadEntries(_)))
    else {
        panic!("no question")
    };
    let entry = |ms| Entry { id: StreamId::new(ms, 0), fields: vec![] };
    let page = EntriesPage { key: Name::from("a"), at_us: 1, entries: vec![entry(5), entry(6)] };
    tell(&mut state, TargetMessage::Entries(question, Ok(page)));
    assert_eq!(state.active.entries.as_ref().unwrap().index, 1);
    let asked = |effects: Vec<Effect>| match effects.first() {
        Some(Effect::ReadEntries(question)) => question.from,
        other => panic!("{other:?}"),
    };
    assert_eq!(asked(press(&mut state, "b")), Page::Before(StreamId::new(5, 0)));
    assert!(press(&mut state, "b").is_empty(), "one question at a time");
    press(&mut state, "i 7 - 2");
    press(&mut state, "esc");
}

#[test]
fn a_stream_that_vanishes_under_the_cursor_leaves_a_console_that_works() {
    let mut state = console();
    tell(&mut state, TargetMessage::Observed(Box::new(snapshot(&[("a", 1)]))));
    press(&mut state, "2 enter enter");
    let gone = Snapshot { gone: vec![Name::from("a")], ..snapshot(&[]) };
    tell(&mut state, TargetMessage::Observed(Box::new(gone)));
    press(&mut state, "enter j k G g esc esc enter");
    assert_eq!(state.view(), &View::Streams);
}

proptest! {
    #[test]
    fn no_history_of_keys_sizes_and_data_breaks_the_console(
        steps in proptest::collection::vec((0_usize..48, 0_u16..130, 0_u16..50), 1..120)
    ) {
        let keys = [
            "1", "2", "3", "4", "5", "8", "9", "0", "tab", "shift-tab", "enter", "esc", "j", "k", "g", "G", "/", "o",
            "!", "(", "backspace", "<", ">", "r", "space", "+", "-", "t", "e", "v", "n", "b", "i", "f", "ctrl-d",
            "ctrl-u", "?", "ctrl-r", "s", "up", "down", "home", "end", "q",
        ];
        let mut state = console();
        for (which, columns, rows) in steps {
            match keys.get(which) {
                Some(key) => drop(press(&mut state, key)),
                None if which % 2 == 0 => drop(tell(&mut state, Message::Resized(columns, rows))),
                None => {
                    let names: Vec<String> = (0..columns % 40).map(|number| format!("s{number}")).collect();
                    let streams: Vec<_> = names.iter().map(|name| (name.as_str(), u64::from(rows))).collect();
                    tell(&mut state, TargetMessage::Observed(Box::new(snapshot(&streams))));
                }
            }
            prop_assert!(!state.active.trail.is_empty());
            if let Some(table) = state.table() {
                prop_assert!(table.index < table.rows.len().max(1));
                prop_assert!(table.offset <= table.index);
            }
        }
    }
}
