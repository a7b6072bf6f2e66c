//! Stories of the zoom: what fills the screen, and which keys do what meanwhile.

use super::ZoomPanel::{self, AllStreams, Flow, Length};
use super::panels;
use crate::app::message::{Message, TargetMessage};
use crate::app::update::tests::{NOW, console, snapshot};
use crate::app::{State, View, update};
use crate::commands::Key;
use crate::core::model::Name;

fn press(state: &mut State, keys: &str) {
    for key in keys.split_whitespace() {
        update(state, Message::Key(key.parse::<Key>().unwrap()), NOW);
    }
}

fn read() -> State {
    let mut state = console();
    let streams = snapshot(&[("a", 1), ("b", 2)]);
    update(&mut state, Message::from(TargetMessage::Observed(Box::new(streams))), NOW);
    state
}

fn flow(key: &str) -> Option<ZoomPanel> {
    Some(Flow(Name::from(key)))
}

fn notice(state: &State) -> &str {
    state.active.notice.as_ref().map_or("", |notice| notice.text.as_str())
}

#[test]
fn a_key_fills_the_screen_with_a_panel_and_gives_it_back() {
    let mut state = read();
    press(&mut state, "z");
    assert_eq!(state.zoomed(), Some(AllStreams));
    press(&mut state, "z");
    assert_eq!(state.zoomed(), None);
    press(&mut state, "2 z esc");
    assert_eq!((state.zoomed(), state.view()), (None, &View::Streams));
}

#[test]
fn the_panels_of_a_screen_come_one_after_the_other_all_the_way_round() {
    let mut state = read();
    press(&mut state, "2 z");
    assert_eq!(state.zoomed(), flow("a"));
    press(&mut state, "tab");
    assert_eq!((state.zoomed(), state.view()), (Some(Length(Name::from("a"))), &View::Streams));
    press(&mut state, "right");
    assert_eq!(state.zoomed(), Some(AllStreams));
    press(&mut state, "right");
    assert_eq!(state.zoomed(), flow("a"));
    press(&mut state, "left left");
    assert_eq!(state.zoomed(), Some(Length(Name::from("a"))));
    press(&mut state, "8 right");
    assert!(notice(&state).contains("only panel"), "{}", notice(&state));
}

#[test]
fn another_screen_shows_its_own_first_panel_and_one_without_panels_itself() {
    let mut state = read();
    press(&mut state, "z right right 4");
    assert_eq!(state.zoomed(), Some(ZoomPanel::Memory));
    press(&mut state, "0");
    assert_eq!(state.zoomed(), None);
    press(&mut state, "5");
    assert_eq!(state.zoomed(), Some(ZoomPanel::HitRatio));
}

#[test]
fn a_screen_without_figures_or_graphs_says_that_there_is_nothing_to_zoom() {
    let mut state = read();
    press(&mut state, "0 z");
    assert!(panels(&state).is_empty() && state.active.zoom.is_none());
    assert!(notice(&state).starts_with("nothing to zoom here"), "{}", notice(&state));
    let mut fresh = console();
    press(&mut fresh, "4 z");
    assert_eq!((fresh.zoomed(), notice(&fresh)), (None, "nothing was read yet"));
}

#[test]
fn while_a_panel_is_zoomed_no_key_acts_on_a_row_that_nobody_sees() {
    let mut state = read();
    state.setup.actions.unlock_ms = 600_000;
    press(&mut state, "z T");
    assert!(state.active.modal.is_none());
    assert!(notice(&state).contains("the zoom hides"), "{}", notice(&state));
    for key in ["j", "enter", "/", "r", "y", "R", "E"] {
        state.active.notice = None;
        press(&mut state, key);
        assert!(notice(&state).contains("the zoom hides"), "{key}: {}", notice(&state));
        assert!(state.active.modal.is_none() && *state.view() == View::Overview, "{key}");
    }
    // What fills the screen is the selected row itself: it goes with the cursor, and can be acted on.
    press(&mut state, "2 j");
    assert_eq!(state.zoomed(), flow("b"));
    press(&mut state, "T");
    assert!(state.active.modal.is_some());
    // Marked rows are out of sight.
    press(&mut state, "esc z * z T");
    assert!(state.active.modal.is_none() && notice(&state).contains("the zoom hides"), "{}", notice(&state));
}
