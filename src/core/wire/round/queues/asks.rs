//! What is asked of one queue: its parts, the job that is next, and what that job's hash says.
//!
//! Knows a queue and its adapter; not whose turn it is. Invariant: what needs a script is not asked where none may run.

use crate::core::model::Name;
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::{ItemsFor, QueueId};
use crate::core::queues::adapter::{
    Counts, ItemClass, ItemTime, JobKept, NextItem, QueueEnd, QueuePart, ScheduleKeys, TimeUnit,
};
use crate::core::queues::{adapter, names};
use crate::core::wire::read::QueueAsk;

/// What is asked of a queue, or of a site's own.
/// It is `now_ms` on the server, milliseconds since 1970, and a worker may hold a job for `held_ms`.
pub(super) fn queue_asks(id: &QueueId, (now_ms, held_ms): (u64, u64), script: Option<bool>) -> Vec<QueueAsk> {
    let Some(adapter) = adapter(id.site.framework) else { return Vec::new() };
    let own = |part: &QueuePart| part.is_of_queue() == id.queue.is_some();
    let parts = adapter.parts.iter().enumerate().filter(|(_, part)| own(part));
    let mut asks: Vec<QueueAsk> =
        parts.filter_map(|(at, part)| part_ask(id, at, part, (now_ms, held_ms), script)).collect();
    if id.queue.is_some() || adapter.is_nameless() {
        for (place, next) in adapter.next.iter().enumerate() {
            asks.push(item_ask(id, ItemsFor::Next(place), next, script));
            if adapter.has_no_times() {
                asks.push(item_ask(id, ItemsFor::Newest(place), next, script));
            }
        }
    }
    asks
}

/// What is asked about entries that begin jobs again and again.
pub(super) fn schedule_asks(id: &QueueId, script: Option<bool>) -> Vec<QueueAsk> {
    let (Some(adapter), Some(read_only)) = (adapter(id.site.framework), script) else { return Vec::new() };
    let own = |schedule: &ScheduleKeys| schedule.is_of_queue() == id.queue.is_some();
    let rows = adapter.schedules.iter().enumerate().filter(|(_, schedule)| own(schedule));
    let keys = |schedule: &ScheduleKeys| schedule.keys.iter().map(|key| names::key(key, id, None)).collect();
    rows.map(|(at, schedule)| QueueAsk::Schedules { at, keys: keys(schedule), read_only }).collect()
}

fn part_ask(
    id: &QueueId,
    at: usize,
    part: &QueuePart,
    (now_ms, held_ms): (u64, u64),
    script: Option<bool>,
) -> Option<QueueAsk> {
    let mut keys = vec![names::key(part.key, id, None)];
    let limit = match part.counts {
        // Without a clock nothing is known about times.
        Counts::Until(..) | Counts::UntilHeld(_) | Counts::Since(..) if now_ms == 0 => return None,
        Counts::UntilHeld(unit) => score(unit, now_ms.saturating_sub(held_ms)),
        Counts::Until(unit, less_ms) | Counts::Since(unit, less_ms) => {
            score(unit, now_ms.saturating_sub(less_ms))
        }
        Counts::Script(_, others) | Counts::OfQueue(_, others) => {
            script?;
            keys.extend(others.iter().map(|key| names::key(key, id, None)));
            now_ms
        }
        Counts::Jobs(_) => {
            script?;
            now_ms
        }
        _ => 0,
    };
    Some(QueueAsk::Part { at, keys, limit, held_ms, read_only: script == Some(true) })
}

/// A time as a score.
fn score(unit: TimeUnit, at_ms: u64) -> u64 {
    match unit {
        TimeUnit::Seconds => at_ms / 1000,
        TimeUnit::Millis | TimeUnit::SecondsOrMillis | TimeUnit::Iso | TimeUnit::Any => at_ms,
        TimeUnit::Nanos => at_ms.saturating_mul(1_000_000),
        TimeUnit::MillisTimes4096 => at_ms.saturating_mul(4096),
    }
}

/// The job at the end from which jobs are taken, or at the other.
fn item_ask(id: &QueueId, why: ItemsFor, next: &NextItem, script: Option<bool>) -> QueueAsk {
    let key = names::key(next.key, id, None);
    let is_last = (next.end == QueueEnd::Last) == matches!(why, ItemsFor::Next(_));
    let is_list = next.kind == KeyKind::List;
    match script {
        None if is_list && !has_record(id) => QueueAsk::ListEnd { why, key, is_last },
        _ => QueueAsk::Items {
            why,
            key,
            is_list,
            from: 0,
            count: 1,
            is_last,
            spread: None,
            tenant: None,
            read_only: script == Some(true),
        },
    }
}

/// Whether nothing but a script finds the text of a job.
fn has_record(id: &QueueId) -> bool {
    let record = adapter(id.site.framework).and_then(|adapter| adapter.item.record.as_ref());
    record.is_some_and(|record| record.kept != JobKept::Inline)
}

/// What is asked of the hash of a job, where one tells more than its id.
pub(super) fn job_ask(id: &QueueId, why: ItemsFor, job: &Name) -> Option<QueueAsk> {
    let adapter = adapter(id.site.framework)?;
    let time = match adapter.item.time {
        ItemTime::Job(key, ..) => Some(key),
        _ => None,
    };
    let class = match adapter.item.class {
        ItemClass::Job(key, ..) => Some(key),
        _ => None,
    };
    let key = names::key(time.or(class)?, id, Some(job));
    Some(QueueAsk::Job { why, key, id: job.clone(), tenant: None, read_only: false })
}
