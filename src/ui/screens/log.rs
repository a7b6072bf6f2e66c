//! What streamgauge itself saw and did: its log, times are UTC, the newest at the bottom.
//!
//! The one named exception to purity: tui-logger keeps the events, and its widget reads them. Whoever lets this
//! be drawn has moved them there before. Invariant: a message can't break the screen, whatever it quotes.

use super::table::frame;
use crate::app::State;
use crate::app::geometry::Areas;
use crate::app::zone::{Zone, ZoneTarget};
use crate::config::theme::Role;
use crate::ui::masking;
use crate::ui::theme::Skin;
use crate::ui::widgets::textlines::wrap;
use crate::ui::widgets::{Pen, StyledText};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use tui_logger::{ExtLogRecord, LogFormatter, TuiLoggerWidget};

/// Cells before a message: time and level.
const LEAD: u16 = 15;
/// Below this width a message has lines of its own.
const NARROW: u16 = 40;

/// Draws it.
pub fn draw(state: &State, areas: &Areas, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    let note = match state.log_offset {
        0 => StyledText::new("newest at the bottom", Role::Dim),
        lines => StyledText::new(format!("{lines} lines back"), Role::Accent),
    };
    let (actions, main) = super::operations::split(state, areas.main);
    if let Some(actions) = actions {
        super::operations::draw(state, actions, buffer, skin);
    }
    let inner = frame(areas.frame, main, "Log", vec![note], buffer, skin);
    if masking::is_on() {
        Pen::new(inner, buffer).text(inner.x, inner.y, masking::NOT_SHOWN, skin.style(Role::Dim));
        return Vec::new();
    }
    let back = u16::try_from(state.log_offset).unwrap_or(u16::MAX);
    // The widget knows pages, not lines: it draws a taller picture, of which the upper part is shown.
    let height = inner.height.saturating_add(back);
    let mut tall = Buffer::empty(Rect::new(0, 0, inner.width, height));
    tall.set_style(tall.area, skin.style(Role::Base));
    TuiLoggerWidget::default().formatter(Box::new(Lines::of(skin))).render(tall.area, &mut tall);
    for y in 0..inner.height {
        for x in 0..inner.width {
            let place = (inner.x.saturating_add(x), inner.y.saturating_add(y));
            if let (Some(from), Some(to)) = (tall.cell((x, y)), buffer.cell_mut(place)) {
                *to = from.clone();
            }
        }
    }
    vec![Zone::new(inner, ZoneTarget::List)]
}

/// One event as lines: time, level, message.
struct Lines {
    time: Style,
    text: Style,
    levels: [(&'static str, Style); 4],
}

impl Lines {
    fn of(skin: &Skin) -> Self {
        let levels = [
            ("ERROR", skin.style(Role::Critical)),
            ("WARN", skin.style(Role::Warning)),
            ("DEBUG", skin.style(Role::Dim)),
            ("TRACE", skin.style(Role::Dim)),
        ];
        Self { time: skin.style(Role::Dim), text: skin.style(Role::Text), levels }
    }
}

impl LogFormatter for Lines {
    fn min_width(&self) -> u16 {
        1
    }

    fn format(&self, width: usize, event: &ExtLogRecord) -> Vec<Line<'_>> {
        let level = event.level.as_str();
        let style =
            self.levels.iter().find(|(name, _)| *name == level).map_or(self.time, |(_, style)| *style);
        let message: String = event.msg().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let width = u16::try_from(width).unwrap_or(u16::MAX);
        let indent = if width < NARROW { 0 } else { LEAD };
        let time = Span::styled(event.timestamp.timestamp().strftime("%H:%M:%S ").to_string(), self.time);
        let mut lead = Some([time, Span::styled(format!("{level:<6}"), style)]);
        let mut lines = Vec::new();
        if indent == 0 {
            lines.extend(lead.take().map(|lead| Line::from(lead.to_vec())));
        }
        let text = if matches!(level, "ERROR" | "WARN") { style } else { self.text };
        for line in wrap(message.trim_end(), width.saturating_sub(indent).max(1)) {
            let before = match lead.take() {
                Some(lead) => lead.to_vec(),
                None => vec![Span::raw(" ".repeat(usize::from(indent)))],
            };
            lines.push(Line::from([before, vec![Span::styled(line, text)]].concat()));
        }
        lines
    }
}
