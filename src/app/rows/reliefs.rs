//! One row a way to free memory.
//!
//! Knows what each way is called and what it asks of whoever takes it; the estimates are `core::reading::relief`'s.

use super::{figure, name};
use crate::app::cell::{Cell, Column, Mark, Row, RowId};
use crate::core::diagnose::figures::count;
use crate::core::diagnose::finding::Subject;
use crate::core::reading::Reading;
use crate::core::reading::relief::{Relief, Way};

/// Columns of the ways.
pub const COLUMNS: &[Column] = &[figure("FREES", 10, 0), name("WHAT", 14, 0), name("HOW", 50, 0)];

/// One row a way, those that free most first.
pub fn rows(reading: &Reading) -> Vec<Row> {
    reading.reliefs().iter().map(row).collect()
}

fn row(relief: &Relief) -> Row {
    let (kind, subject, how) = told(&relief.way);
    let what = match &relief.way {
        Way::Purge => "allocator".to_owned(),
        Way::Kill { name, .. } => format!("client {name}"),
        _ => subject.to_string(),
    };
    Row {
        id: RowId::Relief(kind, subject),
        cells: vec![Cell::AboutBytes(Some(relief.bytes)), Cell::Text(what), Cell::Text(how)],
        mark: Mark::None,
    }
}

fn told(way: &Way) -> (&'static str, Subject, String) {
    match way {
        Way::Trim { key, entries } => (
            "trim",
            Subject::Stream(key.clone()),
            format!("trim: all groups have read and acknowledged about {} entries", count(*entries)),
        ),
        Way::TrimUnread { key, entries } => (
            "trim-unread",
            Subject::Stream(key.clone()),
            format!("no group reads it: trim {} entries by age or length", count(*entries)),
        ),
        Way::Acknowledge { key, group, pending } => (
            "acknowledge",
            Subject::Group(key.clone(), group.clone()),
            format!("acknowledge or reclaim {} pending: a trim leaves the list", count(*pending)),
        ),
        Way::Overdue { glob, keys } => (
            "overdue",
            Subject::Pattern(glob.clone()),
            format!("invalidate {} keys that lost their TTL", count(*keys)),
        ),
        Way::Cache { glob, keys } => (
            "cache",
            Subject::Pattern(glob.clone()),
            format!("invalidate {} keys, all with a TTL; they are built anew", count(*keys)),
        ),
        Way::Kill { id, .. } => {
            ("kill", Subject::Client(*id), "kill it: it does not read what it is sent".to_owned())
        }
        Way::Purge => (
            "purge",
            Subject::Server,
            "MEMORY PURGE: resident memory only, maxmemory counts the same".to_owned(),
        ),
    }
}
