//! What came of an action, as the console tells it.
//!
//! Knows the receipt; decides nothing. Invariant: whoever reads something else is not pushed aside.

use super::{NO_KEY, told};
use crate::app::State;
use crate::app::action::ActionModal;
use crate::app::modal::Modal;
use crate::app::update::notify;
use crate::core::figures::sentence::{count, span};
use crate::core::ops::record::MEMORY;
use crate::core::ops::{Outcome, Receipt, undo};

/// An action is over.
pub(super) fn finished(state: &mut State, receipt: &Receipt) {
    let kind = state.active.operations.running.as_ref().map(|running| running.kind);
    let items = kind.unwrap_or(&undo::KIND).items(receipt.tally.done);
    let running = state.active.operations.running.take();
    let what = running.map_or_else(String::new, |running| running.kind.phrase(&running.subject));
    let is_error = receipt.outcome.exit() != 0;
    let done = if receipt.outcome == Outcome::Done { "" } else { " done" };
    let mut lines = vec![format!("{}: {items}{done} in {}", receipt.outcome.word(), span(receipt.took_ms))];
    let parts = [
        (receipt.tally.gone, "dropped, since their entry was gone"),
        (receipt.tally.lost, "gone or changed meanwhile"),
        (receipt.tally.left, "left alone"),
        (receipt.tally.kept, "records kept in the archive"),
    ];
    lines.extend(
        parts
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, what)| format!("{} {what}", count(*number))),
    );
    lines.extend(receipt.outcome.reason().map(str::to_owned));
    lines.extend(receipt.effects().into_iter().map(|(name, effect)| format!("{name}: {effect}")));
    let used = receipt.after.get(MEMORY).copied();
    let forecast = state.active.operations.touched.forecast.take();
    let full = forecast.zip(used).filter(|_| receipt.tally.done > 0);
    lines.extend(full.map(|(forecast, used)| format!("memory: {}", forecast.text(used))));
    lines.extend(receipt.note.clone());
    lines.extend(receipt.warm_up.clone());
    if !receipt.id.is_empty() {
        lines.push(format!(
            "action {}{}",
            receipt.id,
            if receipt.has_archive { ", can be undone" } else { "" }
        ));
    }
    // Whoever reads something else is not to be pushed aside: then a line says it.
    if state.active.modal.is_none() {
        let stage = told(what, lines, is_error);
        state.active.modal = Some(Modal::Action(ActionModal { stage, opened_by: NO_KEY }));
    } else {
        notify(state, format!("{what}: {}", lines.join("; ")), is_error);
    }
}
