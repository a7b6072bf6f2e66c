//! Graphs of what the reading remembers: one span of time for all graphs of a screen.
//!
//! Knows histories and their two resolutions, not what is in them. Invariant: a time in which nothing was
//! measured is a break, whatever the interval between polls.

pub mod server;

use super::layout;
use crate::app::State;
use crate::config::theme::Role;
use crate::core::model::history::{History, Point};
use crate::ui::theme::Skin;
use crate::ui::widgets::pen::width;
use crate::ui::widgets::{Graph, GraphPoint, GraphSeries, Panel, Scale, StyledText, Unit};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Five minutes: as long as a point a second is kept.
pub const MINUTES_MS: i64 = 5 * 60_000;
const HOUR_MS: i64 = 60 * 60_000;
/// Spans of a picture, seconds: each holds at most half as much again as the one before, so that nothing jumps as the
/// first minutes pass.
const STEPS_S: [i64; 32] = [
    10, 12, 15, 18, 22, 26, 30, 36, 45, 54, 60, 75, 90, 105, 120, 150, 180, 210, 240, 270, 300, 360, 450,
    540, 660, 800, 960, 1200, 1500, 1900, 2400, 3000,
];

/// The shortest span that holds this age, up to the longest.
fn span_of(age_ms: i64, most_ms: i64) -> i64 {
    let holds = STEPS_S.into_iter().map(|s| s * 1000).find(|step_ms| *step_ms >= age_ms);
    holds.unwrap_or(most_ms).min(most_ms)
}

/// The time that graphs show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First and last instant, milliseconds since 1970.
    pub ends_ms: (i64, i64),
    /// Readings further apart are not joined, milliseconds.
    pub gap_ms: i64,
    coarse: bool,
}

impl Span {
    /// The shortest round span that holds everything there is, up to five minutes, or to an hour for graphs
    /// that are `wide` cells wide.
    pub fn of(state: &State, wide: u16) -> Self {
        /// Cells from which on an hour has more to say than five minutes.
        const WIDE_ENOUGH_FOR_AN_HOUR: u16 = 70;
        let most_ms = if wide >= WIDE_ENOUGH_FOR_AN_HOUR { HOUR_MS } else { MINUTES_MS };
        let reading = state.shown();
        let now_ms = reading.now_ms();
        let used = &reading.this_node().series.used;
        let age_of =
            |points: Vec<Point>| points.first().map_or(0, |point| now_ms.saturating_sub(point.at_ms));
        // The coarse points begin with their slot, up to ten seconds before the first reading.
        let fine_ms = age_of(used.fine());
        let age_ms = if fine_ms < MINUTES_MS - 10_000 { fine_ms } else { age_of(used.coarse()) };
        let span_ms = span_of(age_ms, most_ms);
        let coarse = span_ms > MINUTES_MS;
        let interval_ms = i64::try_from(state.active.interval_us / 1000).unwrap_or(HOUR_MS);
        let least_ms = if coarse { 25_000 } else { 3_500 };
        Self {
            ends_ms: (now_ms.saturating_sub(span_ms), now_ms),
            gap_ms: least_ms.max(interval_ms.saturating_mul(5) / 2),
            coarse,
        }
    }

    /// The shortest round span up to five minutes that holds all of these figures, a point a second.
    pub fn minutes<'a>(state: &State, histories: impl Iterator<Item = &'a History>) -> Self {
        let firsts = histories.filter_map(|history| history.fine().first().map(|point| point.at_ms));
        Self::since(state, firsts.min())
    }

    /// The shortest round span up to five minutes that goes back to this instant.
    pub fn since(state: &State, first_ms: Option<i64>) -> Self {
        let now_ms = state.shown().now_ms();
        let age_ms = first_ms.map_or(0, |first_ms| now_ms.saturating_sub(first_ms));
        let span_ms = span_of(age_ms, MINUTES_MS);
        let interval_ms = i64::try_from(state.active.interval_us / 1000).unwrap_or(HOUR_MS);
        let gap_ms = interval_ms.saturating_mul(5).saturating_div(2).max(3_500);
        Self { ends_ms: (now_ms.saturating_sub(span_ms), now_ms), gap_ms, coarse: false }
    }

    /// The same for a figure that is read at least every so many milliseconds.
    pub fn of_slower(self, apart_ms: i64) -> Self {
        Self { gap_ms: self.gap_ms.max(apart_ms), ..self }
    }

    /// The points of a figure that belong to this span.
    pub fn points(&self, history: &History) -> Vec<GraphPoint> {
        let points = if self.coarse { history.coarse() } else { history.fine() };
        points.into_iter().map(|point| GraphPoint { t_ms: point.at_ms, value: point.value }).collect()
    }
}

/// What makes a graph.
pub type Maker = fn(&State, &Span, &Skin) -> Chart<'static>;

/// Draws graphs of one span under each other.
pub fn draw_stacked(state: &State, makers: &[Maker], area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let span = Span::of(state, area.width);
    let count = u16::try_from(makers.len()).unwrap_or(u16::MAX);
    for (place, make) in layout::rows(area, count, 1).into_iter().zip(makers) {
        make(state, &span, skin).draw(&span, place, buffer, skin);
    }
}

/// A graph of one figure or of several of one unit.
pub struct Chart<'a> {
    /// Its title.
    pub title: &'a str,
    /// At the right end of its title's line; the first go first when it is narrow.
    pub now: Vec<StyledText>,
    /// The points of each figure, and how it is painted; the first lies above the others.
    pub lines: Vec<(Vec<GraphPoint>, Role)>,
    /// What the figures are.
    pub unit: Unit,
    /// How they are laid out.
    pub scale: Scale,
    /// A line across.
    pub limit: Option<f64>,
}

impl<'a> Chart<'a> {
    /// Of one figure: its points, beside the title the present value and the greatest that is shown.
    pub fn of_one(
        (title, unit, scale): (&'a str, Unit, Scale),
        points: Vec<GraphPoint>,
        now: Option<f64>,
        span: &Span,
        figure: impl Fn(Option<f64>) -> String,
    ) -> Self {
        let mut words = vec![StyledText::new(figure(now), Role::Graph1)];
        let greatest = Self::greatest(&points, span);
        if greatest.is_some() {
            words.insert(0, StyledText::new(format!("max {}", figure(greatest).trim_start()), Role::Dim));
        }
        Self { title, now: words, lines: vec![(points, Role::Graph1)], unit, scale, limit: None }
    }

    /// The greatest value in the span.
    pub fn greatest(points: &[GraphPoint], span: &Span) -> Option<f64> {
        let (from, to) = span.ends_ms;
        let shown = points.iter().filter(|point| (from..=to).contains(&point.t_ms));
        shown.filter_map(|point| point.value).filter(|value| value.is_finite()).reduce(f64::max)
    }

    /// Draws it. The area under the first line is filled where the axis begins at nothing, so that it means an amount.
    pub fn draw(&self, span: &Span, area: Rect, buffer: &mut Buffer, skin: &Skin) {
        let series: Vec<GraphSeries> =
            self.lines.iter().map(|(points, role)| GraphSeries { points, role: *role }).collect();
        let inner = self.head(area.width).draw(area, buffer, skin);
        Graph {
            title: "",
            now: Vec::new(),
            series: &series,
            span_ms: span.ends_ms,
            gap_ms: span.gap_ms,
            unit: self.unit,
            scale: self.scale,
            limit: self.limit,
            fill: matches!(self.scale, Scale::Zero | Scale::UpTo(_)),
        }
        .draw(inner, buffer, skin);
    }

    /// Title and figures: padded, so that they stand still, where there is room for that.
    fn head(&self, room: u16) -> Panel<'_> {
        let wanted = |words: &StyledText| width(&words.text).saturating_add(1);
        let padded = width(self.title).saturating_add(self.now.iter().map(wanted).sum()) < room;
        let tight = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.now.iter().fold(Panel::new(self.title), |panel, words| {
            let text = if padded { words.text.clone() } else { tight(&words.text) };
            panel.note(StyledText::new(text, words.role))
        })
    }
}
