//! Stories of actions: keys and messages in, questions and effects out.

use super::*;
use crate::app::View;
use crate::app::action::{About, pattern, rows, stream};
use crate::app::cell::RowId;
use crate::app::message::{Message, TargetMessage};
use crate::app::update::tests::{console, press as keys, snapshot, tell};
use crate::core::diagnose::finding::FindingSubject;
use crate::core::limits::PLAN_LIVES_MS;
use crate::core::model::Name;
use crate::core::model::StreamId;
use crate::core::ops::plan::tests::plan;
use crate::core::ops::{Outcome, Receipt};
use crate::core::ops::{Progress, ReclaimVerb};

mod batch;
mod subjects;

fn armed() -> State {
    let mut state = console();
    state.setup.actions.unlock_ms = 600_000;
    tell(&mut state, TargetMessage::Observed(Box::new(snapshot(&[("orders", 9)]))));
    keys(&mut state, "2 W tab enter");
    assert_eq!(state.active.operations.write.armed_s(state.now_us), Some(600));
    state
}

/// The question about a trim, as it stands after the plan was made.
fn asked(mut state: State, plan: Plan) -> State {
    let effects = keys(&mut state, "T enter");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Plan(_, Request::Trim(_)))));
    let plan = Plan { made_us: state.now_us, ..plan };
    let id = state.active.operations.plan;
    tell(&mut state, TargetMessage::Planned(id, Ok(Box::new(plan))));
    state
}

fn is_carried(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Carry(..)))
}

fn notice(state: &State) -> &str {
    state.active.notice.as_ref().map_or("", |notice| notice.text.as_str())
}

#[test]
fn a_read_only_target_says_so_and_asks_nothing() {
    let mut state = console();
    state.active.operations.write = WriteState::ReadOnly;
    tell(&mut state, TargetMessage::Observed(Box::new(snapshot(&[("orders", 9)]))));
    for key in ["T", "I", "U", "W"] {
        assert_eq!(keys(&mut state, &format!("2 {key}")).len(), 0);
        assert!(notice(&state).contains("read-only") && state.active.modal.is_none(), "{key}");
    }
}

#[test]
fn while_locked_a_key_shows_its_plan_and_the_last_button_unlocks_and_does_it() {
    let locked = || {
        let mut state = armed();
        keys(&mut state, "W");
        assert_eq!(state.active.operations.write, WriteState::Locked);
        state
    };
    let mut state = asked(locked(), plan());
    assert_eq!(state.active.operations.write, WriteState::Locked, "a plan unlocks nothing");
    assert!(question(&state).unlocks);
    assert!(is_carried(&keys(&mut state, "tab enter")));
    assert_eq!(state.active.operations.write.armed_s(state.now_us), Some(600));
    let mut state = asked(locked(), plan());
    keys(&mut state, "enter");
    assert_eq!(state.active.operations.write, WriteState::Locked, "Cancel unlocks nothing");
    // A production target: its name is typed there, once.
    let mut production = locked();
    production.active.setup.production = true;
    let mut state = asked(production, plan());
    assert!(!is_carried(&keys(&mut state, "t e s enter")));
    assert_eq!(state.active.operations.write, WriteState::Locked);
    assert!(is_carried(&keys(&mut state, "t enter")));
}

fn question(state: &State) -> &Question {
    match &state.active.modal {
        Some(Modal::Action(ActionModal { stage: ActionStage::Question(question), .. })) => question,
        other => panic!("{other:?}"),
    }
}

#[test]
fn production_is_unlocked_by_its_name_and_locked_again_by_the_same_key() {
    let mut state = console();
    state.active.setup.production = true;
    state.setup.actions.unlock_ms = 60_000;
    keys(&mut state, "W enter");
    assert!(!state.active.operations.write.may_write(state.now_us) && state.active.modal.is_some());
    // Tab goes from the name to Cancel.
    keys(&mut state, "tab enter");
    assert!(notice(&state).contains("not unlocked") && state.active.modal.is_none());
    keys(&mut state, "W t e s t tab tab enter");
    assert!(state.active.operations.write.may_write(state.now_us) && state.active.modal.is_none());
    keys(&mut state, "W");
    assert_eq!(state.active.operations.write, WriteState::Locked);
}

#[test]
fn the_focus_begins_on_cancel_and_the_key_that_opened_it_confirms_nothing() {
    let mut state = asked(armed(), plan());
    let effects = keys(&mut state, "T T T enter");
    assert!(!is_carried(&effects) && state.active.modal.is_none());
    let mut state = asked(armed(), plan());
    assert!(is_carried(&keys(&mut state, "tab enter")));
    assert!(state.active.operations.running.is_some());
}

#[test]
fn a_name_that_is_wanted_is_typed_before_anything_is_carried_out() {
    let lossy = Plan { typed: Some("entries go".to_owned()), ..plan() };
    let mut state = asked(armed(), lossy);
    assert!(!is_carried(&keys(&mut state, "enter o r d e r enter")));
    assert!(state.active.modal.is_some());
    assert!(is_carried(&keys(&mut state, "s enter")));
}

#[test]
fn what_was_armed_is_locked_before_the_yes_and_an_old_plan_is_made_anew() {
    let mut state = asked(armed(), plan());
    keys(&mut state, "tab");
    state.active.operations.write = WriteState::Armed { until_us: state.now_us };
    assert!(!is_carried(&keys(&mut state, "enter")));
    assert!(notice(&state).contains("locked"));
    // Where that is seen in time the button says that it unlocks, and the focus goes back to Cancel.
    let mut state = asked(armed(), plan());
    keys(&mut state, "tab");
    state.active.operations.write = WriteState::Armed { until_us: state.now_us };
    tell(&mut state, Message::Tick);
    assert!(question(&state).unlocks && question(&state).focus == DialogFocus::Cancel);
    let old = plan();
    let mut state = armed();
    keys(&mut state, "T enter");
    state.now_us += PLAN_LIVES_MS * 1_000 + 1;
    let id = state.active.operations.plan;
    planned(&mut state, id, Ok(Plan { made_us: 0, ..old }), &mut Vec::new());
    let Some(Modal::Action(ActionModal { stage: ActionStage::Question(question), .. })) =
        &mut state.active.modal
    else {
        panic!()
    };
    question.focus = crate::app::action::DialogFocus::Go;
    let Ask::Carry(challenge) = question.ask.clone() else { panic!() };
    let (policy, consent) = (policy(&state), crate::core::ops::Consent { yes: true, name: None });
    assert!(challenge.confirm(&consent, &policy, state.now_us).is_err());
}

#[test]
fn a_plan_that_comes_after_one_left_is_not_shown_and_nothing_to_do_is_told() {
    let mut state = armed();
    let effects = keys(&mut state, "T enter esc");
    let first = state.active.operations.plan;
    assert!(effects.contains(&Effect::CancelPlan(first)));
    tell(&mut state, TargetMessage::Planned(first, Ok(Box::new(plan()))));
    assert!(state.active.modal.is_none());
    // Nor does it show in the dialog of the next request.
    keys(&mut state, "T enter");
    let second = state.active.operations.plan;
    let progress = PlanProgress { items: "keys", seen: 9, of: None, halvings: 0 };
    tell(&mut state, TargetMessage::Planning(first, progress));
    tell(&mut state, TargetMessage::Planned(first, Ok(Box::new(plan()))));
    let is_waiting = |state: &State, progress| {
        matches!(&state.active.modal, Some(Modal::Action(ActionModal { stage, .. }))
            if matches!(stage, ActionStage::Planning(id, shown) if *id == second && *shown == progress))
    };
    assert!(is_waiting(&state, PlanProgress::default()));
    tell(&mut state, TargetMessage::Planning(second, progress));
    assert!(is_waiting(&state, progress));
    let made = Plan { made_us: state.now_us, ..plan() };
    tell(&mut state, TargetMessage::Planned(second, Ok(Box::new(made))));
    assert!(!is_waiting(&state, progress) && state.active.modal.is_some());
    let nothing = Plan { nothing: Some("held by g".to_owned()), ..plan() };
    let state = asked(armed(), nothing);
    let Some(Modal::Action(ActionModal { stage: ActionStage::Told { lines, is_error, .. }, .. })) =
        &state.active.modal
    else {
        panic!()
    };
    assert!(lines == &["held by g"] && !is_error);
}

#[test]
fn one_action_at_a_time_which_can_be_held_slowed_and_ended() {
    let mut state = armed();
    state.active.operations.running = Some(Progress::of(&plan(), Some(1_000)));
    assert_eq!(keys(&mut state, "I").len(), 0);
    assert!(notice(&state).contains("one action at a time"));
    let told = |effects: Vec<Effect>| match effects.into_iter().next() {
        Some(Effect::Control(control)) => control,
        other => panic!("{other:?}"),
    };
    assert!(told(keys(&mut state, "H")).pause);
    assert!(!told(keys(&mut state, "H")).pause);
    assert_eq!(told(keys(&mut state, "{")).per_s, Some(Some(500)));
    assert!(told(keys(&mut state, "X")).cancel);
    let mut receipt = Receipt::nothing_begun(Outcome::Unknown("the reply was lost".to_owned()));
    receipt.tally.done = 7;
    let effects = tell(&mut state, TargetMessage::Finished(Box::new(receipt)));
    assert!(effects.contains(&Effect::Retry) && state.active.operations.running.is_none());
    let Some(Modal::Action(ActionModal { stage: ActionStage::Told { lines, is_error, .. }, .. })) =
        &state.active.modal
    else {
        panic!()
    };
    assert!(*is_error && lines[0].contains("unknown: 7 entries done in") && lines[1].contains("lost"));
}

#[test]
fn what_a_form_is_filled_with_goes_when_somebody_types_and_stays_when_somebody_moves_in_it() {
    let typed = |line: &str| {
        let mut state = armed();
        keys(&mut state, "T down");
        keys(&mut state, line);
        let Some(Modal::Action(ActionModal { stage: ActionStage::Form(form), .. })) = &state.active.modal
        else {
            panic!()
        };
        form.inputs[0].input.value().to_owned()
    };
    let filled = typed("");
    assert!(!filled.is_empty());
    assert_eq!(typed("5 m"), "5m");
    assert_eq!(typed("end 5"), format!("{filled}5"));
    assert_eq!(typed("left right x"), format!("{filled}x"));
    assert_eq!(format!("{}{}", typed("backspace"), filled.chars().last().unwrap()), filled);
    // Another choice has a text of its own, which goes too.
    assert_eq!(typed("5 down up 7"), "7");
    let mut state = armed();
    keys(&mut state, "T down");
    tell(&mut state, Message::Paste("9\nh".to_owned()));
    let Some(Modal::Action(ActionModal { stage: ActionStage::Form(form), .. })) = &state.active.modal else {
        panic!()
    };
    assert_eq!(form.inputs[0].input.value(), "9h");
}

#[test]
fn the_faster_key_never_slows_and_the_slower_one_begins_at_the_true_rate() {
    let told = |effects: Vec<Effect>| match effects.into_iter().next() {
        Some(Effect::Control(control)) => control.per_s,
        None => None,
        other => panic!("{other:?}"),
    };
    let mut state = armed();
    // Nothing bounds it: a bound of twice anything could be less than it does.
    let mut progress = Progress::of(&plan(), None);
    progress.tally.done = 300_000;
    progress.elapsed_us = 3_000_000;
    state.active.operations.running = Some(progress.clone());
    assert_eq!(told(keys(&mut state, "}")), None);
    assert!(notice(&state).contains("no limit is set"));
    assert_eq!(told(keys(&mut state, "{")), Some(Some(50_000)));
    // Twice, before the progress tells of the first.
    assert_eq!(told(keys(&mut state, "{")), Some(Some(25_000)));
    assert_eq!(told(keys(&mut state, "}")), Some(Some(50_000)));
    assert_eq!(told(keys(&mut state, "}")), Some(Some(100_000)));
    // It has halved its rate by itself: faster is still not slower.
    state.active.operations.running = Some(Progress { per_s: Some(200_000), ..progress });
    assert_eq!(told(keys(&mut state, "}")), Some(Some(400_000)));
}

#[test]
fn who_leaves_while_an_action_runs_is_asked_and_leaning_on_the_key_confirms_nothing() {
    for (key, effect) in [("q", Effect::Quit), ("ctrl-z", Effect::Suspend)] {
        let mut state = armed();
        state.active.operations.running = Some(Progress::of(&plan(), None));
        assert_eq!(keys(&mut state, key), []);
        assert_eq!(keys(&mut state, &format!("{key} {key} enter")), []);
        assert!(state.active.modal.is_none(), "{key}: the focus began on Cancel");
        assert_eq!(keys(&mut state, &format!("{key} tab enter")), [effect], "{key}");
        state.active.operations.running = None;
        assert_eq!(keys(&mut state, key).len(), 1, "{key}");
    }
}

#[test]
fn a_form_says_what_is_wrong_with_its_line_and_keys_mean_what_is_selected() {
    let mut state = armed();
    keys(&mut state, "T down");
    for _ in 0..3 {
        keys(&mut state, "backspace");
    }
    assert_eq!(keys(&mut state, "x enter").len(), 0);
    let effects = keys(&mut state, "backspace 5 m enter");
    let Some(Effect::Plan(_, Request::Trim(request))) = effects.into_iter().next() else { panic!() };
    assert_eq!(
        request.to,
        crate::core::ops::TrimTo::OlderThan {
            age_ms: 300_000,
            unit: crate::core::model::id_unit::IdUnit::Milliseconds
        }
    );
    let mut state = armed();
    state.active.trail = vec![View::Pending(Name::from("orders"), Name::from("g"), None)];
    let rows = vec![crate::app::cell::Row {
        id: RowId::Pending(StreamId::new(7, 0)),
        cells: Vec::new(),
        mark: Default::default(),
    }];
    state.active.tables.get_mut(&crate::app::cell::TableId::Pending).unwrap().rows = rows;
    let effects = keys(&mut state, "A");
    let Some(Effect::Plan(_, Request::Reclaim(request))) = effects.into_iter().next() else { panic!() };
    assert_eq!((request.ids, request.verb), (vec![StreamId::new(7, 0)], ReclaimVerb::Drop));
}

#[test]
fn what_an_action_was_about_is_asked_at_once_and_ahead_for_a_while() {
    let mut state = asked(armed(), plan());
    keys(&mut state, "tab enter 9");
    assert!(
        !state.active.focus.streams.contains(&Name::from("orders")),
        "it still runs, and the screen is another"
    );
    let receipt = Receipt::nothing_begun(Outcome::Done);
    let effects = tell(&mut state, TargetMessage::Finished(Box::new(receipt)));
    let looked = effects.iter().position(
        |effect| matches!(effect, Effect::Look(focus) if focus.streams.contains(&Name::from("orders"))),
    );
    let asked = effects.iter().position(|effect| *effect == Effect::Retry);
    assert!(looked.unwrap() < asked.unwrap(), "before the next round: {effects:?}");
    assert!(!effects.contains(&Effect::CountKeys), "no key is gone");
    assert_eq!(state.active.operations.touched.until_us, state.now_us + ASKED_AHEAD_US);
    state.active.operations.touched.until_us = state.now_us;
    tell(&mut state, Message::Tick);
    assert!(!state.active.focus.streams.contains(&Name::from("orders")));
}

#[test]
fn an_outcome_says_when_memory_is_full_now_and_when_it_was() {
    use crate::core::model::memory::forecast::FullForecast;
    use crate::core::model::memory::headroom::{Headroom, LimitOf};
    let mut state = asked(armed(), plan());
    keys(&mut state, "tab enter");
    let headroom = Headroom { used: 40 << 20, limit: 60 << 20, of: LimitOf::Maxmemory };
    state.active.operations.touched.forecast =
        FullForecast::of(headroom, Some(40 << 20), Some(1024.0 * 1024.0));
    let mut receipt = Receipt::nothing_begun(Outcome::Done);
    receipt.tally.done = 3;
    receipt.before = [("memory".to_owned(), 40 << 20)].into();
    receipt.after = [("memory".to_owned(), 20 << 20)].into();
    tell(&mut state, TargetMessage::Finished(Box::new(receipt)));
    let Some(Modal::Action(ActionModal { stage: ActionStage::Told { lines, .. }, .. })) = &state.active.modal
    else {
        panic!()
    };
    let said = lines.join("\n");
    assert!(said.contains("freed 20 MiB"), "{said}");
    assert!(said.contains("full in 40 s (was 20 s) if it goes on growing by 1 MiB/s"), "{said}");
}
