//! The page for people: server, memory, cache, throughput, clients, persistence, streams, gaps.
//!
//! Knows the order and the alignment; the figures are those of the JSON. Invariant: every name and every
//! foreign text on it is shown by its safe form.

use super::TargetLine;
use super::metrics::{METRICS, MetricUnit, MetricValue};
use super::schema::SnapshotView;
use super::{patterns, queues, streams};
use crate::core::reading::Reading;
use crate::core::reading::node::NodeState;
use crate::report::layout::{FIGURES, UNKNOWN, cut, escape_controls, left, or_unknown, right};

/// Cells of the column of titles.
const TITLE_CELLS: usize = 13;
/// Cells of one figure with its label, so that figures stand below each other.
const FIGURE_CELLS: usize = 21;
/// Cells of a foreign text at most: a server's error, an address.
const FOREIGN_CELLS: usize = 300;

/// The lines of figures: what stands before each, and its figures by their names in the JSON.
const PANELS: &[(&str, &[&str])] = &[
    ("memory", &["memory.used_bytes", "memory.rss_bytes", "memory.peak_bytes"]),
    ("", &["memory.maxmemory_bytes", "memory.policy"]),
    ("", &["memory.limit_bytes", "memory.limit_of"]),
    ("", &["memory.headroom_bytes", "memory.slope_bytes_per_s", "memory.seconds_to_full"]),
    ("", &["memory.fragmentation_ratio", "memory.evicted_per_s"]),
    ("cache", &["cache.hits", "cache.misses", "cache.hit_ratio"]),
    ("", &["cache.coverage", "cache.expired_per_s", "cache.lifetime_hit_ratio"]),
    ("throughput", &["throughput.ops_per_s", "throughput.in_bytes_per_s", "throughput.out_bytes_per_s"]),
    ("clients", &["clients.connected", "clients.blocked", "clients.max"]),
    (
        "persistence",
        &["persistence.aof_enabled", "persistence.rdb_last_ok", "persistence.rdb_last_save_age_ms"],
    ),
    ("", &["persistence.saving"]),
    ("ping", &["latency.ping_us.p50", "latency.ping_us.p99", "latency.ping_us.max"]),
    ("slow log", &["latency.slowlog_new"]),
    ("our cost", &["cost.commands_per_s", "cost.bytes_per_s", "cost.server_us_per_s"]),
];

/// The whole page.
pub(super) fn page(reading: &Reading, target: &TargetLine) -> String {
    let snapshot = super::values::snapshot(reading, target);
    let mut lines = head(&snapshot);
    lines.push(format!("health {}", snapshot.health));
    for finding in reading.findings() {
        lines.push(format!("  {} {}", finding.severity.word(), finding.id));
        lines.push(format!("    {}", foreign(&finding.text)));
        lines.extend(reading.cure(finding).map(|cure| format!("    {}", foreign(&cure.effect))));
    }
    lines.push(String::new());
    lines.extend(PANELS.iter().map(|(title, names)| panel(title, names, reading.this_node())));
    lines.push(fanout(&snapshot));
    lines.push(String::new());
    lines.extend(streams::table(reading));
    lines.extend(queues::table(reading));
    lines.extend(patterns::table(reading));
    lines.extend(patterns::counters(reading));
    lines.extend(gaps(&snapshot));
    let mut page = String::new();
    for line in lines {
        page.push_str(line.trim_end());
        page.push('\n');
    }
    page
}

fn head(snapshot: &SnapshotView<'_>) -> Vec<String> {
    let target = &snapshot.target;
    let (name, address) = (foreign(&target.name), foreign(&target.address));
    let called = if name == address { name } else { format!("{name} ({address})") };
    let words = [target.mode, target.role].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let product = [&target.server, &target.version].into_iter().flatten().map(|word| foreign(word));
    let product = product.collect::<Vec<_>>().join(" ");
    let up = format!("up {}", FIGURES.duration_ms(target.uptime_s.map(|s| s.saturating_mul(1000))));
    let parts = [called, words, product, up];
    let first = parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>();
    let taken = snapshot.taken_at_ms.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    let taken = or_unknown(taken, |at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string());
    let window = FIGURES.duration_s(snapshot.window_ms.map(|ms| ms / 1000.0));
    vec![first.join("  "), format!("taken {taken}, rates over {window}")]
}

/// A line of figures, which are rows of [`METRICS`].
fn panel(title: &str, names: &[&str], node: &NodeState) -> String {
    let figure = |name: &&str| {
        let metric = METRICS.iter().find(|metric| metric.name == *name)?;
        Some((metric.label, shown(metric.unit, metric.read(node))))
    };
    row(title, &names.iter().filter_map(figure).collect::<Vec<_>>())
}

fn shown(unit: MetricUnit, figure: Option<MetricValue>) -> String {
    match (unit, figure) {
        (MetricUnit::Bytes | MetricUnit::Limit, Some(MetricValue::Whole(bytes)))
            if bytes > 0 || unit == MetricUnit::Bytes =>
        {
            FIGURES.bytes(Some(bytes))
        }
        (MetricUnit::Limit, Some(MetricValue::Whole(_))) => "none".to_owned(),
        (MetricUnit::Count, Some(MetricValue::Whole(count))) => FIGURES.page_count(Some(count)),
        (MetricUnit::Ms, Some(MetricValue::Whole(ms))) => FIGURES.duration_ms(Some(ms)),
        (MetricUnit::Us, Some(MetricValue::Whole(us))) => FIGURES.latency_us(Some(us as f64)),
        (MetricUnit::Seconds, Some(MetricValue::Number(seconds))) => FIGURES.duration_s(Some(seconds)),
        (MetricUnit::PerS, Some(MetricValue::Number(per_s))) => FIGURES.rate(Some(per_s)),
        (MetricUnit::BytesPerS, Some(MetricValue::Number(per_s))) => FIGURES.bytes_rate(Some(per_s)),
        (MetricUnit::Growth, Some(MetricValue::Number(per_s))) => FIGURES.signed_bytes_rate(Some(per_s)),
        (MetricUnit::Load, Some(MetricValue::Number(us))) => format!("~{}", FIGURES.percent(Some(us / 1e6))),
        (MetricUnit::Share, Some(MetricValue::Number(share))) => FIGURES.percent(Some(share)),
        (MetricUnit::Factor, Some(MetricValue::Number(factor))) => FIGURES.factor(Some(factor)),
        (MetricUnit::Flag(yes, no), Some(MetricValue::Flag(flag))) => if flag { yes } else { no }.to_owned(),
        (_, Some(MetricValue::Text(text))) => foreign(&text),
        _ => UNKNOWN.to_owned(),
    }
}

/// Who listens, and how late the probe's messages come while it runs.
fn fanout(snapshot: &SnapshotView<'_>) -> String {
    let fanout = &snapshot.fanout;
    let number = |figure: Option<u64>| FIGURES.page_count(figure);
    let behind = fanout.slow_subscribers.as_ref().map(|slow| slow.len() as u64);
    let third = match fanout.probe.enabled {
        true => ("probe p50", FIGURES.latency_us(fanout.probe.delivery_us.p50.map(|us| us as f64))),
        false => ("published", FIGURES.rate(fanout.published_per_s)),
    };
    row("fan-out", &[("subscribers", number(fanout.subscribers)), ("behind", number(behind)), third])
}

fn gaps(snapshot: &SnapshotView<'_>) -> Vec<String> {
    if snapshot.gaps.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![String::new(), format!("gaps ({})", snapshot.gaps.len())];
    for gap in &snapshot.gaps {
        let about = if gap.text.starts_with(&gap.what) { String::new() } else { format!("{}: ", gap.what) };
        lines.push(format!("  {} ({})", foreign(&format!("{about}{}", gap.text)), gap.why));
    }
    lines
}

/// A title and labelled figures, each figure at the right of its cell.
fn row(title: &str, figures: &[(&str, String)]) -> String {
    let mut line = left(title, TITLE_CELLS);
    for (label, figure) in figures {
        let figure = if figure.is_empty() { UNKNOWN } else { figure };
        let room = FIGURE_CELLS.saturating_sub(unicode_width::UnicodeWidthStr::width(*label) + 1);
        line.push_str(&format!("{label} {}  ", right(figure, room)));
    }
    line
}

fn foreign(text: &str) -> String {
    cut(&escape_controls(text), FOREIGN_CELLS)
}
