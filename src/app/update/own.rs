//! Programs of the operator's own: their keys, the question before one runs, and what it said.
//!
//! Knows the state; starts nothing itself. Invariants: what may write runs on an unlocked target only, a production target's
//! name is typed for it, and whoever reads something else is not pushed aside by what a program said.

use super::notify;
use crate::app::State;
use crate::app::action::{ActionModal, ActionStage, Ask, Question};
use crate::app::message::Effect;
use crate::app::modal::Modal;
use crate::app::own::{on_key, ready};
use crate::commands::{CommandId, Key, KeyCode};
use crate::config::own::{ProgramOutput, ProgramRun};

/// Takes a key in that no command has; whether a program has it.
pub fn press(state: &mut State, key: Key, effects: &mut Vec<Effect>) -> bool {
    let found = on_key(state, key);
    if let Some(at) = found {
        begin(state, at, key, effects);
    }
    found.is_some()
}

/// Begins a program by its place in the config: asks first, where it wants that, or where writing is locked.
pub fn begin(state: &mut State, at: usize, opened_by: Key, effects: &mut Vec<Effect>) {
    let Some(own) = state.setup.own.commands.get(at).cloned() else { return };
    if let Some(running) = &state.active.own.running {
        let text = format!("one program at a time: '{running}' still runs");
        return notify(state, text, true);
    }
    let run = match ready(state, &own) {
        Ok(run) => run,
        Err(why) => return notify(state, why, true),
    };
    let unlocks = !run.reads && !state.active.operations.write.may_write(state.now_us);
    let name = (state.active.setup.production && !run.reads).then(|| state.active.setup.name.clone());
    if !own.confirm && !unlocks && name.is_none() {
        return start(state, run, effects);
    }
    let question = Question { unlocks, ..Question::new(Ask::Run(Box::new(run), name)) };
    let stage = ActionStage::Question(Box::new(question));
    state.active.modal = Some(Modal::Action(ActionModal::new(stage, opened_by)));
}

/// Starts it, where it may.
pub fn start(state: &mut State, run: ProgramRun, effects: &mut Vec<Effect>) {
    if !run.reads && !state.active.operations.write.may_write(state.now_us) {
        return notify(state, "locked: unlock writing first".to_owned(), true);
    }
    notify(state, format!("'{}' runs", run.name), false);
    state.active.own.running = Some(run.name.clone());
    effects.push(Effect::RunProgram(Box::new(run)));
}

/// A program is over.
pub fn ran(state: &mut State, output: ProgramOutput) {
    state.active.own.running = None;
    let text = format!("'{}': {}", output.name, output.end);
    let is_error = output.is_error;
    state.active.own.output = Some(output);
    if state.active.modal.is_none() {
        state.active.notice = None;
        state.active.modal = Some(Modal::Output { offset: 0 });
    } else {
        let key = state.setup.keymap.keys_of(CommandId::Output).first().map(ToString::to_string);
        let key = key.map_or(String::new(), |key| format!("; {key} shows what it said"));
        notify(state, format!("{text}{key}"), is_error);
    }
}

/// Shows again what the last one said.
pub fn show(state: &mut State) {
    state.active.modal = Some(Modal::Output { offset: 0 });
}

/// Takes a key in while what a program said is shown; `false` while nothing is.
pub fn in_output(state: &mut State, key: Key) -> bool {
    let lines = state.active.own.output.as_ref().map_or(0, |output| output.lines.len());
    let Some(Modal::Output { offset }) = &mut state.active.modal else { return false };
    let ctrl = key.modifiers.ctrl;
    *offset = match key.code {
        KeyCode::Up | KeyCode::Char('k') => offset.saturating_sub(1),
        KeyCode::Down | KeyCode::Char('j') => offset.saturating_add(1),
        KeyCode::PageUp => offset.saturating_sub(PAGE),
        KeyCode::PageDown => offset.saturating_add(PAGE),
        KeyCode::Char('u') if ctrl => offset.saturating_sub(PAGE),
        KeyCode::Char('d') if ctrl => offset.saturating_add(PAGE),
        KeyCode::Home | KeyCode::Char('g') => 0,
        KeyCode::End | KeyCode::Char('G') => lines,
        _ => {
            let closes = matches!(key.code, KeyCode::Esc | KeyCode::Enter | KeyCode::Char('q' | ' '))
                || (ctrl && key.code == KeyCode::Char('c'));
            if closes {
                state.active.modal = None;
            }
            return true;
        }
    }
    .min(lines.saturating_sub(1));
    true
}

/// Lines of a page: what a small terminal shows.
const PAGE: usize = 10;

#[cfg(test)]
mod tests;
