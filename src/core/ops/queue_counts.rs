//! How a queue stands before and after an action: its figures that one command tells.
//!
//! Knows the rows of the framework; not what the action was. Invariant: what is not told has no figure.

use crate::core::model::queues::{QueueColumn, QueueId};
use crate::core::queues::adapter::{Counts, QueuePart};
use crate::core::queues::{adapter, names};
use crate::core::wire::read::{QueueAsk, QueueRead};
use crate::core::wire::{ReadCmd, Resp};
use std::collections::BTreeMap;

/// Parts that a plain command counts, each with its place in the table and what it is called.
fn told(of: &QueueId) -> impl Iterator<Item = (usize, &'static QueuePart, &'static str)> {
    let parts = adapter(of.site.framework).into_iter().flat_map(|adapter| adapter.parts.iter().enumerate());
    parts.filter_map(|(at, part)| {
        let label = match part.column {
            QueueColumn::Ready => "ready",
            QueueColumn::InFlight => "in flight",
            QueueColumn::Delayed => "delayed",
            QueueColumn::Dead => "dead",
            _ => return None,
        };
        let is_plain = matches!(part.counts, Counts::Length(_)) && !part.takes_off;
        is_plain.then_some((at, part, label))
    })
}

/// What is asked.
pub fn reads(of: &QueueId) -> Vec<ReadCmd> {
    let read = |(at, part, _): (usize, &QueuePart, _)| {
        let keys = vec![names::key(part.key, of, None)];
        let ask = QueueAsk::Part { at, keys, limit: 0, held_ms: 0, read_only: false };
        ReadCmd::Queue(QueueRead { of: of.clone(), ask })
    };
    told(of).map(read).collect()
}

/// What the answers say; the first is that of another question.
pub fn counts(of: &QueueId, replies: &[Resp]) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    for ((_, _, label), reply) in told(of).zip(replies.iter().skip(1)) {
        if let Some(count) = reply.count() {
            let sum: &mut u64 = found.entry(label.to_owned()).or_insert(0);
            *sum = sum.saturating_add(count);
        }
    }
    found
}
