//! What came of an action, as the console tells it.
//!
//! Knows the receipt; decides nothing. Invariant: whoever reads something else is not pushed aside.

use super::{NO_KEY, told};
use crate::app::State;
use crate::app::action::ActionModal;
use crate::app::modal::Modal;
use crate::app::update::notify;
use crate::core::figures::column::Figures;
use crate::core::figures::sentence::{count, span};
use crate::core::model::memory::forecast::FullForecast;
use crate::core::ops::record::{CONSUMER, MEMORY};
use crate::core::ops::{ActionKind, Outcome, Receipt, undo};

/// What it changed: memory with the time until it is full, whose entries are whose now, and the rest.
fn effects(receipt: &Receipt, forecast: Option<FullForecast>) -> Vec<String> {
    let told: Vec<(&str, String)> =
        receipt.effects().into_iter().map(|(name, text)| (name, text.replace("->", "\u{2192}"))).collect();
    let used = receipt.after.get(MEMORY).copied();
    let full = forecast.zip(used).filter(|_| receipt.tally.done > 0);
    let full = full.map(|(forecast, used)| forecast.text(used));
    let memory = told.iter().find(|(name, _)| *name == MEMORY).map(|(_, text)| format!("{text} used"));
    let memory: Vec<String> = [memory, full].into_iter().flatten().collect();
    let mut lines: Vec<String> =
        Some(memory.join("; ")).filter(|line| !line.is_empty()).into_iter().collect();
    let consumer = |name: &str| name.strip_prefix(CONSUMER).map(str::to_owned);
    let moved: Vec<String> =
        told.iter().filter_map(|(name, text)| Some(format!("{}: {text}", consumer(name)?))).collect();
    lines.extend(Some(format!("pending of {}", moved.join(", "))).filter(|_| !moved.is_empty()));
    let rest = told.iter().filter(|(name, _)| *name != MEMORY && consumer(name).is_none());
    lines.extend(rest.map(|(name, text)| format!("{name}: {text}")));
    lines
}

/// Where memory grew and entries still come: what a trim does not end.
fn fills_again(state: &State) -> Option<String> {
    let (key, _) = state.active.operations.touched.streams.first()?;
    let per_s = state.active.reading.streams().get(key)?.in_per_s().filter(|per_s| *per_s > 0.0)?;
    let rate = Figures::new(false).rate(Some(per_s));
    Some(format!(
        "{key} gets {rate} more: memory fills again until it has a cap (XADD MAXLEN ~) or a slower producer"
    ))
}

/// What came of an action, a line each; with how memory stood before it, where that is known.
pub(super) fn lines(
    kind: Option<&'static ActionKind>,
    receipt: &Receipt,
    forecast: Option<FullForecast>,
) -> Vec<String> {
    let items = kind.unwrap_or(&undo::KIND).items(receipt.tally.done);
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
    lines.extend(effects(receipt, forecast));
    lines.extend(receipt.note.clone());
    lines.extend(receipt.warm_up.clone());
    if !receipt.id.is_empty() {
        lines.push(format!(
            "action {}{}",
            receipt.id,
            if receipt.has_archive { ", can be undone" } else { "" }
        ));
    }
    lines
}

/// An action is over.
pub(super) fn finished(state: &mut State, receipt: &Receipt) {
    let running = state.active.operations.running.take();
    let forecast = state.active.operations.touched.forecast.take();
    let mut lines = lines(running.as_ref().map(|running| running.kind), receipt, forecast);
    lines.extend(forecast.filter(|_| receipt.tally.done > 0).and_then(|_| fills_again(state)));
    let what = running.map_or_else(String::new, |running| running.kind.phrase(&running.subject));
    let is_error = receipt.outcome.exit() != 0;
    // Whoever reads something else is not to be pushed aside: then a line says it.
    if state.active.modal.is_none() {
        let stage = told(what, lines, is_error);
        state.active.modal = Some(Modal::Action(ActionModal::new(stage, NO_KEY)));
    } else {
        notify(state, format!("{what}: {}", lines.join("; ")), is_error);
    }
}
