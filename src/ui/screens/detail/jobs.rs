//! A queue of a job framework below the list of queues: what it is at and why, its figures, and how many jobs it had.
//!
//! Knows what is kept of a queue; not what a job is to do. Invariant: what is wrong comes before every figure.

use super::lower;
use crate::app::State;
use crate::config::theme::Role;
use crate::core::model::queues::{QueueColumn, QueueId};
use crate::ui::screens::charts::{Chart, Span};
use crate::ui::screens::{facts, layout, queue};
use crate::ui::theme::Skin;
use crate::ui::widgets::{GraphPoint, Panel, Scale, Textlines, Unit};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Rows that are enough.
const MOST: u16 = 22;
/// Sentences above the figures.
const LINES: u16 = 3;
/// Rows of a graph that still says something.
const LEAST_GRAPH: u16 = 4;
/// Very many queues are read in turns: readings so far apart are joined, milliseconds.
const APART_MS: i64 = 30_000;
const GAP: u16 = 3;

/// Draws it at the lower end of a free area.
pub fn draw(state: &State, id: &QueueId, free: Rect, buffer: &mut Buffer, skin: &Skin) {
    let Some(view) = state.shown().queues().into_iter().find(|view| view.id == *id) else { return };
    let title = id.queue.as_ref().map_or_else(|| "all queues".to_owned(), ToString::to_string);
    let inner = Panel::new(&title).draw(lower(free, MOST), buffer, skin);
    let lines = queue::wrong_or_well(state, &view, skin);
    let (place, _) = layout::top(inner, LINES);
    let used = Textlines { paragraphs: &lines, offset: 0 }.draw(place, buffer, skin);
    let (_, rest) = layout::top(inner, u16::try_from(used).unwrap_or(LINES).min(LINES).saturating_add(1));
    let figures = queue::figures(&view, skin);
    let (place, rest) = layout::top(rest, facts::rows_of(figures.len(), rest.width));
    facts::draw(&figures, place, buffer, skin);
    let graphs = layout::top(rest, 1).1;
    let parts =
        [("Ready", QueueColumn::Ready, Role::Graph1), ("In flight", QueueColumn::InFlight, Role::Graph2)];
    if graphs.height >= LEAST_GRAPH {
        let all: Vec<_> = parts
            .into_iter()
            .filter_map(|(title, column, role)| chart(state, id, (title, column, role)))
            .collect();
        let count = u16::try_from(all.len()).unwrap_or(1);
        for ((chart, span), place) in all.iter().zip(layout::columns(graphs, count, GAP)) {
            chart.draw(span, place, buffer, skin);
        }
    }
}

/// How many jobs of a column there were over the last minute; none where nobody knows.
pub fn chart(
    state: &State,
    id: &QueueId,
    (title, column, role): (&'static str, QueueColumn, Role),
) -> Option<(Chart<'static>, Span)> {
    let point =
        |(at_us, jobs): (i64, u64)| GraphPoint { t_ms: at_us.div_euclid(1000), value: Some(jobs as f64) };
    let points: Vec<GraphPoint> = state.shown().queue_levels(id, column)?.into_iter().map(point).collect();
    let first = points.first()?;
    let span = Span::since(state, Some(first.t_ms)).of_slower(APART_MS);
    let lines = vec![(points, role)];
    Some((Chart { title, now: Vec::new(), lines, unit: Unit::Count, scale: Scale::Zero, limit: None }, span))
}
