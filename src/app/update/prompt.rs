//! A line to type: for a filter, for an id, or for a number of subscribers.

use super::{probe, refresh};
use crate::app::State;
use crate::app::action::typed_span;
use crate::app::cell::Filter;
use crate::app::entries::read_place;
use crate::app::message::{Draw, Effect};
use crate::app::modal::{LINE_CHARS, Modal, Prompt, Purpose};
use crate::commands::{Key, KeyCode};
use tui_input::{Input, InputRequest};

/// Begins to take a line.
pub fn begin(state: &mut State, purpose: Purpose) {
    let text = match purpose {
        Purpose::Filter => {
            state.table().and_then(|table| table.filter.as_ref()).map(|filter| filter.text.clone())
        }
        Purpose::GoTo => None,
        Purpose::Probe => Some(state.active.setup.probe.subscribers.to_string()),
        Purpose::StreamProbe => Some(typed_span(state.active.setup.probe.interval_us / 1_000)),
    };
    let input = Input::new(text.unwrap_or_default());
    // A filter is the operator's own text, to be gone on with.
    let is_filled = matches!(purpose, Purpose::Probe | Purpose::StreamProbe);
    state.active.modal = Some(Modal::Prompt(Prompt { purpose, input, is_filled, error: None, note: None }));
    changed(state);
}

/// Takes pasted text in, control characters left out.
pub fn paste(state: &mut State, text: &str) -> Draw {
    let Some(Modal::Prompt(prompt)) = &mut state.active.modal else { return Draw::No };
    insert(&mut prompt.input, &mut prompt.is_filled, text);
    changed(state);
    Draw::Now
}

/// Puts pasted text into a line, control characters left out.
pub(super) fn insert(input: &mut Input, is_filled: &mut bool, text: &str) {
    for c in text.chars().filter(|c| !c.is_control()) {
        if *is_filled || input.value().chars().count() < LINE_CHARS {
            enter(input, is_filled, InputRequest::InsertChar(c));
        }
    }
}

/// Does to a line what a key asks for; the text that a dialog has filled in goes when somebody types, and stays to be
/// changed when somebody moves in it.
pub(super) fn enter(input: &mut Input, is_filled: &mut bool, request: InputRequest) {
    if std::mem::take(is_filled) && matches!(request, InputRequest::InsertChar(_)) {
        input.reset();
    }
    input.handle(request);
}

/// Takes a key in.
pub fn press(state: &mut State, key: Key, effects: &mut Vec<Effect>) {
    let Some(Modal::Prompt(prompt)) = &mut state.active.modal else { return };
    let ctrl = key.modifiers.ctrl;
    let request = match key.code {
        KeyCode::Enter => return finish(state, effects),
        KeyCode::Esc => return cancel(state),
        KeyCode::Char('c' | 'g') if ctrl => return cancel(state),
        _ => edit(&prompt.input, key),
    };
    let Some(request) = request else { return };
    enter(&mut prompt.input, &mut prompt.is_filled, request);
    changed(state);
}

/// What a key does to a line, of whatever dialog; a full line takes nothing more.
pub(super) fn edit(input: &Input, key: Key) -> Option<InputRequest> {
    let ctrl = key.modifiers.ctrl;
    Some(match key.code {
        KeyCode::Char('u') if ctrl => InputRequest::DeleteLine,
        KeyCode::Char('w') if ctrl => InputRequest::DeletePrevWord,
        KeyCode::Char('a') if ctrl => InputRequest::GoToStart,
        KeyCode::Char('e') if ctrl => InputRequest::GoToEnd,
        KeyCode::Char(c) if !ctrl && !key.modifiers.alt => {
            (input.value().chars().count() < LINE_CHARS).then_some(InputRequest::InsertChar(c))?
        }
        KeyCode::Backspace => InputRequest::DeletePrevChar,
        KeyCode::Delete => InputRequest::DeleteNextChar,
        KeyCode::Left => InputRequest::GoToPrevChar,
        KeyCode::Right => InputRequest::GoToNextChar,
        KeyCode::Home => InputRequest::GoToStart,
        KeyCode::End => InputRequest::GoToEnd,
        _ => return None,
    })
}

/// A filter works while it is typed; one that can't be read yet leaves the last that could.
fn changed(state: &mut State) {
    let Some(Modal::Prompt(prompt)) = &mut state.active.modal else { return };
    prompt.error = None;
    match prompt.purpose {
        Purpose::Filter => {}
        Purpose::GoTo => return,
        Purpose::Probe | Purpose::StreamProbe => return predict(state),
    }
    let text = prompt.input.value().to_owned();
    let filter = match text.trim_start_matches('!') {
        "" => None,
        _ => match Filter::new(&text) {
            Ok(filter) => Some(filter),
            Err(error) => {
                prompt.error = Some(error);
                return;
            }
        },
    };
    if let Some(table) = state.table_id().and_then(|id| state.active.tables.get_mut(&id)) {
        table.filter = filter;
    }
    refresh(state);
}

/// What a probe will cost is said while its number is typed.
fn predict(state: &mut State) {
    let Some(Modal::Prompt(prompt)) = &state.active.modal else { return };
    let note = probe::asked(state, prompt.purpose, prompt.input.value()).ok();
    let note = note.map(|plan| probe::prediction(&plan));
    if let Some(Modal::Prompt(prompt)) = &mut state.active.modal {
        prompt.note = note;
    }
}

fn cancel(state: &mut State) {
    let Some(Modal::Prompt(prompt)) = state.active.modal.take() else { return };
    if prompt.purpose == Purpose::Filter {
        if let Some(table) = state.table_id().and_then(|id| state.active.tables.get_mut(&id)) {
            table.filter = None;
        }
        refresh(state);
    }
}

fn finish(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Modal::Prompt(prompt)) = &mut state.active.modal else { return };
    if prompt.error.is_some() {
        return;
    }
    if matches!(prompt.purpose, Purpose::Probe | Purpose::StreamProbe) {
        let (purpose, text) = (prompt.purpose, prompt.input.value().to_owned());
        match probe::asked(state, purpose, &text) {
            Ok(plan) => {
                state.active.modal = None;
                probe::begin(state, plan, effects);
            }
            Err(error) => {
                if let Some(Modal::Prompt(prompt)) = &mut state.active.modal {
                    prompt.error = Some(error);
                }
            }
        }
        return;
    }
    if prompt.purpose == Purpose::GoTo {
        match read_place(prompt.input.value()) {
            Ok(page) => {
                if let Some(entries) = &mut state.active.entries {
                    effects.extend(entries.ask(page).map(Effect::ReadEntries));
                }
            }
            Err(error) => {
                prompt.error = Some(error);
                return;
            }
        }
    }
    state.active.modal = None;
}
