//! Entries that a group lost, trimmed from the stream before the group was given them, and those that it was given.
//!
//! Knows the places of a group at many looks. What happened between two of them is often certain; where the trim and the
//! cursor have both passed the same entries, what the group is given while the trim stands still says how many of them
//! it had. Invariants: `Exact` only where every step was certain; an estimate is off by a sixth at most as far as its own
//! figures tell, else what is certain is told as a lower bound, and nothing where nothing is.

mod pace;
mod place;

pub use place::GroupPosition;

use crate::core::figures::column::Certainty;
use crate::core::model::groups::ReadCounter;
use pace::{DeliveryPace, OpenSteps};
use place::{GroupPlace, PlaceStep};

/// Steps are settled together that took so long, microseconds.
const SETTLE_US: i64 = 900_000;
/// Or, where that leaves too much open, this at most.
const SETTLE_LATEST_US: i64 = 30_000_000;
/// Steps are settled where that is off by this share at most.
const LOST_OFF: f64 = 0.2;
/// A loss is told as an estimate where its figures are off by this share: it is within a quarter then but where the rhythm of
/// the reader is that of the trim, less than once in 200 times.
const TOLD_OFF: f64 = 0.15;
/// A rate of deliveries may be off by this share.
const DELIVERED_OFF: f64 = 0.07;

/// Entries lost, and how far the figure may be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LostEntries {
    /// How many; `None` where it can't be told.
    pub entries: Option<u64>,
    /// Exact, an estimate, at least so many, or unknown.
    pub kind: Certainty,
    /// How often a look saw that entries were lost, whether or not it could tell how many.
    pub times: u64,
}

/// What a group lost since we look.
#[derive(Clone, Debug, Default)]
pub struct LossTrack {
    base: Option<(GroupPosition, GroupPlace)>,
    /// The last position whose place is not known, and what was lost until then at least.
    beyond: Option<Box<(GroupPosition, u64)>>,
    open: OpenSteps,
    pace: DeliveryPace,
    lost: f64,
    doubt: f64,
    delivered: f64,
    /// Whether more may have been lost than any figure says.
    is_blurred: bool,
    is_counted: bool,
    times: u64,
    /// What this round settled.
    told: DeliveredEntries,
}

/// Entries that a group was given since we look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DeliveredEntries {
    /// Nothing new yet: what happened is not settled.
    #[default]
    Waiting,
    /// So many until then, microseconds, but how many of them since the last time is not known within a tenth.
    Unsure(i64, u64),
    /// So many until then, microseconds.
    Known(i64, u64),
}

impl LossTrack {
    /// Takes the next position in; one that is older than the last, or whose place is not known, changes nothing.
    pub fn advance(&mut self, now: GroupPosition, counter: ReadCounter) {
        self.is_counted |= now.entries_added.is_some();
        let Some(place) = now.place(counter) else { return self.look_beyond(now, counter) };
        let Some((base, from)) = &self.base else {
            self.base = Some((now, place));
            return;
        };
        let Some(step) = PlaceStep::between((base, from), (&now, &place), counter) else { return };
        self.times += u64::from(step.lost.0 > 0);
        self.is_blurred |= step.is_blurred;
        self.open.add(&step, base.at_us);
        self.pace.add(&step);
        self.beyond = None;
        self.base = Some((now, place));
    }

    /// Where the place is not known, what follows from the ids.
    fn look_beyond(&mut self, now: GroupPosition, counter: ReadCounter) {
        let Some(before) = self.beyond.as_ref().map(|beyond| beyond.0).or(self.base.map(|(base, _)| base))
        else {
            self.beyond = Some(Box::new((now, 0)));
            return;
        };
        // An entry was there and not delivered, and is gone.
        let next = before.next_entry();
        let is_gone = next.is_some()
            && now.first_entry > next
            && now.cursor < next
            && now.cursor >= before.cursor
            && before.max_deleted == now.max_deleted;
        self.times += u64::from(is_gone);
        let least = if counter == ReadCounter::Counts { self.lost_beyond(&now) } else { None };
        self.beyond = Some(Box::new((now, least.unwrap_or_default())));
    }

    /// Where every delivery is counted: what is gone, and was not delivered.
    fn lost_beyond(&self, now: &GroupPosition) -> Option<u64> {
        let (base, from) = self.base.as_ref()?;
        let gone = now.entries_added?.checked_sub(now.length?)?;
        let read = now.entries_read?.checked_sub(base.entries_read?)?;
        gone.checked_sub(from.passed)?.checked_sub(read).filter(|_| base.max_deleted == now.max_deleted)
    }

    /// A round is over: what can be settled is.
    pub fn settle(&mut self, now_us: i64) {
        self.told = DeliveredEntries::Waiting;
        let Some(since_us) = self.open.since_us else {
            let base = self.base.as_ref().filter(|(base, _)| base.at_us >= now_us);
            let delivered = self.delivered.round() as u64;
            self.told = base.map_or(self.told, |(base, _)| DeliveredEntries::Known(base.at_us, delivered));
            return;
        };
        let took_us = now_us.saturating_sub(since_us);
        let is_certain = self.open.lost.0 == self.open.lost.1;
        if !is_certain && took_us < SETTLE_US {
            return;
        }
        let came = self.open.settle(&self.pace);
        if came.doubt > LOST_OFF * came.lost.max(self.lost / 10.0) && took_us < SETTLE_LATEST_US {
            return;
        }
        self.lost += came.lost;
        self.doubt += came.doubt;
        self.delivered += came.delivered;
        if let Some((base, _)) = &self.base {
            let (at_us, delivered) = (base.at_us, self.delivered.round() as u64);
            let is_known = came.doubt <= DELIVERED_OFF * came.delivered;
            self.told = if is_known {
                DeliveredEntries::Known(at_us, delivered)
            } else {
                DeliveredEntries::Unsure(at_us, delivered)
            };
        }
        self.open = OpenSteps::default();
        self.pace.age();
    }

    /// Entries delivered since we look, as this round settled them.
    pub fn delivered(&self) -> DeliveredEntries {
        self.told
    }

    /// What comes next does not follow from what was.
    pub fn rebase(&mut self) {
        (self.base, self.beyond) = (None, None);
    }

    /// Entries lost since we look.
    pub fn lost(&self) -> LostEntries {
        let (least, most) = (self.open.lost.0 as f64, self.open.lost.1 as f64);
        let certain = self.lost + self.open.certain as f64;
        let about = certain + (least + most) / 2.0;
        let doubt = self.doubt + (most - least) / 2.0;
        let beyond = self.beyond.as_ref().map_or(0, |beyond| beyond.1);
        let told = |entries: f64, kind| LostEntries {
            entries: Some(entries.max(0.0).round() as u64),
            kind,
            times: self.times,
        };
        let least = (certain + least - self.doubt).max(0.0) + beyond as f64;
        match () {
            () if !self.is_counted || (self.is_blurred && least < 1.0) => self.untold(),
            () if doubt == 0.0 && beyond == 0 && !self.is_blurred => told(about, Certainty::Exact),
            () if doubt <= TOLD_OFF * about && beyond == 0 && !self.is_blurred => {
                told(about, Certainty::Estimate)
            }
            () if least >= 1.0 => told(least, Certainty::AtLeast),
            () => self.untold(),
        }
    }

    fn untold(&self) -> LostEntries {
        LostEntries { entries: None, kind: Certainty::Unknown, times: self.times }
    }
}

#[cfg(test)]
mod tests;
