//! XINFO GROUPS, XINFO CONSUMERS and XPENDING.

use super::streams::id;
use crate::core::limits::HELD_MAX;
use crate::core::model::Name;
use crate::core::model::consumers::{Consumer, Inactivity, PendingRow};
use crate::core::model::groups::{Backlog, Group, ServerLag};
use crate::core::wire::resp::Resp;

/// Every group of a stream. A row without a name is left out.
pub fn groups(reply: &Resp) -> Option<Vec<Group>> {
    Some(reply.items()?.iter().filter_map(group).collect())
}

fn group(row: &Resp) -> Option<Group> {
    let mut name = None;
    let mut group = Group {
        name: Name::from(""),
        consumers: None,
        pending: None,
        last_delivered: None,
        entries_read: None,
        lag: ServerLag::Unsupported,
    };
    for (field, value) in row.pairs() {
        match field.as_slice() {
            b"name" => name = value.bytes().map(Name::from),
            b"consumers" => group.consumers = value.held(),
            b"pending" => group.pending = value.held(),
            b"last-delivered-id" => group.last_delivered = id(value),
            b"entries-read" => group.entries_read = value.held(),
            b"lag" => group.lag = lag(value),
            _ => {}
        }
    }
    Some(Group { name: name?, ..group })
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
pub fn backlog(reply: &Resp, cap: u32) -> Option<Option<Backlog>> {
    let parts = reply.items()?;
    let Some(cursor) = parts.first() else { return Some(None) };
    let entries = parts.get(1)?.count()?;
    let is_capped = entries > u64::from(cap);
    let first = parts.get(2).and_then(id);
    Some(Some(Backlog { cursor: id(cursor)?, entries: entries.min(u64::from(cap)), is_capped, first }))
}

/// Every consumer of a group. A row without a name is left out.
pub fn consumers(reply: &Resp) -> Option<Vec<Consumer>> {
    Some(reply.items()?.iter().filter_map(consumer).collect())
}

fn consumer(row: &Resp) -> Option<Consumer> {
    let mut name = None;
    let mut consumer =
        Consumer { name: Name::from(""), pending: None, idle_ms: None, inactive: Inactivity::Unsupported };
    for (field, value) in row.pairs() {
        match field.as_slice() {
            b"name" => name = value.bytes().map(Name::from),
            b"pending" => consumer.pending = value.held(),
            b"idle" => consumer.idle_ms = value.count(),
            b"inactive" => consumer.inactive = value.count().map_or(Inactivity::Never, Inactivity::Ms),
            _ => {}
        }
    }
    Some(Consumer { name: name?, ..consumer })
}

/// Rows of XPENDING with a range. Rows that can't be read are left out.
pub fn pending(reply: &Resp) -> Option<Vec<PendingRow>> {
    if *reply == Resp::Nil {
        return Some(Vec::new());
    }
    Some(reply.items()?.iter().filter_map(pending_row).collect())
}

fn pending_row(row: &Resp) -> Option<PendingRow> {
    let [entry, consumer, idle, deliveries] = row.items()? else { return None };
    Some(PendingRow {
        id: id(entry)?,
        consumer: Name::from(consumer.bytes().unwrap_or_default()),
        idle_ms: idle.count(),
        deliveries: deliveries.count()?,
    })
}
