//! One server over time: what it says of itself, how far our walks over it are, and what we cost it.
//!
//! Knows nothing of other servers; streams and their groups are with `keyspace`. Invariants: nothing is ever computed across
//! a restart or a reset; figures keep the time they were true, on this server's own clock.

use super::answers::Answers;
use super::commands::CommandTrack;
use super::cost::CostTrack;
use super::fanout::FanoutTrack;
use super::gaps::Gaps;
use super::keys::KeyTrack;
use super::keyspace::KeyspaceState;
use super::memory::MemoryTrack;
use super::outputs::OutputTrack;
use super::pings::Pings;
use super::rates::ServerRates;
use super::refusals::RefusalTrack;
use super::series::Series;
use super::slowlog::SlowTrack;
use super::watched::WatchSettings;
use crate::core::model::cache::CacheTrack;
use crate::core::model::clients::Client;
use crate::core::model::cluster::Cluster;
use crate::core::model::fanout::FanoutFacts;
use crate::core::model::groups::ReadCounter;
use crate::core::model::info::Info;
use crate::core::model::latency::LatencyEvent;
use crate::core::model::node::NodeId;
use crate::core::model::refusals::OwnRefusals;
use crate::core::model::snapshot::{ClockSource, Discovery};
use crate::core::model::{Snapshot, Stamped};

/// What is known of one server.
#[derive(Clone, Debug)]
pub struct NodeState {
    /// Window of all rates, microseconds; 0 takes the last two samples.
    rate_window_us: i64,
    /// Our wall clock at the last round, milliseconds since 1970; 0 before the first.
    pub taken_at_ms: i64,
    /// The same moment on the clock of all stamps (the server's where it tells it), microseconds since 1970.
    pub at_us: i64,
    /// Which clock that is.
    pub clock: ClockSource,
    /// Whether it answers with data, and how old its figures are.
    pub answers: Answers,
    /// The last INFO.
    pub info: Option<Stamped<Info>>,
    /// Time between the last two INFOs, microseconds.
    pub window_us: Option<i64>,
    /// Rates of the server's counters.
    pub rates: ServerRates,
    /// Figures over time.
    pub series: Series,
    /// Hits and misses of others.
    pub cache: CacheTrack,
    /// Its keys by pattern.
    pub keys: KeyTrack,
    /// How near memory is to its limit, and what grows.
    pub memory: MemoryTrack,
    /// What others are refused.
    pub refusals: RefusalTrack,
    /// Output buffers of clients.
    pub outputs: OutputTrack,
    /// CLIENT LIST.
    pub clients: Option<Stamped<Vec<Client>>>,
    /// Publish and subscribe.
    pub fanout: FanoutTrack,
    /// The slow log.
    pub slowlog: SlowTrack,
    /// LATENCY LATEST.
    pub latency_events: Option<Vec<LatencyEvent>>,
    /// Where the server's time goes, by command.
    pub commands: CommandTrack,
    /// Round trips of PING.
    pub pings: Pings,
    /// What we cost.
    pub cost: CostTrack,
    /// What is missing, and why.
    pub gaps: Gaps,
    /// CLUSTER INFO, of a node of a cluster.
    pub cluster: Option<Cluster>,
    /// How far the search for streams is.
    pub discovery: Discovery,
    /// How often the answering process changed or its counters were reset.
    pub restarts: u64,
}

impl NodeState {
    /// Nothing known yet; rates over `rate_window_us` (0: between the last two samples).
    pub(super) fn new(watched: &WatchSettings, rate_window_us: i64) -> Self {
        Self {
            rate_window_us,
            taken_at_ms: 0,
            at_us: 0,
            clock: ClockSource::default(),
            answers: Answers::default(),
            info: None,
            window_us: None,
            rates: ServerRates::new(rate_window_us),
            series: Series::default(),
            cache: CacheTrack::default(),
            keys: KeyTrack::new(watched),
            memory: MemoryTrack::new(watched.memory_limit),
            refusals: RefusalTrack::default(),
            outputs: OutputTrack::default(),
            clients: None,
            fanout: FanoutTrack::default(),
            slowlog: SlowTrack::default(),
            latency_events: None,
            commands: CommandTrack::default(),
            pings: Pings::default(),
            cost: CostTrack::default(),
            gaps: Gaps::of_database(watched.database),
            cluster: None,
            discovery: Discovery::default(),
            restarts: 0,
        }
    }

    /// Takes the next round of this server in; what it tells of the keyspace goes to `keyspace`.
    pub(super) fn advance(&mut self, mut snapshot: Snapshot, keyspace: &mut KeyspaceState) {
        if snapshot.clock != self.clock && self.taken_at_ms != 0 {
            self.begin_anew(&snapshot.node, keyspace);
        }
        self.clock = snapshot.clock;
        if (snapshot.changes_figures() && !snapshot.replies.are_errors()) || self.taken_at_ms == 0 {
            self.taken_at_ms = snapshot.taken_at_ms;
        }
        self.at_us = snapshot.at_us;
        self.answers.advance(&snapshot);
        self.cost.advance(snapshot.at_us, &snapshot.cost);
        self.pings.advance(snapshot.at_us, &snapshot.pings_us);
        self.cluster = snapshot.cluster.or(self.cluster);
        self.gaps.advance(&snapshot, self.cluster.as_ref());
        if let Some(size_model) = self.memory.size_model() {
            keyspace.take_usages(&mut snapshot.keys, size_model);
        }
        self.keys.advance(&snapshot);
        keyspace.counters.advance(&snapshot.node, &snapshot.counters);
        let queues = std::mem::take(&mut snapshot.queues);
        keyspace.queues.advance(&snapshot.node, queues, snapshot.at_us);
        if let Some(ignores) = snapshot.ignores_maxmemory {
            self.memory.take_ignores_maxmemory(ignores);
        }
        if let Some(info) = snapshot.info.take() {
            let at_us = snapshot.bracket.as_ref().map_or(snapshot.at_us, |bracket| bracket.first.at_us);
            self.advance_info(info, at_us, &snapshot.node, keyspace);
            self.advance_refusals(&snapshot.own_refusals, at_us);
        }
        if let Some(bracket) = &snapshot.bracket {
            self.cache.advance(bracket);
        }
        keyspace.take_looks(&snapshot.looks);
        let counter =
            self.info.as_ref().map_or_else(ReadCounter::default, |info| ReadCounter::on(&info.value.server));
        keyspace.advance_streams(&snapshot, counter);
        keyspace.advance_groups(&mut snapshot, self.memory.size_model());
        keyspace.end_round(self.at_us, self.memory.size_model());
        self.advance_clients(snapshot);
    }

    /// Who is connected, what they do, and what takes long.
    fn advance_clients(&mut self, snapshot: Snapshot) {
        if let Some(limits) = snapshot.output_limits {
            self.outputs.take_limits(limits);
        }
        if let Some(clients) = &snapshot.clients {
            self.outputs.advance(clients);
        }
        if let Some(commands) = snapshot.commands {
            self.commands.advance(snapshot.at_us, &commands);
            self.fanout.advance_commands(&self.commands, snapshot.at_us);
        }
        self.advance_fanout(snapshot.fanout);
        if let Some(entries) = snapshot.slowlog {
            self.slowlog.advance(entries);
        }
        self.clients = snapshot.clients.or_else(|| self.clients.take());
        self.latency_events = snapshot.latency_events.or_else(|| self.latency_events.take());
        self.discovery = snapshot.discovery.unwrap_or(self.discovery);
    }

    fn advance_fanout(&mut self, facts: FanoutFacts) {
        self.fanout.take_limit(self.outputs.limits().map(|limits| limits.pubsub));
        self.fanout.advance(facts, self.at_us);
    }

    fn advance_info(&mut self, info: Info, at_us: i64, node: &NodeId, keyspace: &mut KeyspaceState) {
        if let Some(last) = &self.info {
            let other_process = info.server.run_id != last.value.server.run_id;
            let went_back = |now: Option<u64>, before: Option<u64>| matches!((now, before), (Some(now), Some(before)) if now < before);
            let reset = went_back(info.stats.commands, last.value.stats.commands)
                || went_back(info.server.uptime_s, last.value.server.uptime_s);
            self.restarts += u64::from(other_process || reset);
            if other_process {
                self.begin_anew(node, keyspace);
            } else if reset {
                self.forget_counters();
            }
        }
        self.rates.advance(&info, at_us);
        self.fanout.advance_info(&info, at_us);
        self.window_us = self.rates.commands.span_us().filter(|&us| us > 0);
        self.series.advance(self.now_ms(), &info, &self.rates, &self.cache);
        if self.memory.advance(&info, at_us, node, keyspace) {
            keyspace.tell_all();
        }
        self.info = Some(Stamped { at_us, value: info });
    }

    fn advance_refusals(&mut self, own: &OwnRefusals, at_us: i64) {
        if let Some(info) = &self.info {
            self.refusals.advance(&info.value, own, at_us);
        }
    }

    /// Another process answers, or another clock: windows begin anew, figures stay.
    fn begin_anew(&mut self, node: &NodeId, keyspace: &mut KeyspaceState) {
        self.forget_counters();
        self.answers.begin_anew();
        self.info = None;
        self.slowlog = SlowTrack::default();
        self.memory.begin_anew();
        self.keys.begin_anew();
        self.outputs = OutputTrack::default();
        self.series.break_all(self.now_ms());
        keyspace.begin_anew(node);
    }

    fn forget_counters(&mut self) {
        self.window_us = None;
        self.rates = ServerRates::new(self.rate_window_us);
        self.cache.clear();
        self.refusals.begin_anew();
        self.commands = CommandTrack::default();
        self.fanout.begin_anew();
    }

    /// The time of all ages of this server: milliseconds since 1970 on the clock of its stamps.
    pub fn now_ms(&self) -> i64 {
        self.at_us.div_euclid(1000)
    }

    /// Age of the last INFO, microseconds; `None` before the first.
    pub fn info_age_us(&self) -> Option<i64> {
        self.info.as_ref().map(|info| self.at_us.saturating_sub(info.at_us))
    }

    /// The last INFO, unless it is stale.
    pub fn fresh_info(&self) -> Option<&Info> {
        let age_us = self.info_age_us()?;
        self.info.as_ref().map(|info| &info.value).filter(|_| !self.answers.is_stale(age_us))
    }

    /// What we cost the server, as its own figures have it: microseconds of its time a second.
    pub fn server_us_per_s(&self) -> Option<f64> {
        self.cost.server_us_per_s(&self.commands)
    }
}
