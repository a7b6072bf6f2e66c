//! How far an action is, and what one of the journal came to, in one line.
//!
//! Knows values. Invariant: names are shown as people may see them, in whole words.

use crate::core::figures::sentence::{count, percent, span};
use crate::core::ops::Progress;
use crate::core::ops::record::Past;

/// An action that runs.
pub fn line(progress: &Progress) -> String {
    let Progress { kind, subject, items, halvings, held, .. } = progress;
    if let Some(held) = held {
        return format!("{} {subject}: {held}", kind.word);
    }
    let share = progress.share().map_or(String::new(), |share| format!(" {}", percent(share)));
    let rate = progress.rate().map_or(String::new(), |rate| format!(", {}/s", count(rate as u64)));
    let left = progress.left_s().map_or(String::new(), |left_s| format!(", {} left", span(left_s * 1_000)));
    let slower = if *halvings > 0 { ", slowed down" } else { "" };
    format!("{}{share}: {} of {}{rate}{left}{slower}", kind.word, count(progress.through()), count(*items))
}

/// Cells of the bar.
const BAR: usize = 10;

/// The same, short, with a bar: for the line of tabs.
pub fn bar(progress: &Progress, (full, empty): (char, char)) -> String {
    let Progress { kind, held, .. } = progress;
    if let Some(held) = held {
        return format!("{}: {held}", kind.word);
    }
    let Some(share) = progress.share() else { return format!("{} {}", kind.word, count(progress.through())) };
    let done = ((share * BAR as f64) as usize).min(BAR);
    let bar: String = (0..BAR).map(|at| if at < done { full } else { empty }).collect();
    let left = progress.left_s().map_or(String::new(), |left_s| format!("  {} left", span(left_s * 1_000)));
    format!("{} {bar} {}{left}", kind.word, percent(share))
}

/// An action of the journal.
pub fn past(past: &Past) -> String {
    let intent = &past.intent;
    let (word, amount) = (past.outcome(), past.amount());
    let why = past.finish.as_ref().and_then(|finish| finish.reason.as_deref());
    let why = why.map_or(String::new(), |why| format!(" ({why})"));
    format!(
        "{word:<8} {} {} on {}: {amount}{why}  {}",
        intent.action, intent.subject, intent.target, intent.id
    )
}
