//! The rules of actions on the screen: who may begin one, what is asked, what consent is, and what runs.
//!
//! Knows the state; sends nothing itself. Invariants: nothing is carried out but by a `Confirmed` that the challenge gave;
//! a plan only reads, so that it is made and shown while writing is locked; on a read-only target the key says so and asks
//! nothing.

mod batch;
mod dialog;
mod outcome;

pub use dialog::{LINES, paste, press};

use super::{look, notify};
use crate::app::State;
use crate::app::action::{
    ActionModal, ActionOrigin, ActionStage, Ask, Begin, DialogFocus, Form, LeaveHow, Question, wanted,
};
use crate::app::message::{Draw, Effect, TargetMessage};
use crate::app::modal::Modal;
use crate::commands::{CommandId, Key, KeyCode, Modifiers};
use crate::core::figures::sentence::count;
use crate::core::ops::record::Past;
use crate::core::ops::{Challenge, Plan, PlanId, PlanProgress, Policy, Refusal, Request, WriteState};

/// For how long what an action was about is asked ahead of the rest, microseconds.
const ASKED_AHEAD_US: u64 = 10_000_000;

/// Cells of a notice's mark, and beside it.
const NOTICE_MARK: usize = 4;

/// What opened a dialog that opened itself.
const NO_KEY: Key =
    Key { code: KeyCode::Esc, modifiers: Modifiers { ctrl: false, alt: false, shift: false } };

/// The policy of this console.
pub fn policy(state: &State) -> Policy {
    Policy {
        target: state.active.setup.name.clone(),
        production: state.active.setup.production,
        state: state.active.operations.write,
        on_screen: true,
    }
}

/// Begins an action.
pub fn begin(state: &mut State, command: CommandId, key: Key, effects: &mut Vec<Effect>) {
    if state.active.operations.write == WriteState::ReadOnly {
        return notify(state, "read-only: nothing can be written from here".to_owned(), true);
    }
    if command == CommandId::Unlock {
        return unlock(state, key);
    }
    // What an action would do is told in names.
    if state.mask.is_some() {
        let key = state.setup.keymap.keys_of(CommandId::Mask).first().map(ToString::to_string);
        let key = key.unwrap_or_else(|| "the palette".to_owned());
        return notify(state, format!("names are masked: {key} shows them, then it can act"), true);
    }
    if state.active.operations.running.is_some() {
        return notify(state, "one action at a time: another still runs".to_owned(), true);
    }
    match wanted(state, command) {
        Ok(Begin::Form(about)) => {
            let stage = ActionStage::Form(Form::new(about));
            state.active.modal = Some(Modal::Action(ActionModal::new(stage, key)));
        }
        Ok(Begin::Request(request)) => plan(state, request, key, effects),
        Ok(Begin::Forms(rows, left_out)) => {
            if let Some(form) = Form::of_rows(rows, left_out) {
                let stage = ActionStage::Form(form);
                state.active.modal = Some(Modal::Action(ActionModal::new(stage, key)));
            }
        }
        Ok(Begin::Requests(order)) => batch::plan_all(state, order, key, effects),
        // The line of notices would cut it.
        Err(why) if why.chars().count() + NOTICE_MARK > usize::from(state.size.0) => {
            let stage = told("Refused".to_owned(), vec![why], true);
            state.active.modal = Some(Modal::Action(ActionModal::new(stage, key)));
        }
        Err(why) => notify(state, why, true),
    }
}

/// Does what a way to free memory says: its preview, or where it has to be said how, its form.
pub fn take_way(state: &mut State, kind: &str, effects: &mut Vec<Effect>) {
    let command = match kind {
        "trim" | "trim-unread" => CommandId::Trim,
        "acknowledge" => CommandId::Reclaim,
        "remove-consumers" => CommandId::RemoveConsumers,
        "overdue" | "cache" => CommandId::Invalidate,
        "kill" => CommandId::KillClient,
        _ => {
            return notify(
                state,
                "MEMORY PURGE does not help against maxmemory: not done from here".to_owned(),
                false,
            );
        }
    };
    // Enter opens it and Enter confirms: whoever leans on it comes back to Cancel each time.
    begin(state, command, NO_KEY, effects);
    if matches!(kind, "trim-unread" | "acknowledge") {
        return;
    }
    // The first choice with its lines is what the row says.
    if let Some(Modal::Action(ActionModal { stage: ActionStage::Form(form), .. })) = &state.active.modal
        && let Ok(request) = form.request(&state.setup.actions)
    {
        plan(state, request, NO_KEY, effects);
    }
}

fn plan(state: &mut State, request: Request, opened_by: Key, effects: &mut Vec<Effect>) {
    let id = state.active.operations.plan.next();
    state.active.operations.plan = id;
    let stage = ActionStage::Planning(id, PlanProgress::default());
    let form = match state.active.modal.take() {
        Some(Modal::Action(ActionModal { stage: ActionStage::Form(form), .. })) => Some(form),
        Some(Modal::Action(modal)) => modal.origin.form,
        _ => None,
    };
    let origin = Box::new(ActionOrigin { request: Some(request.clone()), form, batch: None });
    state.active.modal = Some(Modal::Action(ActionModal { stage, opened_by, origin }));
    effects.push(Effect::Plan(id, request));
}

fn unlock(state: &mut State, opened_by: Key) {
    if state.active.operations.write.may_write(state.now_us) {
        state.active.operations.write = WriteState::Locked;
        return notify(state, "Read-only again: an action asks before it unlocks".to_owned(), false);
    }
    let name = state.active.setup.production.then(|| state.active.setup.name.clone());
    let stage = ActionStage::Question(Box::new(Question::new(Ask::Unlock(name))));
    state.active.modal = Some(Modal::Action(ActionModal::new(stage, opened_by)));
}

/// What was unlocked is locked again: a question that is open unlocks, and says so from now on. Who was on its button has not
/// read that.
pub(super) fn locked_again(state: &mut State) {
    if let Some(Modal::Action(ActionModal { stage: ActionStage::Question(question), .. })) =
        &mut state.active.modal
        && matches!(&question.ask, Ask::Carry(_) | Ask::CarryAll(_) | Ask::Run(..))
    {
        question.unlocks = true;
        if question.focus == DialogFocus::Go {
            question.focus = DialogFocus::Cancel;
        }
    }
}

/// Asks whoever leaves while an action runs.
pub fn ask_to_leave(state: &mut State, how: LeaveHow, opened_by: Key) {
    let stage = ActionStage::Question(Box::new(Question::new(Ask::Leave(how))));
    state.active.modal = Some(Modal::Action(ActionModal::new(stage, opened_by)));
}

/// Takes in what is told of actions.
pub fn take(state: &mut State, message: TargetMessage, effects: &mut Vec<Effect>) -> Draw {
    match message {
        TargetMessage::Planned(id, plan) => return planned(state, id, plan.map(|plan| *plan), effects),
        TargetMessage::Planning(id, progress) => return planning(state, id, progress),
        TargetMessage::Progress(progress) => {
            if state.active.operations.running.is_some() {
                state.active.operations.running = Some(progress);
            }
            return Draw::Data;
        }
        TargetMessage::Finished(receipt) => {
            if !batch::finished(state, &receipt) {
                outcome::finished(state, &receipt);
            }
            // What it did should show at once: what it is about is asked ahead of the rest.
            state.active.operations.touched.until_us = state.now_us.saturating_add(ASKED_AHEAD_US);
            look(state, effects);
            effects.push(Effect::Retry);
            effects.extend(state.active.operations.touched.keys.then_some(Effect::CountKeys));
        }
        TargetMessage::Journal(past, left) => journal(state, past, left),
        _ => return Draw::No,
    }
    Draw::Now
}

/// The dialog that waits for this plan, and no other.
fn awaiting(state: &mut State, id: PlanId) -> Option<&mut ActionModal> {
    match &mut state.active.modal {
        Some(Modal::Action(modal)) => {
            matches!(modal.stage, ActionStage::Planning(wanted, _) if wanted == id).then_some(modal)
        }
        _ => None,
    }
}

fn planning(state: &mut State, id: PlanId, progress: PlanProgress) -> Draw {
    let Some(modal) = awaiting(state, id) else { return Draw::No };
    modal.stage = ActionStage::Planning(id, progress);
    Draw::Data
}

/// A plan was made, or there is none.
fn planned(state: &mut State, id: PlanId, planned: Result<Plan, Refusal>, effects: &mut Vec<Effect>) -> Draw {
    let policy = policy(state);
    let unlocks = !policy.state.may_write(state.now_us);
    let Some(modal) = awaiting(state, id) else { return Draw::No };
    if modal.origin.batch.is_some() {
        batch::planned(state, planned, effects);
        return Draw::Now;
    }
    modal.stage = match planned {
        Ok(plan) => match plan.nothing.clone() {
            Some(nothing) => told(plan.kind.phrase(&plan.subject.to_string()), vec![nothing], false),
            None => {
                let ask = Ask::Carry(Box::new(Challenge::of(plan, &policy)));
                ActionStage::Question(Box::new(Question { unlocks, ..Question::new(ask) }))
            }
        },
        Err(Refusal(why)) => told("Refused".to_owned(), vec![why], true),
    };
    // What was said may be said otherwise, such as a shorter idle time.
    if let ActionStage::Told { change, .. } = &mut modal.stage {
        *change = modal.origin.form.is_some().then_some(true);
    }
    Draw::Now
}

fn told(title: String, lines: Vec<String>, is_error: bool) -> ActionStage {
    ActionStage::Told { title, lines, is_error, change: None, offset: 0 }
}

/// Tells the action that runs.
pub fn control(state: &mut State, command: CommandId, effects: &mut Vec<Effect>) {
    let Some(running) = &state.active.operations.running else { return };
    let (held, per_s) = (running.held.clone(), running.per_s);
    let rate = running.rate().map(|rate| rate as u64);
    let control = &mut state.active.operations.control;
    let said = match command {
        CommandId::StopAction => {
            control.cancel = true;
            "Stops after the step that is under way"
        }
        CommandId::PauseAction if control.pause => {
            control.pause = false;
            "Goes on"
        }
        CommandId::PauseAction if held.is_some() => {
            control.resumes += 1;
            "Goes on"
        }
        CommandId::PauseAction => {
            control.pause = true;
            "Paused"
        }
        CommandId::ActionFaster => {
            // What was told a moment ago may not show in the progress yet.
            let bounds = [control.per_s.flatten(), per_s].into_iter().flatten();
            let Some(now) = bounds.max() else {
                return notify(
                    state,
                    "no limit is set: it is as fast as the server allows".to_owned(),
                    false,
                );
            };
            return limit(state, now.saturating_mul(2), effects);
        }
        _ => {
            let bounds = [control.per_s.flatten(), per_s, rate].into_iter().flatten();
            let now = bounds.filter(|per_s| *per_s > 0).min();
            return limit(state, (now.unwrap_or(UNKNOWN_PER_S) / 2).max(1), effects);
        }
    };
    effects.push(Effect::Control(control.clone()));
    notify(state, said.to_owned(), false);
}

/// What the slower key begins with before anything is known of the rate.
const UNKNOWN_PER_S: u64 = 20_000;

/// Bounds the items a second of the action that runs.
fn limit(state: &mut State, per_s: u64, effects: &mut Vec<Effect>) {
    state.active.operations.control.per_s = Some(Some(per_s));
    effects.push(Effect::Control(state.active.operations.control.clone()));
    notify(state, format!("limit: {} a second", count(per_s)), false);
}

/// What the journal has; what an earlier run left open is shown.
fn journal(state: &mut State, past: Vec<Past>, left: Vec<String>) {
    state.active.operations.past = past;
    if left.is_empty() || state.active.modal.is_some() {
        return;
    }
    let mut lines =
        vec!["An earlier run ended before these were over. What came of them is unknown:".to_owned()];
    lines.extend(left);
    let stage = told("Never finished".to_owned(), lines, true);
    state.active.modal = Some(Modal::Action(ActionModal::new(stage, NO_KEY)));
}

#[cfg(test)]
mod tests;
