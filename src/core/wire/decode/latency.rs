//! SLOWLOG GET and LATENCY LATEST. Later fields of newer servers are passed over.

use crate::core::model::Name;
use crate::core::model::latency::{LatencyEvent, SlowEntry};
use crate::core::wire::resp::Resp;

/// Entries of the slow log, newest first, as the server sends them. Arguments stay behind.
pub fn slowlog(reply: &Resp) -> Option<Vec<SlowEntry>> {
    Some(reply.items()?.iter().filter_map(slow_entry).collect())
}

fn slow_entry(row: &Resp) -> Option<SlowEntry> {
    let parts = row.items()?;
    let name =
        |at: usize| parts.get(at).and_then(Resp::bytes).filter(|name| !name.is_empty()).map(Name::from);
    let arguments = parts.get(3)?.items()?;
    Some(SlowEntry {
        id: parts.first()?.count()?,
        at_s: parts.get(1)?.int()?,
        duration_us: parts.get(2)?.count()?,
        command: Name::from(arguments.first().and_then(Resp::bytes).unwrap_or_default()),
        arguments: arguments.len(),
        address: name(4),
        client: name(5),
    })
}

/// Events of the latency monitor: four fields each, six on Valkey.
pub fn events(reply: &Resp) -> Option<Vec<LatencyEvent>> {
    let rows = reply.items()?.iter();
    Some(rows.filter_map(event).collect())
}

fn event(row: &Resp) -> Option<LatencyEvent> {
    let parts = row.items()?;
    Some(LatencyEvent {
        name: parts.first()?.text()?,
        at_s: parts.get(1)?.int()?,
        latest_ms: parts.get(2)?.count()?,
        max_ms: parts.get(3)?.count()?,
    })
}
