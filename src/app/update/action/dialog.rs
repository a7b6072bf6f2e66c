//! Keys of what stands in the middle of the screen: forms, questions, what was told.
//!
//! Knows focus and lines; decides nothing about a plan. Invariants: the focus begins on Cancel, the key that opened a
//! question does not confirm it, and Esc leaves everything as it was.

use super::{batch, plan, policy};
use crate::app::State;
use crate::app::action::{
    ActionModal, ActionSetup, ActionStage, Ask, BatchPlanning, DialogFocus, Form, FormOrder, LeaveHow,
    Question, Touched,
};
use crate::app::message::Effect;
use crate::app::modal::Modal;
use crate::app::update::{marks, notify, own, prompt};
use crate::commands::{Key, KeyCode};
use crate::core::figures::sentence::{clock, span};
use crate::core::model::Name;
use crate::core::model::memory::forecast::FullForecast;
use crate::core::ops::{Challenge, Consent, Control, Plan, Progress, Request};
use tui_input::Input;

/// Takes a key in while something stands in the middle of the screen.
pub fn press(state: &mut State, key: Key, effects: &mut Vec<Effect>) {
    let ctrl_c = key.modifiers.ctrl && key.code == KeyCode::Char('c');
    let Some(Modal::Action(modal)) = &mut state.active.modal else { return };
    if key.code == KeyCode::Esc || ctrl_c || (key.code == KeyCode::Char('q') && !types(&modal.stage)) {
        if let ActionStage::Planning(id, _) = modal.stage {
            effects.push(Effect::CancelPlan(id));
        }
        state.active.modal = None;
        return;
    }
    let opened_by = modal.opened_by;
    match &mut modal.stage {
        ActionStage::Planning(..) => {}
        ActionStage::Told { change: Some(to_form), .. }
            if matches!(key.code, KeyCode::Tab | KeyCode::Left | KeyCode::Right) =>
        {
            *to_form = !*to_form;
        }
        ActionStage::Told { change: Some(true), .. } if key.code == KeyCode::Enter => {
            if let Some(mut form) = modal.origin.form.take() {
                // The last line is the one that most often lets nothing match: the idle time.
                form.line = form.inputs.len().saturating_sub(1);
                modal.stage = ActionStage::Form(form);
            }
        }
        ActionStage::Told { lines, offset, .. } => match key.code {
            KeyCode::Up | KeyCode::Char('k') => *offset = offset.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => *offset = (*offset + 1).min(lines.len()),
            KeyCode::Enter | KeyCode::Char('q' | ' ') => state.active.modal = None,
            _ => {}
        },
        ActionStage::Form(form) => match in_form(form, key, &state.setup.actions) {
            Some(FormOrder::One(request)) => plan(state, request, opened_by, effects),
            Some(FormOrder::Several(order)) => batch::plan_all(state, order, opened_by, effects),
            None => {}
        },
        ActionStage::Question(question)
            if key.code == KeyCode::Char('a') && question.focus != DialogFocus::Name =>
        {
            let kept = question.archives();
            let order = modal.origin.batch.as_ref().map(BatchPlanning::order);
            if let Some((order, kept)) = order.zip(kept) {
                let other = order.archiving(!kept);
                // Where nothing goes that could be kept there is nothing to choose.
                if other != *order {
                    batch::plan_all(state, other, opened_by, effects);
                }
                return;
            }
            let mut request = modal.origin.request.clone();
            let archive = request.as_mut().and_then(Request::archive_mut);
            if let Some((archive, kept)) = archive.zip(kept) {
                *archive = Some(!kept);
                if let Some(request) = request {
                    plan(state, request, opened_by, effects);
                }
            }
        }
        ActionStage::Question(question) => {
            if in_question(question, key, opened_by) {
                answer(state, effects);
            }
        }
    }
}

/// Whether letters go into a line there.
fn types(stage: &ActionStage) -> bool {
    match stage {
        ActionStage::Form(form) => !form.inputs.is_empty(),
        ActionStage::Question(question) => question.typed().is_some(),
        ActionStage::Planning(..) | ActionStage::Told { .. } => false,
    }
}

fn in_form(form: &mut Form, key: Key, setup: &ActionSetup) -> Option<FormOrder> {
    let choices = form.choices().len();
    match key.code {
        KeyCode::Up => form.select(form.selected + choices.saturating_sub(1)),
        KeyCode::Down => form.select(form.selected + 1),
        // Tab goes through the lines, and on to the next choice.
        KeyCode::Tab if key.modifiers.shift && form.line > 0 => form.line -= 1,
        KeyCode::Tab if key.modifiers.shift => {
            form.select(form.selected + choices.saturating_sub(1));
            form.line = form.inputs.len().saturating_sub(1);
        }
        KeyCode::Tab if form.line + 1 < form.inputs.len() => form.line += 1,
        KeyCode::Tab => form.select(form.selected + 1),
        KeyCode::Enter => match form.order(setup) {
            Ok(order) => return Some(order),
            Err(why) => form.error = Some(why),
        },
        _ => {
            if let Some(line) = form.input() {
                if let Some(request) = prompt::edit(&line.input, key) {
                    prompt::enter(&mut line.input, &mut line.is_filled, request);
                }
                form.error = None;
            }
        }
    }
    None
}

/// Lines that a question is scrolled down by at most: of a hundred plans it has several hundred.
pub const LINES: usize = 2_000;

/// Whether the focused answer is given.
fn in_question(question: &mut Question, key: Key, opened_by: Key) -> bool {
    question.error = None;
    match key.code {
        // Whoever leans on the key that opened it has not read it.
        _ if key == opened_by && question.typed().is_none() => {
            question.error = Some(format!("{key} opened this: Tab, then Enter"));
        }
        KeyCode::Tab if key.modifiers.shift => question.move_focus(false),
        KeyCode::Left if question.focus != DialogFocus::Name => question.move_focus(false),
        KeyCode::Right if question.focus != DialogFocus::Name => question.move_focus(true),
        KeyCode::Tab => question.move_focus(true),
        KeyCode::Up => question.offset = question.offset.saturating_sub(1),
        KeyCode::Down => question.offset = question.offset.saturating_add(1).min(LINES),
        KeyCode::PageUp => question.offset = question.offset.saturating_sub(10),
        KeyCode::PageDown => question.offset = question.offset.saturating_add(10).min(LINES),
        KeyCode::Enter => return true,
        _ if question.typed().is_some() => {
            edit(&mut question.input, key);
            (question.focus, question.error) = (DialogFocus::Name, None);
        }
        _ => question.error = Some(format!("{key} does nothing here")),
    }
    false
}

fn edit(input: &mut Input, key: Key) {
    if let Some(request) = prompt::edit(input, key) {
        input.handle(request);
    }
}

/// Takes pasted text in where a line is typed, control characters left out. Whether it was.
pub fn paste(state: &mut State, text: &str) -> bool {
    let Some(Modal::Action(modal)) = &mut state.active.modal else { return false };
    match &mut modal.stage {
        ActionStage::Form(form) => {
            if let Some(line) = form.input() {
                prompt::insert(&mut line.input, &mut line.is_filled, text);
            }
        }
        ActionStage::Question(question) if question.typed().is_some() => {
            prompt::insert(&mut question.input, &mut false, text);
        }
        _ => {}
    }
    true
}

/// Yes or no, as the focus stands.
fn answer(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Modal::Action(ActionModal { stage: ActionStage::Question(question), opened_by, origin })) =
        state.active.modal.take()
    else {
        return;
    };
    if question.focus == DialogFocus::Cancel {
        if matches!(question.ask, Ask::Unlock(_)) {
            notify(state, "not unlocked: cancelled".to_owned(), false);
        }
        return;
    }
    if !question.is_typed() {
        let error = question.typed().map(|(_, name)| format!("type {}", Name::from(name)));
        let stage =
            ActionStage::Question(Box::new(Question { error, focus: DialogFocus::Name, ..*question }));
        state.active.modal = Some(Modal::Action(ActionModal { stage, opened_by, origin }));
        return;
    }
    match question.ask {
        Ask::Unlock(_) => {
            unlock(state);
            let for_ms = state.setup.actions.unlock_ms;
            let until = i64::try_from(for_ms).ok().and_then(|ms| clock(state.now_ms.saturating_add(ms)));
            let until = until.map_or_else(|| format!("for {}", span(for_ms)), |at| format!("until {at}"));
            notify(state, format!("Writing unlocked {until}. Every action still asks"), false);
        }
        Ask::Carry(challenge) => {
            // The button said so, and all that has to be typed was.
            if question.unlocks {
                unlock(state);
            }
            carry(state, *challenge, question.input.value(), effects);
        }
        Ask::CarryAll(all) => {
            if question.unlocks {
                unlock(state);
            }
            batch::carry_all(state, all.batch, question.input.value(), effects);
        }
        Ask::Run(run, _) => {
            if question.unlocks {
                unlock(state);
            }
            own::start(state, *run, effects);
        }
        Ask::Leave(LeaveHow::Quit) => effects.push(Effect::Quit),
        Ask::Leave(LeaveHow::Suspend) => effects.push(Effect::Suspend),
    }
}

fn unlock(state: &mut State) {
    state.active.operations.write =
        state.active.operations.write.unlocked(state.now_us, state.setup.actions.unlock_ms);
}

/// What the plan is about, and how memory stands before it.
fn touched(state: &State, plan: &Plan) -> Touched {
    let memory = &state.active.reading.this_node().memory;
    let used = state.active.reading.this_node().info.as_ref().and_then(|info| info.value.memory.used);
    let forecast =
        memory.headroom().and_then(|headroom| FullForecast::of(headroom, used, memory.clearly_grows_per_s()));
    Touched { streams: plan.streams(), keys: plan.is_about_keys(), forecast, until_us: 0 }
}

/// Carries a plan out, where there is consent.
fn carry(state: &mut State, challenge: Challenge, typed: &str, effects: &mut Vec<Effect>) {
    let consent = Consent { yes: true, name: Some(typed.to_owned()) };
    match challenge.confirm(&consent, &policy(state), state.now_us) {
        Ok(confirmed) => {
            let rate = state.setup.actions.invalidate_per_s;
            let per_s = rate.filter(|_| confirmed.plan().kind.has_rate);
            state.active.operations.control = Control::default();
            state.active.operations.touched = touched(state, confirmed.plan());
            state.active.operations.running = Some(Progress::of(confirmed.plan(), per_s));
            marks::unmark(state);
            effects.push(Effect::Carry(vec![confirmed], per_s));
        }
        Err(why) => notify(state, why.to_string(), true),
    }
}
