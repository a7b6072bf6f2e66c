//! The plan of an undo: what an archive holds, and how much of it can come back.
//!
//! Knows frames as numbers; reads nothing. Invariant: nothing that is there again is written over.

use super::{ActionKind, Impact, Plan, Subject, Work};
use crate::core::model::{Name, StreamId};
use crate::core::ops::archive::{Frame, Header};
use crate::core::ops::denial::Refusal;
use crate::core::ops::guard::Guard;
use crate::core::ops::undo::UndoWork;
use crate::core::ops::words::count;

/// What an archive holds.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ArchiveContents {
    /// Entries.
    pub entries: u64,
    /// The first of them.
    pub first_entry: Option<StreamId>,
    /// Keys, or times to live.
    pub keys: u64,
    /// Pending rows.
    pub rows: u64,
    /// Consumers.
    pub consumers: u64,
    /// One frame of each kind.
    pub samples: Vec<Frame>,
}

impl ArchiveContents {
    /// Takes a frame in.
    pub fn add(&mut self, frame: &Frame) {
        let (number, is_first) = match frame {
            Frame::Entry(entry) => {
                self.first_entry.get_or_insert(entry.id);
                self.entries += 1;
                (self.entries, self.entries == 1)
            }
            Frame::Key { .. } | Frame::Ttl { .. } => {
                self.keys += 1;
                (self.keys, self.keys == 1)
            }
            Frame::Row(_) => {
                self.rows += 1;
                (self.rows, self.rows == 1)
            }
            Frame::Consumer(_) => {
                self.consumers += 1;
                (self.consumers, self.consumers == 1)
            }
        };
        if is_first && number == 1 {
            self.samples.push(frame.clone());
        }
    }

    /// All of it.
    pub const fn items(&self) -> u64 {
        self.entries + self.keys + self.rows + self.consumers
    }
}

/// Where entries come back: beside the stream they were in.
pub fn side_of(key: &Name) -> Name {
    Name::from([key.as_bytes(), b":restored"].concat())
}

/// The plan. `side_last` is the last id of the stream beside, where there is one.
///
/// # Errors
/// The archive is of another server, or entries can't come back in their order.
pub fn plan(
    header: &Header,
    held: &ArchiveContents,
    (address, database): (&str, u32),
    side_last: Option<StreamId>,
    (guard, at_us): (Guard, u64),
) -> Result<Plan, Refusal> {
    if header.address != address || header.database != database {
        let there = format!("{} (database {})", header.address, header.database);
        return Err(Refusal::because(format!(
            "action {} was done at {there}, which is not this target",
            header.id
        )));
    }
    let name = |text: &str| Name::from_text(text).unwrap_or_else(|_| Name::from(text));
    let key = name(&header.key);
    let side = side_of(&key);
    if let Some((first, last)) = held.first_entry.zip(side_last).filter(|(first, last)| first <= last) {
        let why = format!(
            "{side} is there already, up to {last}: {first} can't be added before that; move it away first"
        );
        return Err(Refusal::because(why));
    }
    let from = name(&header.from);
    let work = UndoWork {
        key,
        group: name(&header.group),
        from: (!from.as_bytes().is_empty()).then_some(from),
        rows_stay: header.rows_stay,
        side: side.clone(),
    };
    let mut facts = vec![("action", format!("{} {}", header.action, header.id))];
    let mut warnings = Vec::new();
    if held.entries > 0 {
        facts.push(("entries", format!("{} come back into {side}, with their ids", count(held.entries))));
        warnings.push(
            "the old stream takes no old ids back: readers have to be pointed at the new one".to_owned(),
        );
    }
    if held.keys > 0 {
        facts.push(("keys", format!("{} come back with the time to live that is left", count(held.keys))));
        warnings.push("a key that is there again stays as it is".to_owned());
    }
    if held.rows > 0 {
        facts.push(("rows", format!("{} get back owner, time and deliveries", count(held.rows))));
        warnings.push(
            "a row that somebody has touched since stays as it is; copies that were made stay too".to_owned(),
        );
    }
    if held.consumers > 0 {
        facts.push(("consumers", format!("{} made again", count(held.consumers))));
    }
    Ok(Plan {
        deed: ActionKind::Undo,
        subject: Subject::Action(header.id.clone()),
        guard,
        stake: Impact { items: held.items(), is_exact: true, bytes: None, is_lossy: false },
        facts,
        warnings,
        commands: work.commands(&held.samples),
        typed: None,
        archive: false,
        nothing: (held.items() == 0).then(|| "the archive is empty: nothing was removed".to_owned()),
        warm_up: Vec::new(),
        work: Work::Undo(work),
        made_us: at_us,
    })
}
