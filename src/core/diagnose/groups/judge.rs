//! From the runs of a group to its verdict: top-down, the first that holds, and how long it stands.
//!
//! The order is Burrow's, adapted: filled by our own polls instead of commits, so that neither a quiet stream nor
//! a rare commit can make it late or wrong. Invariant: pure; a figure that is not known never makes a verdict worse.

use super::losses::LossSeen;
use super::reason::{PendingReason, Reason};
use super::track::{GroupPoll, GroupTrack, Streak, Unacknowledged};
use super::{GroupVerdict, Judgement};
use crate::core::diagnose::thresholds::Thresholds;
use crate::core::figures::column::Certainty;
use crate::core::model::Rare;
use crate::core::model::consumers::Consumer;
use crate::core::model::streams::StreamDetail;

/// A reason, its verdict, and since when (microseconds).
type Assessment = (Reason, GroupVerdict, i64);

/// One group over time with the verdict that stands.
#[derive(Clone, Debug)]
pub struct JudgedGroup {
    /// What was seen of it.
    pub track: GroupTrack,
    judgement: Judgement,
    /// Since when it looks better than the verdict that stands.
    better: Option<Streak>,
    /// Of a slow one: where its lag began to grow and how far it came.
    slow: Rare<(i128, i128)>,
}

impl JudgedGroup {
    /// A group seen for the first time.
    pub fn new(poll: GroupPoll, detail: Option<&StreamDetail>) -> Self {
        let (verdict, reason) = (GroupVerdict::Unknown, Reason::TooSoon { polls: 0, for_ms: 0 });
        let judgement = Judgement { verdict, reason, since_us: poll.at_us };
        Self { track: GroupTrack::new(poll, detail), judgement, better: None, slow: Rare::default() }
    }

    /// Takes the next poll in; all begins anew where the clock went back.
    pub fn advance(&mut self, poll: GroupPoll, detail: Option<&StreamDetail>) {
        match poll.at_us < self.track.now.at_us {
            true => *self = Self::new(poll, detail),
            false => self.track.advance(poll, detail),
        }
    }

    /// Decides anew. What was wrong stands until it stays away, unless the group has nothing left to do.
    /// `consumers` is the list that the signs were taken from.
    pub fn judge(&mut self, consumers: &[Consumer], limits: &Thresholds) {
        let now_us = self.track.now.at_us;
        let (mut reason, verdict, since_us) = verdict(&self.track, limits);
        if let Some((holder, how)) = reason.holder_mut() {
            let place = consumers.iter().position(|consumer| consumer.name == *holder);
            *how = place.and_then(|place| self.track.signs.verdicts.get(place).copied().flatten());
        }
        let since_us =
            if verdict == self.judgement.verdict { self.judgement.since_us.min(since_us) } else { since_us };
        let fresh = Judgement { verdict, reason, since_us };
        let stands = self.judgement.verdict.is_wrong() && verdict > self.judgement.verdict;
        let is_done = self.track.now.lag.entries == Some(0) && self.track.now.pending == Some(0);
        if stands && !is_done {
            if let Some(reason) = self.grown_beyond() {
                // It fell for a moment and is higher than ever: no recovery, though not five polls either.
                self.judgement.reason = reason;
                self.better = None;
                return;
            }
            let run = self.better.map_or(Streak::new(now_us), Streak::next);
            self.better = Some(run);
            if run.polls < limits.clear_polls || run.ms(now_us) < limits.clear_ms {
                return;
            }
        }
        self.better = None;
        self.judgement = fresh;
        self.follow_slowness();
    }

    /// Of a group that is slow: where its lag began to grow and how far it came.
    fn follow_slowness(&mut self) {
        let Some((_, first, last)) = self.track.growing.get() else { return };
        let base = self.slow.get().map_or(first, |(base, _)| base);
        self.slow.set((self.judgement.verdict == GroupVerdict::Slow).then_some((base, last)));
    }

    fn grown_beyond(&mut self) -> Option<Reason> {
        let (base, peak) = self.slow.get().filter(|_| self.judgement.verdict == GroupVerdict::Slow)?;
        let (.., last) = self.track.growing.get()?;
        if last <= peak {
            return None;
        }
        self.slow.set(Some((base, last)));
        let grown = u64::try_from(last.saturating_sub(base)).unwrap_or(0);
        let for_ms = Streak::new(self.judgement.since_us).ms(self.track.now.at_us);
        Some(Reason::Growing { lag: self.track.now.lag, grown, for_ms })
    }

    /// The verdict that stands.
    pub fn judgement(&self) -> &Judgement {
        &self.judgement
    }
}

/// The verdict of a group now.
fn verdict(track: &GroupTrack, limits: &Thresholds) -> Assessment {
    let tries =
        [trim_ahead, loss, dead, stopped, no_acknowledgements, rewound, poison, oldest_waits, slow, ghosts];
    tries.iter().find_map(|tried| tried(track, limits)).unwrap_or_else(|| well(track, limits))
}

fn before_us(now_us: i64, ms: u64) -> i64 {
    now_us.saturating_sub(i64::try_from(ms).unwrap_or(i64::MAX).saturating_mul(1000))
}

/// Whether the group was watched for long enough to say anything about what it does.
fn is_watched(track: &GroupTrack, limits: &Thresholds) -> bool {
    track.watched.polls >= limits.window_polls && track.watched.ms(track.now.at_us) >= limits.window_ms
}

/// Losses in so many polls are no accident.
const TRIM_AHEAD_POLLS: u32 = 3;

fn trim_ahead(track: &GroupTrack, _: &Thresholds) -> Option<Assessment> {
    let ahead = track.trim_ahead.get().filter(|ahead| ahead.is_going_on(track.now.at_us))?;
    let lost = track.now.lost;
    let entries = lost.entries.map(|entries| entries.saturating_sub(ahead.before));
    let for_ms = ahead.run.ms(track.now.at_us);
    let reason = Reason::TrimAhead { lost: LossSeen { entries, ..lost }, for_ms };
    (ahead.run.polls >= TRIM_AHEAD_POLLS).then_some((reason, GroupVerdict::TrimAhead, ahead.run.since_us))
}

fn loss(track: &GroupTrack, limits: &Thresholds) -> Option<Assessment> {
    let (before, at_us) = track.loss?;
    let told_us = i64::try_from(limits.loss_told_ms).unwrap_or(i64::MAX).saturating_mul(1000);
    let lost = match (before, track.now.lost) {
        (0, lost) => lost,
        // Nobody counted what was lost before we looked.
        (before, lost) => LossSeen {
            entries: Some(before.saturating_add(lost.entries.unwrap_or(0))),
            kind: Certainty::AtLeast,
            ..lost
        },
    };
    (track.now.at_us.saturating_sub(at_us) <= told_us).then_some((
        Reason::Lost { lost },
        GroupVerdict::Loss,
        at_us,
    ))
}

fn dead(track: &GroupTrack, limits: &Thresholds) -> Option<Assessment> {
    let (now, behind) = (&track.now, track.behind?);
    let behind_ms = track.behind_ms()?;
    if !is_watched(track, limits) || behind.ms(now.at_us) < limits.window_ms {
        return None;
    }
    if now.consumers == Some(0) {
        return (behind_ms >= limits.consumer_dead.warning_ms).then(|| {
            let reason = Reason::NoConsumer { lag: now.lag, for_ms: behind_ms };
            (reason, GroupVerdict::Dead, before_us(now.at_us, behind_ms))
        });
    }
    let still = track.still.ms(now.at_us) >= limits.window_ms;
    let since_ms = now.at_us.saturating_sub(track.signs.at_us).max(0) as u64 / 1000;
    let for_ms = track.signs.least_idle_ms?.saturating_add(since_ms);
    (still && track.signs.is_silent()).then(|| {
        let consumers = track.signs.verdicts.len() as u64;
        let reason = Reason::AllSilent { lag: now.lag, consumers, for_ms };
        (reason, GroupVerdict::Dead, before_us(now.at_us, for_ms))
    })
}

fn stopped(track: &GroupTrack, limits: &Thresholds) -> Option<Assessment> {
    let (now, behind) = (&track.now, track.behind?);
    let seen_ms = track.still.ms(now.at_us).min(behind.ms(now.at_us));
    if !is_watched(track, limits) || seen_ms < limits.window_ms || now.consumers == Some(0) {
        return None;
    }
    // What was last given to any consumer, and the age of what waits, reach back further than our own eyes.
    let told_ms = track.signs.last_success_ms.unwrap_or(0).min(now.undelivered_age_ms.unwrap_or(0));
    let for_ms = seen_ms.max(told_ms);
    (for_ms >= limits.group_stopped.warning_ms).then(|| {
        let reason =
            Reason::Stopped { lag: now.lag, consumers: now.consumers, for_ms, mute: track.signs.muted() };
        (reason, GroupVerdict::Stopped, before_us(now.at_us, for_ms))
    })
}

fn no_acknowledgements(track: &GroupTrack, limits: &Thresholds) -> Option<Assessment> {
    let Unacknowledged { run, read, deliveries } = track.unacknowledged?;
    let for_ms = run.ms(track.now.at_us);
    let delivered = track.now.entries_read?.checked_sub(read)?;
    let enough = for_ms >= limits.no_acknowledgements.warning_ms
        && deliveries >= limits.window_polls
        && delivered >= limits.no_acknowledgements_entries;
    enough.then(|| {
        let reason = PendingReason::None { delivered, for_ms, pending: track.now.pending.unwrap_or(0) };
        (Reason::Pending(reason), GroupVerdict::NotAcknowledging, run.since_us)
    })
}

fn rewound(track: &GroupTrack, _: &Thresholds) -> Option<Assessment> {
    let (from, to, at_us) = track.rewound.get()?;
    track.behind?;
    Some((Reason::Rewound { from, to, lag: track.now.lag }, GroupVerdict::Rewound, at_us))
}

fn poison(track: &GroupTrack, _: &Thresholds) -> Option<Assessment> {
    let (id, deliveries, entries) = track.rows.poison.get()?;
    Some((Reason::Poison { id, deliveries, entries }, GroupVerdict::Poison, track.rows.bad_since_us()))
}

fn oldest_waits(track: &GroupTrack, limits: &Thresholds) -> Option<Assessment> {
    let oldest = track.rows.oldest.as_ref()?;
    let rows_at_us = track.rows.at_us;
    // A claim makes the idle time 0; that we see the same entry for longer says more then.
    let seen_ms = u64::try_from(rows_at_us.saturating_sub(oldest.since_us) / 1000).unwrap_or(0);
    let for_ms = oldest.idle_ms.max(seen_ms);
    (for_ms >= limits.oldest_pending.warning_ms).then(|| {
        let given_back = oldest.holder.as_bytes().is_empty();
        let holder = (!given_back).then(|| (oldest.holder.clone(), None));
        let pending = track.now.pending.unwrap_or(0);
        let reason = PendingReason::Oldest { id: oldest.id, for_ms, holder, pending };
        (Reason::Pending(reason), GroupVerdict::NotAcknowledging, before_us(rows_at_us, for_ms))
    })
}

fn slow(track: &GroupTrack, limits: &Thresholds) -> Option<Assessment> {
    let (run, first, last) = track.growing.get()?;
    let (grown, for_ms) = (u64::try_from(last - first).unwrap_or(0), run.ms(track.now.at_us));
    // The poll at which a run begins is the first of it: five polls are four steps.
    let enough = run.polls >= limits.lag_growing_polls
        && for_ms >= limits.lag_growing_ms
        && grown >= limits.lag_growing_entries;
    let reason = Reason::Growing { lag: track.now.lag, grown, for_ms };
    enough.then_some((reason, GroupVerdict::Slow, run.since_us))
}

fn ghosts(track: &GroupTrack, _: &Thresholds) -> Option<Assessment> {
    let (id, entries) = track.rows.ghosts.get()?;
    Some((Reason::Ghosts { entries, id }, GroupVerdict::Ghosts, track.rows.bad_since_us()))
}

/// Nothing is wrong as far as can be seen: how far is that?
fn well(track: &GroupTrack, limits: &Thresholds) -> Assessment {
    let now = &track.now;
    let watched_ms = track.watched.ms(now.at_us);
    let Some(behind) = track.is_behind() else {
        // A cursor that moves is a group that reads, whatever its lag.
        return if track.has_moved && is_watched(track, limits) {
            let moved_ms = track.still.ms(now.at_us);
            (Reason::Reading { lag: now.lag, moved_ms }, GroupVerdict::Ok, track.watched.since_us)
        } else {
            (Reason::Unread, GroupVerdict::Unknown, track.watched.since_us)
        };
    };
    let quiet_ms = track.quiet.ms(now.at_us);
    let pending = now.pending.unwrap_or(0);
    if !is_watched(track, limits) && (behind || pending > 0) {
        let reason = Reason::TooSoon { polls: track.watched.polls, for_ms: watched_ms };
        return (reason, GroupVerdict::Unknown, track.watched.since_us);
    }
    if behind {
        let still_ms = track.still.ms(now.at_us);
        if !track.has_moved && track.still.since_us == track.watched.since_us && still_ms >= limits.window_ms
        {
            let reason = Reason::NotSeenMoving { lag: now.lag, for_ms: watched_ms };
            return (reason, GroupVerdict::Unknown, track.watched.since_us);
        }
        return (
            Reason::Reading { lag: now.lag, moved_ms: still_ms },
            GroupVerdict::Ok,
            track.watched.since_us,
        );
    }
    if is_watched(track, limits) && quiet_ms >= limits.window_ms && pending == 0 {
        return (Reason::Quiet { for_ms: quiet_ms }, GroupVerdict::Idle, track.quiet.since_us);
    }
    (Reason::CaughtUp { pending }, GroupVerdict::Ok, track.watched.since_us)
}
