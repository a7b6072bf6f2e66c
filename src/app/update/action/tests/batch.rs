//! Marked rows: which they are, one form and one question for all of them, and what came of each.

use super::*;
use crate::app::action::{BatchQuestion, Exclusion};
use crate::app::cell::{Row, TableId};
use crate::core::ops::{Impact, Refusal, Subject, TrimTo};

/// Three streams on the second screen, unlocked.
fn streams() -> State {
    let mut state = armed();
    let three = snapshot(&[("a", 1), ("b", 2), ("c", 3), ("orders", 9)]);
    tell(&mut state, TargetMessage::Observed(Box::new(three)));
    keys(&mut state, "2 g");
    state
}

fn marked(state: &State) -> Vec<String> {
    let marked = state.table().unwrap().marked();
    marked.into_iter().filter_map(crate::app::action::words_of).collect()
}

/// The requests that were asked for, one after the other, each answered by `answer`.
fn plans(
    state: &mut State,
    mut effects: Vec<Effect>,
    answer: impl Fn(&Request, Plan) -> Result<Plan, Refusal>,
) -> Vec<Request> {
    let mut asked = Vec::new();
    while let Some((id, request)) = effects.iter().find_map(|effect| match effect {
        Effect::Plan(id, request) => Some((*id, request.clone())),
        _ => None,
    }) {
        let made = Plan { made_us: state.now_us, ..plan() };
        let answered = answer(&request, made).map(Box::new);
        effects = tell(state, TargetMessage::Planned(id, answered));
        asked.push(request);
    }
    asked
}

fn named(request: &Request, plan: Plan) -> Plan {
    match request {
        Request::Trim(trim) => Plan { subject: Subject::Stream(trim.key.clone()), ..plan },
        _ => plan,
    }
}

fn all(state: &State) -> &BatchQuestion {
    match &question(state).ask {
        Ask::CarryAll(all) => all,
        other => panic!("{other:?}"),
    }
}

fn done() -> Box<Receipt> {
    let mut receipt = Receipt::nothing_begun(Outcome::Done);
    receipt.tally.done = 3;
    Box::new(receipt)
}

#[test]
fn marks_are_on_rows_by_what_they_are_and_go_with_them() {
    let mut state = streams();
    keys(&mut state, "x x");
    assert_eq!(marked(&state).len(), 2);
    let before = marked(&state);
    // Sorted the other way round the same streams are marked, and so they are while a filter hides them.
    keys(&mut state, "> r");
    let mut sorted = (before.clone(), marked(&state));
    sorted.0.sort();
    sorted.1.sort();
    assert_eq!(sorted.0, sorted.1);
    keys(&mut state, "/ o r d enter");
    assert_eq!(marked(&state).len(), 2);
    assert_eq!(state.table().unwrap().marks().0, 2);
    // A mark is taken away by its key, all of them by Esc, before the filter goes.
    keys(&mut state, "esc");
    assert!(marked(&state).is_empty() && state.table().unwrap().filter.is_some());
    keys(&mut state, "esc g * ");
    assert_eq!(marked(&state).len(), 4);
    keys(&mut state, "g x");
    assert_eq!(marked(&state).len(), 3);
    keys(&mut state, "* *");
    assert!(marked(&state).is_empty());
    // A stream that is gone takes its mark along.
    keys(&mut state, "*");
    let (mut keyspace, mut other) = (State::clone(&state), snapshot(&[("a", 1)]));
    other.gone = ["b", "c", "orders"].map(Name::from).into();
    tell(&mut keyspace, TargetMessage::Observed(Box::new(other)));
    assert_eq!(marked(&keyspace), ["stream a"]);
}

#[test]
fn only_what_the_filter_shows_is_marked_and_what_is_no_subject_is_not() {
    let mut state = streams();
    keys(&mut state, "/ ^ [ a b ] $ enter *");
    assert_eq!(marked(&state).len(), 2);
    let mut state = armed();
    keys(&mut state, "1");
    let id = RowId::Finding("memory.full_soon", FindingSubject::Server);
    let row = Row { id, cells: Vec::new(), mark: Default::default() };
    state.active.tables.get_mut(&TableId::Findings).unwrap().rows = vec![row];
    state.active.trail = vec![View::Overview];
    if state.table_id() == Some(TableId::Findings) {
        keys(&mut state, "x");
        assert!(notice(&state).contains("not marked"));
    }
}

#[test]
fn one_form_and_one_question_stand_for_all_marked_rows() {
    let mut state = streams();
    keys(&mut state, "/ ^ [ a b c ] $ enter * T");
    let Some(Modal::Action(ActionModal { stage: ActionStage::Form(form), .. })) = &state.active.modal else {
        panic!()
    };
    assert_eq!(form.title(), "Trim 3 marked streams");
    let effects = keys(&mut state, "down down 7 enter");
    let requests = plans(&mut state, effects, |request, plan| match request {
        Request::Trim(trim) if trim.key == Name::from("b") => Err(Refusal::because("no groups")),
        request => Ok(named(request, plan)),
    });
    assert_eq!(requests.len(), 3);
    let to = |request: &Request| matches!(request, Request::Trim(trim) if trim.to == TrimTo::MaxLen(7));
    assert!(requests.iter().all(to));
    let asked = all(&state);
    assert_eq!(asked.left_out, [Exclusion { subject: "stream b".into(), why: "no groups".into() }]);
    assert_eq!(asked.batch.sum(), "6 entries of 2 streams");
    assert!(question(&state).focus == DialogFocus::Cancel);
    // Cancel leaves the marks where they are.
    let mut left = state.clone();
    assert!(!is_carried(&keys(&mut left, "enter")));
    assert_eq!(marked(&left).len(), 3);
    let effects = keys(&mut state, "tab enter");
    let carried = effects.iter().find_map(|effect| match effect {
        Effect::Carry(confirmed, _) => Some(confirmed.len()),
        _ => None,
    });
    assert_eq!(carried, Some(2));
    assert!(marked(&state).is_empty());
    // Each is told of as it ends, and all of them in the end.
    let running = |state: &State| state.active.operations.running.as_ref().map(|one| one.subject.clone());
    let first = running(&state).unwrap();
    tell(&mut state, TargetMessage::Finished(done()));
    assert!(running(&state).is_some_and(|second| second != first) && state.active.modal.is_none());
    let failed = Receipt::nothing_begun(Outcome::Failed("no room".to_owned()));
    tell(&mut state, TargetMessage::Finished(Box::new(failed)));
    assert!(running(&state).is_none());
    let Some(Modal::Action(ActionModal { stage: ActionStage::Told { title, lines, is_error, .. }, .. })) =
        &state.active.modal
    else {
        panic!()
    };
    assert!(*is_error && title == "1 of 2 actions done" && lines.len() == 2, "{title} {lines:?}");
    assert!(lines[0].contains("done: 3 entries") && lines[1].contains("no room"), "{lines:?}");
}

#[test]
fn the_name_of_the_most_dangerous_is_typed_and_a_locked_console_unlocks_with_its_button() {
    let mut state = streams();
    keys(&mut state, "W");
    let effects = keys(&mut state, "* T enter");
    plans(&mut state, effects, |request, plan| {
        let lossy = matches!(request, Request::Trim(trim) if trim.key == Name::from("c"));
        let impact = Impact { is_lossy: lossy, ..plan.impact };
        Ok(Plan { impact, typed: lossy.then(|| "entries go".to_owned()), ..named(request, plan) })
    });
    assert_eq!(question(&state).typed().map(|(_, name)| name.to_owned()), Some("c".to_owned()));
    assert!(question(&state).unlocks && all(&state).batch.button(true).starts_with("Unlock and trim 12"));
    assert!(!is_carried(&keys(&mut state, "a enter")), "another name");
    assert_eq!(state.active.operations.write, WriteState::Locked);
    assert!(is_carried(&keys(&mut state, "backspace c enter")));
}

#[test]
fn nothing_of_what_was_marked_can_be_done_and_each_says_why() {
    let mut state = streams();
    let effects = keys(&mut state, "* T enter");
    plans(&mut state, effects, |_, plan| Ok(Plan { nothing: Some("held by g".to_owned()), ..plan }));
    let Some(Modal::Action(ActionModal { stage: ActionStage::Told { lines, .. }, .. })) = &state.active.modal
    else {
        panic!()
    };
    assert!(lines.len() == 4 && lines.iter().all(|line| line.ends_with(": held by g")), "{lines:?}");
    // No marked row is anything for this key.
    let mut state = streams();
    keys(&mut state, "* K");
    assert!(notice(&state).starts_with("4 rows marked: nothing to kill here"), "{}", notice(&state));
    keys(&mut state, "I");
    assert!(notice(&state).contains("mark patterns or keys"), "{}", notice(&state));
}

#[test]
fn plans_that_take_too_long_are_left_out_and_escape_gives_all_of_them_up() {
    let mut state = streams();
    let effects = keys(&mut state, "* T enter esc");
    let id = state.active.operations.plan;
    assert!(effects.contains(&Effect::CancelPlan(id)));
    assert!(tell(&mut state, TargetMessage::Planned(id, Ok(Box::new(plan())))).is_empty());
    assert!(state.active.modal.is_none());
    keys(&mut state, "T enter");
    let id = state.active.operations.plan;
    // The first takes more than a minute.
    let later = crate::app::Now { wall_ms: state.now_ms, process_us: state.now_us + 61_000_000 };
    let made = Plan { made_us: later.process_us, ..plan() };
    let message = TargetMessage::Planned(id, Ok(Box::new(made)));
    crate::app::update(&mut state, message.into(), later);
    assert_eq!((all(&state).batch.size(), all(&state).left_out.len()), (1, 3));
}

#[test]
fn marked_entries_are_one_request_that_names_them() {
    let mut state = armed();
    state.active.trail = vec![View::Pending(Name::from("orders"), Name::from("g"), None)];
    let row = |at: u64| Row {
        id: RowId::Pending(StreamId::new(at, 0)),
        cells: Vec::new(),
        mark: Default::default(),
    };
    state.active.tables.get_mut(&TableId::Pending).unwrap().rows = vec![row(1), row(2), row(3)];
    let effects = keys(&mut state, "x j x A");
    let Some(Effect::Plan(_, Request::Reclaim(request))) =
        effects.into_iter().find(|effect| matches!(effect, Effect::Plan(..)))
    else {
        panic!()
    };
    assert_eq!(request.ids, [StreamId::new(1, 0), StreamId::new(3, 0)]);
    let mut form = state;
    keys(&mut form, "esc R");
    let effects = keys(&mut form, "down enter");
    let reclaims = |effect: &Effect| matches!(effect, Effect::Plan(_, Request::Reclaim(wanted)) if wanted.ids.len() == 2);
    assert!(effects.iter().any(reclaims), "{effects:?}");
}

#[test]
fn one_marked_row_is_what_is_meant_though_another_is_selected() {
    let mut state = streams();
    keys(&mut state, "x");
    let only = marked(&state);
    let effects = keys(&mut state, "G T enter");
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::Plan(_, Request::Trim(trim)) => Some(format!("stream {}", trim.key)),
        _ => None,
    });
    assert_eq!(asked, only.first().cloned());
}
