//! What became of a stream or of a group over the last minutes, as graphs side by side.
//!
//! Knows which figures belong together; not where they stand. Invariant: below a table they take only what its
//! rows leave free.

use super::charts::{Chart, Span};
use super::{facts, layout};
use crate::app::State;
use crate::app::cell::RowId;
use crate::config::theme::Role;
use crate::core::diagnose::finding::FindingSubject;
use crate::core::model::history::History;
use crate::core::reading::groups::GroupState;
use crate::core::reading::streams::StreamState;
use crate::ui::cells;
use crate::ui::theme::Skin;
use crate::ui::widgets::{Panel, Scale, StyledText, Unit};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Rows of a graph that still says something: title and two rows.
const LEAST: u16 = 3;
/// Rows below a table from which on its selected row is drawn there, and how many are enough.
const BELOW: (u16, u16) = (8, 18);
/// A handful of entries, more or less, is no mountain: counts below this are drawn low.
const CALM: f64 = 10.0;
/// Narrower graphs say too little.
const NARROW: u16 = 34;

/// A graph of a figure with its present value.
pub struct Picture<'a> {
    /// What it is.
    pub title: String,
    /// How much it is now.
    pub now: StyledText,
    /// How much it was.
    pub points: &'a History,
    /// What it is measured in.
    pub unit: Unit,
    /// How it is painted.
    pub role: Role,
}

/// Length, what comes in, and how far the slowest group is behind.
pub fn of_stream<'a>(stream: &'a StreamState, skin: &Skin) -> Vec<Picture<'a>> {
    let figures = skin.figures;
    let now = |figure| facts::figure_words(figure, skin);
    let length = Picture {
        title: "Length".into(),
        now: now(figures.count(stream.length.map(|length| length.value))),
        points: &stream.length_series,
        unit: Unit::Count,
        role: Role::Graph1,
    };
    let added = Picture {
        title: "In".into(),
        now: now(figures.rate(stream.in_per_s())),
        points: &stream.added_series,
        unit: Unit::Rate,
        role: Role::Graph2,
    };
    let worst = stream.worst_group().and_then(|group| {
        Some(Picture {
            title: format!("Lag of {}", group.facts.name),
            now: cells::lag(group.lag, skin),
            points: group.lag_series.as_ref()?,
            unit: Unit::Count,
            role: Role::Graph3,
        })
    });
    [Some(length), Some(added), worst].into_iter().flatten().collect()
}

/// Lag and pending entries.
pub fn of_group<'a>(group: &'a GroupState, skin: &Skin) -> Vec<Picture<'a>> {
    let picture = |title: &str, now, points, role| Picture {
        title: title.to_owned(),
        now,
        points,
        unit: Unit::Count,
        role,
    };
    let pending = facts::figure_words(skin.figures.count(group.facts.pending), skin);
    let lag = cells::lag(group.lag, skin);
    let lag = group.lag_series.as_ref().map(|points| picture("Lag", lag, points, Role::Graph1));
    let points = group.pending_series.as_ref();
    let pending = points.map(|points| picture("Pending", pending, points, Role::Graph2));
    [lag, pending].into_iter().flatten().collect()
}

/// Draws graphs side by side, as many as there is room for; the first ones matter most.
pub fn draw(state: &State, pictures: &[Picture], area: Rect, buffer: &mut Buffer, skin: &Skin) {
    if area.height < LEAST {
        return;
    }
    let most = (area.width.saturating_add(3) / (NARROW + 3)).max(1);
    let count = most.min(u16::try_from(pictures.len()).unwrap_or(1));
    for (picture, place) in pictures.iter().zip(layout::columns(area, count, 3)) {
        let span = Span::minutes(state, picture.points);
        let points = span.points(picture.points);
        let is_calm = picture.unit == Unit::Count
            && Chart::greatest(&points, &span).is_none_or(|greatest| greatest < CALM);
        let chart = Chart {
            title: &picture.title,
            now: vec![picture.now.clone()],
            lines: vec![(points, picture.role)],
            unit: picture.unit,
            scale: if is_calm { Scale::UpTo(CALM) } else { Scale::Zero },
            limit: None,
        };
        chart.draw(&span, place, buffer, skin);
    }
}

/// Draws what the selected row stands for at the lower end of what its table leaves free.
pub fn of_selected(state: &State, free: Rect, buffer: &mut Buffer, skin: &Skin) {
    let Some(row) = state.table().and_then(|table| table.selected()) else { return };
    if free.height < BELOW.0 {
        return;
    }
    let streams = state.shown().streams();
    let (title, pictures) = match &row.id {
        RowId::Stream(key) | RowId::Finding(_, FindingSubject::Stream(key)) => match streams.get(key) {
            Some(stream) => (key.to_string(), of_stream(stream, skin)),
            None => return,
        },
        RowId::Group(key, name)
        | RowId::Consumer(key, name, _)
        | RowId::Finding(_, FindingSubject::Group(key, name) | FindingSubject::Consumer(key, name, _)) => {
            match streams.get(key).and_then(|stream| stream.groups.get(name)) {
                Some(group) => (format!("{name} of {key}"), of_group(group, skin)),
                None => return,
            }
        }
        _ => return,
    };
    let height = (free.height - 1).min(BELOW.1);
    let area = Rect { y: free.bottom() - height, height, ..layout::inset(free) };
    let inner = Panel::new(&title).draw(area, buffer, skin);
    draw(state, &pictures, inner, buffer, skin);
}
