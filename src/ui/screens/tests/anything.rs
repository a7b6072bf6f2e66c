//! Ten thousand keys, clicks, turns of the wheel and sizes, in any order: nothing panics, nothing is drawn where it does not
//! fit, and nothing is written while writing is locked.

use crate::app::action::{ActionStage, DialogFocus};
use crate::app::message::{Effect, Message, ProbeOrder, TargetMessage};
use crate::app::modal::Modal;
use crate::app::zone::{DialogPart, MouseAct, Zone, ZoneTarget, zone_at};
use crate::app::{Draw, State, update};
use crate::commands::{COMMANDS, Key, KeyMap, KeyPreset};
use crate::core::model::probe::{ProbeKind, ProbePlan};
use crate::core::ops::{Plan, WriteState};
use crate::ui::screens::fixture::{self, drawn_zones, later};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use ratatui::buffer::{Buffer, CellWidth};
use std::collections::BTreeMap;

/// Events in all.
const EVENTS: usize = 10_000;
/// Histories that they are told in.
const HISTORIES: usize = 25;

/// What happens.
#[derive(Clone, Debug)]
enum Happening {
    Key(Key),
    Mouse(MouseAct, (u16, u16)),
    Resized(u16, u16),
    Round(u16),
}

/// Any key that somebody could press: those of commands twice as often as others.
fn key() -> impl Strategy<Value = Key> {
    let of_commands: Vec<Key> =
        COMMANDS.iter().flat_map(|command| command.keys.iter().filter_map(|key| key.parse().ok())).collect();
    let moves = ["enter", "esc", "tab", "up", "down", "left", "right", "home", "backspace", "pgdn"];
    let moves: Vec<Key> = moves.iter().map(|key| key.parse().unwrap()).collect();
    prop_oneof![
        2 => prop::sample::select(of_commands),
        1 => prop::sample::select(moves),
        1 => prop::char::range(' ', '~').prop_map(Key::from),
    ]
}

fn happening() -> impl Strategy<Value = Happening> {
    let act =
        prop::sample::select(vec![MouseAct::Press, MouseAct::Press, MouseAct::WheelUp, MouseAct::WheelDown]);
    prop_oneof![
        12 => key().prop_map(Happening::Key),
        12 => (act, (0_u16..90, 0_u16..30)).prop_map(|(act, at)| Happening::Mouse(act, at)),
        1 => (1_u16..=100, 1_u16..=32).prop_map(|(columns, rows)| Happening::Resized(columns, rows)),
        1 => (0_u16..40).prop_map(Happening::Round),
    ]
}

/// Whether the button that carries out has the focus, so that Enter or a click on it is consent.
fn may_consent(state: &State) -> bool {
    let Some(Modal::Action(modal)) = &state.active.modal else { return false };
    matches!(&modal.stage, ActionStage::Question(question) if question.focus == DialogFocus::Go)
}

/// Lets it happen to the picture with these zones; how soon to draw, and the effects.
fn happen(state: &mut State, what: &Happening, zones: &[Zone], ms: i64) -> (Draw, Vec<Effect>) {
    let message = match what {
        Happening::Key(key) => Message::Key(*key),
        Happening::Mouse(act, at) => Message::Mouse(*act, zone_at(zones, *at).cloned()),
        Happening::Resized(columns, rows) => Message::Resized(*columns, *rows),
        Happening::Round(number) => {
            TargetMessage::Observed(Box::new(fixture::round(301 + i64::from(*number)))).into()
        }
    };
    let (draw, effects) = update(state, message, later(ms));
    (draw, effects.into_iter().map(|(_, effect)| effect).collect())
}

/// Every plan that is asked for is made.
fn answer(state: &mut State, effects: &[Effect], ms: i64) {
    for effect in effects {
        if let Effect::Plan(id, _) = effect {
            let plan = Plan { made_us: state.now_us, ..crate::core::ops::plan::tests::plan() };
            update(state, TargetMessage::Planned(*id, Ok(Box::new(plan))).into(), later(ms));
        }
    }
}

/// No character that takes two cells stands in the last one of its line, or under another.
fn assert_fits(buffer: &Buffer) {
    let area = buffer.area;
    for at in area.positions() {
        let wide = buffer[at].symbol().cell_width();
        assert!(wide <= 2 && at.x + wide.max(1) <= area.right(), "{at:?} {:?}", buffer[at].symbol());
    }
}

/// What may come of one event, as the write state was before it.
fn assert_safe(state: &State, what: &Happening, before: (WriteState, bool, bool), effects: &[Effect]) {
    let (write, consents, on_go) = before;
    // On a read-only target the probe may publish, which keeps nothing; it adds no entry.
    let may_probe = |plan: &ProbePlan| match write {
        WriteState::ReadOnly => plan.kind == ProbeKind::PubSub,
        write => write.may_write(state.now_us),
    };
    for effect in effects {
        if let Effect::Probe(ProbeOrder::Start(plan)) = effect {
            assert!(may_probe(plan), "{write:?}, {what:?}: {plan:?}");
        }
    }
    if write == WriteState::ReadOnly {
        let asks = effects.iter().any(|effect| matches!(effect, Effect::Plan(..)));
        let carries = effects.iter().any(|effect| matches!(effect, Effect::Carry(..)));
        assert!(!asks && !carries, "read-only, {what:?}: {effects:?}");
        assert_eq!(state.active.operations.write, WriteState::ReadOnly);
        return;
    }
    let carries = effects.iter().any(|effect| matches!(effect, Effect::Carry(..)));
    if carries {
        let by_key = matches!(what, Happening::Key(key) if *key == "enter".parse().unwrap());
        let by_click = matches!(what, Happening::Mouse(MouseAct::Press, _)) && on_go;
        assert!(consents && (by_key || by_click), "{write:?}, {what:?}: {effects:?}");
        assert!(state.active.operations.write.may_write(state.now_us));
    }
}

/// One history: of a console that is locked or read-only, with the keys of a preset.
fn history(number: usize, happenings: &[Happening]) {
    let mut state = if number.is_multiple_of(2) { fixture::busy((100, 30)) } else { fixture::down((80, 24)) };
    state.setup.actions.unlock_ms = 5_000;
    let preset = KeyPreset::ALL[number % KeyPreset::ALL.len()];
    state.setup.keymap = KeyMap::with_preset(preset, &BTreeMap::new()).unwrap();
    if number.is_multiple_of(5) {
        state.active.operations.write = WriteState::ReadOnly;
        state.active.setup.read_only = true;
    }
    let (_, mut zones) = drawn_zones(&state);
    for (at, what) in happenings.iter().enumerate() {
        let ms = i64::try_from(at).unwrap() * 170;
        let go = ZoneTarget::Dialog(DialogPart::Go);
        let on_go = matches!(what, Happening::Mouse(_, place) if zone_at(&zones, *place) == Some(&go));
        let before = (state.active.operations.write, may_consent(&state), on_go);
        let (draw, effects) = happen(&mut state, what, &zones, ms);
        assert_safe(&state, what, before, &effects);
        answer(&mut state, &effects, ms);
        if effects.iter().any(|effect| matches!(effect, Effect::Carry(..))) {
            state.active.operations.running = None;
        }
        // What changed nothing is not drawn.
        if draw == Draw::No {
            continue;
        }
        let picture = drawn_zones(&state);
        assert_fits(&picture.0);
        zones = picture.1;
        let outside = zones.iter().find(|zone| zone.area.intersection(picture.0.area) != zone.area);
        assert_eq!(outside, None, "{what:?}");
    }
}

#[test]
fn ten_thousand_keys_clicks_and_sizes_break_nothing_and_write_nothing_unasked() {
    // The same every time: what fails once fails again.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let happenings = prop::collection::vec(happening(), EVENTS / HISTORIES);
    for number in 0..HISTORIES {
        let happenings = happenings.new_tree(&mut runner).unwrap().current();
        history(number, &happenings);
    }
}
