//! Why a panel is empty, in one line: denied, not supported, not reachable, or not read yet.
//!
//! Does not know panels. Invariant: there is always a reason.

use super::{gaps, layout};
use crate::app::State;
use crate::config::theme::Role;
use crate::core::model::LinkStatus;
use crate::ui::masking;
use crate::ui::theme::Skin;
use crate::ui::widgets::pen::Pen;
use crate::ui::widgets::{StyledText, Textlines, notice};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Why nothing is known of what this command tells.
pub fn why(state: &State, command: &str) -> StyledText {
    if let Some(gap) = gaps::of(state.shown(), command) {
        return gaps::words(gap);
    }
    match &state.active.link {
        LinkStatus::Connecting => StyledText::new("connecting", Role::Unknown),
        LinkStatus::Down(outage) => StyledText::new(masking::foreign(&outage.error), Role::Unknown),
        LinkStatus::Up { .. } => StyledText::new("not read yet", Role::Unknown),
    }
}

/// The room of a screen's upper part; below a line that says why, where its figures were never read.
pub fn below_why(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) -> Rect {
    let rest = layout::inset(area);
    if state.shown().this_node().info.is_some() {
        return rest;
    }
    let (line, below) = layout::top(rest, 1);
    notice(&why(state, "INFO"), line, buffer, skin);
    below
}

/// Draws a reason into an empty panel: the mark of its state, and the sentence in as many lines as it takes.
pub fn draw(why: &StyledText, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let mut rest = area;
    if let Some(mark) = skin.glyphs.state(why.role) {
        Pen::new(area, buffer).glyph(area.x, area.y, mark, skin.style(why.role));
        rest = layout::left(area, 2).1;
    }
    Textlines { paragraphs: std::slice::from_ref(why), offset: 0 }.draw(rest, buffer, skin);
}
