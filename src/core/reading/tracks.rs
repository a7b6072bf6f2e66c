//! Every group over time, and for how long the server was watched: what verdicts and findings rest on.
//!
//! Knows which group was read anew; lists nothing and asks no rule (`judge` does). Invariants: nothing goes on across a
//! restart; a group or stream that is gone leaves nothing behind; a round costs what was read in it.

use super::Reading;
use super::groups::GroupState;
use super::streams::StreamState;
use crate::core::diagnose::consumers::Listeners;
use crate::core::diagnose::evidence::GroupCounts;
use crate::core::diagnose::groups::group_consumers::{GoneRows, GroupContext};
use crate::core::diagnose::groups::track::GroupPoll;
use crate::core::diagnose::groups::{GroupVerdict, JudgedGroup, Reason};
use crate::core::diagnose::growth::Growth;
use crate::core::diagnose::thresholds::Thresholds;
use crate::core::limits;
use crate::core::model::consumers::Consumer;
use crate::core::model::name_map::NameMapIter;
use crate::core::model::server::ServerRole;
use crate::core::model::snapshot::ClockSource;
use crate::core::model::{Name, NameMap, StreamId};
use std::collections::{BTreeMap, BTreeSet};

/// A list of clients older than this is no sign of life, microseconds: three times its rhythm.
const CLIENTS_OLD_US: i64 = 15_000_000;

/// Everything that is followed from round to round.
#[derive(Clone, Debug)]
pub(super) struct Tracks {
    thresholds: Thresholds,
    streams: BTreeMap<Name, StreamTrack>,
    /// Those with a group that is wrong, or a consumer that is.
    unwell: BTreeSet<Name>,
    /// Of all streams together.
    tally: GroupCounts,
    followed: usize,
    listeners: Option<(i64, Listeners)>,
    alive: usize,
    rejected: Growth,
    epoch: Epoch,
    began_us: Option<i64>,
    polls: u32,
}

/// The groups of one stream.
#[derive(Clone, Debug, Default)]
pub(super) struct StreamTrack {
    groups: NameMap<Box<JudgedGroup>>,
    groups_at_us: Option<i64>,
    last_id: Option<StreamId>,
    added: Option<u64>,
    tally: GroupCounts,
    alive: usize,
    is_unwell: bool,
}

/// What must stay the same for windows to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Epoch {
    run_id: Option<String>,
    clock: ClockSource,
}

impl Tracks {
    /// Nothing seen yet.
    pub fn new(thresholds: Thresholds) -> Self {
        Self {
            thresholds,
            streams: BTreeMap::new(),
            unwell: BTreeSet::new(),
            tally: GroupCounts::default(),
            followed: 0,
            listeners: None,
            alive: 0,
            rejected: Growth::of_a_minute(),
            epoch: Epoch::default(),
            began_us: None,
            polls: 0,
        }
    }

    /// The limits in force.
    pub fn thresholds(&self) -> &Thresholds {
        &self.thresholds
    }

    /// The track of a group and its verdict; `None` while it was not read or is beyond the bound.
    pub fn group(&self, key: &Name, group: &Name) -> Option<&JudgedGroup> {
        self.streams.get(key)?.groups.get(group).map(Box::as_ref)
    }

    /// The groups of a stream.
    pub fn stream(&self, key: &Name) -> Option<&StreamTrack> {
        self.streams.get(key)
    }

    /// Streams with a group that is wrong, or a consumer that is, in the order of names.
    pub fn unwell(&self) -> impl Iterator<Item = &Name> {
        self.unwell.iter()
    }

    /// The groups of all streams, in numbers.
    pub fn tally(&self) -> GroupCounts {
        self.tally
    }

    /// Connections that the server turned away within the last minute.
    pub fn rejected(&self) -> Option<u64> {
        self.rejected.grown()
    }

    /// For how long this server has been watched without a break, milliseconds.
    pub fn watched_ms(&self, now_us: i64) -> u64 {
        let since = self.began_us.map_or(0, |began_us| now_us.saturating_sub(began_us));
        since.div_euclid(1000).max(0).unsigned_abs()
    }

    /// Whether that is long enough to say that all is well.
    pub fn is_watched(&self, now_us: i64) -> bool {
        self.polls >= self.thresholds.window_polls && self.watched_ms(now_us) >= self.thresholds.window_ms
    }

    /// Takes a round in that brought figures, `news` of these streams; whether all began anew, for another process answers
    /// or another clock counts.
    pub fn advance(&mut self, reading: &Reading, news: &[Name]) -> bool {
        let run_id = reading.this_node().info.as_ref().and_then(|info| info.value.server.run_id.clone());
        let epoch =
            Epoch { run_id: run_id.or_else(|| self.epoch.run_id.clone()), clock: reading.this_node().clock };
        let begins_anew = self.began_us.is_some() && epoch != self.epoch;
        if begins_anew {
            *self = Self::new(self.thresholds);
        }
        self.epoch = epoch;
        self.began_us.get_or_insert(reading.this_node().at_us);
        self.polls = self.polls.saturating_add(1);
        if let Some(info) = &reading.this_node().info {
            self.rejected.add(info.at_us, info.value.stats.rejected_connections);
        }
        self.follow_clients(reading);
        match begins_anew {
            true => self.follow_streams(reading, reading.streams().keys()),
            false => self.follow_streams(reading, news.iter()),
        }
        begins_anew
    }

    /// Names are looked up among consumers once a list, not once a consumer.
    fn follow_clients(&mut self, reading: &Reading) {
        let Some(clients) = &reading.this_node().clients else { return };
        if reading.this_node().at_us.saturating_sub(clients.at_us) > CLIENTS_OLD_US {
            self.listeners = None;
        } else if self.listeners.as_ref().is_none_or(|(at_us, _)| *at_us != clients.at_us) {
            let called: BTreeSet<&Name> = clients
                .value
                .iter()
                .map(|client| &client.name)
                .filter(|n| !n.as_bytes().is_empty())
                .collect();
            let groups = reading.streams().values().flat_map(|stream| stream.groups.values());
            let names = groups.flat_map(|group| consumers(group)).map(|consumer| &consumer.name);
            let meant: BTreeSet<&Name> = match called.is_empty() {
                true => BTreeSet::new(),
                false => names.filter(|name| called.contains(name)).collect(),
            };
            let listeners = Listeners::among(&clients.value, |name| meant.contains(name));
            self.listeners = Some((clients.at_us, listeners));
        }
    }

    fn follow_streams<'a>(&mut self, reading: &Reading, keys: impl Iterator<Item = &'a Name>) {
        let role =
            reading.this_node().info.as_ref().map_or(ServerRole::Unknown, |info| info.value.server.role);
        let context = Context {
            limits: &self.thresholds,
            listeners: self.listeners.as_ref().map(|(at_us, listeners)| (listeners, *at_us)),
            alive: self.alive,
            is_replica: role == ServerRole::Replica,
        };
        for key in keys {
            if let Some(before) = self.streams.get(key) {
                self.followed = self.followed.saturating_sub(before.groups.len());
                self.alive = self.alive.saturating_sub(before.alive);
                self.tally.take_out(&before.tally);
            }
            let Some(stream) = reading.streams().get(key) else {
                self.streams.remove(key);
                self.unwell.remove(key);
                continue;
            };
            let track = match self.streams.get_mut(key) {
                Some(track) => track,
                None => self.streams.entry(key.clone()).or_default(),
            };
            track.advance(stream, &context, limits::JUDGED_GROUPS.saturating_sub(self.followed));
            track.sum_up(stream);
            self.followed += track.groups.len();
            self.alive += track.alive;
            self.tally.add(&track.tally);
            match track.is_unwell {
                true => drop(self.unwell.insert(key.clone())),
                false => drop(self.unwell.remove(key)),
            }
        }
    }
}

/// What every group is judged by.
struct Context<'a> {
    limits: &'a Thresholds,
    listeners: Option<(&'a Listeners, i64)>,
    alive: usize,
    is_replica: bool,
}

impl StreamTrack {
    /// What of it counts for all streams together.
    fn sum_up(&mut self, stream: &StreamState) {
        let streams_unread = usize::from(stream.groups_at_us.is_none());
        let mut tally = GroupCounts { streams_unread, groups: stream.groups.len(), ..GroupCounts::default() };
        (self.is_unwell, self.alive) = (false, 0);
        for (name, group) in &stream.groups {
            let Some(judged) = self.groups.get(name) else {
                tally.unread += 1;
                continue;
            };
            let holds = group.facts.pending.is_some_and(|pending| pending > 0);
            tally.without_consumers += usize::from(holds && group.consumers.is_none());
            tally.without_rows += usize::from(holds && group.pending.is_none());
            let judgement = judged.judgement();
            if judgement.verdict == GroupVerdict::Unknown {
                let unread = matches!(judgement.reason, Reason::Unread);
                *(if unread { &mut tally.unread } else { &mut tally.too_soon }) += 1;
            }
            self.alive += judged.track.signs.alive;
            self.is_unwell |= judgement.verdict.is_wrong() || judged.track.signs.unwell > 0;
        }
        self.tally = tally;
    }

    /// Every group, in the order of names.
    pub fn groups(&self) -> NameMapIter<'_, Box<JudgedGroup>> {
        self.groups.iter()
    }

    fn advance(&mut self, stream: &StreamState, context: &Context<'_>, places: usize) {
        let (last_id, added) = (stream.fact(|d| d.last_generated), stream.fact(|d| d.entries_added));
        let went_back = last_id.zip(self.last_id).is_some_and(|(now, before)| now < before)
            || added.zip(self.added).is_some_and(|(now, before)| now < before);
        if went_back {
            // Another stream under the same key.
            self.groups.clear();
        }
        (self.last_id, self.added) = (last_id, added);
        let is_new = stream.groups_at_us != self.groups_at_us;
        self.groups_at_us = stream.groups_at_us;
        if self.groups.len() > stream.groups.len()
            || (is_new && self.groups.keys().any(|name| !stream.groups.contains_key(name)))
        {
            self.groups.retain(|name, _| stream.groups.contains_key(name));
        }
        let Some(at_us) = stream.groups_at_us else { return };
        let detail = stream.detail.as_ref().map(|detail| &detail.value);
        for (name, group) in &stream.groups {
            let poll = || poll_of(stream, group, at_us);
            let has_place = self.groups.len() < places;
            match self.groups.get_mut(name) {
                Some(track) => {
                    if is_new {
                        track.advance(poll(), detail);
                    }
                    context.look_into(track, stream, group, is_new);
                }
                None if has_place => {
                    let mut track = Box::new(JudgedGroup::new(poll(), detail));
                    context.look_into(&mut track, stream, group, true);
                    self.groups.insert(name.clone(), track);
                }
                None => {}
            }
        }
    }
}

impl Context<'_> {
    /// Takes what was read of the group's inside, and judges it where anything is new.
    fn look_into(
        &self,
        judged: &mut JudgedGroup,
        stream: &StreamState,
        group: &GroupState,
        mut is_new: bool,
    ) {
        let track = &mut judged.track;
        let rows = group.pending.as_ref();
        let mut rows_are_new = false;
        if let Some(rows) = rows.filter(|rows| rows.at_us != track.rows.at_us) {
            let gone = GoneRows { floor: floor(stream, rows.at_us), missing: &group.missing };
            track.rows.advance(rows.at_us, &rows.value, gone, self.limits);
            rows_are_new = true;
        }
        let list = group.consumers.as_ref().filter(|_| !self.is_replica);
        if let Some(list) = list.filter(|list| rows_are_new || list.at_us != track.signs.at_us) {
            let context = GroupContext {
                rows: rows.map_or(&[], |rows| rows.value.as_slice()),
                behind_ms: track.behind_ms(),
                listeners: self.listeners.map(|(listeners, at_us)| {
                    (listeners, list.at_us.saturating_sub(at_us).div_euclid(1_000_000))
                }),
                alive: self.alive.saturating_sub(track.signs.alive),
            };
            track.take_signs(list.at_us, &list.value, &context, self.limits);
            is_new = true;
        }
        if is_new || rows_are_new {
            judged.judge(consumers(group), self.limits);
        }
    }
}

/// The id below which no entry is left, where that was read before the rows.
fn floor(stream: &StreamState, rows_at_us: i64) -> Option<StreamId> {
    let detail = stream.detail.as_ref().filter(|detail| detail.at_us <= rows_at_us)?;
    let is_empty = stream.length.is_some_and(|length| length.value == 0 && length.at_us <= rows_at_us);
    if is_empty { Some(StreamId::MAX) } else { detail.value.first_entry }
}

/// One poll of a group, out of what is known now.
fn poll_of(stream: &StreamState, group: &GroupState, at_us: i64) -> GroupPoll {
    let now_ms = at_us.div_euclid(1000);
    GroupPoll {
        at_us,
        cursor: group.facts.last_delivered,
        entries_read: group.facts.entries_read,
        pending: group.facts.pending,
        consumers: group.facts.consumers,
        lag: group.lag,
        undelivered_age_ms: group.oldest_undelivered_age_ms(stream.first_entry(), now_ms),
        lost: group.loss_seen(),
        length: stream.length.map(|length| length.value),
    }
}

/// Consumers of a group; none while they are not known.
pub(super) fn consumers(group: &GroupState) -> &[Consumer] {
    group.consumers.as_ref().map_or(&[], |list| list.value.as_slice())
}
