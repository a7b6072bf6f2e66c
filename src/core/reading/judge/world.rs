//! A small server for stories: one stream, one group, consumers that do as they are told, a poll a second.
//!
//! Knows what XADD, XREADGROUP, XACK, XTRIM and XGROUP SETID do to the figures; everything else is fixed.
//! Invariant: what it reports follows from what was done to it.

use crate::core::diagnose::consumers::ConsumerVerdict;
use crate::core::diagnose::groups::GroupVerdict;
use crate::core::model::clients::Client;
use crate::core::model::consumers::{Consumer, Inactivity, PendingRow};
use crate::core::model::groups::{Backlog, Group, ServerLag};
use crate::core::model::info::{Info, Stats};
use crate::core::model::server::{Server, ServerRole};
use crate::core::model::snapshot::{Discovery, PendingPage};
use crate::core::model::streams::{StreamDetail, StreamFacts};
use crate::core::model::{Name, Snapshot, Stamped, StreamId};
use crate::core::reading::Reading;
use crate::core::reading::tracks::consumers;
use std::collections::{BTreeMap, BTreeSet};

const START_MS: u64 = 1_700_000_000_000;

pub struct World {
    pub reading: Reading,
    pub now_ms: u64,
    pub run_id: &'static str,
    pub role: ServerRole,
    /// Whether idle is the last attempt (7.2).
    pub is_modern: bool,
    pub clients: Option<Vec<Client>>,
    pub entries: BTreeSet<StreamId>,
    pub added: u64,
    last: StreamId,
    pub cursor: StreamId,
    pub read: u64,
    pub pending: BTreeMap<StreamId, (&'static str, u64, u64)>,
    consumers: BTreeMap<&'static str, (u64, Option<u64>)>,
}

impl World {
    pub fn new() -> Self {
        Self {
            reading: Reading::new(10_000_000),
            now_ms: START_MS,
            run_id: "a",
            role: ServerRole::Primary,
            is_modern: false,
            clients: None,
            entries: BTreeSet::new(),
            added: 0,
            last: StreamId::MIN,
            cursor: StreamId::MIN,
            read: 0,
            pending: BTreeMap::new(),
            consumers: BTreeMap::new(),
        }
    }

    pub fn modern() -> Self {
        Self { is_modern: true, ..Self::new() }
    }

    /// The verdict of a consumer; `None` while it was not read, and on a replica.
    pub fn consumer_verdict(&self, consumer: &str) -> Option<ConsumerVerdict> {
        let (key, group) = (Name::from("s"), Name::from("g"));
        let list = consumers(self.reading.streams().get(&key)?.groups.get(&group)?);
        let place = list.iter().position(|row| row.name == Name::from(consumer))?;
        self.reading.consumer_verdicts(&key, &group).get(place).copied().flatten()
    }

    pub fn produce(&mut self, many: u64) {
        for seq in 0..many {
            self.last = StreamId::new(self.now_ms, seq).max(self.last.successor());
            self.entries.insert(self.last);
        }
        self.added += many;
    }

    /// XREADGROUP; an attempt even when there is nothing.
    pub fn take(&mut self, who: &'static str, many: usize) {
        let fresh: Vec<StreamId> =
            self.entries.range(self.cursor.successor()..).take(many).copied().collect();
        let seen = self.consumers.entry(who).or_insert((self.now_ms, None));
        if self.is_modern || !fresh.is_empty() {
            seen.0 = self.now_ms;
        }
        if let Some(last) = fresh.last() {
            seen.1 = Some(self.now_ms);
            self.cursor = *last;
            self.read += fresh.len() as u64;
        }
        self.pending.extend(fresh.into_iter().map(|id| (id, (who, self.now_ms, 1))));
    }

    /// XACK of the oldest that it holds.
    pub fn acknowledge(&mut self, who: &str, many: usize) {
        let own = self.pending.iter().filter(|(_, (holder, ..))| *holder == who);
        let ids: Vec<StreamId> = own.take(many).map(|(id, _)| *id).collect();
        self.pending.retain(|id, _| !ids.contains(id));
    }

    pub fn work(&mut self, who: &'static str, many: usize) {
        self.take(who, many);
        self.acknowledge(who, usize::MAX);
    }

    pub fn remove_consumers(&mut self) {
        self.consumers.clear();
    }

    pub fn trim(&mut self, keep: usize) {
        while self.entries.len() > keep {
            self.entries.pop_first();
        }
    }

    pub fn redeliver(&mut self, who: &'static str) {
        if let Some(mut first) = self.pending.first_entry() {
            let deliveries = first.get().2 + 1;
            *first.get_mut() = (who, self.now_ms, deliveries);
            self.consumers.insert(who, (self.now_ms, Some(self.now_ms)));
        }
    }

    /// A second passes, and the poll at its end.
    pub fn tick(&mut self) {
        self.pass(1_000);
    }

    pub fn pass(&mut self, ms: u64) {
        self.now_ms += ms;
        let snapshot = self.snapshot();
        self.reading.advance(snapshot);
    }

    pub fn verdict(&self) -> GroupVerdict {
        self.reading.group_verdict(&Name::from("s"), &Name::from("g")).unwrap().verdict
    }

    pub fn reason(&self) -> String {
        self.reading.group_verdict(&Name::from("s"), &Name::from("g")).unwrap().reason.to_string()
    }

    pub fn ids(&self) -> Vec<&'static str> {
        self.reading.findings().iter().map(|finding| finding.id).collect()
    }

    fn snapshot(&self) -> Snapshot {
        let at_us = self.now_ms as i64 * 1000;
        let (key, group) = (Name::from("s"), Name::from("g"));
        let stats = Stats { commands: Some(self.now_ms - START_MS), ..Stats::default() };
        let server = Server { run_id: Some(self.run_id.to_owned()), role: self.role, ..Server::default() };
        let page = PendingPage {
            key: key.clone(),
            group: group.clone(),
            consumer: None,
            start: StreamId::MIN,
            count: 20,
            at_us,
            rows: self.rows(),
        };
        let consumers = Stamped { at_us, value: self.consumers() };
        Snapshot {
            taken_at_ms: at_us / 1000,
            at_us,
            info: Some(Info { server, stats, ..Info::default() }),
            streams: vec![self.facts(&key, at_us)],
            groups: vec![(key.clone(), Stamped { at_us, value: vec![self.group(&group)] })],
            backlogs: vec![(key.clone(), group.clone(), Stamped { at_us, value: self.backlog() })],
            consumers: vec![(key, group, consumers)],
            pending: vec![page],
            clients: self.clients.clone().map(|value| Stamped { at_us, value }),
            discovery: Some(Discovery { passes: 1, ..Discovery::default() }),
            ..Snapshot::default()
        }
    }

    fn facts(&self, key: &Name, at_us: i64) -> StreamFacts {
        let detail = StreamDetail {
            entries_added: Some(self.added),
            last_generated: Some(self.last),
            max_deleted: Some(StreamId::MIN),
            first_entry: self.entries.first().copied(),
            last_entry: self.entries.last().copied(),
            groups: Some(1),
            ..StreamDetail::default()
        };
        let length = Some(self.entries.len() as u64);
        StreamFacts { key: key.clone(), at_us, length, detail: Some(detail), reply_bytes: None }
    }

    fn group(&self, name: &Name) -> Group {
        Group {
            name: name.clone(),
            consumers: Some(self.consumers.len() as u64),
            pending: Some(self.pending.len() as u64),
            last_delivered: Some(self.cursor),
            entries_read: Some(self.read),
            lag: ServerLag::Unknown,
        }
    }

    fn backlog(&self) -> Backlog {
        let mut waiting = self.entries.range(self.cursor.successor()..);
        let first = waiting.clone().next().copied();
        let entries = waiting.by_ref().take(1_000).count() as u64;
        Backlog { cursor: self.cursor, entries, is_capped: entries == 1_000, first }
    }

    fn consumers(&self) -> Vec<Consumer> {
        let row = |(name, (attempt_ms, success_ms)): (&&'static str, &(u64, Option<u64>))| Consumer {
            name: Name::from(*name),
            pending: Some(self.pending.values().filter(|(holder, ..)| holder == name).count() as u64),
            idle_ms: Some(self.now_ms - attempt_ms),
            inactive: match success_ms {
                _ if !self.is_modern => Inactivity::Unsupported,
                Some(ms) => Inactivity::Ms(self.now_ms - ms),
                None => Inactivity::Never,
            },
        };
        self.consumers.iter().map(row).collect()
    }

    fn rows(&self) -> Vec<PendingRow> {
        let row = |(id, (holder, at_ms, deliveries)): (&StreamId, &(&'static str, u64, u64))| PendingRow {
            id: *id,
            consumer: Name::from(*holder),
            idle_ms: Some(self.now_ms - at_ms),
            deliveries: *deliveries,
        };
        self.pending.iter().take(20).map(row).collect()
    }
}
