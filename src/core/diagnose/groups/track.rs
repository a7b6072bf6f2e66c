//! One group over our own polls: not a ring of samples but the few runs that verdicts are made of, each with the
//! poll at which it began.
//!
//! Knows when the cursor last moved, since when entries wait, since when the lag never fell, since when nothing
//! was acknowledged; decides nothing (`judge` does). Invariants: a few hundred bytes a group whatever happens; a run never spans a restart, a
//! group made anew or a clock that went back.

use super::group_consumers::{GroupContext, GroupSigns, Rows};
use super::losses::LossSeen;
use crate::core::diagnose::thresholds::Thresholds;
use crate::core::figures::column::Certainty;
use crate::core::model::consumers::Consumer;
use crate::core::model::groups::Lag;
use crate::core::model::streams::StreamDetail;
use crate::core::model::{Rare, StreamId};

/// What one poll says of a group.
#[derive(Clone, Copy, Debug)]
pub struct GroupPoll {
    /// When, microseconds since 1970.
    pub at_us: i64,
    /// Up to where it has read.
    pub cursor: Option<StreamId>,
    /// How many it was given (7.0).
    pub entries_read: Option<u64>,
    /// Delivered and not acknowledged.
    pub pending: Option<u64>,
    /// How many consumers it has.
    pub consumers: Option<u64>,
    /// Entries to read.
    pub lag: Lag,
    /// Age of the oldest of them, milliseconds.
    pub undelivered_age_ms: Option<u64>,
    /// Entries that we saw it lose, how far to trust that, and how often we saw it.
    pub lost: LossSeen,
    /// Entries in the stream.
    pub length: Option<u64>,
}

/// A run: since when, and over how many polls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Streak {
    pub since_us: i64,
    pub polls: u32,
}

impl Streak {
    pub const fn new(since_us: i64) -> Self {
        Self { since_us, polls: 1 }
    }

    /// The same with one poll more.
    pub fn next(self) -> Self {
        Self { polls: self.polls.saturating_add(1), ..self }
    }

    pub fn ms(self, now_us: i64) -> u64 {
        u64::try_from(now_us.saturating_sub(self.since_us).div_euclid(1000)).unwrap_or(0)
    }
}

/// A run without an acknowledgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unacknowledged {
    pub run: Streak,
    /// How many had been read at its beginning.
    pub read: u64,
    /// Polls of it that saw new deliveries: one great batch is no want of acknowledgements.
    pub deliveries: u32,
}

/// Losses that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TrimAhead {
    /// Since the first, over so many polls that saw one.
    pub run: Streak,
    /// When one was seen last.
    pub last_us: i64,
    /// What was lost before the first.
    pub before: u64,
}

impl TrimAhead {
    /// Whether one more now would belong to it: not a minute has passed.
    pub fn is_going_on(self, now_us: i64) -> bool {
        now_us.saturating_sub(self.last_us) <= 60_000_000
    }
}

/// One group over time.
#[derive(Clone, Debug)]
pub struct GroupTrack {
    pub(super) now: GroupPoll,
    /// Since we watch.
    pub(super) watched: Streak,
    /// The cursor stands where it is.
    pub(super) still: Streak,
    pub(super) has_moved: bool,
    /// Something waits to be read.
    pub(super) behind: Option<Streak>,
    /// Nothing was added to the stream.
    pub(super) quiet: Streak,
    added: Option<u64>,
    pub(super) last_entry: Option<StreamId>,
    /// The lag never fell: where it began, where it is.
    pub(super) growing: Rare<(Streak, i128, i128)>,
    /// Nothing was acknowledged.
    pub(super) unacknowledged: Option<Unacknowledged>,
    acknowledged: Option<u64>,
    /// It was set back: from where, to where, when.
    pub(super) rewound: Rare<(StreamId, StreamId, i64)>,
    lost: LossSeen,
    /// It lost entries: how many before we looked, when last.
    pub(super) loss: Option<(u64, i64)>,
    /// It loses again and again.
    pub(super) trim_ahead: Rare<TrimAhead>,
    /// Its pending rows.
    pub rows: Rows,
    /// Its consumers.
    pub signs: GroupSigns,
}

impl GroupTrack {
    /// A group seen for the first time.
    pub(super) fn new(poll: GroupPoll, detail: Option<&StreamDetail>) -> Self {
        let run = Streak::new(poll.at_us);
        let mut track = Self {
            now: poll,
            watched: Streak { polls: 0, ..run },
            still: Streak { polls: 0, ..run },
            has_moved: false,
            behind: None,
            quiet: run,
            added: None,
            last_entry: None,
            growing: Rare::default(),
            unacknowledged: None,
            acknowledged: None,
            rewound: Rare::default(),
            lost: poll.lost,
            loss: None,
            trim_ahead: Rare::default(),
            rows: Rows::default(),
            signs: GroupSigns::default(),
        };
        track.advance(poll, detail);
        track
    }

    /// Takes the next poll in, which is no older than the last one.
    pub(super) fn advance(&mut self, poll: GroupPoll, detail: Option<&StreamDetail>) {
        self.watched.polls = self.watched.polls.saturating_add(1);
        let (last, added) = (self.now, detail.and_then(|detail| detail.entries_added));
        self.follow_cursor(last.cursor, &poll);
        self.last_entry = detail.and_then(|detail| detail.last_entry);
        self.follow_production(added, detail.and_then(|detail| detail.last_generated), &poll);
        self.now = poll;
        self.behind = match self.is_behind() {
            Some(true) => Some(self.behind.map_or(Streak::new(poll.at_us), Streak::next)),
            _ => None,
        };
        self.follow_lag(added);
        self.follow_acknowledgements(last.entries_read);
        self.follow_losses(detail);
        if poll.pending == Some(0) {
            self.rows.clear();
        }
    }

    /// Takes consumers in.
    pub fn take_signs(
        &mut self,
        at_us: i64,
        consumers: &[Consumer],
        context: &GroupContext<'_>,
        limits: &Thresholds,
    ) {
        self.signs.advance(at_us, consumers, context, limits);
    }

    /// Whether entries wait; `None` while nobody can tell.
    pub fn is_behind(&self) -> Option<bool> {
        match self.now.lag.entries {
            Some(entries) => Some(entries > 0),
            // An entry after the cursor is there, however many there are.
            None => Some(self.last_entry? > self.now.cursor?),
        }
    }

    /// How long entries have waited, milliseconds; 0 when none does, `None` while nobody can tell.
    pub fn behind_ms(&self) -> Option<u64> {
        match (self.is_behind()?, self.behind) {
            (true, Some(run)) => Some(run.ms(self.now.at_us).max(self.now.undelivered_age_ms.unwrap_or(0))),
            _ => Some(0),
        }
    }

    fn follow_cursor(&mut self, last: Option<StreamId>, poll: &GroupPoll) {
        if let (Some(last), Some(cursor)) = (last, poll.cursor)
            && cursor < last
        {
            let from = self.rewound.get().map_or(last, |(from, ..)| from.max(last));
            self.rewound.set(Some((from, cursor, poll.at_us)));
        } else if self.rewound.get().is_some_and(|(from, ..)| poll.cursor.is_none_or(|cursor| cursor >= from))
        {
            self.rewound.set(None);
        }
        if last == poll.cursor {
            self.still = self.still.next();
        } else {
            self.has_moved = true;
            self.still = Streak::new(poll.at_us);
        }
    }

    fn follow_production(&mut self, added: Option<u64>, last: Option<StreamId>, poll: &GroupPoll) {
        // Before 7.0 nothing counts entries; a new last id tells as well.
        let mark = added.or(last.map(|id| id.ms ^ id.seq.rotate_left(32)));
        if mark == self.added {
            self.quiet = self.quiet.next()
        } else {
            self.quiet = Streak::new(poll.at_us)
        }
        self.added = mark;
    }

    /// The lag's own figure may change its kind from poll to poll; the difference of the two counters does not,
    /// and grows by the same.
    fn follow_lag(&mut self, added: Option<u64>) {
        let poll = &self.now;
        let lag = poll.lag.entries.filter(|_| poll.lag.kind != Certainty::AtLeast);
        let measure = match (added, poll.entries_read) {
            (Some(added), Some(read)) => Some(i128::from(added) - i128::from(read)),
            _ => lag.map(i128::from),
        };
        let growing = match (measure, self.growing.get()) {
            (None, _) => None,
            _ if self.behind.is_none() => None,
            (Some(measure), Some((run, first, last))) if measure >= last => {
                Some((run.next(), first, measure))
            }
            (Some(measure), _) => Some((Streak::new(poll.at_us), measure, measure)),
        };
        self.growing.set(growing);
    }

    fn follow_acknowledgements(&mut self, read_before: Option<u64>) {
        let poll = &self.now;
        let pending = poll.pending.filter(|&pending| pending > 0);
        let acknowledged =
            poll.entries_read.zip(poll.pending).and_then(|(read, rows)| read.checked_sub(rows));
        self.unacknowledged = match (pending, acknowledged, self.unacknowledged) {
            (None, ..) | (_, None, _) => None,
            (_, now, Some(before)) if now == self.acknowledged => {
                let deliveries = before.deliveries + u32::from(poll.entries_read > read_before);
                Some(Unacknowledged { run: before.run.next(), deliveries, ..before })
            }
            _ => poll.entries_read.map(|read| Unacknowledged {
                run: Streak::new(poll.at_us),
                read,
                deliveries: 0,
            }),
        };
        self.acknowledged = acknowledged;
    }

    fn follow_losses(&mut self, detail: Option<&StreamDetail>) {
        let (poll, last) = (&self.now, self.lost);
        // An estimate may fall a little; what was lost does not come back.
        let most = last.entries.max(poll.lost.entries);
        if poll.lost.times > last.times || most.unwrap_or(0) > last.entries.unwrap_or(0) {
            let before = self.loss.map_or(0, |(before, _)| before);
            self.loss = Some((before, poll.at_us));
            let ahead = self.trim_ahead.get().filter(|ahead| ahead.is_going_on(poll.at_us));
            self.trim_ahead.set(Some(TrimAhead {
                run: ahead.map_or(Streak::new(poll.at_us), |ahead| ahead.run.next()),
                last_us: poll.at_us,
                before: ahead.map_or(last.entries.unwrap_or(0), |ahead| ahead.before),
            }));
        }
        self.lost = LossSeen { entries: most, ..poll.lost };
        if self.loss.is_none()
            && let Some(entries) = detail.and_then(|detail| lost_before(poll, detail))
        {
            self.loss = Some((entries, poll.at_us));
        }
    }
}

/// What a group lost before we looked: it stands before the first entry, and fewer are there than it has not read.
/// A group at the very beginning may be younger than the trim.
fn lost_before(poll: &GroupPoll, detail: &StreamDetail) -> Option<u64> {
    let (cursor, first) = (poll.cursor?, detail.first_entry?);
    if cursor == StreamId::MIN || cursor >= first || detail.max_deleted != Some(StreamId::MIN) {
        return None;
    }
    let owed = detail.entries_added?.checked_sub(poll.entries_read?)?;
    owed.checked_sub(poll.length?).filter(|&lost| lost > 0)
}
