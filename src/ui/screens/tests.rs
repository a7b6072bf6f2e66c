//! Every place in every telling state, in every look: nothing panics, and nothing unsafe reaches the screen; and
//! the pictures themselves, with their styles, where they matter most.

mod anything;
mod arbitrary;
mod ear;
mod histories;
mod masked;
mod matrix;
mod pictures;
mod pointing;
mod probing;
mod targets;
mod zooming;

use super::fixture::{self, SIZES, drawn, drawn_with, press, skin};
use crate::app::message::TargetMessage;
use crate::app::{State, View};
use crate::ui::dump;
use crate::ui::theme::{Depth, GlyphSet};

/// A way to make a state at a size.
type Made = fn((u16, u16)) -> State;

const STATES: [(&str, Made); 8] = [
    ("busy", fixture::busy),
    ("listening", fixture::fanout::listening),
    ("probed", fixture::fanout::probed),
    ("demo", fixture::demo),
    ("empty", fixture::empty),
    ("denied", fixture::denied),
    ("down", fixture::down),
    ("waiting", fixture::waiting),
];

/// Ways from the overview to every place.
const WAYS: [&str; 22] = [
    "2 t j",
    "1",
    "2",
    "2 enter",
    "2 enter enter",
    "2 enter enter enter",
    "2 e",
    "3",
    "3 enter",
    "4",
    "5",
    "6",
    "6 w w",
    "7",
    "7 enter",
    "7 w w",
    "8",
    "9",
    "0",
    "z",
    "2 z",
    "4 z right",
];

#[test]
fn every_place_draws_in_every_state_and_look() {
    for (name, made) in STATES {
        for size in SIZES.into_iter().chain([(20, 5), (200, 60)]) {
            let fresh = made(size);
            for way in WAYS {
                let mut state = fresh.clone();
                press(&mut state, way);
                if let Some(question) = state.active.entries.as_ref().map(|entries| entries.key.clone()) {
                    let question = crate::app::entries::EntriesQuestion {
                        key: question,
                        from: crate::app::entries::Page::Newest,
                    };
                    let page = crate::core::model::snapshot::EntriesPage {
                        key: question.key.clone(),
                        ..fixture::entries()
                    };
                    fixture::tell(&mut state, TargetMessage::Entries(question, Ok(page)));
                    press(&mut state, "v");
                }
                for (theme, depth, set) in [
                    ("default", Depth::True, GlyphSet::Full),
                    ("light", Depth::Ansi16, GlyphSet::Full),
                    ("mono", Depth::None, GlyphSet::Ascii),
                ] {
                    let buffer = drawn_with(&state, &skin(theme, depth, set));
                    let text = dump::text(&buffer);
                    assert!(!text.trim().is_empty(), "{name} {way} {size:?}");
                    let bad = text
                        .chars()
                        .find(|c| c.is_control() && *c != '\n' || ('\u{202a}'..='\u{202e}').contains(c));
                    assert_eq!(bad, None, "{name} {way} {size:?}");
                }
            }
        }
    }
}

#[test]
fn a_console_that_waits_for_a_server_never_shows_a_figure() {
    let text = dump::text(&drawn(&fixture::waiting(SIZES[0])));
    assert!(!text.contains("0 B"), "{text}");
}

#[test]
fn enter_goes_from_each_finding_to_its_place_and_escape_comes_back_to_it() {
    let mut state = fixture::busy(SIZES[0]);
    let count = state.shown().findings().len();
    assert!(count > 2, "{count}");
    for _ in 0..count {
        let finding = state.selected_finding().unwrap().clone();
        press(&mut state, "enter");
        assert_eq!(Some(state.view()), View::of_finding(&finding).as_ref(), "{finding:?}");
        press(&mut state, "esc");
        assert_eq!((state.view(), state.selected_finding()), (&View::Overview, Some(&finding)));
        press(&mut state, "j");
    }
}

#[test]
fn a_theme_is_shown_at_once_kept_by_enter_and_given_back_by_escape() {
    let mut state = fixture::empty(SIZES[0]);
    press(&mut state, "t j");
    assert_eq!(state.theme, 1);
    press(&mut state, "esc");
    assert_eq!((state.theme, state.active.modal.is_none()), (0, true));
    press(&mut state, "t k");
    assert_eq!(state.theme, state.setup.themes.len() - 1);
    press(&mut state, "enter j");
    assert_eq!((state.theme, state.active.modal.is_none()), (state.setup.themes.len() - 1, true));
}
