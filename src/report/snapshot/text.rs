//! The page for people: server, memory, cache, throughput, clients, persistence, streams, gaps.
//!
//! Knows the order and the alignment; the figures are those of the JSON. Invariant: every name and every
//! foreign text on it is shown by its safe form.

use super::TargetLine;
use super::schema::SnapshotView;
use super::{patterns, streams};
use crate::core::reading::Reading;
use crate::report::layout::{FIGURES, UNKNOWN, cut, escape_controls, left, or_unknown, right};

/// Cells of the column of titles.
const TITLE_CELLS: usize = 13;
/// Cells of one figure with its label, so that figures stand below each other.
const FIGURE_CELLS: usize = 21;
/// Cells of a foreign text at most: a server's error, an address.
const FOREIGN_CELLS: usize = 300;

/// The whole page.
pub(super) fn page(reading: &Reading, target: &TargetLine) -> String {
    let snapshot = super::values::snapshot(reading, target);
    let mut lines = head(&snapshot);
    lines.push(format!("health {}", snapshot.health));
    for finding in reading.findings() {
        lines.push(format!("  {} {}", finding.severity.word(), finding.id));
        lines.push(format!("    {}", foreign(&finding.text)));
    }
    lines.push(String::new());
    lines.extend(memory(&snapshot));
    lines.extend(panels(&snapshot));
    lines.push(fanout(&snapshot));
    lines.push(String::new());
    lines.extend(streams::table(reading));
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

fn head(snapshot: &SnapshotView) -> Vec<String> {
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

fn memory(snapshot: &SnapshotView) -> Vec<String> {
    let memory = &snapshot.memory;
    let size = |figure: Option<u64>| FIGURES.bytes(figure);
    let limit = match memory.maxmemory_bytes {
        Some(0) => "none".to_owned(),
        limit => FIGURES.bytes(limit),
    };
    let fragmentation = FIGURES.factor(memory.fragmentation_ratio);
    let growth = FIGURES.signed_bytes_rate(memory.slope_bytes_per_s);
    let policy = or_unknown(memory.policy.as_deref(), foreign);
    vec![
        row(
            "memory",
            &[
                ("used", size(memory.used_bytes)),
                ("rss", size(memory.rss_bytes)),
                ("peak", size(memory.peak_bytes)),
            ],
        ),
        row("", &[("maxmemory", limit), ("policy", policy)]),
        row(
            "",
            &[("limit", size(memory.limit_bytes)), ("limit of", or_unknown(memory.limit_of, str::to_owned))],
        ),
        row(
            "",
            &[
                ("headroom", size(memory.headroom_bytes)),
                ("growth", growth),
                ("full in", FIGURES.duration_s(memory.seconds_to_full)),
            ],
        ),
        row("", &[("fragmentation", fragmentation), ("evicted", FIGURES.rate(memory.evicted_per_s))]),
    ]
}

fn panels(snapshot: &SnapshotView) -> Vec<String> {
    let SnapshotView { cache, throughput, clients, persistence, latency: times, cost, .. } = snapshot;
    let yes_or_no = |fact: Option<bool>| or_unknown(fact, |fact| if fact { "yes" } else { "no" }.to_owned());
    let on_or_off = |fact: Option<bool>| or_unknown(fact, |fact| if fact { "on" } else { "off" }.to_owned());
    let last_save = or_unknown(persistence.rdb_last_ok, |ok| if ok { "ok" } else { "FAILED" }.to_owned());
    let number = |figure: Option<u64>| FIGURES.page_count(figure);
    let ratio = |share: Option<f64>| FIGURES.percent(share);
    let per_s = |figure: Option<f64>| FIGURES.rate(figure);
    let bytes_per_s = |figure: Option<f64>| FIGURES.bytes_rate(figure);
    let trip = |us: Option<u64>| FIGURES.latency_us(us.map(|us| us as f64));
    let server_us = or_unknown(cost.server_us_per_s, |us| format!("~{}", FIGURES.percent(Some(us / 1e6))));
    vec![
        row(
            "cache",
            &[
                ("hits", number(cache.hits)),
                ("misses", number(cache.misses)),
                ("ratio", ratio(cache.hit_ratio)),
            ],
        ),
        row(
            "",
            &[
                ("coverage", ratio(cache.coverage)),
                ("expired", per_s(cache.expired_per_s)),
                ("since start", ratio(cache.lifetime_hit_ratio)),
            ],
        ),
        row(
            "throughput",
            &[
                ("commands", per_s(throughput.ops_per_s)),
                ("in", bytes_per_s(throughput.in_bytes_per_s)),
                ("out", bytes_per_s(throughput.out_bytes_per_s)),
            ],
        ),
        row(
            "clients",
            &[
                ("connected", number(clients.connected)),
                ("blocked", number(clients.blocked)),
                ("max", number(clients.max)),
            ],
        ),
        row(
            "persistence",
            &[
                ("AOF", on_or_off(persistence.aof_enabled)),
                ("last RDB", last_save),
                ("age", FIGURES.duration_ms(persistence.rdb_last_save_age_ms)),
            ],
        ),
        row("", &[("saving", yes_or_no(persistence.saving))]),
        row(
            "ping",
            &[
                ("p50", trip(times.ping_us.p50)),
                ("p99", trip(times.ping_us.p99)),
                ("max", trip(times.ping_us.max)),
            ],
        ),
        row("slow log", &[("new", number(times.slowlog_new))]),
        row(
            "our cost",
            &[
                ("commands", per_s(cost.commands_per_s)),
                ("bytes", bytes_per_s(cost.bytes_per_s)),
                ("server", server_us),
            ],
        ),
    ]
}

/// Who listens, and how late the probe's messages come while it runs.
fn fanout(snapshot: &SnapshotView) -> String {
    let fanout = &snapshot.fanout;
    let number = |figure: Option<u64>| FIGURES.page_count(figure);
    let behind = fanout.slow_subscribers.as_ref().map(|slow| slow.len() as u64);
    let third = match fanout.probe.enabled {
        true => ("probe p50", FIGURES.latency_us(fanout.probe.delivery_us.p50.map(|us| us as f64))),
        false => ("published", FIGURES.rate(fanout.published_per_s)),
    };
    row("fan-out", &[("subscribers", number(fanout.subscribers)), ("behind", number(behind)), third])
}

fn gaps(snapshot: &SnapshotView) -> Vec<String> {
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
