//! SLOWLOG GET and LATENCY LATEST. Later fields of newer servers are passed over.

use super::figures::OddFigures;
use crate::core::model::Name;
use crate::core::model::latency::{LatencyEvent, SlowEntry};
use crate::core::wire::resp::Resp;

/// Entries of the slow log, newest first, as the server sends them. Arguments stay behind.
pub fn slowlog(reply: &Resp, odd: &mut OddFigures) -> Option<Vec<SlowEntry>> {
    Some(reply.items()?.iter().filter_map(|row| slow_entry(row, odd)).collect())
}

fn slow_entry(row: &Resp, odd: &mut OddFigures) -> Option<SlowEntry> {
    let parts = row.items()?;
    let name =
        |at: usize| parts.get(at).and_then(Resp::bytes).filter(|name| !name.is_empty()).map(Name::from);
    let arguments = parts.get(3)?.items()?;
    Some(SlowEntry {
        id: odd.any("id", parts.first()?)?,
        at_s: parts.get(1)?.int()?,
        duration_us: odd.held("duration", parts.get(2)?)?,
        command: Name::from(arguments.first()?.bytes()?),
        arguments: arguments.len(),
        address: name(4),
        client: name(5),
    })
}

/// Events of the latency monitor: four fields each, six on Valkey.
pub fn events(reply: &Resp, odd: &mut OddFigures) -> Option<Vec<LatencyEvent>> {
    let rows = reply.items()?.iter();
    Some(rows.filter_map(|row| event(row, odd)).collect())
}

fn event(row: &Resp, odd: &mut OddFigures) -> Option<LatencyEvent> {
    let parts = row.items()?;
    Some(LatencyEvent {
        name: parts.first()?.text()?,
        at_s: parts.get(1)?.int()?,
        latest_ms: odd.held("latest", parts.get(2)?)?,
        max_ms: odd.held("max", parts.get(3)?)?,
    })
}
