//! Cells of tables as text and role.
//!
//! Knows how each meaning of a cell is written; does not know where it stands. Invariants: what is not known is
//! `—`, an estimate says so, and only the rows that are seen are ever written.

mod fanout;
mod queues;

pub use queues::oldest as oldest_job;

use crate::app::cell::{Cell, Row, RowId, RowMark};
use crate::config::theme::Role;
use crate::core::diagnose::consumers::ConsumerVerdict;
use crate::core::diagnose::finding::Severity;
use crate::core::diagnose::groups::GroupVerdict;
use crate::core::figures::column::Certainty;
use crate::core::model::groups::Lag;
use crate::core::model::history::History;
use crate::core::model::keys::Ttl;
use crate::core::reading::Reading;
use crate::core::reading::groups::Drain;
use crate::ui::theme::Skin;
use crate::ui::widgets::{StyledText, spark};

/// Span of the small pictures in tables, milliseconds: five minutes.
pub const TREND_MS: i64 = 300_000;
/// A lag that swings by less than this is drawn flat.
const CALM_LAG: f64 = 10.0;
/// A length that swings by less than this share of itself is drawn flat.
const CALM_SHARE: f64 = 0.1;

/// One row, written. `trend` is the width of a small picture, in cells.
pub fn row(row: &Row, trend: u16, reading: &Reading, skin: &Skin) -> Vec<StyledText> {
    let mut words: Vec<StyledText> =
        row.cells.iter().map(|cell| self::cell(cell, &row.id, trend, reading, skin)).collect();
    if let (RowMark::New, Some(first)) = (row.mark, words.first_mut()) {
        *first = StyledText::new(format!("+{}", first.text), Role::Accent);
    }
    words
}

/// One cell, written.
pub fn cell(cell: &Cell, id: &RowId, trend: u16, reading: &Reading, skin: &Skin) -> StyledText {
    let figures = skin.figures;
    match cell {
        Cell::Name(name) if name.as_bytes().is_empty() => quiet("\"\"".to_owned()),
        Cell::Name(name) => StyledText::from(name.to_string()),
        Cell::Text(text) if text == "—" => unknown(skin),
        Cell::Text(text) => StyledText::from(text.clone()),
        Cell::Number(number) => StyledText::from(number.to_string()),
        Cell::Count(count) => known(*count, figures.count(*count), *count == Some(0)),
        Cell::Lag(lag) => self::lag(*lag, skin),
        Cell::Bytes(bytes) => known(*bytes, figures.bytes(*bytes), *bytes == Some(0)),
        Cell::AboutBytes(bytes) => {
            let mark = if bytes.is_some() { figures.mark(Certainty::Estimate) } else { "" };
            known(*bytes, format!("{mark}{}", figures.bytes(*bytes)), *bytes == Some(0))
        }
        Cell::AboutCount(count) => {
            known(*count, figures.marked(*count, Certainty::Estimate), *count == Some(0))
        }
        Cell::Growth(per_s) => {
            let is_calm = per_s.is_some_and(|per_s| per_s.abs() < 1.0);
            known(*per_s, figures.signed_bytes_rate(per_s.map(f64::round)), is_calm)
        }
        Cell::SignedRate(per_s) => known(*per_s, figures.signed_rate(*per_s), *per_s == Some(0.0)),
        Cell::Share(share, is_bad) => {
            let words = known(*share, figures.percent(*share), *share == Some(0.0));
            if *is_bad { state(&words.text, Role::Warning, skin) } else { words }
        }
        Cell::Ttl(ttl) => self::ttl(*ttl, skin),
        Cell::Ms(ms) => known(*ms, figures.duration_ms(*ms), false),
        Cell::WholeSeconds(seconds) => known(*seconds, whole_seconds(*seconds, skin), *seconds == Some(0)),
        Cell::Us(us) => known(*us, figures.latency_us(*us), false),
        Cell::Rate(rate) => known(*rate, figures.rate(*rate), *rate == Some(0.0)),
        Cell::BufferGrowth(growth) => fanout::growth(*growth, skin),
        Cell::Cut(cut) => fanout::cut(*cut, skin),
        Cell::Among(ms) => fanout::among(*ms, skin),
        Cell::Full(is_full) => fanout::full(*is_full, skin),
        Cell::Drain(drain) => self::drain(*drain, skin),
        Cell::Severity(severity) => self::severity(*severity, skin),
        Cell::Group(judged, _) => judged.map_or_else(|| unknown(skin), |judged| group(judged, skin)),
        Cell::Consumer(judged) => judged.map_or_else(|| unknown(skin), |judged| consumer(judged, skin)),
        Cell::Family(name, streams) => {
            let count = figures.exact(Some(*streams));
            StyledText::from(format!("{name} ({count})"))
        }
        Cell::Oldest(oldest) => queues::oldest(*oldest, skin),
        Cell::Queue(verdict, wrong) => queues::verdict(*verdict, *wrong, skin),
        Cell::Id(id) => StyledText::from(id.to_string()),
        Cell::Time(at_ms) => time(*at_ms).map_or_else(|| unknown(skin), StyledText::from),
        Cell::Trend => StyledText::new(self::trend(id, trend, reading, skin), Role::Graph1),
    }
}

/// A lag with how far it may be trusted: `12`, `~12`, `≥1000`, `—`.
pub fn lag(lag: Lag, skin: &Skin) -> StyledText {
    known(lag.entries, skin.figures.marked(lag.entries, lag.kind), lag.entries == Some(0))
}

/// A state with its mark: never colour alone.
fn state(word: &str, role: Role, skin: &Skin) -> StyledText {
    let mark = skin.glyphs.state(role).unwrap_or(skin.glyphs.leaf);
    StyledText::new(format!("{mark} {word}"), role)
}

/// How bad a finding is.
pub fn severity(severity: Severity, skin: &Skin) -> StyledText {
    state(severity.word(), role_of(severity), skin)
}

const fn role_of(severity: Severity) -> Role {
    match severity {
        Severity::Warning => Role::Warning,
        Severity::Critical => Role::Critical,
    }
}

/// How a group fares, in the colour of the finding that tells of it.
pub fn group((verdict, severity): (GroupVerdict, Option<Severity>), skin: &Skin) -> StyledText {
    let role = match (verdict, severity) {
        (_, Some(severity)) => role_of(severity),
        (GroupVerdict::Ok, None) => Role::Ok,
        (GroupVerdict::Idle, None) => Role::Dim,
        (_, None) => Role::Unknown,
    };
    // Short enough for a column.
    let word = if verdict == GroupVerdict::NotAcknowledging { "no acks" } else { verdict.word() };
    state(word, role, skin)
}

/// How a consumer fares, in the colour of the finding that tells of it.
pub fn consumer((verdict, severity): (ConsumerVerdict, Option<Severity>), skin: &Skin) -> StyledText {
    let role = match (verdict, severity) {
        (_, Some(severity)) => role_of(severity),
        (ConsumerVerdict::Ok, None) => Role::Ok,
        (_, None) => Role::Dim,
    };
    // Short enough for a column.
    let word = if verdict == ConsumerVerdict::NeverActive { "unused" } else { verdict.word() };
    state(word, role, skin)
}

/// How long a key lives; `no TTL` where it has none.
pub fn ttl(ttl: Option<Ttl>, skin: &Skin) -> StyledText {
    match ttl {
        Some(Ttl::Forever) => quiet("no TTL".to_owned()),
        Some(Ttl::Ms(ms)) => known(Some(ms), skin.figures.duration_ms(Some(ms)), false),
        None => unknown(skin),
    }
}

/// When a lag will be gone; `growing` when it never will.
pub fn drain(drain: Drain, skin: &Skin) -> StyledText {
    match drain {
        Drain::In(0.0) => quiet("0 s".to_owned()),
        Drain::In(seconds) => known(Some(seconds), skin.figures.duration_s(Some(seconds)), false),
        Drain::Never { .. } => StyledText::new("growing", Role::Warning),
        Drain::Unknown => unknown(skin),
    }
}

/// A moment as `2026-11-20 13:05:07`, UTC; `None` when it is no time.
pub fn time(at_ms: i64) -> Option<String> {
    let time = jiff::Timestamp::from_millisecond(at_ms).ok()?;
    Some(time.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

/// What stands for a figure that is not known.
pub fn unknown(skin: &Skin) -> StyledText {
    StyledText::new(skin.figures.unknown(), Role::Unknown)
}

/// A figure in the role that it deserves: quiet when it is nothing, quieter when it is not known.
pub fn known<T>(value: Option<T>, text: String, is_nothing: bool) -> StyledText {
    let role = match value {
        None => Role::Unknown,
        Some(_) if is_nothing => Role::Dim,
        Some(_) => Role::Text,
    };
    StyledText::new(text, role)
}

/// A span that is known to the second only: `<1 s`, `14 s`, then as any other.
fn whole_seconds(seconds: Option<u64>, skin: &Skin) -> String {
    match seconds {
        Some(0) => "<1 s".to_owned(),
        Some(seconds @ 1..60) => format!("{seconds} s"),
        seconds => skin.figures.duration_ms(seconds.map(|seconds| seconds.saturating_mul(1000))),
    }
}

fn quiet(text: String) -> StyledText {
    StyledText::new(text, Role::Dim)
}

/// The small picture of a row: a stream's length or a group's lag over the last five minutes.
fn trend(id: &RowId, cells: u16, reading: &Reading, skin: &Skin) -> String {
    let now_ms = reading.now_ms();
    let (values, from_zero) = match id {
        RowId::Stream(key) => (
            reading.streams().get(key).map(|stream| slots(&stream.length_series, cells, now_ms, skin)),
            false,
        ),
        RowId::Group(key, group) => {
            let group = reading.streams().get(key).and_then(|stream| stream.groups.get(group));
            let series = group.and_then(|group| group.lag_series.as_ref());
            (series.map(|series| slots(series, cells, now_ms, skin)), true)
        }
        _ => (None, false),
    };
    let Some(mut values) = values else { return String::new() };
    let mut known = values.iter().flatten().copied();
    let Some(first) = known.next() else { return String::new() };
    let (low, high) = known.fold((first, first), |(low, high), value| (low.min(value), high.max(value)));
    let top = if from_zero {
        high.max(CALM_LAG)
    } else {
        for value in values.iter_mut().flatten() {
            *value -= low;
        }
        (high - low).max(high * CALM_SHARE)
    };
    spark::text(&values, Some(top.max(f64::MIN_POSITIVE)), cells, skin.glyphs)
}

/// The last five minutes in as many slots as the picture has dots across: the mean of what fell into each.
fn slots(series: &History, cells: u16, now_ms: i64, skin: &Skin) -> Vec<Option<f64>> {
    let dots = usize::from(cells) * spark::values_a_cell(skin.glyphs);
    let mut sums = vec![(0.0, 0_u32); dots];
    let wide_ms = (TREND_MS / (dots as i64).max(1)).max(1);
    // Slots stand still on the clock, so that the picture moves by whole dots only.
    let end = now_ms.div_euclid(wide_ms);
    for point in series.fine() {
        let back = end.saturating_sub(point.at_ms.div_euclid(wide_ms));
        let at = usize::try_from(back).ok().and_then(|back| dots.checked_sub(back + 1));
        if let (Some((sum, count)), Some(value)) = (at.and_then(|at| sums.get_mut(at)), point.value) {
            *sum += value;
            *count += 1;
        }
    }
    sums.into_iter().map(|(sum, count)| (count > 0).then(|| sum / f64::from(count))).collect()
}

#[cfg(test)]
mod tests;
