//! What is known now: rounds put together, with history, rates and gaps.
//!
//! Takes snapshots in order and owns what follows from more than one of them. Knows no commands and no screen.
//! Invariants: nothing is ever computed across a restart or a reset; figures keep the time they were true.

pub mod answers;
pub mod cluster;
pub mod commands;
pub mod cost;
pub mod counters;
mod evidence;
pub mod fanout;
pub mod gaps;
pub mod groups;
mod insides;
pub mod judge;
pub mod keys;
mod lag;
pub mod leaks;
mod loss;
pub mod memory;
pub mod outputs;
pub mod pings;
pub mod probe;
mod rates;
pub mod refusals;
pub mod relief;
pub mod series;
pub mod sizes;
pub mod slowlog;
pub mod streams;
mod unjudged;
pub mod verdicts;
pub mod watched;

use crate::core::model::cache::CacheTrack;
use crate::core::model::clients::Client;
use crate::core::model::cluster::Cluster;
use crate::core::model::fanout::FanoutFacts;
use crate::core::model::groups::ReadCounter;
use crate::core::model::info::Info;
use crate::core::model::latency::LatencyEvent;
use crate::core::model::probe::{ProbeEvent, ProbeKind};
use crate::core::model::refusals::OwnRefusals;
use crate::core::model::snapshot::{ClockSource, Discovery};
use crate::core::model::{Name, Snapshot, Stamped};
use answers::Answers;
use commands::CommandTrack;
use cost::CostTrack;
use counters::CounterTrack;
use fanout::FanoutTrack;
use gaps::Gaps;
use judge::Standing;
use keys::KeyTrack;
use memory::MemoryTrack;
use outputs::OutputTrack;
use pings::Pings;
use probe::Probes;
use rates::ServerRates;
use refusals::RefusalTrack;
use series::Series;
use slowlog::SlowTrack;
use std::collections::BTreeMap;
use streams::StreamState;
use watched::WatchSettings;

/// Everything known about one Redis.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Window of all rates, microseconds; 0 takes the last two samples.
    rate_window_us: i64,
    /// Our wall clock at the last round, milliseconds since 1970; 0 before the first.
    pub taken_at_ms: i64,
    /// The same moment on the clock of all stamps (the server's where it tells it), microseconds since 1970.
    pub at_us: i64,
    clock: ClockSource,
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
    /// Every stream.
    pub streams: BTreeMap<Name, StreamState>,
    /// Keys by pattern.
    pub keys: KeyTrack,
    /// How near memory is to its limit, and what grows.
    pub memory: MemoryTrack,
    /// What others are refused.
    pub refusals: RefusalTrack,
    /// Counters of the operator's.
    pub counters: CounterTrack,
    /// Output buffers of clients.
    pub outputs: OutputTrack,
    /// CLIENT LIST.
    pub clients: Option<Stamped<Vec<Client>>>,
    /// Publish and subscribe.
    pub fanout: FanoutTrack,
    /// What our own messages measured.
    pub probes: Probes,
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
    /// What is wrong, and how every group and consumer fares.
    pub judged: Standing,
    /// Commands that need not be answered for all to be well.
    accept_blind: Vec<String>,
}

impl Reading {
    /// Nothing known yet; rates over `rate_window_us` (0: between the last two samples).
    pub fn new(rate_window_us: i64) -> Self {
        let watched = WatchSettings::default();
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
            streams: BTreeMap::new(),
            keys: KeyTrack::new(&watched),
            memory: MemoryTrack::new(None),
            refusals: RefusalTrack::default(),
            counters: CounterTrack::default(),
            outputs: OutputTrack::default(),
            clients: None,
            fanout: FanoutTrack::default(),
            probes: Probes::default(),
            slowlog: SlowTrack::default(),
            latency_events: None,
            commands: CommandTrack::default(),
            pings: Pings::default(),
            cost: CostTrack::default(),
            gaps: Gaps::default(),
            cluster: None,
            discovery: Discovery::default(),
            restarts: 0,
            judged: Standing::default(),
            accept_blind: Vec::new(),
        }
    }

    /// The same, with what the operator wants to be watched.
    #[must_use]
    pub fn watching(self, watched: &WatchSettings) -> Self {
        Self {
            gaps: Gaps::of_database(watched.database),
            judged: Standing::new(watched.thresholds),
            accept_blind: watched.accept_blind.clone(),
            keys: KeyTrack::new(watched),
            memory: MemoryTrack::new(watched.memory_limit),
            counters: CounterTrack::new(&watched.counters, self.rate_window_us),
            ..self
        }
    }

    /// Takes the next round in.
    pub fn advance(&mut self, mut snapshot: Snapshot) {
        if snapshot.clock != self.clock && self.taken_at_ms != 0 {
            self.begin_anew();
        }
        self.clock = snapshot.clock;
        let brings_figures = snapshot.changes_figures();
        if (brings_figures && !snapshot.replies.are_errors()) || self.taken_at_ms == 0 {
            self.taken_at_ms = snapshot.taken_at_ms;
        }
        self.at_us = snapshot.at_us;
        self.answers.advance(&snapshot);
        self.cost.advance(snapshot.at_us, &snapshot.cost);
        self.pings.advance(snapshot.at_us, &snapshot.pings_us);
        self.cluster = snapshot.cluster.or(self.cluster);
        self.gaps.advance(&snapshot, self.cluster.as_ref());
        self.take_usages(&mut snapshot.keys);
        self.keys.advance(&snapshot);
        self.counters.advance(&snapshot.counters);
        if let Some(ignores) = snapshot.ignores_maxmemory {
            self.memory.take_ignores_maxmemory(ignores);
        }
        if let Some(info) = snapshot.info.take() {
            let at_us = snapshot.bracket.as_ref().map_or(snapshot.at_us, |bracket| bracket.first.at_us);
            self.advance_info(info, at_us);
            self.advance_refusals(&snapshot.own_refusals, at_us);
        }
        if let Some(bracket) = &snapshot.bracket {
            self.cache.advance(bracket);
        }
        self.take_looks(&snapshot.looks);
        self.advance_streams(&snapshot.streams, &snapshot.groups, &snapshot.gone);
        self.advance_groups(&mut snapshot);
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
        if brings_figures {
            let mut judged = std::mem::take(&mut self.judged);
            judged.advance(self);
            self.judged = judged;
        }
    }

    fn advance_fanout(&mut self, facts: FanoutFacts) {
        self.fanout.take_limit(self.outputs.limits().map(|limits| limits.pubsub));
        self.fanout.advance(facts, self.at_us);
    }

    /// Takes in what a probe tells, and what that cost.
    pub fn advance_probe(&mut self, kind: ProbeKind, event: &ProbeEvent) {
        if let ProbeEvent::Sample(_, cost) = event {
            self.cost.advance(self.at_us, cost);
        }
        let at_ms = self.now_ms();
        self.probes.of_mut(kind).advance(event, at_ms);
    }

    /// The time of all ages: milliseconds since 1970 on the clock of all stamps.
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

    fn advance_info(&mut self, info: Info, at_us: i64) {
        if let Some(last) = &self.info {
            let other_process = info.server.run_id != last.value.server.run_id;
            let went_back = |now: Option<u64>, before: Option<u64>| matches!((now, before), (Some(now), Some(before)) if now < before);
            let reset = went_back(info.stats.commands, last.value.stats.commands)
                || went_back(info.server.uptime_s, last.value.server.uptime_s);
            if other_process {
                self.begin_anew();
            } else if reset {
                self.forget_counters();
            }
        }
        self.rates.advance(&info, at_us);
        self.fanout.advance_info(&info, at_us);
        self.window_us = self.rates.commands.span_us().filter(|&us| us > 0);
        self.series.advance(self.now_ms(), &info, &self.rates, &self.cache);
        self.memory.advance(&info, at_us, &self.streams);
        self.info = Some(Stamped { at_us, value: info });
    }

    fn advance_refusals(&mut self, own: &OwnRefusals, at_us: i64) {
        if let Some(info) = &self.info {
            self.refusals.advance(&info.value, own, at_us);
        }
    }

    /// Another process answers, or another clock: windows begin anew, figures stay.
    fn begin_anew(&mut self) {
        self.forget_counters();
        self.answers.begin_anew();
        self.info = None;
        self.slowlog = SlowTrack::default();
        self.memory.begin_anew();
        self.keys.begin_anew();
        self.counters.begin_anew();
        self.outputs = OutputTrack::default();
        self.series.break_all(self.now_ms());
        for stream in self.streams.values_mut() {
            stream.begin_anew();
        }
    }

    fn forget_counters(&mut self) {
        self.restarts += 1;
        self.window_us = None;
        self.rates = ServerRates::new(self.rate_window_us);
        self.cache.clear();
        self.refusals.begin_anew();
        self.commands = CommandTrack::default();
        self.fanout.begin_anew();
    }

    fn advance_streams(
        &mut self,
        facts: &[crate::core::model::streams::StreamFacts],
        groups: &[(Name, Stamped<Vec<crate::core::model::groups::Group>>)],
        gone: &[Name],
    ) {
        for fact in facts {
            let window_us = self.rate_window_us;
            let stream = self
                .streams
                .entry(fact.key.clone())
                .or_insert_with(|| StreamState::new(fact.key.clone(), window_us));
            stream.advance(fact);
        }
        let counter =
            self.info.as_ref().map_or_else(ReadCounter::default, |info| ReadCounter::on(&info.value.server));
        let mut series_left = crate::core::limits::GROUP_SERIES
            .saturating_sub(self.streams.values().map(|s| s.groups.len()).sum());
        for (key, list) in groups {
            let window_us = self.rate_window_us;
            let stream =
                self.streams.entry(key.clone()).or_insert_with(|| StreamState::new(key.clone(), window_us));
            stream.advance_groups(list, &mut series_left, counter);
        }
        for key in gone {
            self.streams.remove(key);
        }
    }
}

#[cfg(test)]
mod tests;
