//! Reads for the plan of a trim: what groups need, where the cut lies, what is below it.
//!
//! Knows how to count without a body crossing the network. Invariant: a count that reached its bound is "at least".

use super::pending;
use super::plan::{Below, TrimFacts, boundary, plan};
use super::request::{TrimRequest, TrimTo};
use super::{FirstPending, Loss, Need, needs};
use crate::core::limits::{ROWS_PAGE, WALK_BATCH};
use crate::core::model::groups::Group;
use crate::core::model::memory::packed::Packing;
use crate::core::model::streams::{FirstEntry, StreamFacts};
use crate::core::model::{Name, StreamId};
use crate::core::ops::item_price::ItemPrice;
use crate::core::ops::plan::Plan;
use crate::core::ops::refusal::Refusal;
use crate::core::ops::rows::rows;
use crate::core::ops::survey::Reader;
use crate::core::wire::{Inspect, ReadCmd, Resp};

/// Entries and rows counted of what one group would lose.
const LOSS_COUNTED: u64 = 200_000;

/// The plan of a trim.
pub(in crate::core::ops) async fn survey(mut reader: Reader, request: TrimRequest) -> Result<Plan, Refusal> {
    let (reader, request) = (&mut reader, &request);
    let ground = reader.ground(Some(&request.key)).await?;
    let now_ms = match request.to {
        TrimTo::OlderThan { .. } => reader.now_ms(&ground),
        _ => ground.server_ms.unwrap_or_else(|| reader.moment().wall_ms),
    };
    let stream = ground.snapshot.streams.first().cloned();
    let stream = stream.ok_or_else(|| Refusal::because(format!("nothing is known of {}", request.key)))?;
    let groups = ground.groups()?;
    let first_entry = FirstEntry::of(&stream);
    let (firsts, ghosts) = pending::firsts(reader, &request.key, &groups, first_entry).await?;
    let standing: Vec<(Group, FirstPending)> = groups.into_iter().zip(firsts).collect();
    let bytes = entries_bytes(reader, &stream).await?;
    let facts = TrimFacts {
        stream,
        needs: needs(&standing),
        pending: standing.iter().filter_map(|(group, _)| group.pending).fold(0, u64::saturating_add),
        ghosts,
        has_scripts: reader.has_scripts(),
        bytes,
        now_ms,
        has_minid: ground.is_at_least(6, 2),
        guard: ground.guard,
        at_us: reader.moment().now_us,
    };
    let length = facts.stream.length;
    let length =
        length.ok_or_else(|| Refusal::because(format!("{} does not tell its length", request.key)))?;
    let last = facts.stream.detail.as_ref().and_then(|detail| detail.last_generated);
    let last = last.unwrap_or(StreamId::MAX);
    let mut counted = None;
    let to = match (boundary(request, &facts)?, request.to) {
        (Some(to), _) => to,
        (None, TrimTo::MaxLen(keep)) => {
            let (to, found) = nth_newest(reader, &request.key, (length, last), keep).await?;
            counted = found;
            to
        }
        (None, _) => StreamId::MIN,
    };
    let (entries, is_exact) = match counted {
        Some(entries) => (entries, true),
        None => below(reader, &request.key, (length, last), to).await?,
    };
    let mut losses = Vec::new();
    for (need, (group, _)) in facts.needs.iter().zip(&standing) {
        if entries > 0 && (need.floor.lowest() < to || need.floor.doubt().is_some()) {
            let loss = loss(reader, &request.key, need, group, to).await?;
            let is_loss = loss.undelivered > 0 || loss.pending > 0 || loss.unknown.is_some();
            losses.extend(is_loss.then_some(loss));
        }
    }
    let facts = TrimFacts { at_us: reader.moment().now_us, has_scripts: reader.has_scripts(), ..facts };
    plan(request, &facts, to, &Below { entries, is_exact, losses })
}

/// What the entries take. Servers before 8.4 count pending lists several times over in MEMORY USAGE, so that it is asked
/// only where the packing does not tell.
async fn entries_bytes(reader: &mut Reader, stream: &StreamFacts) -> Result<Option<u64>, Refusal> {
    let packing = stream.detail.as_ref().zip(stream.length);
    let packing = packing.and_then(|(detail, length)| Packing::of(detail, length));
    if let Some(bytes) = packing.and_then(|packing| packing.bytes()) {
        return Ok(Some(bytes));
    }
    let usage = ReadCmd::Inspect(Inspect::MemoryUsage(stream.key.clone()));
    Ok(reader.ask(vec![usage]).await?.first().and_then(Resp::count))
}

/// A walk in one direction.
struct TrimWalk {
    at: StreamId,
    end: StreamId,
    backwards: bool,
    entries: u64,
    is_over: bool,
    batch: u32,
    price: ItemPrice,
}

impl TrimWalk {
    fn new(at: StreamId, end: StreamId, backwards: bool) -> Self {
        Self {
            at,
            end,
            backwards,
            entries: 0,
            is_over: false,
            batch: WALK_BATCH.1,
            price: ItemPrice::default(),
        }
    }

    async fn step(&mut self, reader: &mut Reader, key: &Name, most: u64) -> Result<(), Refusal> {
        let count = u32::try_from(most.min(u64::from(self.batch))).map_or(self.batch, |count| count.max(1));
        let (found, last) = reader.walk(key, (self.at, self.end), count, self.backwards).await?;
        self.price.took(found, reader.moment().trip_us, reader.moment().idle_us);
        let (least, _, most) = WALK_BATCH;
        self.batch = self.price.fitting(reader.moment().step_us, self.batch).clamp(least, most);
        self.entries += found;
        match last {
            Some(last) if found == u64::from(count) && last != self.end => {
                self.at = if self.backwards { last.predecessor() } else { last.successor() };
            }
            Some(last) => {
                self.at = last;
                self.is_over = true;
            }
            None => self.is_over = true,
        }
        Ok(())
    }
}

/// The id of the entry that is the oldest of so many newest ones, walked to from the nearer end; and how many are older,
/// where it was found.
async fn nth_newest(
    reader: &mut Reader,
    key: &Name,
    (length, last): (u64, StreamId),
    keep: u64,
) -> Result<(StreamId, Option<u64>), Refusal> {
    let going = length.saturating_sub(keep);
    let backwards = keep <= going;
    // What came after the length was read is not in it.
    let (at, end) = if backwards { (last, StreamId::MIN) } else { (StreamId::MIN, last) };
    let wanted = if backwards { keep } else { going };
    let mut walk = TrimWalk::new(at, end, backwards);
    let mut last = at;
    while walk.entries < wanted && !walk.is_over {
        if reader.moment().is_late || wanted > reader.walked_most() {
            return Err(Refusal::because(format!(
                "the cut lies {wanted} entries from the nearer end, which is too far to be counted over this link in time: trim by an ID or an age instead"
            )));
        }
        reader.tell("entries", walk.entries, Some(wanted));
        let left = wanted - walk.entries;
        walk.step(reader, key, left).await?;
        last = walk.at;
    }
    // A step that was full has gone one id further.
    let to = match (backwards, walk.is_over) {
        (true, false) => last.successor(),
        (true, true) => last,
        (false, false) => last,
        (false, true) => last.successor(),
    };
    Ok((to, (walk.entries == wanted).then_some(going)))
}

/// How many entries lie below an id: counted from both ends, whichever is nearer.
async fn below(
    reader: &mut Reader,
    key: &Name,
    (length, last): (u64, StreamId),
    to: StreamId,
) -> Result<(u64, bool), Refusal> {
    if to == StreamId::MIN || length == 0 {
        return Ok((0, true));
    }
    let mut head = TrimWalk::new(StreamId::MIN, to.predecessor(), false);
    // What came after the length was read is not in it.
    let mut tail = TrimWalk::new(last, to, true);
    while head.entries + tail.entries < reader.walked_most() && !reader.moment().is_late {
        reader.tell("entries", head.entries + tail.entries, Some(length));
        head.step(reader, key, u64::MAX).await?;
        if head.is_over {
            return Ok((head.entries, true));
        }
        tail.step(reader, key, u64::MAX).await?;
        if tail.is_over {
            return Ok((length.saturating_sub(tail.entries), true));
        }
    }
    Ok((head.entries, false))
}

/// What a group would lose below `to`.
async fn loss(
    reader: &mut Reader,
    key: &Name,
    need: &Need,
    group: &Group,
    to: StreamId,
) -> Result<Loss, Refusal> {
    let unknown = need.floor.doubt();
    let mut loss = Loss { group: need.group.clone(), undelivered: 0, pending: 0, is_exact: true, unknown };
    if let Some(cursor) = group.last_delivered.filter(|cursor| cursor.successor() < to) {
        let mut walk = TrimWalk::new(cursor.successor(), to.predecessor(), false);
        while !walk.is_over
            && walk.entries < LOSS_COUNTED.min(reader.walked_most())
            && !reader.moment().is_late
        {
            walk.step(reader, key, u64::MAX).await?;
        }
        loss.undelivered = walk.entries;
        loss.is_exact = walk.is_over;
    }
    if unknown.is_some() {
        return Ok(loss);
    }
    // Rows before the first entry have lost theirs already.
    let mut start = need.floor.lowest().min(to);
    while group.pending != Some(0) && loss.pending < LOSS_COUNTED && !reader.moment().is_late {
        let (key, group) = (key.clone(), need.group.clone());
        let page = ReadCmd::Xpending { key, group, start, count: ROWS_PAGE, consumer: None };
        let rows = rows(&reader.one(page).await?, &need.group)?;
        loss.pending += rows.iter().filter(|row| row.id < to).count() as u64;
        match rows.last() {
            Some(last) if last.id < to && rows.len() as u64 == u64::from(ROWS_PAGE) => {
                start = last.id.successor()
            }
            _ => return Ok(loss),
        }
    }
    loss.is_exact &= group.pending == Some(0);
    Ok(loss)
}
