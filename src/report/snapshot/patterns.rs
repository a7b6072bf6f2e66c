//! Patterns of keys and counters on the page for people.
//!
//! Knows the order and the alignment. Invariant: counts that are not exact are marked, and a walk that is not over says how
//! far it is.

use crate::core::model::keys::KeysPass;
use crate::core::reading::Reading;
use crate::core::reading::keys::{Keyspace, Pattern};
use crate::report::layout::{FIGURES, UNKNOWN, cut, left, or_unknown, right};

/// Patterns on the page; the JSON has them all.
const MOST: usize = 20;
/// Cells of a name.
const NAME: usize = 34;

/// The patterns of keys; nothing where keys are not measured.
pub(super) fn table(reading: &Reading) -> Vec<String> {
    let keyspace = reading.keys().keyspace();
    if keyspace.is_empty() {
        return Vec::new();
    }
    let head = [("keys", 10), ("bytes", 11), ("no TTL", 8), ("TTL p50", 10)];
    let head: String = head.iter().map(|(title, cells)| right(title, *cells)).collect();
    let title = format!("patterns{}", progress(reading.keys().pass(), keyspace));
    let mut lines = vec![String::new(), format!("{}{head}", left(&title, NAME))];
    let shown = keyspace.patterns.iter().filter(|pattern| pattern.tally.keys > 0 || pattern.name.is_some());
    lines.extend(shown.take(MOST).map(|pattern| line(keyspace, pattern)));
    lines
}

fn progress(pass: KeysPass, keyspace: &Keyspace) -> String {
    match keyspace.share {
        Some(share) if share < 1.0 => format!(" ({} seen)", FIGURES.percent(Some(share))),
        None if !pass.is_over => " (some seen)".to_owned(),
        _ => String::new(),
    }
}

fn line(keyspace: &Keyspace, pattern: &Pattern) -> String {
    let tally = &pattern.tally;
    let name =
        if pattern.glob.as_bytes().is_empty() { "(no pattern)".to_owned() } else { pattern.glob.to_string() };
    let mark = if keyspace.is_exact { "" } else { "~" };
    let keys =
        or_unknown(keyspace.whole(tally.keys), |keys| format!("{mark}{}", FIGURES.page_count(Some(keys))));
    let size = tally.bytes_of_all().and_then(|bytes| keyspace.whole(bytes));
    let size = or_unknown(size, |size| format!("~{}", FIGURES.bytes(Some(size))));
    let share = FIGURES.percent(tally.ttl.forever_share());
    let median = FIGURES.duration_ms(tally.ttl.median_ms());
    let figures = [(keys, 10), (size, 11), (share, 8), (median, 10)];
    let figures: String = figures.iter().map(|(figure, cells)| right(figure, *cells)).collect();
    format!("{}{figures}", left(&cut(&name, NAME - 1), NAME))
}

/// Counters of the operator's; nothing where none is named.
pub(super) fn counters(reading: &Reading) -> Vec<String> {
    let track = reading.counters();
    let line = |counter: &crate::core::reading::counters::Counter| {
        let value = counter.number().map_or_else(|| UNKNOWN.to_owned(), |number| number.to_string());
        let per_s = FIGURES.rate(counter.per_s());
        let share = track.share(counter).map_or_else(String::new, |share| FIGURES.percent(Some(share)));
        let name = left(&cut(&counter.spec.name, NAME - 1), NAME);
        format!("{name}{}{}{}", right(&value, 21), right(&per_s, 11), right(&share, 8))
    };
    let mut lines: Vec<String> = track.rows().iter().map(line).collect();
    if !lines.is_empty() {
        lines.splice(0..0, [String::new(), "counters".to_owned()]);
    }
    lines
}
