//! The mouse: what a click and the wheel do to what is drawn there, and what they never do.

use crate::app::action::{ActionStage, DialogFocus};
use crate::app::cell::RowId;
use crate::app::message::{Effect, Message, TargetMessage};
use crate::app::modal::Modal;
use crate::app::zone::{DialogPart, MouseAct, Zone, ZoneTarget, zone_at};
use crate::app::{Draw, Now, State, View, update};
use crate::commands::CommandId;
use crate::core::ops::{Plan, PlanId, WriteState};
use crate::ui::screens::fixture::{self, drawn_zones, later, press};

/// What stands where in the picture of a console.
fn zones(state: &State) -> Vec<Zone> {
    drawn_zones(state).1
}

/// Does something with the mouse in a cell of the picture as it is drawn.
fn point(state: &mut State, act: MouseAct, at: (u16, u16), now: Now) -> (Draw, Vec<Effect>) {
    let target = zone_at(&zones(state), at).cloned();
    let (draw, effects) = update(state, Message::Mouse(act, target), now);
    (draw, effects.into_iter().map(|(_, effect)| effect).collect())
}

/// The first cell of the first thing for which this holds.
fn place(state: &State, is_it: impl Fn(&ZoneTarget) -> bool) -> (u16, u16) {
    let zones = zones(state);
    let zone = zones.iter().find(|zone| is_it(&zone.target)).unwrap_or_else(|| panic!("not in {zones:#?}"));
    (zone.area.x, zone.area.y)
}

/// Clicks on it, so many milliseconds after the moment of all pictures.
fn click_at(state: &mut State, ms: i64, is_it: impl Fn(&ZoneTarget) -> bool) -> Vec<Effect> {
    let at = place(state, is_it);
    point(state, MouseAct::Press, at, later(ms)).1
}

fn click(state: &mut State, is_it: impl Fn(&ZoneTarget) -> bool) -> Vec<Effect> {
    click_at(state, 0, is_it)
}

fn part(wanted: DialogPart) -> impl Fn(&ZoneTarget) -> bool {
    move |target| *target == ZoneTarget::Dialog(wanted.clone())
}

fn streams() -> State {
    let mut state = fixture::busy((120, 40));
    press(&mut state, "2");
    state
}

fn nth_row(state: &State, at: usize) -> RowId {
    state.table().unwrap().rows[at].id.clone()
}

#[test]
fn a_click_goes_to_screens_and_back_to_the_steps_of_the_way() {
    let mut state = streams();
    click(&mut state, |target| *target == ZoneTarget::Screen(CommandId::MemoryScreen));
    assert_eq!(state.view(), &View::Memory);
    press(&mut state, "2 enter enter");
    let (depth, stream) = (state.active.trail.len(), state.active.trail[1].clone());
    assert_eq!(depth, 3);
    click(&mut state, |target| *target == ZoneTarget::Step(1));
    assert_eq!((state.view(), state.active.trail.len()), (&stream, 2));
    click(&mut state, |target| *target == ZoneTarget::Screen(CommandId::StreamsScreen));
    assert_eq!(state.active.trail, [View::Streams]);
}

#[test]
fn a_click_selects_a_row_and_a_second_one_opens_it() {
    let mut state = streams();
    let third = nth_row(&state, 2);
    let is_third = |target: &ZoneTarget| *target == ZoneTarget::Row(third.clone());
    click(&mut state, is_third);
    assert_eq!((state.table().unwrap().index, state.view()), (2, &View::Streams));
    click(&mut state, is_third);
    let RowId::Stream(key) = &third else { panic!("{third:?}") };
    assert_eq!(state.view(), &View::Stream(key.clone()));
    // The first row is under the cursor before anybody has chosen it: one click opens nothing.
    let mut state = streams();
    let first = nth_row(&state, 0);
    click(&mut state, |target| *target == ZoneTarget::Row(first.clone()));
    assert_eq!(state.view(), &View::Streams);
}

#[test]
fn a_click_hits_the_row_that_was_seen_and_not_the_one_that_stands_there_by_now() {
    let mut state = streams();
    let (second, at) = (nth_row(&state, 1), place(&state, |t| matches!(t, ZoneTarget::Row(_))));
    let seen = zone_at(&zones(&state), (at.0, at.1 + 1)).cloned();
    assert_eq!(seen, Some(ZoneTarget::Row(second.clone())));
    press(&mut state, "r");
    update(&mut state, Message::Mouse(MouseAct::Press, seen), later(0));
    assert_eq!(state.table().unwrap().selected().unwrap().id, second);
}

#[test]
fn a_click_on_the_head_of_a_column_sorts_and_again_the_other_way_round() {
    let mut state = streams();
    let before = (state.table().unwrap().sort, state.table().unwrap().is_descending);
    let id = state.table_id().unwrap();
    let other = zones(&state).into_iter().rev().find_map(|zone| match zone.target {
        ZoneTarget::Head(_, column) if column != before.0 => Some(column),
        _ => None,
    });
    let other = other.unwrap();
    let head = |target: &ZoneTarget| *target == ZoneTarget::Head(id, other);
    click(&mut state, head);
    let (sort, down) = (state.table().unwrap().sort, state.table().unwrap().is_descending);
    assert_eq!(sort, other);
    click(&mut state, head);
    assert_eq!((state.table().unwrap().sort, state.table().unwrap().is_descending), (other, !down));
}

#[test]
fn heads_stand_where_their_titles_do() {
    let state = streams();
    let columns = state.table().unwrap().columns();
    let (buffer, zones) = drawn_zones(&state);
    let mut checked = 0;
    for zone in zones {
        let ZoneTarget::Head(_, column) = zone.target else { continue };
        let text: String = zone.area.positions().map(|at| buffer[at].symbol().to_owned()).collect();
        let title = columns[column].title;
        assert!(text.contains(title) || title.starts_with(text.trim()), "{title}: {text:?}");
        checked += 1;
    }
    assert!(checked > 4, "{checked}");
}

#[test]
fn the_wheel_moves_the_list_and_the_cursor_stays_in_sight() {
    let mut state = fixture::busy((80, 12));
    press(&mut state, "2");
    let at = place(&state, |target| matches!(target, ZoneTarget::Row(_)));
    let rows = state.table().unwrap().rows.len();
    let first = 3.min(rows - state.areas().table_rows());
    assert!(first > 0);
    point(&mut state, MouseAct::WheelDown, at, later(0));
    assert_eq!((state.table().unwrap().offset, state.table().unwrap().index), (first, first));
    for _ in 0..rows {
        point(&mut state, MouseAct::WheelDown, at, later(0));
    }
    assert_eq!(state.table().unwrap().index, rows - 1);
    for _ in 0..rows {
        point(&mut state, MouseAct::WheelUp, at, later(0));
    }
    assert_eq!((state.table().unwrap().offset, state.table().unwrap().index), (0, 0));
    // Over the header it moves nothing, and nothing is drawn.
    assert_eq!(point(&mut state, MouseAct::WheelDown, (0, 0), later(0)).0, Draw::No);
}

#[test]
fn help_the_palette_and_the_themes_take_clicks_and_nothing_below_them_does() {
    let mut state = streams();
    let row = place(&state, |target| matches!(target, ZoneTarget::Row(_)));
    let tab = place(&state, |target| matches!(target, ZoneTarget::Screen(_)));
    press(&mut state, "?");
    for at in [row, tab, (0, 0), (119, 39)] {
        let before = format!("{state:?}");
        let (draw, effects) = point(&mut state, MouseAct::Press, at, later(0));
        let is_on_help = matches!(zone_at(&zones(&state), at), Some(ZoneTarget::Dialog(_)));
        if !is_on_help {
            assert_eq!(
                (draw, effects, state.active.modal.is_some()),
                (Draw::No, Vec::new(), true),
                "{before}"
            );
        }
    }
    let mut state = streams();
    press(&mut state, "?");
    click(&mut state, part(DialogPart::HelpRow(CommandId::Theme)));
    assert!(matches!(state.active.modal, Some(Modal::Themes { .. })));
    click(&mut state, part(DialogPart::ThemeRow(2)));
    assert!(state.theme == 2 && state.active.modal.is_some());
    click(&mut state, part(DialogPart::ThemeRow(2)));
    assert!(state.theme == 2 && state.active.modal.is_none());
    press(&mut state, ": m e m o r y");
    click(&mut state, part(DialogPart::PaletteRow(CommandId::MemoryScreen)));
    assert!(state.view() == &View::Memory && state.active.modal.is_none());
}

#[test]
fn a_form_takes_clicks_on_its_choices_its_lines_and_its_words() {
    let mut state = streams();
    press(&mut state, "T");
    click(&mut state, part(DialogPart::Choice(2)));
    let Some(Modal::Action(modal)) = &state.active.modal else { panic!() };
    assert!(matches!(&modal.stage, ActionStage::Form(form) if form.selected == 2));
    assert!(matches!(click(&mut state, part(DialogPart::Preview)).as_slice(), [Effect::Plan(..)]));
    click(&mut state, part(DialogPart::Cancel));
    assert!(state.active.modal.is_none());
}

/// Tells the plan that was asked for last.
fn planned(state: &mut State) {
    let plan = Plan { made_us: state.now_us, ..crate::core::ops::plan::tests::plan() };
    let id = state.active.operations.plan;
    fixture::tell(state, TargetMessage::Planned(id, Ok(Box::new(plan))));
}

/// A console that asks whether a plan is to be carried out.
fn asking() -> State {
    let mut state = streams();
    state.setup.actions.unlock_ms = 600_000;
    press(&mut state, "T enter");
    assert_ne!(state.active.operations.plan, PlanId::default());
    planned(&mut state);
    state
}

fn focus(state: &State) -> Option<DialogFocus> {
    match &state.active.modal {
        Some(Modal::Action(modal)) => match &modal.stage {
            ActionStage::Question(question) => Some(question.focus),
            _ => None,
        },
        _ => None,
    }
}

#[test]
fn whoever_hammers_on_a_button_confirms_nothing_and_two_calm_clicks_do() {
    let mut state = asking();
    for ms in 0..20 {
        assert_eq!(click_at(&mut state, ms * 450, part(DialogPart::Go)), []);
        assert_eq!(focus(&state), Some(DialogFocus::Go));
    }
    assert_eq!(state.active.operations.write, WriteState::Locked);
    let mut state = asking();
    assert_eq!(click_at(&mut state, 1_000, part(DialogPart::Go)), []);
    let carried = click_at(&mut state, 1_500, part(DialogPart::Go));
    assert!(matches!(carried.as_slice(), [Effect::Carry(..)]), "{carried:?}");
    let mut state = asking();
    assert_eq!(click(&mut state, part(DialogPart::Cancel)), []);
    assert!(state.active.modal.is_none() && state.active.operations.running.is_none());
}

#[test]
fn a_click_on_a_button_that_was_seen_in_another_dialog_confirms_nothing() {
    let mut state = asking();
    let go = zone_at(&zones(&state), place(&state, part(DialogPart::Go))).cloned();
    press(&mut state, "tab");
    assert_eq!(focus(&state), Some(DialogFocus::Go));
    press(&mut state, "esc T enter");
    planned(&mut state);
    let (_, effects) = update(&mut state, Message::Mouse(MouseAct::Press, go), later(9_000));
    assert!(effects.is_empty() && focus(&state) == Some(DialogFocus::Go));
}

#[test]
fn a_key_gives_the_mouse_to_the_terminal_and_takes_it_back() {
    let mut state = streams();
    let at = place(&state, |target| *target == ZoneTarget::Screen(CommandId::MemoryScreen));
    let switched = update(&mut state, Message::Key("ctrl-t".parse().unwrap()), later(0)).1;
    assert!(matches!(switched.as_slice(), [(_, Effect::Mouse(false))]));
    assert_eq!(point(&mut state, MouseAct::Press, at, later(0)), (Draw::No, Vec::new()));
    let switched = update(&mut state, Message::Key("ctrl-t".parse().unwrap()), later(0)).1;
    assert!(matches!(switched.as_slice(), [(_, Effect::Mouse(true))]));
    point(&mut state, MouseAct::Press, at, later(0));
    assert_eq!(state.view(), &View::Memory);
}
