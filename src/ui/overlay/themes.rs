//! The list of themes, over a picture that wears the one under the cursor.
//!
//! Knows names only. Invariant: the one under the cursor is seen, however low the terminal is.

use crate::app::State;
use crate::app::zone::{DialogPart, Zone, ZoneTarget};
use crate::config::theme::Role;
use crate::ui::theme::Skin;
use crate::ui::widgets::pen::width;
use crate::ui::widgets::{Dialog, Pen};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The roles that are shown beside the names, in the theme that is on.
const SAMPLES: [Role; 6] =
    [Role::Graph1, Role::Graph2, Role::Graph3, Role::Graph4, Role::Graph5, Role::Graph6];

/// Draws it; where each theme stands.
pub fn draw(state: &State, body: Rect, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    let names = &state.setup.themes;
    let longest = names.iter().map(|name| width(name)).max().unwrap_or(0);
    let rows = u16::try_from(names.len()).unwrap_or(u16::MAX);
    let samples = u16::try_from(SAMPLES.len()).unwrap_or(0);
    let wanted = longest.saturating_add(samples + 4).max(30);
    let inner = Dialog { title: "Theme", note: None, size: (wanted, rows) }.draw(body, buffer, skin);
    let mut zones = vec![Zone::new(inner, ZoneTarget::Dialog(DialogPart::Text))];
    let mut pen = Pen::new(inner, buffer);
    let skipped = (state.theme + 1).saturating_sub(usize::from(inner.height));
    for ((at, name), y) in names.iter().enumerate().skip(skipped).zip(inner.y..inner.bottom()) {
        let is_on = at == state.theme;
        let line = Rect { y, height: 1, ..inner };
        zones.push(Zone::new(line, ZoneTarget::Dialog(DialogPart::ThemeRow(at))));
        let style = skin.style(if is_on { Role::Selection } else { Role::Text });
        if is_on {
            pen.ground(line, style);
            pen.glyph(inner.x, y, skin.glyphs.cursor, style);
        }
        pen.cut(
            (inner.x.saturating_add(2), y),
            inner.width.saturating_sub(2),
            name,
            skin.glyphs.ellipsis,
            style,
        );
        if is_on {
            let x = inner.right().saturating_sub(samples + 1);
            pen.mark(inner.x.saturating_add(2), y);
            for (role, x) in SAMPLES.into_iter().zip(x..) {
                pen.glyph(x, y, skin.glyphs.bar_used, skin.ink(role));
            }
        }
    }
    zones
}
