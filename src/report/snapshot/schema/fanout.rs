//! The shape of the JSON about publish and subscribe.
//!
//! Knows names and types of fields; what each means stands in docs/SCHEMA.md. Invariant: a list that could not be read
//! is null, one without items is empty.

use super::Percentiles;
use serde::Serialize;

#[derive(Serialize)]
pub(in crate::report::snapshot) struct Fanout {
    pub channels: Option<Vec<Channel>>,
    pub patterns: Option<u64>,
    pub subscribers: Option<u64>,
    pub published_per_s: Option<f64>,
    pub publish_service_us: ServiceTime,
    pub event_loop_us: Option<u64>,
    pub output_limit: OutputLimit,
    pub slow_subscribers: Option<Vec<SlowSubscriber>>,
    pub vanished: Option<Vec<Gone>>,
    pub layers: Vec<LayerRow>,
    pub probe: Probe,
}

#[derive(Serialize)]
pub(in crate::report::snapshot) struct Channel {
    pub channel: String,
    pub kind: &'static str,
    pub subscribers: Option<u64>,
}

#[derive(Serialize, Default)]
pub(in crate::report::snapshot) struct ServiceTime {
    pub mean: Option<f64>,
    pub p50_at_most: Option<u64>,
    pub p99_at_most: Option<u64>,
    pub samples: Option<u64>,
}

#[derive(Serialize, Default)]
pub(in crate::report::snapshot) struct OutputLimit {
    pub hard_bytes: Option<u64>,
    pub soft_bytes: Option<u64>,
    pub soft_s: Option<u64>,
}

#[derive(Serialize)]
pub(in crate::report::snapshot) struct SlowSubscriber {
    pub id: u64,
    pub name: String,
    pub address: String,
    pub omem_bytes: u64,
    pub growth_bytes_per_s: Option<f64>,
    pub seconds_to_disconnect: Option<f64>,
    pub behind_since_ms: i64,
}

#[derive(Serialize)]
pub(in crate::report::snapshot) struct Gone {
    pub id: u64,
    pub name: String,
    pub address: String,
    pub omem_bytes: u64,
    pub at_ms: i64,
    pub cause: &'static str,
}

#[derive(Serialize)]
pub(in crate::report::snapshot) struct LayerRow {
    pub prefix: String,
    pub form: &'static str,
    pub groups: Vec<LayerGroup>,
    pub channels: Vec<LayerChannel>,
}

#[derive(Serialize)]
pub(in crate::report::snapshot) struct LayerGroup {
    pub name: String,
    pub width: Option<u64>,
}

#[derive(Serialize)]
pub(in crate::report::snapshot) struct LayerChannel {
    pub name: String,
    pub backlog: u64,
    pub in_flight: u64,
    pub oldest_age_ms: Option<u64>,
    pub full: bool,
}

#[derive(Serialize)]
pub(in crate::report::snapshot) struct Probe {
    pub enabled: bool,
    pub subscribers: Option<u32>,
    pub publish_us: Percentiles,
    pub first_us: Percentiles,
    pub delivery_us: Percentiles,
    pub whole_way_us: Percentiles,
    pub lost: Option<u64>,
    pub samples: Option<u64>,
    pub stopped: Option<String>,
    pub stream: StreamProbe,
}

#[derive(Serialize)]
pub(in crate::report::snapshot) struct StreamProbe {
    pub enabled: bool,
    pub add_us: Percentiles,
    pub delivery_us: Percentiles,
    pub lost: Option<u64>,
    pub samples: Option<u64>,
    pub stopped: Option<String>,
}
