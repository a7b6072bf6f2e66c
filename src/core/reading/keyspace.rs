//! What the keyspace holds, over all servers that hold a part of it: streams with their groups, and the operator's counters.
//!
//! Knows at which server each is at home; what a server says of itself is with `node`. Invariants: a stream stands here
//! once, at the server that told of it last; what one server tells changes nothing that is at home at another.

use super::counters::CounterTrack;
use super::leaks::leftovers;
use super::queues::QueueTrack;
use super::sizes::SizeModel;
use super::streams::StreamState;
use super::totals::StreamTotals;
use super::watched::WatchSettings;
use crate::core::limits;
use crate::core::model::groups::ReadCounter;
use crate::core::model::keys::KeyFacts;
use crate::core::model::node::NodeId;
use crate::core::model::snapshot::GroupsLook;
use crate::core::model::{Name, Snapshot};
use std::collections::{BTreeMap, BTreeSet};

/// What the keyspace holds.
#[derive(Clone, Debug)]
pub struct KeyspaceState {
    /// Window of all rates, microseconds.
    window_us: i64,
    /// Every stream.
    pub(super) streams: BTreeMap<Name, StreamState>,
    /// Of which something was told: in this round, and since they were judged last.
    told: Vec<Name>,
    news: Vec<Name>,
    /// Groups of all streams.
    groups: usize,
    /// Counters of the operator's.
    pub(super) counters: CounterTrack,
    /// Queues of job frameworks.
    pub(super) queues: QueueTrack,
    /// All streams together.
    pub(super) totals: StreamTotals,
}

impl KeyspaceState {
    /// Nothing known yet; rates over `window_us` (0: between the last two samples).
    pub(super) fn new(watched: &WatchSettings, window_us: i64) -> Self {
        Self {
            window_us,
            streams: BTreeMap::new(),
            told: Vec::new(),
            news: Vec::new(),
            groups: 0,
            counters: CounterTrack::new(&watched.counters, window_us),
            queues: QueueTrack::new(window_us),
            totals: StreamTotals::default(),
        }
    }

    /// Streams of one server.
    pub(super) fn streams_at<'a>(
        &'a self,
        home: &NodeId,
    ) -> impl Iterator<Item = (&'a Name, &'a StreamState)> {
        self.streams.iter().filter(move |(_, stream)| stream.home == *home)
    }

    /// Whether a stream is at home there.
    pub(super) fn has_stream_at(&self, home: &NodeId, key: &Name) -> bool {
        self.streams.get(key).is_some_and(|stream| stream.home == *home)
    }

    /// Another process answers at this server: windows of what is at home there begin anew, figures stay.
    pub(super) fn begin_anew(&mut self, home: &NodeId) {
        self.counters.begin_anew(home);
        self.queues.begin_anew(home);
        for stream in self.streams.values_mut().filter(|stream| stream.home == *home) {
            stream.begin_anew();
        }
        self.tell_all();
    }

    /// Something was told of every stream.
    pub(super) fn tell_all(&mut self) {
        for stream in self.streams.values_mut() {
            tell(stream, &mut self.told);
        }
    }

    /// A round is over: what follows from a stream alone is worked out for those of which something was told.
    pub(super) fn end_round(&mut self, at_us: i64, size_model: Option<&SizeModel>) {
        if !self.told.is_empty() {
            self.totals.advance(at_us.div_euclid(1000), self.streams.values());
        }
        for key in &self.told {
            let Some(stream) = self.streams.get_mut(key) else { continue };
            stream.is_told = false;
            stream.digest.leftovers = leftovers(stream);
            if let Some(size_model) = size_model {
                stream.digest.size = size_model.size(stream);
            }
        }
        self.news.append(&mut self.told);
        if self.news.len() > 2 * self.streams.len() + 100 {
            self.news.sort_unstable();
            self.news.dedup();
        }
    }

    /// Streams of which something was told since this was asked last.
    pub(super) fn take_news(&mut self) -> Vec<Name> {
        std::mem::take(&mut self.news)
    }

    /// MEMORY USAGE of streams, whoever asked for it: what it counts too much is put right.
    pub(super) fn take_usages(&mut self, keys: &mut [KeyFacts], size_model: &SizeModel) {
        for key in keys {
            let Some(stream) = self.streams.get_mut(&key.name) else { continue };
            if let Some(usage) = key.bytes {
                stream.measured = size_model.measure(stream, usage);
                tell(stream, &mut self.told);
            }
            // Of a stream with very many consumers nobody asks it: what its parts were found to take is told.
            key.bytes = size_model.size(stream).total().or(key.bytes);
        }
    }

    /// Takes in what a round tells of streams and of their groups, and which keys are no streams any more.
    pub(super) fn advance_streams(&mut self, snapshot: &Snapshot, counter: ReadCounter) {
        for fact in &snapshot.streams {
            let stream = self.stream(&fact.key, &snapshot.node);
            let before = stream.groups.len();
            stream.advance(fact);
            let now = stream.groups.len();
            self.groups = (self.groups + now).saturating_sub(before);
        }
        for (key, list) in &snapshot.groups {
            let mut series_left = limits::GROUP_SERIES.saturating_sub(self.groups);
            let stream = self.stream(key, &snapshot.node);
            let before = stream.groups.len();
            stream.advance_groups(list, &mut series_left, counter);
            let now = stream.groups.len();
            self.groups = (self.groups + now).saturating_sub(before);
        }
        for key in &snapshot.gone {
            // One that has moved is gone from where it was alone.
            if self.has_stream_at(&snapshot.node, key) {
                if let Some(stream) = self.streams.remove(key) {
                    self.groups = self.groups.saturating_sub(stream.groups.len());
                }
                self.told.push(key.clone());
            }
        }
    }

    /// The stream under a key that this server has told of.
    fn stream(&mut self, key: &Name, home: &NodeId) -> &mut StreamState {
        let window_us = self.window_us;
        let stream = self
            .streams
            .entry(key.clone())
            .or_insert_with(|| StreamState::new(key.clone(), home.clone(), window_us));
        if stream.home != *home {
            stream.home = home.clone();
            stream.begin_anew();
        }
        tell(stream, &mut self.told);
        stream
    }

    /// The inside of groups: backlogs, consumers, pending rows.
    pub(super) fn advance_groups(&mut self, snapshot: &mut Snapshot, size_model: Option<&SizeModel>) {
        for (key, group, backlog) in std::mem::take(&mut snapshot.backlogs) {
            let Some(stream) = self.streams.get_mut(&key) else { continue };
            let length = stream.length.map(|length| length.value);
            let detail = stream.detail.as_ref().map(|detail| &detail.value);
            if let Some(state) = stream.groups.get_mut(&group) {
                state.take_backlog(&backlog, length, detail);
                tell(stream, &mut self.told);
            }
        }
        let mut listed: BTreeSet<Name> = snapshot.groups.iter().map(|(key, _)| key.clone()).collect();
        for (key, group, consumers) in std::mem::take(&mut snapshot.consumers) {
            if let Some(state) = self.group(&key, &group) {
                state.consumers = Some(consumers);
            }
            listed.insert(key);
        }
        if let Some(size_model) = size_model {
            for key in &listed {
                let stream = self.streams.get_mut(key).filter(|stream| stream.home == snapshot.node);
                stream.into_iter().for_each(|stream| size_model.weigh(stream));
            }
        }
        for page in std::mem::take(&mut snapshot.pending) {
            if let Some(state) = self.group(&page.key, &page.group) {
                state.take_pending(page);
            }
        }
        for (key, group, ids) in std::mem::take(&mut snapshot.missing) {
            if let Some(state) = self.group(&key, &group) {
                state.take_missing(ids);
            }
        }
        for page in std::mem::take(&mut snapshot.pending_samples) {
            if let Some(state) = self.group(&page.key, &page.group) {
                state.take_sample(page);
            }
        }
    }

    /// Looks between two rounds: they tell what happened meanwhile, and nothing that is shown.
    pub(super) fn take_looks(&mut self, looks: &[GroupsLook]) {
        for look in looks {
            let Some(stream) = self.streams.get_mut(&look.facts.key) else { continue };
            for facts in &look.groups {
                if let Some(state) = stream.groups.get_mut(&facts.name) {
                    state.look(look, facts);
                }
            }
        }
    }

    fn group(&mut self, key: &Name, group: &Name) -> Option<&mut super::groups::GroupState> {
        let stream = self.streams.get_mut(key)?;
        tell(stream, &mut self.told);
        stream.groups.get_mut(group).map(Box::as_mut)
    }
}

/// Notes that something was told of a stream, once a round.
fn tell(stream: &mut StreamState, told: &mut Vec<Name>) {
    if !std::mem::replace(&mut stream.is_told, true) {
        told.push(stream.key.clone());
    }
}
