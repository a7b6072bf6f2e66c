//! The slow log, and which of its entries are new since we began to look.

use crate::core::limits;
use crate::core::model::latency::SlowEntry;

/// Entries of the slow log, newest first.
#[derive(Clone, Debug, Default)]
pub struct SlowTrack {
    entries: Option<Vec<SlowEntry>>,
    /// The first id that is new; `None` while that is not known: an empty log does not say how far its ids are.
    first_new_id: Option<u64>,
}

impl SlowTrack {
    /// Takes the newest entries in.
    pub fn advance(&mut self, mut entries: Vec<SlowEntry>) {
        entries.truncate(limits::SLOWLOG_ENTRIES as usize);
        let ids = || entries.iter().map(|entry| entry.id);
        if let Some(last) = ids().max() {
            let next = last.saturating_add(1);
            self.first_new_id = match self.first_new_id {
                // Ids went back: another process. Everything is new.
                Some(start) if next < start => Some(0),
                Some(start) => Some(start),
                // Of a log that was empty before, everything is new as well.
                None if self.entries.is_some() => ids().min(),
                None => Some(next),
            };
        }
        self.entries = Some(entries);
    }

    /// The entries; `None` while the log could not be read.
    pub fn entries(&self) -> Option<&[SlowEntry]> {
        self.entries.as_deref()
    }

    /// Whether this entry came while we looked.
    pub fn is_new(&self, entry: &SlowEntry) -> bool {
        self.first_new_id.is_some_and(|start| entry.id >= start)
    }

    /// How many entries came while we looked. Ids count even those that fell out of the log.
    pub fn new_entries(&self) -> Option<u64> {
        let newest = self.entries.as_ref()?.iter().map(|entry| entry.id.saturating_add(1)).max();
        // An empty log has no new ones.
        Some(newest.zip(self.first_new_id).map_or(0, |(next, start)| next.saturating_sub(start)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::Name;

    /// New entries after logs with these ids.
    fn new_entries(logs: &[&[u64]]) -> Option<u64> {
        let mut track = SlowTrack::default();
        let entry = |id: &u64| SlowEntry {
            id: *id,
            at_s: 0,
            duration_us: 1,
            command: Name::from("get"),
            arguments: 1,
            address: None,
            client: None,
        };
        logs.iter().for_each(|ids| track.advance(ids.iter().map(entry).collect()));
        track.new_entries()
    }

    #[test]
    fn what_came_while_we_looked_is_new_and_an_empty_log_says_nothing_of_ids() {
        assert_eq!(new_entries(&[]), None);
        assert_eq!(new_entries(&[&[5, 4]]), Some(0));
        assert_eq!(new_entries(&[&[5, 4], &[9, 8]]), Some(4));
        assert_eq!(new_entries(&[&[5, 4], &[1, 0]]), Some(2), "another process");
        assert_eq!(new_entries(&[&[]]), Some(0));
        // The log was reset before we came, and its numbers go on.
        assert_eq!(new_entries(&[&[], &[501, 500]]), Some(2));
    }
}
