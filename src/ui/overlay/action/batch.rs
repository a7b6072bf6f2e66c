//! The question about several plans: the sum, what is left out and why, then each with what it removes and its notes.
//!
//! Knows plans as values; draws nothing. Invariant: what is left out stands before what is done, so that nobody takes the sum
//! for all that was marked.

use super::DialogLine;
use crate::app::action::BatchQuestion;
use crate::app::zone::DialogPart;
use crate::config::theme::Role;
use crate::core::figures::sentence::{self, counted};
use crate::core::ops::{Batch, Plan};
use crate::ui::theme::Skin;

/// The lines of it.
pub(super) fn lines(question: &BatchQuestion, can_keep: bool, skin: &Skin) -> Vec<DialogLine> {
    let BatchQuestion { batch, left_out } = question;
    let mut lines = vec![DialogLine::new("in all", sum(batch), Role::Text)];
    if can_keep {
        let mark = if batch.archives() { "x" } else { " " };
        let text = format!("[{mark}] what goes is archived, so that undo can bring it back   (a changes it)");
        lines.push(DialogLine::new("archive", text, Role::Text).part(DialogPart::Archive));
    }
    let left = left_out.iter().enumerate().map(|(at, left)| {
        let label = if at == 0 { "left out" } else { "" };
        DialogLine::new(
            label,
            format!("{} {}: {}", skin.glyphs.warning, left.subject, left.why),
            Role::Warning,
        )
    });
    lines.extend(left);
    lines.extend(batch.plans().enumerate().flat_map(|(at, plan)| of_plan(at, plan, skin)));
    lines
}

fn sum(batch: &Batch) -> String {
    let impact = batch.impact();
    let bytes = impact
        .bytes
        .filter(|bytes| *bytes > 0)
        .map_or(String::new(), |sum| format!(", about {}", sentence::bytes(sum)));
    let lossy = batch.plans().filter(|plan| plan.impact.is_lossy).count() as u64;
    let lossy = match lossy {
        0 => String::new(),
        _ => format!("; {} what somebody still needs", counted(lossy, "of them loses", "of them lose")),
    };
    format!("{}{bytes}{lossy}", batch.sum())
}

/// What one of them does: its subject with what it removes, its notes, its commands.
fn of_plan(at: usize, plan: &Plan, skin: &Skin) -> Vec<DialogLine> {
    let removes = plan.facts.iter().find(|(label, _)| *label == "removes").or_else(|| plan.facts.first());
    let removes = removes.map_or(String::new(), |(_, text)| format!(": {text}"));
    let mut lines =
        vec![DialogLine::new(&format!("{}", at + 1), format!("{}{removes}", plan.subject), Role::Text)];
    let notes = plan.warnings.iter().map(|text| format!("{} {text}", skin.glyphs.warning));
    lines.extend(notes.map(|text| DialogLine::new("", text, Role::Warning)));
    lines.extend(plan.commands.iter().map(|text| DialogLine::new("", text.clone(), Role::Dim)));
    lines
}
