//! What is known now: rounds put together, with history, rates and gaps; of each server for itself, and of the keyspace.
//!
//! Takes snapshots in order and owns what follows from more than one of them. Knows no commands and no screen.
//! Invariants: nothing is ever computed across a restart or a reset, or from the figures of two servers; figures keep
//! the time they were true.

pub mod answers;
pub mod big_keys;
pub mod cluster;
pub mod commands;
pub mod cost;
pub mod counters;
pub mod cure;
pub mod digest;
mod evidence;
pub mod families;
pub mod fanout;
pub mod gaps;
pub mod groups;
pub mod judge;
pub mod keys;
pub mod keyspace;
mod lag;
pub mod leaks;
mod loss;
pub mod memory;
pub mod names;
pub mod node;
pub mod outputs;
pub mod pings;
pub mod probe;
pub mod queues;
mod rates;
pub mod refusals;
pub mod saving;
pub mod series;
pub mod sizes;
pub mod slowlog;
pub mod streams;
pub mod summary;
pub mod totals;
mod tracks;
mod unjudged;
pub mod verdicts;
pub mod watched;

use crate::core::model::node::NodeId;
use crate::core::model::probe::{ProbeEvent, ProbeKind};
use crate::core::model::queues::{QueueColumn, QueueId};
use crate::core::model::snapshot::Discovery;
use crate::core::model::{Name, Snapshot};
use counters::CounterTrack;
use fanout::FanoutTrack;
use judge::Standing;
use keys::KeyTrack;
use keyspace::KeyspaceState;
use node::NodeState;
use probe::Probes;
use queues::QueueView;
use std::collections::BTreeMap;
use streams::StreamState;
use watched::WatchSettings;

/// Everything known of what is watched: of one server as a rule, of several where they hold one keyspace together.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Window of all rates, microseconds; 0 takes the last two samples.
    rate_window_us: i64,
    watched: WatchSettings,
    nodes: Nodes,
    keyspace: KeyspaceState,
    probes: Probes,
    judged: Standing,
}

/// Every server. The first that told anything is the one that we were pointed at.
#[derive(Clone, Debug)]
struct Nodes {
    first_id: Option<NodeId>,
    first: NodeState,
    others: BTreeMap<NodeId, NodeState>,
}

impl Nodes {
    fn get(&self, at: &NodeId) -> Option<&NodeState> {
        if self.first_id.as_ref() == Some(at) { Some(&self.first) } else { self.others.get(at) }
    }

    fn get_or_begin(&mut self, at: &NodeId, new: impl FnOnce() -> NodeState) -> &mut NodeState {
        if self.first_id.get_or_insert_with(|| at.clone()) == at {
            &mut self.first
        } else {
            self.others.entry(at.clone()).or_insert_with(new)
        }
    }
}

impl Reading {
    /// Nothing known yet; rates over `rate_window_us` (0: between the last two samples).
    pub fn new(rate_window_us: i64) -> Self {
        Self::of(rate_window_us, WatchSettings::default())
    }

    /// The same, with what the operator wants to be watched.
    #[must_use]
    pub fn watching(self, watched: &WatchSettings) -> Self {
        Self::of(self.rate_window_us, watched.clone())
    }

    fn of(rate_window_us: i64, watched: WatchSettings) -> Self {
        let first = NodeState::new(&watched, rate_window_us);
        Self {
            rate_window_us,
            nodes: Nodes { first_id: None, first, others: BTreeMap::new() },
            keyspace: KeyspaceState::new(&watched, rate_window_us),
            probes: Probes::default(),
            judged: Standing::new(watched.thresholds),
            watched,
        }
    }

    /// Takes the next round of one server in. What is wrong is judged in the rhythm of the first of them.
    pub fn advance(&mut self, snapshot: Snapshot) {
        if self.advance_part(snapshot) {
            self.judge();
        }
    }

    /// Takes a part of something longer in, which is judged when all of it is there; whether this part alone would be.
    pub fn advance_part(&mut self, snapshot: Snapshot) -> bool {
        let (watched, rate_window_us) = (&self.watched, self.rate_window_us);
        let node = self.nodes.get_or_begin(&snapshot.node, || NodeState::new(watched, rate_window_us));
        let (changes_figures, id) = (snapshot.changes_figures(), snapshot.node.clone());
        node.advance(snapshot, &mut self.keyspace);
        changes_figures && self.nodes.first_id == Some(id)
    }

    /// Judges what was told since that was done last.
    pub fn judge(&mut self) {
        let (mut judged, news) = (std::mem::take(&mut self.judged), self.keyspace.take_news());
        judged.advance(self, &news);
        self.judged = judged;
    }

    /// Takes in what a probe tells, and what that cost.
    pub fn advance_probe(&mut self, kind: ProbeKind, event: &ProbeEvent) {
        let node = &mut self.nodes.first;
        if let ProbeEvent::Sample(_, cost) = event {
            node.cost.advance(node.at_us, cost);
        }
        self.probes.of_mut(kind).advance(event, node.now_ms());
    }

    /// The server that we were pointed at.
    pub fn this_node(&self) -> &NodeState {
        &self.nodes.first
    }

    /// One server; `None` where nothing was ever told of it.
    pub fn node(&self, at: &NodeId) -> Option<&NodeState> {
        self.nodes.get(at)
    }

    /// The server that holds a stream.
    fn home_of(&self, stream: &StreamState) -> &NodeState {
        self.node(&stream.home).unwrap_or(self.this_node())
    }

    /// The time of all ages: milliseconds since 1970 on the clock of all stamps.
    pub fn now_ms(&self) -> i64 {
        self.this_node().now_ms()
    }

    /// Every stream.
    pub fn streams(&self) -> &BTreeMap<Name, StreamState> {
        &self.keyspace.streams
    }

    /// All streams together.
    pub fn totals(&self) -> &totals::StreamTotals {
        &self.keyspace.totals
    }

    /// Counters of the operator's.
    pub fn counters(&self) -> &CounterTrack {
        &self.keyspace.counters
    }

    /// Queues of job frameworks, by framework and name; ages as of the last round.
    pub fn queues(&self) -> Vec<QueueView> {
        let node = self.this_node();
        let clients = node.clients.as_ref().map(|clients| clients.value.as_slice());
        self.keyspace.queues.views(node.at_us, clients, self.judged.thresholds().queue_untouched_ms)
    }

    /// How many jobs of a column a queue had over the last minute: microseconds, and the number.
    pub fn queue_levels(&self, id: &QueueId, column: QueueColumn) -> Option<Vec<(i64, u64)>> {
        self.keyspace.queues.levels(id, column)
    }

    /// What begins jobs again and again.
    pub fn schedules(&self) -> queues::ScheduleList {
        self.keyspace.queues.schedules(self.this_node().at_us)
    }

    /// Keys by pattern.
    pub fn keys(&self) -> &KeyTrack {
        &self.this_node().keys
    }

    /// Publish and subscribe.
    pub fn fanout(&self) -> &FanoutTrack {
        &self.this_node().fanout
    }

    /// How far the search for streams is.
    pub fn discovery(&self) -> Discovery {
        self.this_node().discovery
    }

    /// What our own messages measured.
    pub fn probes(&self) -> &Probes {
        &self.probes
    }

    /// The same, to begin one and to end it.
    pub fn probes_mut(&mut self) -> &mut Probes {
        &mut self.probes
    }

    /// What is wrong, and how every group and consumer fares.
    pub fn judged(&self) -> &Standing {
        &self.judged
    }
}

#[cfg(test)]
mod tests;
