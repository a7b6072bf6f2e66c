//! One action on several marked rows: their plans one after the other, one question, and what came of each.
//!
//! Knows the state; sends nothing itself. Invariants: nothing runs but what the one question has shown; a row that is left out
//! is named with its reason before the question can be answered.

use super::{NO_KEY, outcome, policy, told};
use crate::app::State;
use crate::app::action::{
    ActionModal, ActionOrigin, ActionStage, Ask, BatchOrder, BatchPlanning, BatchQuestion, BatchRun,
    Exclusion, Form, Question, Touched,
};
use crate::app::message::Effect;
use crate::app::modal::Modal;
use crate::app::update::{marks, notify};
use crate::commands::Key;
use crate::core::figures::sentence::number_of;
use crate::core::ops::{Batch, Confirmed, Consent, Control, Plan, PlanProgress, Progress, Receipt, Refusal};

/// Begins to make the plans.
pub fn plan_all(state: &mut State, order: BatchOrder, opened_by: Key, effects: &mut Vec<Effect>) {
    let form = match state.active.modal.take() {
        Some(Modal::Action(ActionModal { stage: ActionStage::Form(form), .. })) => Some(form),
        Some(Modal::Action(modal)) => modal.origin.form,
        _ => None,
    };
    let planning = BatchPlanning::new(order, state.now_us);
    let stage = look_at(state, &planning, effects);
    let origin = Box::new(ActionOrigin { request: None, form, batch: Some(planning) });
    state.active.modal = Some(Modal::Action(ActionModal { stage, opened_by, origin }));
}

/// Asks for the plan that is next.
fn look_at(state: &mut State, planning: &BatchPlanning, effects: &mut Vec<Effect>) -> ActionStage {
    let id = state.active.operations.plan.next();
    state.active.operations.plan = id;
    if let Some(row) = planning.request() {
        effects.push(Effect::Plan(id, row.request.clone()));
    }
    ActionStage::Planning(id, PlanProgress::default())
}

/// Takes the plan of one row in, and asks for the next, or asks the question.
pub fn planned(state: &mut State, planned: Result<Plan, Refusal>, effects: &mut Vec<Effect>) {
    let now_us = state.now_us;
    let Some(Modal::Action(mut modal)) = state.active.modal.take() else { return };
    if let Some(mut planning) = modal.origin.batch.take() {
        planning.take(planned, now_us);
        modal.stage = match planning.request() {
            Some(_) => look_at(state, &planning, effects),
            None => question(state, planning.finish(), modal.origin.form.as_ref()),
        };
        modal.origin.batch = Some(planning);
    }
    state.active.modal = Some(Modal::Action(modal));
}

/// What is asked about these plans; where there is none, why.
fn question(
    state: &State,
    (plans, left_out): (Vec<Plan>, Vec<Exclusion>),
    form: Option<&Form>,
) -> ActionStage {
    let policy = policy(state);
    let unlocks = !policy.state.may_write(state.now_us);
    match Batch::of(plans, &policy) {
        Some(batch) => {
            let ask = Ask::CarryAll(Box::new(BatchQuestion { batch, left_out }));
            ActionStage::Question(Box::new(Question { unlocks, ..Question::new(ask) }))
        }
        None => {
            let lines = left_out.into_iter().map(|left| format!("{}: {}", left.subject, left.why)).collect();
            let mut stage = told("Nothing to do".to_owned(), lines, true);
            if let ActionStage::Told { change, .. } = &mut stage {
                *change = form.is_some().then_some(true);
            }
            stage
        }
    }
}

/// Carries the plans out, where there is consent.
pub fn carry_all(state: &mut State, batch: Batch, typed: &str, effects: &mut Vec<Effect>) {
    let consent = Consent { yes: true, name: Some(typed.to_owned()) };
    match batch.confirm(&consent, &policy(state), state.now_us) {
        Ok(confirmed) => begin(state, confirmed, effects),
        Err(why) => notify(state, why.to_string(), true),
    }
}

fn begin(state: &mut State, confirmed: Vec<Confirmed>, effects: &mut Vec<Effect>) {
    let has_rate = confirmed.iter().any(|one| one.plan().kind.has_rate);
    let per_s = state.setup.actions.invalidate_per_s.filter(|_| has_rate);
    let progress: Vec<Progress> = confirmed.iter().map(|one| Progress::of(one.plan(), per_s)).collect();
    let operations = &mut state.active.operations;
    operations.control = Control::default();
    operations.touched = Touched {
        streams: confirmed.iter().flat_map(|one| one.plan().streams()).collect(),
        keys: confirmed.iter().any(|one| one.plan().is_about_keys()),
        ..Touched::default()
    };
    operations.running = progress.first().cloned();
    operations.batch = Some(BatchRun::of(progress));
    marks::unmark(state);
    effects.push(Effect::Carry(confirmed, per_s));
}

/// One of several is over; what came of all of them is told with the last. Whether it was one of several.
pub fn finished(state: &mut State, receipt: &Receipt) -> bool {
    let operations = &mut state.active.operations;
    let Some(mut batch) = operations.batch.take() else { return false };
    let over = operations.running.take();
    batch.is_error |= receipt.outcome.exit() != 0;
    batch.done += usize::from(receipt.outcome.exit() == 0);
    let what = over.as_ref().map_or_else(String::new, |over| over.kind.phrase(&over.subject));
    let lines = outcome::lines(over.as_ref().map(|over| over.kind), receipt, None);
    batch.told.push(format!("{what}: {}", lines.join("; ")));
    operations.running = batch.next.pop_front();
    if operations.running.is_some() {
        operations.batch = Some(batch);
        return true;
    }
    let title = format!("{} of {} done", batch.done, number_of(batch.total as u64, "action"));
    if state.active.modal.is_none() {
        let stage = told(title, batch.told, batch.is_error);
        state.active.modal = Some(Modal::Action(ActionModal::new(stage, NO_KEY)));
    } else {
        notify(state, format!("{title}: see the log (0)"), batch.is_error);
    }
    true
}
