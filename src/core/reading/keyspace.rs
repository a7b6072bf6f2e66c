//! What the keyspace holds, over all servers that hold a part of it: streams with their groups, and the operator's counters.
//!
//! Knows at which server each is at home; what a server says of itself is with `node`. Invariants: a stream stands here
//! once, at the server that told of it last; what one server tells changes nothing that is at home at another.

use super::counters::CounterTrack;
use super::sizes::SizeModel;
use super::streams::StreamState;
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
    /// Counters of the operator's.
    pub(super) counters: CounterTrack,
}

impl KeyspaceState {
    /// Nothing known yet; rates over `window_us` (0: between the last two samples).
    pub(super) fn new(watched: &WatchSettings, window_us: i64) -> Self {
        Self {
            window_us,
            streams: BTreeMap::new(),
            counters: CounterTrack::new(&watched.counters, window_us),
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
        for stream in self.streams.values_mut().filter(|stream| stream.home == *home) {
            stream.begin_anew();
        }
    }

    /// MEMORY USAGE of streams, whoever asked for it: what it counts too much is put right.
    pub(super) fn take_usages(&mut self, keys: &mut [KeyFacts], size_model: &SizeModel) {
        for key in keys {
            let Some(stream) = self.streams.get_mut(&key.name) else { continue };
            if let Some(usage) = key.bytes {
                stream.measured = size_model.measure(stream, usage);
            }
            // Of a stream with very many consumers nobody asks it: what its parts were found to take is told.
            key.bytes = size_model.size(stream).total().or(key.bytes);
        }
    }

    /// Takes in what a round tells of streams and of their groups, and which keys are no streams any more.
    pub(super) fn advance_streams(&mut self, snapshot: &Snapshot, counter: ReadCounter) {
        for fact in &snapshot.streams {
            self.stream(&fact.key, &snapshot.node).advance(fact);
        }
        let mut series_left = limits::GROUP_SERIES
            .saturating_sub(self.streams.values().map(|stream| stream.groups.len()).sum());
        for (key, list) in &snapshot.groups {
            self.stream(key, &snapshot.node).advance_groups(list, &mut series_left, counter);
        }
        for key in &snapshot.gone {
            // One that has moved is gone from where it was alone.
            if self.has_stream_at(&snapshot.node, key) {
                self.streams.remove(key);
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
        self.streams.get_mut(key)?.groups.get_mut(group).map(Box::as_mut)
    }
}
