//! The footer: the keys that work here and now, as many as fit.
//!
//! Does not know commands. Invariant: a key is shown with its title or not at all.

use super::pen::{Pen, width};
use crate::config::theme::Role;
use crate::ui::theme::Skin;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Keys and what they do, the weightiest first.
#[derive(Clone, Copy, Debug)]
pub struct Keyline<'a> {
    /// Key as shown (`Ctrl-d`) and title (`half a page down`).
    pub keys: &'a [(&'a str, &'a str)],
}

impl Keyline<'_> {
    /// Draws into the first row; what does not fit is left out from the end, and an ellipsis says so.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, skin: &Skin) {
        let mut pen = Pen::new(area, buffer);
        let line = Rect { height: area.height.min(1), ..area };
        pen.clear(line, skin.style(Role::Base).patch(skin.style(Role::Footer)));
        let mut x = area.x.saturating_add(1);
        for (at, (key, title)) in self.keys.iter().enumerate() {
            let wanted = width(key).saturating_add(1).saturating_add(width(title));
            let last = at + 1 == self.keys.len();
            // Room for the ellipsis, unless nothing comes after.
            let spare = if last { 0 } else { 2 };
            if x.saturating_add(wanted).saturating_add(spare) > area.right() {
                pen.glyph(x, area.y, skin.glyphs.ellipsis, skin.style(Role::Footer));
                break;
            }
            let next = pen.text(x, area.y, key, skin.style(Role::Key));
            let next = pen.text(next.saturating_add(1), area.y, title, skin.style(Role::Footer));
            x = next.saturating_add(2);
        }
    }
}
