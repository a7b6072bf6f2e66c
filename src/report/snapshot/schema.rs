//! The shape of the JSON snapshot: serde types of its own, in the order of docs/SCHEMA.md.
//!
//! The flat figures of a server come from the rows of `metrics`. Knows names and types of the other fields; what each means, its unit and when it is null stands in docs/SCHEMA.md,
//! and a test holds the two together. Invariant: fields may be added, never renamed.

pub(super) mod fanout;

use super::metrics::Section;
use super::queues::{QueueRow, ScheduleRow};
use crate::core::reading::Reading;
use fanout::FanoutView;
use serde::Serialize;
use std::collections::BTreeMap;

/// Number of the schema.
pub(super) const VERSION: u32 = 1;

#[derive(Serialize)]
pub(super) struct SnapshotView<'a> {
    pub schema: u32,
    pub taken_at_ms: Option<i64>,
    pub age_ms: Option<i64>,
    pub stale: bool,
    pub unjudged: Vec<String>,
    pub window_ms: Option<f64>,
    pub target: TargetView,
    pub cluster: ClusterView,
    pub health: &'static str,
    pub system: SystemView,
    pub findings: Vec<serde_json::Value>,
    pub memory: MemoryView<'a>,
    pub cache: CacheView<'a>,
    pub throughput: Section<'a>,
    pub clients: Section<'a>,
    pub refusals: BTreeMap<String, Option<u64>>,
    pub persistence: Section<'a>,
    pub counters: Vec<CounterView>,
    pub streams: Option<StreamsView<'a>>,
    pub fanout: FanoutView,
    pub queues: Vec<QueueRow>,
    pub schedulers: Vec<ScheduleRow>,
    pub latency: LatencyView<'a>,
    pub cost: Section<'a>,
    pub gaps: Vec<GapView>,
}

#[derive(Serialize)]
pub(super) struct SystemView {
    pub status: &'static str,
    pub redis_up: bool,
    pub workers: Option<u64>,
    pub hit_ratio: Option<f64>,
    pub memory_bytes: Option<u64>,
    pub memory_share: Option<f64>,
    pub jobs_ready: Option<u64>,
    pub oldest_job_ms: Option<u64>,
}

#[derive(Serialize)]
pub(super) struct TargetView {
    pub name: String,
    pub address: String,
    pub mode: Option<&'static str>,
    pub role: Option<&'static str>,
    pub server: Option<String>,
    pub version: Option<String>,
    pub run_id: Option<String>,
    pub uptime_s: Option<u64>,
}

#[derive(Serialize)]
pub(super) struct ClusterView {
    pub is_part: Option<bool>,
    pub ok: Option<bool>,
    pub primaries: Option<u64>,
    pub nodes: Option<u64>,
    pub slots: Option<u64>,
}

#[derive(Serialize)]
pub(super) struct MemoryView<'a> {
    #[serde(flatten)]
    pub figures: Section<'a>,
    pub parts: Option<Vec<MemoryPartView>>,
    pub biggest_keys: Vec<BigKeyView>,
    #[serde(rename = "reliefs")]
    pub savings: Vec<SavingView>,
}

#[derive(Serialize)]
pub(super) struct MemoryPartView {
    pub part: &'static str,
    pub bytes: u64,
    pub bytes_per_s: Option<f64>,
}

#[derive(Serialize)]
pub(super) struct BigKeyView {
    pub key: String,
    pub r#type: Option<&'static str>,
    pub bytes: Option<u64>,
    pub bytes_per_s: Option<f64>,
}

#[derive(Serialize)]
pub(super) struct SavingView {
    pub way: &'static str,
    pub subject: String,
    pub bytes: u64,
    pub counts_for_maxmemory: bool,
}

#[derive(Serialize)]
pub(super) struct CacheView<'a> {
    #[serde(flatten)]
    pub figures: Section<'a>,
    pub walk: WalkView,
    pub patterns: Vec<PatternView>,
}

#[derive(Serialize)]
pub(super) struct WalkView {
    pub share: Option<f64>,
    pub age_ms: Option<u64>,
    pub took_ms: Option<u64>,
    pub keys: Option<u64>,
}

#[derive(Serialize)]
pub(super) struct PatternView {
    pub pattern: String,
    pub name: Option<String>,
    pub keys: Option<u64>,
    pub keys_exact: bool,
    pub bytes: Option<u64>,
    pub bytes_per_s: Option<f64>,
    pub ttl_ms: TtlView,
    pub too_long: Option<u64>,
}

#[derive(Serialize)]
pub(super) struct TtlView {
    pub none: Option<f64>,
    pub p50: Option<u64>,
    pub max: Option<u64>,
}

#[derive(Serialize)]
pub(super) struct CounterView {
    pub name: String,
    pub key: String,
    pub field: Option<String>,
    pub value: Option<i64>,
    pub per_s: Option<f64>,
    pub share: Option<f64>,
    pub share_now: Option<f64>,
}

/// A list of [`StreamView`], each made when it is written: ten thousand at once would take more than their reading.
pub(super) struct StreamsView<'a>(pub &'a Reading);

#[derive(Serialize)]
pub(super) struct StreamView {
    pub key: String,
    pub age_ms: Option<i64>,
    pub stale: bool,
    pub length: Option<u64>,
    pub bytes: Option<u64>,
    pub entries_bytes: Option<u64>,
    pub pending_bytes: Option<u64>,
    pub consumers_bytes: Option<u64>,
    pub consumers_bytes_at_least: Option<bool>,
    pub bytes_per_s: Option<f64>,
    pub entries_added: Option<u64>,
    pub in_per_s: Option<f64>,
    pub oldest_entry_age_ms: Option<u64>,
    pub newest_entry_age_ms: Option<u64>,
    pub verdict: Option<&'static str>,
    pub fanout: StreamFanoutView,
    pub groups: Option<Vec<GroupView>>,
}

#[derive(Serialize, Default)]
pub(super) struct StreamFanoutView {
    pub slowest_group: Option<String>,
    pub slowest_ms: Option<u64>,
    pub spread_ms: Option<u64>,
}

#[derive(Serialize)]
pub(super) struct GroupView {
    pub name: String,
    pub lag: Option<u64>,
    pub lag_kind: &'static str,
    pub server_lag: Option<i64>,
    pub pending: Option<u64>,
    pub oldest_pending_age_ms: Option<u64>,
    pub oldest_undelivered_age_ms: Option<u64>,
    pub delivered_per_s: Option<f64>,
    pub acked_per_s: Option<f64>,
    pub seconds_to_drain: Option<f64>,
    pub delivery_ms: DeliveryView,
    pub lost_undelivered: Option<u64>,
    pub lost_kind: &'static str,
    pub untold: Option<&'static str>,
    pub verdict: Option<&'static str>,
    pub reason: Option<String>,
    pub consumers: Option<Vec<ConsumerView>>,
}

#[derive(Serialize, Default)]
pub(super) struct DeliveryView {
    pub p50: Option<u64>,
    pub p95: Option<u64>,
    pub p99: Option<u64>,
    pub samples: usize,
}

#[derive(Serialize)]
pub(super) struct ConsumerView {
    pub name: String,
    pub pending: Option<u64>,
    pub idle_ms: Option<u64>,
    pub inactive_ms: Option<u64>,
    pub verdict: Option<&'static str>,
}

#[derive(Serialize, Default)]
pub(super) struct PercentilesView {
    pub p50: Option<u64>,
    pub p95: Option<u64>,
    pub p99: Option<u64>,
    pub max: Option<u64>,
}

#[derive(Serialize)]
pub(super) struct LatencyView<'a> {
    pub ping_us: Section<'a>,
    #[serde(flatten)]
    pub figures: Section<'a>,
}

#[derive(Serialize)]
pub(super) struct GapView {
    pub what: String,
    pub why: &'static str,
    pub text: String,
}
