//! The slow log, and which of its entries are new since we began to look.

use crate::core::limits;
use crate::core::model::latency::SlowEntry;

/// Entries of the slow log, newest first.
#[derive(Clone, Debug, Default)]
pub struct SlowTrack {
    entries: Option<Vec<SlowEntry>>,
    next_id_at_start: Option<u64>,
}

impl SlowTrack {
    /// Takes the newest entries in.
    pub fn advance(&mut self, mut entries: Vec<SlowEntry>) {
        entries.truncate(limits::SLOWLOG_ENTRIES as usize);
        let next = entries.iter().map(|entry| entry.id.saturating_add(1)).max().unwrap_or(0);
        let start = *self.next_id_at_start.get_or_insert(next);
        if next < start && next > 0 {
            // Ids went back: another process. Everything is new.
            self.next_id_at_start = Some(0);
        }
        self.entries = Some(entries);
    }

    /// The entries; `None` while the log could not be read.
    pub fn entries(&self) -> Option<&[SlowEntry]> {
        self.entries.as_deref()
    }

    /// Whether this entry came while we looked.
    pub fn is_new(&self, entry: &SlowEntry) -> bool {
        self.next_id_at_start.is_some_and(|start| entry.id >= start)
    }

    /// How many entries came while we looked. Ids count even those that fell out of the log.
    pub fn new_entries(&self) -> Option<u64> {
        let start = self.next_id_at_start?;
        let newest = self.entries.as_ref()?.iter().map(|entry| entry.id.saturating_add(1)).max();
        Some(newest.map_or(0, |next| next.saturating_sub(start)))
    }
}
