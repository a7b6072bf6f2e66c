//! One row a way to free memory.
//!
//! Knows what each way is called and what it asks of whoever takes it; the estimates are `core::reading::saving`'s.

use super::{figure, name, sentence};
use crate::app::cell::{Cell, Column, Row, RowId, RowMark};
use crate::core::diagnose::finding::FindingSubject;
use crate::core::figures::sentence::count;
use crate::core::reading::Reading;
use crate::core::reading::saving::{Saving, SavingKind};

/// Columns of the ways.
pub const COLUMNS: &[Column] = &[figure("FREES", 10, 0), name("WHAT", 14, 0), sentence("HOW", 30, 0)];

/// One row a way, those that free most first.
pub fn rows(reading: &Reading) -> Vec<Row> {
    reading.savings().iter().map(row).collect()
}

fn row(saving: &Saving) -> Row {
    let (kind, subject, how) = told(&saving.kind);
    let what = match &saving.kind {
        SavingKind::Purge => "allocator".to_owned(),
        SavingKind::Kill { name, .. } => format!("client {name}"),
        _ => subject.to_string(),
    };
    Row {
        id: RowId::Saving(kind, subject),
        cells: vec![Cell::AboutBytes(Some(saving.bytes)), Cell::Text(what), Cell::Text(how)],
        mark: RowMark::None,
    }
}

fn told(way: &SavingKind) -> (&'static str, FindingSubject, String) {
    match way {
        SavingKind::Trim { key, entries } => (
            "trim",
            FindingSubject::Stream(key.clone()),
            format!("trim about {} entries that every group has acknowledged", count(*entries)),
        ),
        SavingKind::TrimUnread { key, entries } => (
            "trim-unread",
            FindingSubject::Stream(key.clone()),
            format!("no group reads it: trim its {} entries by age or length", count(*entries)),
        ),
        SavingKind::Acknowledge { key, group, pending } => (
            "acknowledge",
            FindingSubject::Group(key.clone(), group.clone()),
            format!(
                "{} pending entries: acknowledge or reclaim (trimming does not free these)",
                count(*pending)
            ),
        ),
        SavingKind::RemoveConsumers { key, group, consumers, can_be_listed, is_least } => {
            let what = match can_be_listed {
                true => format!("remove {} consumers that hold nothing and nobody uses", count(*consumers)),
                false => format!("make the group anew: nobody uses {} consumers", count(*consumers)),
            };
            let how = if *is_least { what + " (with long names it frees more)" } else { what };
            ("remove-consumers", FindingSubject::Group(key.clone(), group.clone()), how)
        }
        SavingKind::Overdue { glob, keys } => (
            "overdue",
            FindingSubject::Pattern(glob.clone()),
            format!("{} keys have no TTL: delete all keys of the pattern", count(*keys)),
        ),
        SavingKind::Cache { glob, keys } => (
            "cache",
            FindingSubject::Pattern(glob.clone()),
            format!("delete {} cached keys (they will be rebuilt)", count(*keys)),
        ),
        SavingKind::Kill { id, .. } => {
            ("kill", FindingSubject::Client(*id), "end it: it does not read what it is sent".to_owned())
        }
        SavingKind::Purge => (
            "purge",
            FindingSubject::Server,
            "MEMORY PURGE: lowers RSS, not `used`; does not help against maxmemory".to_owned(),
        ),
    }
}
