//! What begins jobs again and again, and what of it is overdue.
//!
//! Knows entries as they were read; not how their rules are to be understood. Invariant: overdue is what has a time that is
//! over; an entry whose next time nobody keeps is neither late nor in time.

use super::QueueTrack;
use crate::core::model::queues::{QueueId, ScheduleEntry};

/// An entry with whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleView {
    /// Whose: a queue, or what all queues of a site share.
    pub of: QueueId,
    /// The entry.
    pub entry: ScheduleEntry,
    /// For how long it is due, milliseconds; `None` where it is not, or nobody knows.
    pub overdue_ms: Option<u64>,
}

/// Entries that were read, and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScheduleList {
    /// Those that were read, the longest overdue first, then what comes next.
    pub entries: Vec<ScheduleView>,
    /// How many there are.
    pub total: u64,
}

impl QueueTrack {
    /// Everything that begins jobs again and again, as of `now_us`.
    pub fn schedules(&self, now_us: i64) -> ScheduleList {
        let now_ms = now_us.div_euclid(1000);
        let mut list = ScheduleList::default();
        for (of, queue) in &self.queues {
            for (total, entries) in queue.schedules.values() {
                list.total = list.total.saturating_add(*total);
                list.entries.extend(entries.iter().map(|entry| {
                    let late_ms = entry.next_ms.map(|next_ms| now_ms.saturating_sub(next_ms));
                    let overdue_ms =
                        late_ms.and_then(|late_ms| u64::try_from(late_ms).ok()).filter(|ms| *ms > 0);
                    ScheduleView { of: of.clone(), entry: entry.clone(), overdue_ms }
                }));
            }
        }
        let next = |view: &ScheduleView| (view.entry.next_ms.is_none(), view.entry.next_ms);
        list.entries.sort_by(|a, b| next(a).cmp(&next(b)).then_with(|| a.entry.name.cmp(&b.entry.name)));
        list
    }
}
