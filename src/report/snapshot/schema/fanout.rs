//! The shape of the JSON about publish and subscribe.
//!
//! Knows names and types of fields; what each means stands in docs/SCHEMA.md. Invariant: a list that could not be read
//! is null, one without items is empty.

use super::PercentilesView;
use serde::Serialize;

#[derive(Serialize)]
pub(in crate::report::snapshot) struct FanoutView {
    pub channels: Option<Vec<ChannelView>>,
    pub patterns: Option<u64>,
    pub subscribers: Option<u64>,
    pub published_per_s: Option<f64>,
    pub publish_service_us: ServiceTimeView,
    pub event_loop_us: Option<u64>,
    pub output_limit: OutputLimitView,
    pub slow_subscribers: Option<Vec<SlowSubscriberView>>,
    pub vanished: Option<Vec<VanishedView>>,
    pub layers: Vec<LayerView>,
    pub probe: ProbeView,
}

#[derive(Serialize)]
pub(in crate::report::snapshot) struct ChannelView {
    pub channel: String,
    pub kind: &'static str,
    pub subscribers: Option<u64>,
}

#[derive(Serialize, Default)]
pub(in crate::report::snapshot) struct ServiceTimeView {
    pub mean: Option<f64>,
    pub p50_at_most: Option<u64>,
    pub p99_at_most: Option<u64>,
    pub samples: Option<u64>,
}

#[derive(Serialize, Default)]
pub(in crate::report::snapshot) struct OutputLimitView {
    pub hard_bytes: Option<u64>,
    pub soft_bytes: Option<u64>,
    pub soft_s: Option<u64>,
}

#[derive(Serialize)]
pub(in crate::report::snapshot) struct SlowSubscriberView {
    pub id: u64,
    pub name: String,
    pub address: String,
    pub omem_bytes: u64,
    pub growth_bytes_per_s: Option<f64>,
    pub seconds_to_disconnect: Option<f64>,
    pub behind_since_ms: i64,
}

#[derive(Serialize)]
pub(in crate::report::snapshot) struct VanishedView {
    pub id: u64,
    pub name: String,
    pub address: String,
    pub omem_bytes: u64,
    pub at_ms: i64,
    pub cause: &'static str,
}

#[derive(Serialize)]
pub(in crate::report::snapshot) struct LayerView {
    pub prefix: String,
    pub form: &'static str,
    pub groups: Vec<LayerGroupView>,
    pub channels: Vec<LayerChannelView>,
}

#[derive(Serialize)]
pub(in crate::report::snapshot) struct LayerGroupView {
    pub name: String,
    pub width: Option<u64>,
}

#[derive(Serialize)]
pub(in crate::report::snapshot) struct LayerChannelView {
    pub name: String,
    pub backlog: u64,
    pub in_flight: u64,
    pub oldest_age_ms: Option<u64>,
    pub full: bool,
}

#[derive(Serialize)]
pub(in crate::report::snapshot) struct ProbeView {
    pub enabled: bool,
    pub subscribers: Option<u32>,
    pub publish_us: PercentilesView,
    pub first_us: PercentilesView,
    pub delivery_us: PercentilesView,
    pub whole_way_us: PercentilesView,
    pub lost: Option<u64>,
    pub samples: Option<u64>,
    pub stopped: Option<String>,
    pub stream: StreamProbeView,
}

#[derive(Serialize)]
pub(in crate::report::snapshot) struct StreamProbeView {
    pub enabled: bool,
    pub add_us: PercentilesView,
    pub delivery_us: PercentilesView,
    pub lost: Option<u64>,
    pub samples: Option<u64>,
    pub stopped: Option<String>,
}
