//! Stories of programs of the operator's own: keys in, questions and effects out.

use super::*;
use crate::app::action::DialogFocus;
use crate::app::message::TargetMessage;
use crate::app::update::tests::{console, press as keys, snapshot, tell};
use crate::core::ops::WriteState;

const CONFIG: &str = r#"
[[commands]]
key = "f6"
name = "look"
argv = ["look", "{stream}", "{db}"]
on = "stream"
confirm = false
reads = true
[[commands]]
key = "f7"
name = "change"
argv = ["change", "{stream}"]
on = "stream"
"#;

fn with_programs() -> State {
    let source = crate::config::Source { path: std::path::Path::new("c.toml"), text: CONFIG };
    let config = crate::config::resolve(Some(source), &Default::default(), &Default::default()).unwrap();
    let mut state = console();
    state.setup.own.commands = config.own;
    state.setup.own.target.insert(crate::config::own::Placeholder::Db, b"0".to_vec());
    state.setup.actions.unlock_ms = 600_000;
    tell(&mut state, TargetMessage::Observed(Box::new(snapshot(&[("orders", 9)]))));
    state
}

fn run_of(effects: &[Effect]) -> Option<Vec<Vec<u8>>> {
    effects.iter().find_map(|effect| match effect {
        Effect::RunProgram(run) => Some(run.words.clone()),
        _ => None,
    })
}

fn notice(state: &State) -> &str {
    state.active.notice.as_ref().map_or("", |notice| notice.text.as_str())
}

fn question(state: &State) -> &Question {
    match &state.active.modal {
        Some(Modal::Action(ActionModal { stage: ActionStage::Question(question), .. })) => question,
        other => panic!("{other:?}"),
    }
}

fn output(name: &str) -> TargetMessage {
    TargetMessage::Ran(Box::new(ProgramOutput {
        name: name.to_owned(),
        end: "exit code 0".to_owned(),
        is_error: false,
        lines: (0..30).map(|line| line.to_string()).collect(),
        took_ms: 5,
    }))
}

#[test]
fn one_that_reads_runs_at_once_where_it_may_though_writing_is_locked_or_read_only() {
    for write in [WriteState::Locked, WriteState::ReadOnly] {
        let mut state = with_programs();
        state.active.operations.write = write;
        assert_eq!(run_of(&keys(&mut state, "0 f6")), None, "nothing is selected");
        assert!(notice(&state).contains("needs a stream"), "{}", notice(&state));
        let words = run_of(&keys(&mut state, "2 f6")).unwrap();
        assert_eq!(words, [b"look".to_vec(), b"orders".to_vec(), b"0".to_vec()]);
        assert_eq!(run_of(&keys(&mut state, "f6")), None);
        assert!(notice(&state).contains("one program at a time"));
    }
}

#[test]
fn none_is_begun_while_names_are_masked() {
    let mut state = with_programs();
    assert_eq!(run_of(&keys(&mut state, "2 a f6")), None);
    assert!(notice(&state).contains("names are masked"), "{}", notice(&state));
    assert_eq!(run_of(&keys(&mut state, "f7")), None);
    assert!(state.active.modal.is_none());
    assert!(run_of(&keys(&mut state, "a f6")).is_some());
}

#[test]
fn one_that_may_write_unlocks_with_its_button_and_never_runs_on_a_read_only_target() {
    let mut state = with_programs();
    state.active.operations.write = WriteState::ReadOnly;
    assert_eq!(run_of(&keys(&mut state, "2 f7")), None);
    assert!(notice(&state).contains("read-only") && state.active.modal.is_none());
    let mut state = with_programs();
    keys(&mut state, "2 f7");
    assert!(question(&state).unlocks && question(&state).focus == DialogFocus::Cancel);
    assert_eq!(run_of(&keys(&mut state, "f7 f7 enter")), None, "leaning on its key confirms nothing");
    assert_eq!(state.active.operations.write, WriteState::Locked);
    assert!(run_of(&keys(&mut state, "f7 tab enter")).is_some());
    assert!(state.active.operations.write.may_write(state.now_us));
    // The lock fell while the question stood there: who was on its button has not read that.
    let mut state = with_programs();
    keys(&mut state, "W tab enter 2 f7 tab");
    state.active.operations.write = WriteState::Armed { until_us: state.now_us };
    assert_eq!(run_of(&keys(&mut state, "enter")), None);
    assert!(notice(&state).contains("locked"));
}

#[test]
fn the_name_of_a_production_target_is_typed() {
    let mut state = with_programs();
    state.active.setup.production = true;
    assert_eq!(run_of(&keys(&mut state, "2 f7 t e s enter")), None);
    assert!(run_of(&keys(&mut state, "t enter")).is_some());
}

#[test]
fn marks_are_not_for_programs_and_the_palette_runs_them() {
    let mut state = with_programs();
    assert_eq!(run_of(&keys(&mut state, "2 x f6")), None);
    assert!(notice(&state).contains("one row"));
    assert!(run_of(&keys(&mut state, "esc esc : l o o k enter")).is_some());
}

#[test]
fn what_it_said_is_scrolled_closed_and_shown_again_and_pushes_nobody_aside() {
    let mut state = with_programs();
    keys(&mut state, "2 f6");
    tell(&mut state, output("look"));
    keys(&mut state, "j j k");
    assert!(matches!(state.active.modal, Some(Modal::Output { offset: 1 })));
    keys(&mut state, "G");
    assert!(matches!(state.active.modal, Some(Modal::Output { offset: 29 })));
    keys(&mut state, "q");
    assert!(state.active.modal.is_none() && state.active.own.running.is_none());
    keys(&mut state, "o");
    assert!(matches!(state.active.modal, Some(Modal::Output { offset: 0 })));
    keys(&mut state, "esc f6 ?");
    tell(&mut state, output("look"));
    assert!(matches!(state.active.modal, Some(Modal::Help { .. })));
    assert!(notice(&state).contains("o shows what it said"));
}
