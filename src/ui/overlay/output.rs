//! What a program of the operator's own said: how it ended, then its lines as they are.
//!
//! Knows lines that were made harmless; starts nothing. Invariant: no line is broken or joined, what is too wide is cut.

use crate::app::State;
use crate::app::zone::{DialogPart, Zone, ZoneTarget};
use crate::config::theme::Role;
use crate::core::figures::sentence::span;
use crate::ui::theme::Skin;
use crate::ui::widgets::pen::width;
use crate::ui::widgets::{Dialog, Pen, StyledText};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// What the box is wide at least.
const LEAST: u16 = 40;

/// Draws it, scrolled down by so many lines, as far as there are any; where its text stands.
pub fn draw(state: &State, offset: usize, body: Rect, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    let Some(output) = &state.active.own.output else { return Vec::new() };
    let (mark, role) = match output.is_error {
        true => (format!("{} ", skin.glyphs.critical), Role::Critical),
        false => (String::new(), Role::Dim),
    };
    let end = format!("{mark}{} after {}", output.end, span(output.took_ms));
    let nothing = ["It said nothing.".to_owned()];
    let lines = if output.lines.is_empty() { &nothing[..] } else { output.lines.as_slice() };
    let wide = lines.iter().map(|line| width(line)).max().unwrap_or(0);
    let wide = wide.max(width(&end)).max(width(&output.name).saturating_add(12)).max(LEAST);
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(1);
    let dialog = Dialog { title: &output.name, note: None, size: (wide, rows) };
    let height = usize::from(dialog.place(body).height.saturating_sub(3));
    let offset = offset.min(lines.len().saturating_sub(height));
    let last = (offset + height).min(lines.len());
    let note = (height < lines.len())
        .then(|| StyledText::new(format!("{}-{last} of {}", offset + 1, lines.len()), Role::Dim));
    let inner = Dialog { note, ..dialog }.draw(body, buffer, skin);
    let mut pen = Pen::new(inner, buffer);
    let ellipsis = skin.glyphs.ellipsis;
    pen.cut((inner.x, inner.y), inner.width, &end, ellipsis, skin.style(role));
    let rows = inner.y.saturating_add(1)..inner.bottom();
    for (line, y) in lines.iter().skip(offset).zip(rows) {
        pen.cut((inner.x, y), inner.width, line, ellipsis, skin.style(Role::Text));
    }
    vec![Zone::new(inner, ZoneTarget::Dialog(DialogPart::Text))]
}
