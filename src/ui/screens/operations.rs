//! Running and past actions, above the log.
//!
//! Knows what the journal has; not the files. Invariant: the newest stands first, and how each ended is a word.

use super::table::frame;
use crate::app::State;
use crate::app::geometry::TableFrame;
use crate::config::theme::Role;
use crate::core::limits::OPERATIONS_SHOWN;
use crate::core::model::Name;
use crate::ui::actionline;
use crate::ui::masking;
use crate::ui::theme::Skin;
use crate::ui::widgets::{Pen, StyledText};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The area for actions at the top of `area`, and what is left; none where there are none, or no room.
pub fn split(state: &State, area: Rect) -> (Option<Rect>, Rect) {
    let operations = &state.active.operations;
    let wanted = operations.past.len() + usize::from(operations.running.is_some());
    // The journal may name what nobody sees any more.
    if wanted == 0 || area.height < 16 || masking::is_on() {
        return (None, area);
    }
    let rows = u16::try_from(wanted + 1).unwrap_or(u16::MAX).min(area.height / 3).max(6);
    let top = Rect { height: rows, ..area };
    (Some(top), Rect { y: area.y + rows, height: area.height - rows, ..area })
}

/// Draws them.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let operations = &state.active.operations;
    let note = StyledText::new("newest first; all of it: streamgauge journal", Role::Dim);
    let inner = frame(TableFrame::Line, area, "Operations", vec![note], buffer, skin);
    let mut lines: Vec<(String, Role)> = Vec::new();
    if let Some(progress) = &operations.running {
        lines.push((format!("{:<8}   {}", "running", actionline::line(progress)), Role::Accent));
    }
    for past in operations.past.iter().rev().take(OPERATIONS_SHOWN) {
        let role = match past.finish.as_ref().map(|finish| finish.outcome.as_str()) {
            Some("done") => Role::Ok,
            Some("unknown") | None => Role::Critical,
            Some(_) => Role::Warning,
        };
        let mark = skin.glyphs.state(role).unwrap_or(' ');
        lines.push((format!("{mark} {}", actionline::past(past)), role));
    }
    let mut pen = Pen::new(inner, buffer);
    for ((text, role), y) in lines.iter().zip(inner.y..inner.bottom()) {
        let text = Name::from(text.as_str()).to_string();
        let role = if *role == Role::Ok { Role::Text } else { *role };
        pen.cut((inner.x, y), inner.width, &text, skin.glyphs.ellipsis, skin.style(role));
    }
}
