//! One row a pattern of keys: those of the config, and those that were found.
//!
//! Invariant: what a walk that is not over has seen is told as an estimate of the whole.

use super::{figure, name, word};
use crate::app::cell::{Cell, Column, Row, RowId, RowMark};
use crate::core::figures::sentence::span;
use crate::core::model::keys::Ttl;
use crate::core::reading::Reading;
use crate::core::reading::keys::{Keyspace, Pattern};

/// Where the bytes stand.
pub const BYTES: usize = 2;

/// Columns of the patterns.
pub const COLUMNS: &[Column] = &[
    name("PATTERN", 14, 0),
    figure("KEYS", 8, 0),
    figure("BYTES", 9, 0),
    figure("NO TTL", 8, 0),
    figure("TTL P50", 7, 1),
    figure("TTL MAX", 8, 3),
    figure("GROWTH", 11, 2),
    figure("AVG SIZE", 8, 4),
    word("TYPE", 6, 5),
    name("TIER", 10, 6),
];

/// One row a pattern that has keys, or is named.
pub fn rows(reading: &Reading) -> Vec<Row> {
    let keyspace = reading.keys().keyspace();
    let is_shown = |pattern: &&Pattern| pattern.tally.keys > 0 || pattern.name.is_some();
    keyspace.patterns.iter().filter(is_shown).map(|pattern| row(keyspace, pattern)).collect()
}

fn row(keyspace: &Keyspace, pattern: &Pattern) -> Row {
    let tally = &pattern.tally;
    let (keys, bytes) =
        (keyspace.whole(tally.keys), tally.bytes_of_all().and_then(|bytes| keyspace.whole(bytes)));
    let count = if keyspace.is_exact { Cell::Count(keys) } else { Cell::AboutCount(keys) };
    let is_overdue = pattern.overdue().is_some_and(|overdue| overdue > 0);
    let each = tally.bytes.checked_div(tally.measured);
    let label = match pattern.glob.as_bytes().is_empty() {
        true => Cell::Text("(no pattern)".to_owned()),
        false => Cell::Name(pattern.glob.clone()),
    };
    let longest = tally.ttl.longest_ms().map(Ttl::Ms).or((tally.ttl.forever > 0).then_some(Ttl::Forever));
    let tier = match (&pattern.name, pattern.ttl_ms) {
        (Some(name), Some(ttl_ms)) => format!("{name} {}", span(ttl_ms)),
        (Some(name), None) => name.clone(),
        (None, _) => String::new(),
    };
    Row {
        id: RowId::Pattern(pattern.glob.clone()),
        cells: vec![
            label,
            count,
            Cell::AboutBytes(bytes),
            Cell::Share(tally.ttl.forever_share(), is_overdue),
            Cell::Ms(tally.ttl.median_ms()),
            Cell::Ttl(longest),
            Cell::Growth(pattern.grows_per_s),
            Cell::Bytes(each),
            Cell::Text(tally.main_kind().map_or("—", |kind| kind.word()).to_owned()),
            Cell::Text(tier),
        ],
        mark: RowMark::None,
    }
}
