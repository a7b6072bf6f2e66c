//! The graphs of the server as a whole: what each shows, and the figures beside its title.
//!
//! Knows series by name, not where a graph stands. Invariant: a graph of two figures names both, in the colours
//! of their lines.

use super::{Chart, Span};
use crate::app::State;
use crate::config::theme::Role;
use crate::core::model::history::History;
use crate::ui::theme::Skin;
use crate::ui::widgets::{GraphPoint, Scale, StyledText, Unit};

/// Memory used and resident, bytes.
pub fn memory<'a>(state: &State, span: &Span, skin: &Skin) -> Chart<'a> {
    let series = &state.shown().this_node().series;
    let memory = state.shown().this_node().info.as_ref().map(|info| &info.value.memory);
    let (used, rss) = (memory.and_then(|memory| memory.used), memory.and_then(|memory| memory.rss));
    let figure = |bytes: Option<u64>| skin.figures.bytes(bytes);
    Chart {
        limit: state
            .shown()
            .this_node()
            .memory
            .headroom()
            .filter(|_| memory.is_some())
            .map(|room| room.limit as f64),
        ..pair(
            ("Memory", Unit::Bytes, Scale::Zero),
            [
                ("used", span.points(&series.used), figure(used)),
                ("rss", span.points(&series.rss), figure(rss)),
            ],
        )
    }
}

/// Resident beyond used, bytes: what fragmentation and pages that were not given back cost.
pub fn waste<'a>(state: &State, span: &Span, skin: &Skin) -> Chart<'a> {
    let series = &state.shown().this_node().series;
    let (rss, used) = (span.points(&series.rss), span.points(&series.used));
    let beyond = |(rss, used): (&GraphPoint, &GraphPoint)| {
        let used = used.value.filter(|_| used.t_ms == rss.t_ms);
        GraphPoint { t_ms: rss.t_ms, value: rss.value.zip(used).map(|(rss, used)| (rss - used).max(0.0)) }
    };
    let points: Vec<GraphPoint> = rss.iter().zip(&used).map(beyond).collect();
    let latest = points.last().and_then(|point| point.value);
    let figure = |bytes: Option<f64>| format!("{:>8}", skin.figures.bytes(bytes.map(|bytes| bytes as u64)));
    Chart::of_one(("RSS - used", Unit::Bytes, Scale::Zero), points, latest, span, figure)
}

/// Commands a second.
pub fn commands<'a>(state: &State, span: &Span, skin: &Skin) -> Chart<'a> {
    let reading = state.shown();
    let rate = |value| skin.figures.rate(value);
    single(
        ("Commands", Unit::Rate),
        &reading.this_node().series.ops,
        reading.this_node().rates.commands.per_s(),
        span,
        rate,
    )
}

/// Hits over reads of others, 0 to 1.
pub fn hit_ratio<'a>(state: &State, span: &Span, skin: &Skin) -> Chart<'a> {
    let series = &state.shown().this_node().series.hit_ratio;
    let points = span.points(series);
    let (from, to) = span.ends_ms;
    let shown = points.iter().filter(|point| (from..=to).contains(&point.t_ms));
    let least = shown.filter_map(|point| point.value).reduce(f64::min);
    let latest = points.last().and_then(|point| point.value);
    let percent = |share| format!("{:>6}", skin.figures.percent(share));
    let mut now = vec![StyledText::new(percent(latest), Role::Graph1)];
    if least.is_some() {
        now.insert(0, StyledText::new(format!("min {}", percent(least)), Role::Dim));
    }
    Chart {
        title: "Hit ratio",
        now,
        lines: vec![(points, Role::Graph1)],
        unit: Unit::Share,
        scale: Scale::Between(floor_below(least), 1.0),
        limit: None,
    }
}

/// Where the axis of a ratio begins: near enough for a dip to be seen, and round.
fn floor_below(least: Option<f64>) -> f64 {
    const FLOORS: [f64; 5] = [0.98, 0.95, 0.9, 0.8, 0.5];
    let least = least.unwrap_or(0.0);
    // A fifth of the picture stays free below the line.
    FLOORS.into_iter().find(|floor| least >= floor + (1.0 - floor) / 5.0).unwrap_or(0.0)
}

/// Bytes in and out a second.
pub fn network<'a>(state: &State, span: &Span, skin: &Skin) -> Chart<'a> {
    let reading = state.shown();
    let (rates, series) = (&reading.this_node().rates, &reading.this_node().series);
    let figure = |value| skin.figures.bytes_rate(value);
    pair(
        ("Network", Unit::BytesRate, Scale::Zero),
        [
            ("out", span.points(&series.net_out), figure(rates.net_out.per_s())),
            ("in", span.points(&series.net_in), figure(rates.net_in.per_s())),
        ],
    )
}

/// Clients connected.
pub fn clients<'a>(state: &State, span: &Span, skin: &Skin) -> Chart<'a> {
    let reading = state.shown();
    let connected = reading.this_node().info.as_ref().and_then(|info| info.value.clients.connected);
    let count = |value: Option<f64>| skin.figures.count(value.map(|value| value.round() as u64));
    let now = connected.map(|count| count as f64);
    single(("Clients", Unit::Count), &reading.this_node().series.clients, now, span, count)
}

/// Keys expired and evicted a second.
pub fn removed<'a>(state: &State, span: &Span, skin: &Skin) -> Chart<'a> {
    let reading = state.shown();
    let (rates, series) = (&reading.this_node().rates, &reading.this_node().series);
    let figure = |value| skin.figures.rate(value);
    pair(
        ("Removed", Unit::Rate, Scale::Zero),
        [
            ("expired", span.points(&series.expired), figure(rates.expired.per_s())),
            ("evicted", span.points(&series.evicted), figure(rates.evicted.per_s())),
        ],
    )
}

/// Hits and misses a second, ours included.
pub fn lookups<'a>(state: &State, span: &Span, skin: &Skin) -> Chart<'a> {
    let reading = state.shown();
    let (rates, series) = (&reading.this_node().rates, &reading.this_node().series);
    let figure = |value| skin.figures.rate(value);
    let mut chart = pair(
        ("Reads", Unit::Rate, Scale::Zero),
        [
            ("hits", span.points(&series.hits), figure(rates.hits.per_s())),
            ("misses", span.points(&series.misses), figure(rates.misses.per_s())),
        ],
    );
    chart.now.insert(0, StyledText::new("ours included", Role::Dim));
    chart
}

/// Round trips of PING, microseconds, on a logarithmic axis.
pub fn pings<'a>(state: &State, span: &Span, skin: &Skin) -> Chart<'a> {
    let reading = state.shown();
    let point = |(at_us, trip_us): (i64, u64)| GraphPoint {
        t_ms: at_us.div_euclid(1000),
        value: Some(trip_us as f64),
    };
    let points: Vec<GraphPoint> = reading.this_node().pings.trips().map(point).collect();
    let latest = points.last().and_then(|point| point.value);
    let figure = |us| format!("{:>7}", skin.figures.latency_us(us));
    Chart::of_one(("PING", Unit::LatencyUs, Scale::Log), points, latest, span, figure)
}

fn single<'a>(
    (title, unit): (&'a str, Unit),
    series: &History,
    now: Option<f64>,
    span: &Span,
    figure: impl Fn(Option<f64>) -> String,
) -> Chart<'a> {
    let padded = |value| format!("{:>8}", figure(value));
    Chart::of_one((title, unit, Scale::Zero), span.points(series), now, span, padded)
}

/// Two figures: name, points, and the present value as text.
fn pair<'a>(
    (title, unit, scale): (&'a str, Unit, Scale),
    [first, second]: [(&str, Vec<GraphPoint>, String); 2],
) -> Chart<'a> {
    let words = |name: &str, figure: &str, role| StyledText::new(format!("{name} {figure:>8}"), role);
    Chart {
        title,
        now: vec![words(first.0, &first.2, Role::Graph1), words(second.0, &second.2, Role::Graph2)],
        lines: vec![(first.1, Role::Graph1), (second.1, Role::Graph2)],
        unit,
        scale,
        limit: None,
    }
}
