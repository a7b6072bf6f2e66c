//! Reads of pending entries for the plan of a trim: which of them hold it, and which have lost their entry.
//!
//! Knows pages of XPENDING and whether an entry is there; decides nothing. Invariant: what can't be read is unknown, and
//! no more rows are looked at than a bound.

use super::FirstPending;
use super::plan::Ghosts;
use crate::core::limits::{GHOSTS_PASSED, ROWS_PAGE};
use crate::core::model::consumers::PendingRow;
use crate::core::model::groups::Group;
use crate::core::model::streams::FirstEntry;
use crate::core::model::{Name, StreamId};
use crate::core::ops::refusal::Refusal;
use crate::core::ops::survey::Reader;
use crate::core::wire::decode::groups::pending;
use crate::core::wire::{ReadCmd, Resp};

/// Of each group the first row whose entry is still there, and the rows whose entry is gone.
pub(super) async fn firsts(
    reader: &Reader,
    key: &Name,
    groups: &[Group],
    first_entry: FirstEntry,
) -> Result<(Vec<FirstPending>, Vec<Ghosts>), Refusal> {
    let row = |group: &Group, start| ReadCmd::Xpending {
        key: key.clone(),
        group: group.name.clone(),
        start,
        count: 1,
        consumer: None,
    };
    let oldest = match first_entry {
        FirstEntry::At(first) => first,
        FirstEntry::Empty | FirstEntry::Unknown => StreamId::MIN,
    };
    let ends = [StreamId::MIN, oldest];
    let asked = groups.iter().flat_map(|group| ends.map(|start| row(group, start))).collect();
    let replies = reader.ask(asked).await?;
    let held: Vec<Option<Vec<PendingRow>>> = replies.iter().map(pending).collect();
    let entry = |row: &PendingRow| ReadCmd::Xrange { key: key.clone(), start: row.id, end: row.id, count: 1 };
    let rows = held.iter().skip(1).step_by(2).flatten().flatten();
    let mut entries = reader.ask(rows.map(entry).collect()).await?.into_iter();
    let (mut firsts, mut ghosts) = (Vec::new(), Vec::new());
    for (group, pair) in groups.iter().zip(held.chunks(2)) {
        let first = match pair {
            [Some(oldest), Some(held)] => {
                let is_there = held.first().map(|row| (row.id, is_entry(entries.next())));
                let has_ghosts = oldest.first().map(|row| row.id) != held.first().map(|row| row.id);
                match is_there {
                    Some((id, true)) if !has_ghosts => FirstPending::Row(id),
                    None if !has_ghosts => FirstPending::None,
                    _ => {
                        let (first, gone) = first(reader, key, group, first_entry).await?;
                        ghosts.extend(gone);
                        first
                    }
                }
            }
            _ if group.pending == Some(0) => FirstPending::None,
            _ => FirstPending::Unknown,
        };
        firsts.push(first);
    }
    Ok((firsts, ghosts))
}

/// Whether there is an entry; one that can't be looked for is taken for one that is there.
fn is_entry(reply: Option<Resp>) -> bool {
    !matches!(reply.as_ref().and_then(Resp::items), Some([]))
}

/// The first row of a group whose entry is still there, and what is known of those whose entry is gone.
async fn first(
    reader: &Reader,
    key: &Name,
    group: &Group,
    first_entry: FirstEntry,
) -> Result<(FirstPending, Option<Ghosts>), Refusal> {
    let mut ghosts = Ghosts { group: group.name.clone(), rows: 0, is_exact: true };
    let first_entry = match first_entry {
        FirstEntry::At(first) => first,
        FirstEntry::Unknown => return Ok((FirstPending::Unknown, None)),
        FirstEntry::Empty => {
            // Without a figure there are at least none.
            ghosts.is_exact = group.pending.is_some();
            if let Some(pending) = group.pending {
                ghosts.rows = pending;
            }
            return Ok((FirstPending::None, told(ghosts)));
        }
    };
    let page = |start, count| ReadCmd::Xpending {
        key: key.clone(),
        group: group.name.clone(),
        start,
        count,
        consumer: None,
    };
    let replies = reader.ask(vec![page(StreamId::MIN, ROWS_PAGE), page(first_entry, GHOSTS_PASSED)]).await?;
    let [oldest, held] = replies.as_slice() else { return Ok((FirstPending::Unknown, None)) };
    let (Some(oldest), Some(held)) = (pending(oldest), pending(held)) else {
        return Ok((FirstPending::Unknown, None));
    };
    ghosts.rows = oldest.iter().take_while(|row| row.id < first_entry).count() as u64;
    ghosts.is_exact = ghosts.rows < u64::from(ROWS_PAGE);
    let entry = |row: &PendingRow| ReadCmd::Xrange { key: key.clone(), start: row.id, end: row.id, count: 1 };
    let entries = reader.ask(held.iter().map(entry).collect()).await?;
    for (row, entry) in held.iter().zip(entries) {
        if is_entry(Some(entry)) {
            return Ok((FirstPending::Row(row.id), told(ghosts)));
        }
        ghosts.rows = ghosts.rows.saturating_add(1);
    }
    let is_last = (held.len() as u64) < u64::from(GHOSTS_PASSED);
    let last = held.last().filter(|_| !is_last).map_or(FirstPending::None, |row| FirstPending::Row(row.id));
    Ok((last, told(ghosts)))
}

fn told(ghosts: Ghosts) -> Option<Ghosts> {
    (ghosts.rows > 0 || !ghosts.is_exact).then_some(ghosts)
}
