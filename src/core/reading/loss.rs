//! Entries that a group lost: trimmed from the stream before the group was given them.
//!
//! Knows where a group stood when its lag was last exact. Invariant: only what follows from two exact lags is
//! counted; where entries may have been lost and nothing follows, the count is unknown from then on.

use crate::core::model::StreamId;
use crate::core::model::groups::{Lag, LagKind};

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

/// What a group lost since we look.
#[derive(Clone, Debug)]
pub struct LossTrack {
    base: Option<GroupPosition>,
    lost: Option<u64>,
}

impl Default for LossTrack {
    fn default() -> Self {
        Self { base: None, lost: Some(0) }
    }
}

impl LossTrack {
    /// Takes the next stand in; one whose lag is not exact waits for the next that is.
    pub fn advance(&mut self, now: GroupPosition) {
        if now.lag.kind != LagKind::Exact {
            return;
        }
        if let Some(base) = self.base
            && now.first_entry.zip(base.cursor).is_some_and(|(first, cursor)| first > cursor)
        {
            let gained = lost_between(&base, &now);
            self.lost = self.lost.zip(gained).map(|(lost, gained)| lost.saturating_add(gained));
        }
        self.base = Some(now);
    }

    /// What comes next does not follow from what was.
    pub fn rebase(&mut self) {
        self.base = None;
    }

    /// Entries lost since we look.
    pub fn lost(&self) -> Option<u64> {
        self.lost
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

    fn lost(stands: &[GroupPosition]) -> Option<u64> {
        let mut track = LossTrack::default();
        stands.iter().for_each(|stand| track.advance(*stand));
        track.lost()
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
