//! One panel that fills the screen: its figures in large digits, and its graphs as large as there is room for.
//!
//! Knows where things stand; `panels` knows what is in each. Invariants: every figure of the panel is on the screen at every
//! size that has a row for it, in the colour of its line where it has one; the title says of what and over what time.

mod panels;

use super::charts::{Chart, Span};
use super::trends::Picture;
use super::{facts, gaps, layout};
use crate::app::State;
use crate::app::zoom::{self, ZoomPanel};
use crate::config::theme::Role;
use crate::core::figures::sentence;
use crate::ui::theme::Skin;
use crate::ui::widgets::pen::width;
use crate::ui::widgets::{LargeText, Panel, Pen, PixelSize, StyledText};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Blank cells between figures, and between graphs.
const GAP: u16 = 3;
/// Rows of a graph that still says something beside large digits.
const LEAST_GRAPH: u16 = 6;
/// From this width on two graphs stand side by side.
const WIDE: u16 = 100;

/// What a panel has to show.
struct ZoomContent<'a> {
    title: String,
    figures: Vec<LargeFigure>,
    pictures: Vec<Picture<'a>>,
    charts: Vec<(Chart<'static>, Span)>,
}

/// A figure with its name.
struct LargeFigure {
    name: String,
    figure: String,
    role: Role,
}

impl LargeFigure {
    /// What is drawn large, and what stands small behind it: a unit, or the lesser part of a span of time.
    fn parts(&self) -> (&str, &str) {
        let figure = self.figure.trim();
        figure.split_once(' ').unwrap_or((figure, ""))
    }
}

/// Draws it.
pub fn draw(state: &State, panel: &ZoomPanel, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let ZoomContent { title, figures, pictures, charts } = panels::of(state, panel, area.width, skin);
    let histories = pictures.iter().flat_map(|picture| picture.lines.iter().map(|line| line.0));
    let minutes = Span::minutes(state, histories);
    let of_pictures = pictures.iter().map(|picture| (picture.chart(&minutes), minutes));
    let all: Vec<(Chart, Span)> = of_pictures.chain(charts).collect();
    let inner = head(state, panel, &title, &all, layout::inset(area), buffer, skin);
    if figures.is_empty() {
        let gone = gaps::quiet("This is gone: deleted, or another type now.");
        return super::table::why(&[gone], inner, buffer, skin);
    }
    let rest = draw_figures(&figures, !all.is_empty(), inner, buffer, skin);
    draw_charts(&all, rest, buffer, skin);
}

/// The title's line: of what, on which target, over what time, and how many panels there are.
fn head(
    state: &State,
    panel: &ZoomPanel,
    title: &str,
    charts: &[(Chart, Span)],
    area: Rect,
    buffer: &mut Buffer,
    skin: &Skin,
) -> Rect {
    let panels = zoom::panels(state);
    let at = panels.iter().position(|other| other == panel);
    let window_ms = charts.first().map(|(_, span)| span.ends_ms.1.saturating_sub(span.ends_ms.0));
    let window = window_ms.and_then(|ms| u64::try_from(ms).ok());
    let title = format!("{title} on {}", state.active.setup.name);
    let mut head = Panel::new(&title).focus(true);
    if let Some(at) = at.filter(|_| panels.len() > 1) {
        head = head.note(StyledText::new(format!("panel {} of {}", at + 1, panels.len()), Role::Dim));
    }
    if let Some(window_ms) = window {
        head = head.note(StyledText::new(format!("last {}", sentence::span(window_ms)), Role::Text));
    }
    head.draw(area, buffer, skin)
}

/// Figures side by side, as large as there is room for; in a line of words where there is room for none. What is left below.
fn draw_figures(
    figures: &[LargeFigure],
    has_charts: bool,
    area: Rect,
    buffer: &mut Buffer,
    skin: &Skin,
) -> Rect {
    let count = u16::try_from(figures.len()).unwrap_or(1).max(1);
    let columns = layout::columns(area, count, GAP);
    let text = |(figure, column): (&LargeFigure, &Rect)| {
        let (number, unit) = figure.parts();
        let kept = if unit.is_empty() { 0 } else { width(unit).saturating_add(1) };
        Some((LargeText::new(number)?, column.width.saturating_sub(kept)))
    };
    let texts: Option<Vec<(LargeText, u16)>> = figures.iter().zip(&columns).map(text).collect();
    // Two fifths of the height, but for the names and a blank line on both sides.
    let (graph, most) = if has_charts { (LEAST_GRAPH, 2 * area.height / 5) } else { (0, area.height) };
    let rows = area.height.saturating_sub(graph.saturating_add(3)).min(most);
    let fitted = texts.and_then(|texts| PixelSize::of(&texts, rows, skin).map(|size| (texts, size)));
    let Some((texts, size)) = fitted else {
        let words = |figure: &LargeFigure| {
            StyledText::new(format!("{} {}", figure.name, figure.figure.trim()), figure.role)
        };
        let words: Vec<StyledText> = figures.iter().map(words).collect();
        let (line, rest) = layout::top(area, 1);
        facts::line(("", 0), &words, line, buffer, skin);
        return rest;
    };
    let (_, below) = layout::top(area, u16::from(area.height > rows.saturating_add(graph).saturating_add(2)));
    let high = texts.iter().map(|(text, _)| text.cells(size).1).max().unwrap_or(0);
    for ((figure, (text, _)), column) in figures.iter().zip(&texts).zip(columns) {
        let place = Rect { y: below.y, height: below.height, ..column };
        let ellipsis = skin.glyphs.ellipsis;
        let title = skin.style(Role::Title);
        Pen::new(place, buffer).cut((place.x, place.y), place.width, &figure.name, ellipsis, title);
        let (_, digits) = layout::top(place, 1);
        text.draw(size, skin.ink(figure.role), digits, buffer, skin);
        let x = digits.x.saturating_add(text.cells(size).0).saturating_add(1);
        let y = digits.y.saturating_add(high.saturating_sub(1));
        Pen::new(place, buffer).text(x, y, figure.parts().1, skin.style(figure.role));
    }
    layout::top(below, high.saturating_add(2)).1
}

/// Graphs side by side where it is wide, else under each other, as many as there is room for.
fn draw_charts(charts: &[(Chart, Span)], area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let count = u16::try_from(charts.len()).unwrap_or(1).max(1);
    let places = match area.width {
        WIDE.. => layout::columns(area, count, GAP),
        _ => layout::rows(area, count.min((area.height / (LEAST_GRAPH + 1)).max(1)), 1),
    };
    for ((chart, span), place) in charts.iter().zip(places).filter(|(_, place)| place.height >= 2) {
        chart.draw(span, place, buffer, skin);
    }
}
