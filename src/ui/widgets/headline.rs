//! The header: segments at both ends of a line, of which the less important go when it is narrow.
//!
//! Does not know what they say. Invariant: segments keep their order, and none overlaps another.

use super::pen::{Pen, StyledText, width};
use crate::config::theme::Role;
use crate::ui::theme::Skin;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// One part of the header.
#[derive(Clone, Debug)]
pub struct Segment {
    /// What it says.
    pub words: StyledText,
    /// 0 stays longest; the greatest goes first.
    pub priority: u8,
    /// Whether it stands at the right end.
    pub right: bool,
}

impl Segment {
    /// A segment at the left end.
    pub fn left(words: impl Into<StyledText>, priority: u8) -> Self {
        Self { words: words.into(), priority, right: false }
    }

    /// A segment at the right end.
    pub fn right(words: impl Into<StyledText>, priority: u8) -> Self {
        Self { words: words.into(), priority, right: true }
    }

    fn width(&self) -> u16 {
        width(&self.words.text)
    }
}

/// The header line.
#[derive(Clone, Copy, Debug)]
pub struct Headline<'a> {
    /// The segments from left to right.
    pub segments: &'a [Segment],
    /// The line's own role: `Header`, or `Production`.
    pub role: Role,
}

const BETWEEN: u16 = 2;

impl Headline<'_> {
    /// Draws into the first row.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, skin: &Skin) {
        let mut pen = Pen::new(area, buffer);
        let line = Rect { height: area.height.min(1), ..area };
        let ground = skin.style(Role::Base).patch(skin.style(self.role));
        pen.clear(line, ground);
        let kept = self.kept(area.width.saturating_sub(2));
        let style = |words: &StyledText| match words.role {
            Role::Text => ground,
            // On a loud ground the words keep its colours: only their weight may differ.
            role if self.role == Role::Production => ground.add_modifier(skin.style(role).add_modifier),
            role => skin.style(role),
        };
        let room = area.width.saturating_sub(1);
        let mut x = area.x.saturating_add(1);
        for segment in kept.iter().filter(|segment| !segment.right) {
            let left = room.saturating_sub(x - area.x);
            let next =
                pen.cut((x, area.y), left, &segment.words.text, skin.glyphs.ellipsis, style(&segment.words));
            x = next.saturating_add(BETWEEN);
        }
        let mut end = area.right().saturating_sub(1);
        for segment in kept.iter().rev().filter(|segment| segment.right) {
            let start = end.saturating_sub(segment.width()).max(x);
            pen.cut(
                (start, area.y),
                end.saturating_sub(start),
                &segment.words.text,
                skin.glyphs.ellipsis,
                style(&segment.words),
            );
            end = start.saturating_sub(BETWEEN);
        }
    }

    /// The segments that fit: as long as all do not, the one of the greatest priority (the last of them) goes.
    /// One always stays.
    fn kept(&self, room: u16) -> Vec<&Segment> {
        let mut kept: Vec<&Segment> = self.segments.iter().filter(|s| !s.words.text.is_empty()).collect();
        let wanted =
            |kept: &[&Segment]| kept.iter().map(|s| u32::from(s.width()) + u32::from(BETWEEN)).sum::<u32>();
        while kept.len() > 1 && wanted(&kept) > u32::from(room) + u32::from(BETWEEN) {
            let Some((at, _)) = kept.iter().enumerate().max_by_key(|(_, s)| s.priority) else { break };
            kept.remove(at);
        }
        kept
    }
}
