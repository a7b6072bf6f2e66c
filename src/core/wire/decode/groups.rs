//! XINFO GROUPS, XINFO CONSUMERS and XPENDING.

use super::figures::OddFigures;
use super::streams::id;
use crate::core::limits::HELD_MAX;
use crate::core::model::consumers::{Consumer, Inactivity, PendingRow};
use crate::core::model::groups::{Backlog, Group, ServerLag};
use crate::core::model::{Name, Names};
use crate::core::wire::resp::Resp;

/// Every group of a stream. Where a row has no name none can be told: a group left out would count as one that is not.
pub fn groups(reply: &Resp) -> Option<Vec<Group>> {
    read_groups(reply, &mut OddFigures::default(), &mut Names::default())
}

/// The same, with the figures that can't be.
pub(super) fn read_groups(reply: &Resp, odd: &mut OddFigures, names: &mut Names) -> Option<Vec<Group>> {
    all(reply, |row| group(row, odd, names))
}

/// Every row of a reply, in as much room as they take: some stay for long.
fn all<T>(reply: &Resp, mut read: impl FnMut(&Resp) -> Option<T>) -> Option<Vec<T>> {
    let rows = reply.items()?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(read(row)?);
    }
    Some(all)
}

fn group(row: &Resp, odd: &mut OddFigures, names: &mut Names) -> Option<Group> {
    let name = name_of(row, names)?;
    let mut group = Group {
        name,
        consumers: None,
        pending: None,
        last_delivered: None,
        entries_read: None,
        lag: ServerLag::Unsupported,
    };
    for (field, value) in row.pairs() {
        match &*field {
            b"consumers" => group.consumers = odd.held("consumers", value),
            b"pending" => group.pending = odd.held("pending", value),
            b"last-delivered-id" => group.last_delivered = id(value),
            b"entries-read" => group.entries_read = odd.held("entries-read", value),
            b"lag" => group.lag = lag(value),
            _ => {}
        }
    }
    Some(group)
}

/// The name of a row: the first of its fields, as every server sends it.
fn name_of(row: &Resp, names: &mut Names) -> Option<Name> {
    let (_, name) = row.pairs().find(|(field, _)| **field == *b"name")?;
    name.bytes().map(|bytes| names.of(&bytes))
}

fn lag(value: &Resp) -> ServerLag {
    match value.int() {
        None => ServerLag::Unknown,
        Some(lag) => match u64::try_from(lag) {
            Ok(lag) if lag <= HELD_MAX => ServerLag::Known(lag),
            _ => ServerLag::Negative(lag),
        },
    }
}

/// What the counting script answered; `None` inside when the group is gone.
pub(super) fn backlog(reply: &Resp, cap: u32, odd: &mut OddFigures) -> Option<Option<Backlog>> {
    let parts = reply.items()?;
    let Some(cursor) = parts.first() else { return Some(None) };
    let entries = odd.held("entries", parts.get(1)?)?;
    let is_capped = entries > u64::from(cap);
    let first = parts.get(2).and_then(id);
    Some(Some(Backlog { cursor: id(cursor)?, entries: entries.min(u64::from(cap)), is_capped, first }))
}

/// Every consumer of a group. Where a row has no name none can be told.
pub fn consumers(reply: &Resp) -> Option<Vec<Consumer>> {
    read_consumers(reply, &mut OddFigures::default(), &mut Names::default())
}

/// The same, with the figures that can't be.
pub(super) fn read_consumers(reply: &Resp, odd: &mut OddFigures, names: &mut Names) -> Option<Vec<Consumer>> {
    all(reply, |row| consumer(row, odd, names))
}

fn consumer(row: &Resp, odd: &mut OddFigures, names: &mut Names) -> Option<Consumer> {
    let name = name_of(row, names)?;
    let mut consumer = Consumer { name, pending: None, idle_ms: None, inactive: Inactivity::Unsupported };
    for (field, value) in row.pairs() {
        match &*field {
            b"pending" => consumer.pending = odd.held("pending", value),
            b"idle" => consumer.idle_ms = odd.held("idle", value),
            b"inactive" => consumer.inactive = inactivity(value, odd),
            _ => {}
        }
    }
    Some(consumer)
}

/// `-1` where it never got an entry.
fn inactivity(value: &Resp, odd: &mut OddFigures) -> Inactivity {
    match value.int() {
        Some(-1) => Inactivity::Never,
        _ => odd.held("inactive", value).map_or(Inactivity::Unsupported, Inactivity::Ms),
    }
}

/// Rows of XPENDING with a range. Where one can't be read none can be told: a row left out would count as settled.
pub fn pending(reply: &Resp) -> Option<Vec<PendingRow>> {
    read_pending(reply, &mut OddFigures::default(), &mut Names::default())
}

/// The same, with the figures that can't be.
pub(super) fn read_pending(reply: &Resp, odd: &mut OddFigures, names: &mut Names) -> Option<Vec<PendingRow>> {
    all(reply, |row| pending_row(row, odd, names))
}

fn pending_row(row: &Resp, odd: &mut OddFigures, names: &mut Names) -> Option<PendingRow> {
    let [entry, consumer, idle, deliveries] = row.items()? else { return None };
    Some(PendingRow {
        id: id(entry)?,
        consumer: names.of(&consumer.bytes()?),
        idle_ms: odd.held("idle", idle),
        // As many as somebody says who claims it: an entry that kills is marked by the greatest number.
        deliveries: odd.any("deliveries", deliveries)?,
    })
}
