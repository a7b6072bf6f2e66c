//! The probe's part of the fan-out screen: what it does and costs, percentiles, lines over time, a histogram.
//!
//! Knows both probes. Invariants: times of messages of our own are called the probe's, never the application's; while it
//! is off the line says what it would do.

use crate::app::State;
use crate::commands::CommandId;
use crate::config::theme::Role;
use crate::core::figures::column::LATENCY_WIDTH;
use crate::core::reading::pings::Percentiles;
use crate::core::reading::probe::{Bar, ProbeState, ProbeTrack};
use crate::ui::screens::charts::{Chart, Span};
use crate::ui::screens::facts::{self, figure_words};
use crate::ui::screens::layout;
use crate::ui::theme::Skin;
use crate::ui::widgets::pen::width;
use crate::ui::widgets::{ColumnWidth, Panel, Pen, Scale, StyledText, Table, Unit};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Cells of the word at the beginning of the line.
const TITLE: u16 = 5;
/// From this height on there is room for all percentiles and the histogram.
const ROOMY: u16 = 14;

/// Whether there is anything to draw beside the line.
pub fn is_there(state: &State) -> bool {
    let probes = state.shown().probes();
    [&probes.pubsub, &probes.stream].iter().any(|track| track.is_on() || track.minutes.samples > 0)
}

/// The line: how both probes stand, or what a key would begin.
pub fn line(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let probes = state.shown().probes();
    let key = |id: CommandId| state.setup.keymap.keys_of(id).first().map(ToString::to_string);
    let mut parts: Vec<StyledText> = [("pub/sub", &probes.pubsub), ("stream", &probes.stream)]
        .into_iter()
        .filter_map(|(name, track)| standing(name, track, skin))
        .collect();
    if parts.is_empty() {
        let keys = key(CommandId::Probe).zip(key(CommandId::StreamProbe));
        let hint = keys.map_or_else(String::new, |(pubsub, stream)| {
            format!("{pubsub} measures pub/sub delivery, {stream} that of streams: 5-10 \u{b5}s each")
        });
        parts = vec![StyledText::new("off", Role::Dim), StyledText::new(hint, Role::Dim)];
        if skin.is_ascii() {
            parts.iter_mut().for_each(|words| words.text = words.text.replace('\u{b5}', "u"));
        }
    }
    facts::line(("Probe", TITLE), &parts, area, buffer, skin);
}

fn standing(name: &str, track: &ProbeTrack, skin: &Skin) -> Option<StyledText> {
    let of = |plan: &crate::core::model::probe::ProbePlan| match plan.subscribers {
        1 => name.to_owned(),
        many => format!("{name} to {many}"),
    };
    let named = track.plan.as_ref().map_or_else(|| name.to_owned(), of);
    Some(match &track.state {
        ProbeState::Off => return None,
        ProbeState::Waiting => StyledText::new(format!("{named}: waits for INFO"), Role::Unknown),
        ProbeState::Starting => StyledText::new(format!("{named}: connects"), Role::Unknown),
        ProbeState::Running => {
            let every = track.plan.as_ref().map_or(0, |plan| plan.interval_us / 1000);
            let (sent, lost) = (skin.figures.count(Some(track.minutes.samples)), track.minutes.lost);
            let share = track.plan.as_ref().map(crate::core::model::probe::ProbePlan::share);
            let cost = format!("{} of the server", skin.figures.percent(share));
            let every = skin.figures.duration_ms(Some(every));
            let text = format!("{named} every {every}, {sent} in 5 min, {lost} lost, {cost}");
            StyledText::new(text, if lost > 0 { Role::Critical } else { Role::Text })
        }
        ProbeState::Failing(why) => StyledText::new(format!("{named}: {why}"), Role::Critical),
        ProbeState::Refused(why) => StyledText::new(format!("{named}: {why}"), Role::Warning),
    })
}

/// Lines at the left, percentiles and histogram at the right.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let (left, right) =
        if area.width >= 60 { layout::left(area, area.width / 2 - 1) } else { (area, Rect::ZERO) };
    let span = Span::of(state, 0);
    lines(state, &span, skin).draw(&span, left, buffer, skin);
    let right = layout::left(right, 3).1;
    let rows = rows(state, right.height < ROOMY, skin);
    let (above, below) = layout::top(right, u16::try_from(rows.len() + 1).unwrap_or(u16::MAX));
    percentiles(&rows, above, buffer, skin);
    histogram(state, below, buffer, skin);
}

/// The probe that is drawn: by pub/sub, or by the stream where that alone was sent.
fn drawn(state: &State) -> (&ProbeTrack, &'static str) {
    let probes = state.shown().probes();
    let is_stream =
        probes.pubsub.minutes.samples == 0 && !probes.pubsub.is_on() && probes.stream.minutes.samples > 0;
    if is_stream { (&probes.stream, "Stream delivery") } else { (&probes.pubsub, "Last delivery") }
}

fn lines<'a>(state: &State, span: &Span, skin: &Skin) -> Chart<'a> {
    let (track, title) = drawn(state);
    let figure = |us: Option<u64>| skin.figures.latency_us(us.map(|us| us as f64));
    let words = |name: &str, us, role| StyledText::new(format!("{name} {:>7}", figure(us)), role);
    Chart {
        title,
        now: vec![
            words("max", track.lately.last.max, Role::Graph3),
            words("p99", track.minutes.last.p99, Role::Graph2),
            words("p50", track.lately.last.p50, Role::Graph1),
        ],
        lines: vec![
            (span.points(&track.p50), Role::Graph1),
            (span.points(&track.p99), Role::Graph2),
            (span.points(&track.max), Role::Graph3),
        ],
        unit: Unit::LatencyUs,
        scale: Scale::Log,
        limit: None,
    }
}

/// Percentiles of both probes; where there is little room and both run, those that say least are left out.
fn rows(state: &State, is_low: bool, skin: &Skin) -> Vec<Vec<StyledText>> {
    let probes = state.shown().probes();
    let row = |name: &'static str, times: Percentiles| {
        let figure = |us: Option<u64>| figure_words(skin.figures.latency_us(us.map(|us| us as f64)), skin);
        vec![
            StyledText::from(name),
            figure(times.p50),
            figure(times.p95),
            figure(times.p99),
            figure(times.max),
        ]
    };
    let is_there = |track: &ProbeTrack| track.minutes.samples > 0 || track.is_on();
    let (pubsub, stream) = (is_there(&probes.pubsub), is_there(&probes.stream));
    let all = pubsub != stream || !is_low;
    let times = &probes.pubsub.minutes;
    let mut rows = Vec::new();
    if pubsub {
        rows.push(row("publish", times.publish));
        rows.extend(all.then(|| row("first", times.first)));
        rows.push(row("last", times.last));
        rows.extend(all.then(|| row("end to end", times.whole)));
    }
    if stream {
        let times = &probes.stream.minutes;
        rows.extend([row("XADD", times.publish), row("to a group", times.last)]);
    }
    rows
}

fn percentiles(rows: &[Vec<StyledText>], area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let columns = [
        ColumnWidth::text("LAST 5 MIN", 10, 14, 0),
        ColumnWidth::figures("P50", LATENCY_WIDTH, 0),
        ColumnWidth::figures("P95", LATENCY_WIDTH, 2),
        ColumnWidth::figures("P99", LATENCY_WIDTH, 0),
        ColumnWidth::figures("MAX", LATENCY_WIDTH, 1),
    ];
    Table::list(&columns, rows, None).draw(area, buffer, skin);
}

/// How many deliveries took how long: one row a span of time, each half as long again as the one above.
fn histogram(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    if area.height < 3 {
        return;
    }
    let (track, title) = drawn(state);
    let all: u64 = track.bars().iter().map(|bar| bar.count).sum();
    let inner =
        Panel::new(title).note(StyledText::new("latency distribution", Role::Dim)).draw(area, buffer, skin);
    let bars = fitted(track.bars(), inner.height);
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or(0).max(1);
    let mut pen = Pen::new(inner, buffer);
    for (bar, y) in bars.iter().zip(inner.y..inner.bottom()) {
        let label = format!("< {}", skin.figures.latency_us(Some(bar.to_us as f64)));
        let blank = 9_u16.saturating_sub(width(&label));
        pen.text(inner.x + blank, y, &label, skin.style(Role::Axis));
        let share = format!("{:>6}", skin.figures.percent(Some(bar.count as f64 / all.max(1) as f64)));
        let room = inner.width.saturating_sub(9 + 2 + 7);
        let long = (bar.count as f64 / most as f64 * f64::from(room)).round() as u16;
        let long = long.max(u16::from(bar.count > 0)).min(room);
        pen.run((inner.x + 10, y), long, skin.glyphs.bar_used, skin.style(Role::Graph1));
        let x = inner.right().saturating_sub(width(&share));
        let role = if bar.count == 0 { Role::Dim } else { Role::Text };
        pen.text(x, y, &share, skin.style(role));
    }
}

/// As many bars as there are rows: neighbours are put together.
fn fitted(bars: &[Bar], rows: u16) -> Vec<Bar> {
    let rows = usize::from(rows).max(1);
    let each = bars.len().div_ceil(rows).max(1);
    let together = |few: &[Bar]| {
        let (first, last) = (few.first()?, few.last()?);
        let count = few.iter().map(|bar| bar.count).sum();
        Some(Bar { from_us: first.from_us, to_us: last.to_us, count })
    };
    bars.chunks(each).filter_map(together).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_put_together_until_they_fit_and_none_is_left_out() {
        let bar = |at: u64| Bar { from_us: at * 10, to_us: at * 10 + 10, count: at };
        let bars: Vec<Bar> = (0..13).map(bar).collect();
        for rows in 1..20 {
            let fitted = fitted(&bars, rows);
            assert!(fitted.len() <= usize::from(rows));
            assert_eq!(fitted.iter().map(|bar| bar.count).sum::<u64>(), 78);
            assert_eq!((fitted.first().unwrap().from_us, fitted.last().unwrap().to_us), (0, 130));
        }
    }
}
