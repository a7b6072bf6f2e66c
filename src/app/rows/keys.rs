//! One row a key: the biggest of all, or those of a pattern.
//!
//! Knows what the walk has seen, and what was asked again since of those on the screen. Invariant: values are never here.

use super::{figure, name, word};
use crate::app::cell::{Cell, Column, Row, RowId, RowMark};
use crate::core::model::Name;
use crate::core::model::keys::KeyFacts;
use crate::core::reading::Reading;
use crate::core::reading::big_keys::{FoldedKey, KeyFamily};
use crate::core::reading::keys::BigKey;
use std::collections::BTreeSet;

/// Where the bytes stand, in both tables.
pub const BYTES: usize = 2;

/// Columns of the biggest keys.
pub const BIGGEST: &[Column] = &[
    name("KEY", 20, 0),
    word("TYPE", 6, 1),
    figure("BYTES", 9, 0),
    figure("GROWTH", 11, 0),
    figure("TTL", 8, 2),
];

/// Columns of the keys of a pattern.
pub const OF_PATTERN: &[Column] = &[
    name("KEY", 20, 0),
    word("TYPE", 6, 1),
    figure("BYTES", 9, 0),
    figure("TTL", 8, 0),
    word("STATE", 6, 3),
];

/// The biggest keys, those of a family as one row, but for families that are open; a filter looks at every key.
pub fn biggest(reading: &Reading, is_filtered: bool, open: &BTreeSet<Name>) -> Vec<Row> {
    let row = |key: &BigKey| {
        let facts = reading.keys().live(&key.facts.name).unwrap_or(&key.facts);
        let mut cells = cells(facts);
        cells.truncate(BYTES + 1);
        cells.extend([Cell::Growth(key.grows_per_s), Cell::Ttl(facts.ttl)]);
        Row { id: RowId::Key(facts.name.clone()), cells, mark: RowMark::None }
    };
    if is_filtered {
        return reading.biggest_keys().iter().map(row).collect();
    }
    let folded = reading.folded_big_keys(open).into_iter().map(|folded| match folded {
        FoldedKey::One(key) => row(&key),
        FoldedKey::Family(family) => row_of_family(&family),
    });
    folded.collect()
}

/// A row of keys whose names differ by an id only.
fn row_of_family(family: &KeyFamily) -> Row {
    let kind = family.kind.map_or("—", |kind| kind.word());
    let cells = vec![
        Cell::Family(family.name.clone(), family.keys),
        Cell::Text(kind.to_owned()),
        Cell::AboutBytes(family.bytes),
        Cell::Growth(family.grows_per_s),
        Cell::Ttl(None),
    ];
    Row { id: RowId::Family(family.name.clone()), cells, mark: RowMark::None }
}

/// Keys of a pattern, the biggest that were seen.
pub fn of_pattern(reading: &Reading, glob: &Name) -> Vec<Row> {
    let Some(pattern) = reading.keys().pattern(glob) else { return Vec::new() };
    let row = |key: &KeyFacts| {
        let facts = reading.keys().live(&key.name).unwrap_or(key);
        let mut cells = cells(facts);
        cells.push(Cell::Text(if facts.is_gone { "gone" } else { "" }.to_owned()));
        Row { id: RowId::Key(facts.name.clone()), cells, mark: RowMark::None }
    };
    pattern.tally.biggest().into_iter().map(row).collect()
}

fn cells(facts: &KeyFacts) -> Vec<Cell> {
    let kind = facts.kind.map_or("—", |kind| kind.word());
    vec![
        Cell::Name(facts.name.clone()),
        Cell::Text(kind.to_owned()),
        Cell::Bytes(facts.bytes),
        Cell::Ttl(facts.ttl),
    ]
}
