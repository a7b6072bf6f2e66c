//! Memory over time: how near its limit, what it is made of and what of that grows, and which streams do.
//!
//! Knows INFO and what streams were found to take; the formulas are `core::model::memory`'s. Invariants: nothing is
//! foretold across a restart; streams that are followed are bounded.

use super::Reading;
use super::digest::StreamSize;
use super::keyspace::KeyspaceState;
use super::sizes::SizeModel;
use super::streams::StreamState;
use crate::core::diagnose::growth::Growth;
use crate::core::model::Name;
use crate::core::model::forecast::{SAMPLES_LEAST, Trend};
use crate::core::model::info::Info;
use crate::core::model::memory::parts::{MemoryPart, PartKind, StreamBytes};
use crate::core::model::memory::{Headroom, LimitContext, LimitOf};
use crate::core::model::node::NodeId;
use crate::core::model::server::ServerRole;
use std::collections::BTreeMap;

/// Streams whose growth is followed: the greatest. A stream that is not among them is not what fills the memory.
const FOLLOWED: usize = 64;
/// How long full copies of replicas are remembered, microseconds.
const SYNCS_US: i64 = 600_000_000;

/// Memory over time.
#[derive(Clone, Debug)]
pub struct MemoryTrack {
    container: Option<u64>,
    ignores_maxmemory: bool,
    size_model: Option<SizeModel>,
    headroom: Option<Headroom>,
    resident_room: Option<Headroom>,
    counted: Trend,
    resident: Trend,
    parts: BTreeMap<&'static str, Trend>,
    streams: StreamBytes,
    followed: BTreeMap<Name, Trend>,
    over_limit: Growth,
    full_syncs: Growth,
}

/// A part of the memory, and how it grows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GrowingPart {
    /// The part.
    pub part: MemoryPart,
    /// Growth a second, bytes; `None` before there are samples enough.
    pub grows_per_s: Option<f64>,
}

impl MemoryTrack {
    /// Nothing read yet; `container` is the limit of the server's container, where there is one.
    pub fn new(container: Option<u64>) -> Self {
        Self {
            container,
            // The default of every version: a replica that does not tell ignores it.
            ignores_maxmemory: true,
            size_model: None,
            headroom: None,
            resident_room: None,
            counted: Trend::default(),
            resident: Trend::default(),
            parts: BTreeMap::new(),
            streams: StreamBytes::default(),
            followed: BTreeMap::new(),
            over_limit: Growth::of_a_minute(),
            full_syncs: Growth::over(SYNCS_US),
        }
    }

    /// Takes a reading of INFO in, with what the streams of this server were known to be.
    /// Whether this server counts in another way than before.
    pub(super) fn advance(
        &mut self,
        info: &Info,
        at_us: i64,
        home: &NodeId,
        keyspace: &KeyspaceState,
    ) -> bool {
        let size_model = Some(SizeModel::of(info));
        let counts_anew = std::mem::replace(&mut self.size_model, size_model) != size_model;
        self.over_limit.add(at_us, info.stats.over_limit_ms);
        self.full_syncs.add(at_us, info.stats.full_syncs);
        self.follow(at_us, home, keyspace);
        // Both are followed: which of them counts may change from one reading to the next.
        let of = |bytes: Option<u64>| bytes.map(|bytes| bytes as f64);
        self.counted.add(at_us, of(info.memory.counted()));
        self.resident.add(at_us, of(info.memory.rss));
        let context = LimitContext {
            container: self.container,
            ignores_maxmemory: info.server.role == ServerRole::Replica && self.ignores_maxmemory,
        };
        self.headroom = info.memory.headroom(context);
        self.resident_room = info.memory.room_of_resident(context);
        for part in info.memory.parts(self.streams).into_iter().flatten() {
            self.parts.entry(part.kind.id()).or_default().add(at_us, Some(part.bytes as f64));
        }
        counts_anew
    }

    /// Adds up what streams take, and follows the greatest of them.
    fn follow(&mut self, at_us: i64, home: &NodeId, keyspace: &KeyspaceState) {
        let mut sum = StreamBytes::default();
        let mut sizes: Vec<(u64, &Name)> = Vec::new();
        for (key, stream) in keyspace.streams_at(home) {
            let size = stream.digest.size;
            sum.entries = sum.entries.saturating_add(size.entries.unwrap_or(0));
            sum.pending = sum.pending.saturating_add(size.pending.unwrap_or(0));
            sum.consumers = sum.consumers.saturating_add(size.consumers.unwrap_or(0));
            sizes.extend(size.total().map(|total| (total, key)));
        }
        self.streams = sum;
        if sizes.len() > FOLLOWED {
            sizes.select_nth_unstable_by(FOLLOWED, |a, b| b.cmp(a));
            sizes.truncate(FOLLOWED);
        }
        self.followed.retain(|key, _| keyspace.has_stream_at(home, key));
        for (total, key) in sizes {
            if self.followed.len() >= 2 * FOLLOWED && !self.followed.contains_key(key) {
                self.followed.clear();
            }
            self.followed.entry(key.clone()).or_default().add(at_us, Some(total as f64));
        }
    }

    /// What replica-ignore-maxmemory is set to.
    pub fn take_ignores_maxmemory(&mut self, ignores: bool) {
        self.ignores_maxmemory = ignores;
    }

    /// Another process answers: nothing follows from before.
    pub fn begin_anew(&mut self) {
        *self = Self { ignores_maxmemory: self.ignores_maxmemory, ..Self::new(self.container) };
    }

    /// What counts against the limit, over time.
    fn used(&self) -> &Trend {
        match self.headroom.map(|room| room.of) {
            Some(LimitOf::Container | LimitOf::Host) => &self.resident,
            Some(LimitOf::Maxmemory) | None => &self.counted,
        }
    }

    /// How near memory is to its limit.
    pub fn headroom(&self) -> Option<Headroom> {
        self.headroom
    }

    /// How near what is resident is to the container's or the host's memory.
    pub fn resident_room(&self) -> Option<Headroom> {
        self.resident_room
    }

    /// Growth a second of what counts against the limit, bytes; `None` before there are samples enough.
    pub fn grows_per_s(&self) -> Option<f64> {
        self.used().per_s()
    }

    /// The same where it is more than noise.
    pub fn clearly_grows_per_s(&self) -> Option<f64> {
        self.used().clear_per_s()
    }

    /// Seconds until the limit is reached; `None` while nothing clearly grows towards it.
    pub fn seconds_to_full(&self) -> Option<f64> {
        self.used().seconds_to(self.headroom?.limit as f64)
    }

    /// Whether there are samples enough to foretell anything.
    pub fn is_foretold(&self) -> bool {
        self.used().samples() >= SAMPLES_LEAST
    }

    /// Samples that there are, of those that are needed.
    pub fn samples(&self) -> (usize, usize) {
        (self.used().samples(), SAMPLES_LEAST)
    }

    /// Milliseconds of the last minute that memory was over its limit (7.0).
    pub fn over_limit_ms(&self) -> Option<u64> {
        self.over_limit.grown()
    }

    /// Full copies of replicas within ten minutes.
    pub fn full_syncs(&self) -> Option<u64> {
        self.full_syncs.grown()
    }

    /// What the memory is made of; `None` where the server does not tell.
    pub fn parts(&self, info: &Info) -> Option<Vec<GrowingPart>> {
        let grows = |kind: PartKind| self.parts.get(kind.id()).and_then(Trend::per_s);
        let parts = info.memory.parts(self.streams)?.into_iter();
        Some(parts.map(|part| GrowingPart { part, grows_per_s: grows(part.kind) }).collect())
    }

    /// What a stream takes.
    pub fn size(&self, stream: &StreamState) -> StreamSize {
        self.size_model.map(|size_model| size_model.size(stream)).unwrap_or_default()
    }

    /// How this server counts.
    pub fn size_model(&self) -> Option<&SizeModel> {
        self.size_model.as_ref()
    }

    /// Growth of a stream, bytes a second; `None` where it is not among those that are followed.
    pub fn stream_grows_per_s(&self, key: &Name) -> Option<f64> {
        self.followed.get(key)?.per_s()
    }

    /// The streams that are followed: the greatest.
    pub(super) fn greatest_streams(&self) -> impl Iterator<Item = &Name> {
        self.followed.keys()
    }

    /// The stream that grows most: bytes a second, and its share of all that clearly grows.
    pub fn grower(&self) -> Option<(&Name, f64, f64)> {
        let all = self.clearly_grows_per_s().filter(|all| *all > 0.0)?;
        let rates = self.followed.iter().filter_map(|(key, trend)| Some((key, trend.clear_per_s()?)));
        let (key, per_s) = rates.filter(|(_, per_s)| *per_s > 0.0).max_by(|a, b| a.1.total_cmp(&b.1))?;
        Some((key, per_s, (per_s / all).min(1.0)))
    }
}

impl Reading {
    /// What a stream takes: its entries, its pending entries lists, its groups and consumers.
    pub fn stream_size(&self, stream: &StreamState) -> StreamSize {
        self.home_of(stream).memory.size(stream)
    }
}
