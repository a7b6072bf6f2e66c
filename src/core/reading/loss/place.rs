//! Where a group stands among all entries that its stream ever had, and what happened between two such places.
//!
//! Knows counters and ids of two moments; estimates nothing. Invariant: the truth lies within the bounds of a step,
//! whatever happened between the two looks.

use crate::core::figures::column::Certainty;
use crate::core::model::StreamId;
use crate::core::model::groups::{Lag, ReadCounter};

/// Where a group and its stream stand.
#[derive(Clone, Copy, Debug)]
pub struct GroupPosition {
    /// When, microseconds.
    pub at_us: i64,
    /// The lag.
    pub lag: Lag,
    /// Up to where it has read.
    pub cursor: Option<StreamId>,
    /// Its counter of entries read.
    pub entries_read: Option<u64>,
    /// How many were ever added to the stream.
    pub entries_added: Option<u64>,
    /// How many are in it.
    pub length: Option<u64>,
    /// The greatest id deleted by XDEL.
    pub max_deleted: Option<StreamId>,
    /// The oldest entry.
    pub first_entry: Option<StreamId>,
    /// The oldest entry that was not delivered, where it was counted from the cursor on.
    pub undelivered: Option<StreamId>,
}

/// Entries counted from the first that was ever added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupPlace {
    /// Gone from the stream: where the trim stands.
    pub gone: u64,
    /// What the group will not be given (again): delivered, or gone before it was.
    pub passed: u64,
    /// Up to the cursor, where that can be told.
    pub cursor: Option<u64>,
}

impl GroupPosition {
    /// Whether the cursor stands before the first entry that is there; `None` where it is not known.
    pub fn is_overrun(&self) -> Option<bool> {
        let cursor = self.cursor?;
        match self.first_entry {
            Some(first) => Some(cursor < first),
            None => (self.length? == 0).then_some(true),
        }
    }

    /// The oldest entry that was not delivered, where it is known.
    pub fn next_entry(&self) -> Option<StreamId> {
        if self.first_entry > self.cursor { self.first_entry } else { self.undelivered }
    }

    /// Its place: by an exact lag, else by a counter that fits to the ids.
    pub fn place(&self, counter: ReadCounter) -> Option<GroupPlace> {
        let added = self.entries_added?;
        let gone = added.checked_sub(self.length?)?;
        let is_overrun = self.is_overrun()?;
        let read = self
            .entries_read
            .filter(|read| *read <= added && matches!(counter, ReadCounter::SetAnew | ReadCounter::Unknown));
        if self.lag.kind == Certainty::Exact {
            let passed = added.checked_sub(self.lag.entries?)?;
            let set_anew = read.filter(|read| *read <= passed && counter == ReadCounter::SetAnew);
            return Some(GroupPlace {
                gone,
                passed,
                cursor: if is_overrun { set_anew } else { Some(passed) },
            });
        }
        // Deleted entries count as gone, wherever they were: what is beyond the cursor then can't be told.
        let read = read.filter(|read| if is_overrun { *read <= gone } else { *read > gone })?;
        Some(GroupPlace { gone, passed: read.max(gone), cursor: Some(read) })
    }
}

/// What happened between two places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct PlaceStep {
    /// How long it took, microseconds.
    pub us: u64,
    /// Entries that the group was given or lost.
    pub owed: u64,
    /// Lost, at least and at most.
    pub lost: (u64, u64),
    /// By how much the trim went on.
    pub trimmed: u64,
    /// Whether anything was delivered.
    pub has_read: bool,
    /// Whether entries were deleted that the group may not have had: then it may have lost more.
    pub is_blurred: bool,
}

impl PlaceStep {
    /// From `base` to `now`; `None` where they do not follow each other.
    pub fn between(
        (base, from): (&GroupPosition, &GroupPlace),
        (now, to): (&GroupPosition, &GroupPlace),
        counter: ReadCounter,
    ) -> Option<Self> {
        let owed = to.passed.checked_sub(from.passed)?;
        let has_read = base.cursor < now.cursor;
        let us = u64::try_from(now.at_us.checked_sub(base.at_us)?).ok()?;
        let trimmed = to.gone.checked_sub(from.gone)?;
        let step = Self { us, owed, trimmed, has_read, ..Self::default() };
        // What is gone before the cursor came to it.
        let ahead = to.cursor.map_or(0, |cursor| to.passed.saturating_sub(cursor));
        if now.max_deleted > base.max_deleted && now.max_deleted > base.cursor {
            // What was deleted had been read before, as a rule; but nobody says so.
            let certain = if has_read && now.max_deleted <= now.cursor { ahead.min(owed) } else { 0 };
            let is_blurred = now.first_entry.is_none_or(|first| Some(first) > base.cursor);
            return Some(Self { lost: (certain, certain), is_blurred, ..step });
        }
        if now.first_entry.is_some_and(|first| Some(first) <= base.cursor) {
            return Some(step);
        }
        if !has_read {
            return Some(Self { lost: (owed, owed), ..step });
        }
        let counted = now.entries_read.zip(base.entries_read).filter(|_| counter == ReadCounter::Counts);
        if let Some((now, before)) = counted {
            let lost = owed.saturating_sub(now.checked_sub(before)?);
            return Some(Self { lost: (lost, lost), ..step });
        }
        // What the trim and the cursor have both passed may have been delivered before.
        let most = to.gone.saturating_sub(from.passed).min(owed.saturating_sub(1));
        Some(Self { lost: (ahead.min(most), most), ..step })
    }

    /// Whether it is not certain what was lost.
    pub const fn is_contested(&self) -> bool {
        self.lost.0 != self.lost.1
    }

    /// Entries delivered, at least and at most.
    pub const fn delivered(&self) -> (u64, u64) {
        (self.owed.saturating_sub(self.lost.1), self.owed.saturating_sub(self.lost.0))
    }
}
