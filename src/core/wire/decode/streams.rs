//! XLEN, XINFO STREAM (whole or with the bodies taken out) and XRANGE.

use std::borrow::Cow;

use super::figures::OddFigures;
use crate::core::model::snapshot::EntriesPage;
use crate::core::model::streams::{Entry, EntrySize, StreamDetail, StreamFacts};
use crate::core::model::{Name, StreamId};
use crate::core::wire::resp::Resp;

/// From XLEN: the length alone.
pub(super) fn length_only(key: &Name, reply: &Resp, at_us: i64, odd: &mut OddFigures) -> Option<StreamFacts> {
    reply.int()?;
    let length = odd.held("length", reply);
    Some(StreamFacts { key: key.clone(), at_us, length, detail: None, reply_bytes: None })
}

/// From XINFO STREAM: fields in any order, old and new.
pub(super) fn facts(
    key: &Name,
    reply: &Resp,
    at_us: i64,
    reply_bytes: Option<u64>,
    odd: &mut OddFigures,
) -> Option<StreamFacts> {
    let mut pairs = reply.pairs().peekable();
    pairs.peek()?;
    let mut facts = StreamFacts {
        key: key.clone(),
        at_us,
        length: None,
        detail: Some(StreamDetail::default()),
        reply_bytes,
    };
    let mut detail = StreamDetail::default();
    let mut recorded_first = None;
    for (field, value) in pairs {
        match &*field {
            b"length" => facts.length = odd.held("length", value),
            b"entries-added" => detail.entries_added = odd.held("entries-added", value),
            b"last-generated-id" => detail.last_generated = id(value),
            b"max-deleted-entry-id" => detail.max_deleted = id(value),
            b"recorded-first-entry-id" => recorded_first = id(value),
            b"first-entry" => {
                (detail.first_entry, detail.first_size) = (entry_id(value), entry_size(value, odd))
            }
            b"last-entry" => {
                (detail.last_entry, detail.last_size) = (entry_id(value), entry_size(value, odd))
            }
            b"groups" => detail.groups = odd.held("groups", value),
            b"radix-tree-keys" => detail.packs = odd.held("radix-tree-keys", value),
            b"radix-tree-nodes" => detail.tree_nodes = odd.held("radix-tree-nodes", value),
            _ => {}
        }
    }
    if facts.length != Some(0) {
        detail.first_entry = detail.first_entry.or(recorded_first);
    }
    facts.detail = Some(detail);
    Some(facts)
}

/// From XRANGE or XREVRANGE (`newest_first`): always oldest first. Rows that are no entries are left out.
pub fn entries(key: &Name, reply: &Resp, at_us: i64, newest_first: bool) -> Option<EntriesPage> {
    let mut entries: Vec<Entry> = reply.items()?.iter().filter_map(entry).collect();
    if newest_first {
        entries.reverse();
    }
    Some(EntriesPage { key: key.clone(), at_us, entries })
}

fn entry(row: &Resp) -> Option<Entry> {
    let [entry_id, fields] = row.items()? else { return None };
    let field = |(name, value): (Cow<'_, [u8]>, &Resp)| Some((Name::from(name), Name::from(value.bytes()?)));
    let fields: Option<Vec<(Name, Name)>> = fields.pairs().map(field).collect();
    Some(Entry { id: id(entry_id)?, fields: fields? })
}

/// The id in a reply.
pub fn id(reply: &Resp) -> Option<StreamId> {
    std::str::from_utf8(&reply.bytes()?).ok()?.parse().ok()
}

/// Of pending rows that were looked up, those that are not in the stream.
pub fn missing(reply: &Resp) -> Option<Vec<StreamId>> {
    reply.items()?.get(1)?.items()?.iter().map(id).collect()
}

/// The sizes that stand for the body of an entry: `[id, bytes of its values, bytes of its names]`.
fn entry_size(reply: &Resp, odd: &mut OddFigures) -> Option<EntrySize> {
    let [_, values, names] = reply.items()? else { return None };
    Some(EntrySize { values: odd.held("bytes", values)?, names: odd.held("bytes", names)? })
}

/// The id of `[id, fields]`, or of an id that stands alone because the body was taken out.
fn entry_id(reply: &Resp) -> Option<StreamId> {
    match reply {
        Resp::Array(parts) => parts.first().and_then(id),
        _ => id(reply),
    }
}
