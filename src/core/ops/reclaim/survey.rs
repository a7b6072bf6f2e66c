//! Reads for the plan of a reclaim: consumers, and the pending rows that match.
//!
//! Knows pages; decides nothing. Invariant: rows are counted in pages of a bounded size, up to a bound.

use super::SettleWork;
use super::plan::{Matched, ReclaimFacts, plan, work};
use super::request::{ReclaimRequest, ReclaimVerb};
use crate::core::limits::{PLANNED_ROWS, ROWS_PAGE};
use crate::core::model::StreamId;
use crate::core::model::streams::FirstEntry;
use crate::core::ops::plan::Plan;
use crate::core::ops::refusal::Refusal;
use crate::core::ops::rows;
use crate::core::ops::survey::Reader;
use crate::core::wire::{ErrorKind, ReadCmd, Resp};

/// The plan of a reclaim.
pub(in crate::core::ops) async fn survey(reader: Reader, request: ReclaimRequest) -> Result<Plan, Refusal> {
    let (reader, request) = (&reader, &request);
    let ground = reader.ground(Some(&request.key)).await?;
    let first_entry = ground.snapshot.streams.first().map_or(FirstEntry::Unknown, FirstEntry::of);
    let group = ground.groups()?.into_iter().find(|group| group.name == request.group);
    let group =
        group.ok_or_else(|| Refusal::because(format!("{} has no group {}", request.key, request.group)))?;
    let consumers = reader.consumers(&ground, (&request.key, &request.group)).await?;
    if let ReclaimVerb::DeadLetter { to, .. } = &request.verb {
        let kind = reader.ask(vec![ReadCmd::Type(to.clone())]).await?.pop();
        if let Some(Resp::Error(refusal)) = &kind {
            return Err(Refusal::because(match refusal.kind() {
                ErrorKind::Moved => format!(
                    "{to} is on another node of the cluster ({refusal}): dead letters have to be in the slot of {0}, as \
                     with a name like dead:{{{0}}}",
                    request.key
                ),
                _ => format!("TYPE: {refusal}"),
            }));
        }
        match kind.and_then(|kind| kind.text()).as_deref() {
            Some("none" | "stream") => {}
            Some(kind) => {
                return Err(Refusal::because(format!("{to} is a {kind}: dead letters go to a stream")));
            }
            None => return Err(Refusal::because("TYPE: a reply that streamgauge does not know")),
        }
    }
    let mut facts = ReclaimFacts {
        consumers,
        first_entry,
        last_delivered: group.last_delivered,
        drops_claimed: ground.is_at_least(7, 0),
        guard: ground.guard,
        ..ReclaimFacts::default()
    };
    let work = work(request, &facts)?;
    facts.rows = matched(reader, &work, (first_entry, group.pending)).await?;
    facts.at_us = reader.moment().now_us;
    Ok(plan(request, &facts, work))
}

async fn matched(
    reader: &Reader,
    work: &SettleWork,
    (first_entry, pending_of_group): (FirstEntry, Option<u64>),
) -> Result<Matched, Refusal> {
    let mut found = Matched { is_exact: true, ..Matched::default() };
    if !work.ids.is_empty() {
        for chunk in work.ids.chunks(usize::try_from(ROWS_PAGE).unwrap_or(usize::MAX)) {
            let (key, group) = (&work.key, &work.group);
            let row = |id: &StreamId| ReadCmd::Xpending {
                key: key.clone(),
                group: group.clone(),
                start: *id,
                count: 1,
                consumer: None,
            };
            let replies = reader.ask(chunk.iter().map(row).collect()).await?;
            for (id, reply) in chunk.iter().zip(&replies) {
                let rows = rows::rows(reply, group)?;
                found.seen += 1;
                let row = rows.first().filter(|row| row.id == *id);
                row.into_iter().for_each(|row| found.look(work, row, first_entry));
            }
        }
        return Ok(found);
    }
    let mut start = StreamId::MIN;
    loop {
        let replies = reader.ask(work.page(start, ROWS_PAGE)).await?;
        let page = replies.get(1).ok_or_else(|| Refusal::because("XPENDING: no reply"))?;
        let rows = rows::rows(page, &work.group)?;
        found.seen += rows.len() as u64;
        rows.iter().for_each(|row| found.look(work, row, first_entry));
        reader.tell("pending rows", found.seen, pending_of_group);
        match rows.last() {
            Some(last) if rows.len() as u64 == u64::from(ROWS_PAGE) && last.id < work.upto => {
                start = last.id.successor();
            }
            _ => return Ok(found),
        }
        if found.seen >= PLANNED_ROWS
            || reader.moment().is_late
            || work.count.is_some_and(|most| found.rows >= most)
        {
            found.is_exact = work.count.is_some_and(|most| found.rows >= most);
            return Ok(found);
        }
    }
}
