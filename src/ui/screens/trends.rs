//! What became of a stream or of a group over the last minutes, as graphs side by side.
//!
//! Knows which figures belong together; not where they stand. Invariant: all graphs of a picture show the same span of time.

use super::charts::{Chart, Span};
use super::{facts, layout};
use crate::app::State;
use crate::config::theme::Role;
use crate::core::model::history::History;
use crate::core::reading::groups::GroupState;
use crate::core::reading::streams::StreamState;
use crate::ui::cells;
use crate::ui::theme::Skin;
use crate::ui::widgets::{Scale, StyledText, Unit};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Rows of a graph that still says something: title and two rows.
const LEAST: u16 = 3;
/// A handful of entries, more or less, is no mountain: counts below this are drawn low.
const CALM: f64 = 10.0;
/// Narrower graphs say too little.
const NARROW: u16 = 34;

/// A graph of a figure, or of several of one unit, with their present values.
pub struct Picture<'a> {
    /// What it is.
    pub title: String,
    /// How much it is now, in the colours of the lines.
    pub now: Vec<StyledText>,
    /// How much it was, and how that is painted.
    pub lines: Vec<(&'a History, Role)>,
    /// What it is measured in.
    pub unit: Unit,
}

impl Picture<'_> {
    /// The same over a span of time.
    pub(super) fn chart(&self, span: &Span) -> Chart<'_> {
        let lines: Vec<_> = self.lines.iter().map(|(points, role)| (span.points(points), *role)).collect();
        let greatest = lines.iter().filter_map(|(points, _)| Chart::greatest(points, span)).reduce(f64::max);
        let is_calm = self.unit == Unit::Count && greatest.is_none_or(|greatest| greatest < CALM);
        Chart {
            title: &self.title,
            now: self.now.clone(),
            lines,
            unit: self.unit,
            scale: if is_calm { Scale::UpTo(CALM) } else { Scale::Zero },
            limit: None,
        }
    }
}

/// What comes in and goes out, how far the slowest group is behind, and the length.
pub fn of_stream<'a>(stream: &'a StreamState, skin: &Skin) -> Vec<Picture<'a>> {
    let figures = skin.figures;
    let rate = |name: &str, rate, role| StyledText::new(format!("{name} {:>8}", figures.rate(rate)), role);
    let flow = Picture {
        title: "In and out".into(),
        now: vec![rate("in", stream.in_per_s(), Role::Graph1), rate("out", stream.out_per_s(), Role::Graph2)],
        lines: vec![(&stream.added_series, Role::Graph1), (&stream.out_series, Role::Graph2)],
        unit: Unit::Rate,
    };
    let worst = stream.worst_group().and_then(|group| {
        let points = group.lag_series.as_ref()?;
        let title = format!("Lag of {}", group.facts.name);
        Some(count(title, cells::lag(group.lag, skin), (points, Role::Graph3)))
    });
    let length = figures.count(stream.length.map(|length| length.value));
    let length = facts::figure_words(length, skin);
    let length = count("Length".into(), length, (&stream.length_series, Role::Graph1));
    [Some(flow), worst, Some(length)].into_iter().flatten().collect()
}

/// Lag and pending entries.
pub fn of_group<'a>(group: &'a GroupState, skin: &Skin) -> Vec<Picture<'a>> {
    let lag = cells::lag(group.lag, skin);
    let lag = group.lag_series.as_ref().map(|points| count("Lag".into(), lag, (points, Role::Graph3)));
    let pending = facts::figure_words(skin.figures.count(group.facts.pending), skin);
    let points = group.pending_series.as_ref();
    let pending = points.map(|points| count("Pending".into(), pending, (points, Role::Graph2)));
    [lag, pending].into_iter().flatten().collect()
}

/// A number of things.
fn count(title: String, now: StyledText, line: (&History, Role)) -> Picture<'_> {
    Picture { title, now: vec![now], lines: vec![line], unit: Unit::Count }
}

/// Draws graphs side by side, as many as there is room for; the first ones matter most.
pub fn draw(state: &State, pictures: &[Picture], area: Rect, buffer: &mut Buffer, skin: &Skin) {
    if area.height < LEAST {
        return;
    }
    let most = (area.width.saturating_add(3) / (NARROW + 3)).max(1);
    let count = most.min(u16::try_from(pictures.len()).unwrap_or(1));
    draw_into(state, pictures, layout::columns(area, count, 3), buffer, skin);
}

/// Draws graphs under each other, as many as there is room for.
pub fn stacked(state: &State, pictures: &[Picture], area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let count = (area.height / (2 * LEAST)).clamp(1, u16::try_from(pictures.len()).unwrap_or(1).max(1));
    draw_into(state, pictures, layout::rows(area, count, 1), buffer, skin);
}

fn draw_into(state: &State, pictures: &[Picture], places: Vec<Rect>, buffer: &mut Buffer, skin: &Skin) {
    let histories = pictures.iter().flat_map(|picture| picture.lines.iter().map(|line| line.0));
    let span = Span::minutes(state, histories);
    for (picture, place) in pictures.iter().zip(places) {
        picture.chart(&span).draw(&span, place, buffer, skin);
    }
}
