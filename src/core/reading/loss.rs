//! Entries that a group lost: trimmed from the stream before the group was given them.
//!
//! Knows where a group stood when its lag was last exact. Invariant: only what follows from two exact lags is
//! counted; where more may have been lost than follows, the count is a lower bound from then on, or unknown.

use crate::core::model::StreamId;
use crate::core::model::groups::{Lag, LagKind};
use crate::core::model::server::{Product, Server};

/// Where a group and its stream stand.
#[derive(Clone, Copy, Debug)]
pub struct GroupPosition {
    /// The lag.
    pub lag: Lag,
    /// Up to where it has read.
    pub cursor: Option<StreamId>,
    /// How many it was given.
    pub entries_read: Option<u64>,
    /// How many were ever added to the stream.
    pub entries_added: Option<u64>,
    /// The greatest id deleted by XDEL.
    pub max_deleted: Option<StreamId>,
    /// The oldest entry.
    pub first_entry: Option<StreamId>,
}

/// What `entries-read` of a group means where a trim passed its cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ReadCounter {
    /// It counts what was delivered (Redis 7.0 and 7.2, Valkey before 8.1).
    Counts,
    /// The next delivery sets it to the entry's place in the stream, trimmed ones included (Redis 8.2, Valkey 8.1).
    SetAnew,
    /// Either: nobody has measured it.
    #[default]
    Unknown,
}

impl ReadCounter {
    /// That of a server.
    pub fn on(server: &Server) -> Self {
        let mut parts = server.version.as_deref().unwrap_or_default().split('.').map(str::parse::<u32>);
        let (Some(Ok(major)), Some(Ok(minor))) = (parts.next(), parts.next()) else { return Self::Unknown };
        match (&server.product, (major, minor)) {
            (Product::Redis, (..7, _) | (7, ..4)) | (Product::Valkey, (..8, _) | (8, 0)) => Self::Counts,
            (Product::Redis, (8, 2..) | (9.., _)) | (Product::Valkey, _) => Self::SetAnew,
            (Product::Redis | Product::Other(_), _) => Self::Unknown,
        }
    }
}

/// Entries lost, and how far the figure may be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LostEntries {
    /// How many; `None` where it can't be told.
    pub entries: Option<u64>,
    /// Exact, at least so many, or unknown.
    pub kind: LagKind,
}

/// What a group lost since we look.
#[derive(Clone, Debug, Default)]
pub struct LossTrack {
    base: Option<GroupPosition>,
    seen: u64,
    is_partial: bool,
}

impl LossTrack {
    /// Takes the next stand in; one whose lag is not exact waits for the next that is.
    pub fn advance(&mut self, now: GroupPosition, counter: ReadCounter) {
        if now.lag.kind != LagKind::Exact {
            return;
        }
        if let Some(base) = self.base
            && now.first_entry.zip(base.cursor).is_some_and(|(first, cursor)| first > cursor)
            && base.first_entry != now.first_entry
        {
            let is_told = counter == ReadCounter::Counts || base.cursor == now.cursor;
            let gained = if is_told { lost_between(&base, &now) } else { None };
            self.is_partial |= gained.is_none();
            let gained = gained.or_else(|| lost_at_least(&base, &now, counter));
            self.seen = self.seen.saturating_add(gained.unwrap_or_default());
        }
        self.base = Some(now);
    }

    /// What comes next does not follow from what was.
    pub fn rebase(&mut self) {
        self.base = None;
    }

    /// Entries lost since we look.
    pub fn lost(&self) -> LostEntries {
        match (self.is_partial, self.seen) {
            (false, seen) => LostEntries { entries: Some(seen), kind: LagKind::Exact },
            (true, 0) => LostEntries { entries: None, kind: LagKind::Unknown },
            (true, seen) => LostEntries { entries: Some(seen), kind: LagKind::AtLeast },
        }
    }
}

/// What is gone between the cursor and the first entry, by their places in the stream: it was lost since the cursor
/// came there. What was lost and read past before is not seen.
fn lost_at_least(base: &GroupPosition, now: &GroupPosition, counter: ReadCounter) -> Option<u64> {
    let gone = |at: &GroupPosition| {
        let is_ahead = at.cursor? < at.first_entry? && at.max_deleted? <= at.cursor?;
        is_ahead.then_some(())?;
        at.entries_added?.checked_sub(at.lag.entries?)?.checked_sub(at.entries_read?)
    };
    if base.cursor == now.cursor {
        return None;
    }
    match counter {
        ReadCounter::SetAnew => gone(now),
        // It may count still what was lost before.
        ReadCounter::Counts | ReadCounter::Unknown => gone(now)?.checked_sub(gone(base)?),
    }
}

/// What had to be read and was neither delivered nor is there any more.
fn lost_between(base: &GroupPosition, now: &GroupPosition) -> Option<u64> {
    if base.max_deleted != now.max_deleted {
        return None;
    }
    let added = now.entries_added?.checked_sub(base.entries_added?)?;
    let read =
        if base.cursor == now.cursor { 0 } else { now.entries_read?.checked_sub(base.entries_read?)? };
    let owed = base.lag.entries?.checked_add(added)?;
    Some(owed.saturating_sub(read).saturating_sub(now.lag.entries?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stand(lag: u64, cursor: u64, read: u64, added: u64, first: u64) -> GroupPosition {
        let id = |ms| Some(StreamId::new(ms, 0));
        GroupPosition {
            lag: Lag { entries: Some(lag), kind: LagKind::Exact },
            cursor: id(cursor),
            entries_read: Some(read),
            entries_added: Some(added),
            max_deleted: id(0),
            first_entry: id(first),
        }
    }

    fn lost_on(counter: ReadCounter, stands: &[GroupPosition]) -> (Option<u64>, LagKind) {
        let mut track = LossTrack::default();
        stands.iter().for_each(|stand| track.advance(*stand, counter));
        (track.lost().entries, track.lost().kind)
    }

    fn lost(stands: &[GroupPosition]) -> Option<u64> {
        lost_on(ReadCounter::Counts, stands).0
    }

    #[test]
    fn where_the_count_is_set_anew_a_jump_is_no_delivery_and_the_loss_a_lower_bound() {
        // The cursor jumped from 3 to 40 while the trim passed it, and 6 are gone already before the first entry.
        let stands = [stand(7, 3, 3, 10, 1), stand(10, 40, 40, 56, 47)];
        assert_eq!(lost_on(ReadCounter::SetAnew, &stands), (Some(6), LagKind::AtLeast));
        // The trim passed the old cursor and the group stands behind the first entry again: nobody can tell.
        let stands = [stand(7, 3, 3, 10, 1), stand(10, 40, 40, 50, 35)];
        assert_eq!(lost_on(ReadCounter::SetAnew, &stands), (None, LagKind::Unknown));
        // It stands still: what is gone is counted, whatever the server.
        let stands = [stand(7, 3, 3, 10, 1), stand(4, 3, 3, 10, 7)];
        assert_eq!(lost_on(ReadCounter::SetAnew, &stands), (Some(3), LagKind::Exact));
        // The trim did not come to the cursor.
        let stands = [stand(7, 3, 3, 10, 1), stand(10, 40, 40, 50, 3)];
        assert_eq!(lost_on(ReadCounter::SetAnew, &stands), (Some(0), LagKind::Exact));
    }

    #[test]
    fn without_counters_a_loss_cannot_be_told() {
        let bare =
            |stand| GroupPosition { entries_added: None, entries_read: None, max_deleted: None, ..stand };
        let stands = [bare(stand(7, 3, 0, 0, 1)), bare(stand(10, 40, 0, 0, 47))];
        assert_eq!(lost_on(ReadCounter::Counts, &stands), (None, LagKind::Unknown));
    }

    #[test]
    fn a_trim_past_the_cursor_is_counted_once() {
        let stands = [stand(7, 3, 3, 10, 1), stand(4, 3, 3, 10, 7), stand(4, 3, 3, 10, 7)];
        assert_eq!(lost(&stands), Some(3));
    }

    #[test]
    fn what_was_read_before_it_was_trimmed_is_no_loss() {
        assert_eq!(lost(&[stand(7, 3, 3, 10, 1), stand(0, 20, 20, 20, 15)]), Some(0));
    }

    #[test]
    fn deletions_in_between_leave_the_count_unknown() {
        let deleted = GroupPosition { max_deleted: Some(StreamId::new(5, 0)), ..stand(4, 3, 3, 10, 7) };
        assert_eq!(lost(&[stand(7, 3, 3, 10, 1), deleted]), None);
    }

    #[test]
    fn what_was_lost_before_we_looked_is_not_ours_to_count() {
        assert_eq!(lost(&[stand(4, 3, 3, 10, 7)]), Some(0));
    }
}
