//! Rows of reads that are written in several forms.
//!
//! Knows words and bounds; not when each is asked. Invariant: the key that a read is about is
//! marked as such in its row.

use super::row::Word::{Id, Key, Maybe, Number, Other, Others, Text, Texts};
use super::row::{Hides, LooksUp, ReadRow, ScriptCalls, row};
use super::{JUST_DELIVERED_MS, ReadVerb, ScanFor};
use crate::core::limits::{PENDING_ROWS, PIPELINE_REPLY, REPLY_FIGURE, REPLY_NAMES, REPLY_PAGE};
use crate::core::model::{Name, StreamId};
use crate::core::wire::scripts;

pub(super) fn pending<'a>(
    key: &'a Name,
    group: &'a Name,
    start: StreamId,
    count: u32,
    consumer: Option<&'a Name>,
) -> ReadRow<'a> {
    let count = Number(u64::from(count));
    row(
        ReadVerb::XPENDING,
        REPLY_PAGE,
        [Key(key), Other(group), Id(start), Text("+"), count, Maybe(consumer)],
    )
}

/// A page of keys.
pub(super) fn scan(cursor: u64, pattern: Option<&Name>, count: u32, wanted: ScanFor) -> ReadRow<'_> {
    let matching: &[&str] = if pattern.is_some() { &["MATCH"] } else { &[] };
    let (verb, typed): (_, &[&str]) = match wanted {
        ScanFor::Streams => (ReadVerb::SCAN_TYPE, &["TYPE", "stream"]),
        ScanFor::Types | ScanFor::Sizes => (ReadVerb::SCAN, &[]),
    };
    let count = Number(u64::from(count));
    let words = [Number(cursor), Texts(matching), Maybe(pattern), Text("COUNT"), count, Texts(typed)];
    row(verb, REPLY_NAMES, words)
}

/// XINFO STREAM without the bodies of its entries, by a script.
pub(super) fn lean_stream(key: &Name, read_only: bool) -> ReadRow<'_> {
    let verb = if read_only { ReadVerb::EVAL_RO } else { ReadVerb::EVAL };
    row(verb, REPLY_FIGURE, [Text(scripts::LEAN_XINFO_STREAM), Text("1"), Key(key)])
        .hiding(Hides::Bodies)
        .looking_up(LooksUp::Key)
        .calling(ScriptCalls::Exactly(1))
}

/// Which pending rows have no entry, by a script.
pub(super) fn missing_entries<'a>(key: &'a Name, group: &'a Name, read_only: bool) -> ReadRow<'a> {
    let verb = if read_only { ReadVerb::COUNT_EVAL_RO } else { ReadVerb::COUNT_EVAL };
    let (rows, since) = (Number(u64::from(PENDING_ROWS)), Number(JUST_DELIVERED_MS));
    row(verb, REPLY_PAGE, [Text(scripts::MISSING_ENTRIES), Text("1"), Key(key), Other(group), rows, since])
        .calling(ScriptCalls::OneAndEachRow)
}

/// What several keys are, by a script.
pub(super) fn measure_keys(keys: &[Name], read_only: bool) -> ReadRow<'_> {
    let verb = if read_only { ReadVerb::MEASURE_EVAL_RO } else { ReadVerb::MEASURE_EVAL };
    let number = keys.len() as u64;
    row(verb, REPLY_PAGE, [Text(scripts::MEASURE_KEYS), Number(number), Others(keys)])
        .calling(ScriptCalls::Exactly(3 * number))
}

/// Entries are asked for whole.
pub(super) fn range(verb: ReadVerb, key: &Name, from: StreamId, to: StreamId, count: u32) -> ReadRow<'_> {
    row(verb, PIPELINE_REPLY, [Key(key), Id(from), Id(to), Text("COUNT"), Number(u64::from(count))])
        .looking_up(LooksUp::Key)
}
