//! The keys that work here, from the table of commands, under the places they belong to.
//!
//! Knows nothing that is not in the table. Invariant: a key that does nothing here is not listed.

use crate::app::State;
use crate::config::theme::Role;
use crate::ui::shell::keys;
use crate::ui::theme::Skin;
use crate::ui::widgets::pen::width;
use crate::ui::widgets::textlines::wrap;
use crate::ui::widgets::{Dialog, Pen, StyledText};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Widest keys: a command has four at most.
const KEYS_MOST: u16 = 22;

/// Draws it, scrolled down by so many lines, as far as there are any.
pub fn draw(state: &State, offset: usize, body: Rect, buffer: &mut Buffer, skin: &Skin) {
    let lines = lines(state);
    let keys_width = lines.iter().filter_map(|line| line.keys()).map(width).max().unwrap_or(0).min(KEYS_MOST);
    // A frame, a blank column at both sides, and two between keys and words.
    let room = body.width.saturating_sub(4).saturating_sub(keys_width + 2);
    let lines: Vec<HelpLine> = lines.into_iter().flat_map(|line| line.wrapped(room)).collect();
    let doc_width = lines.iter().map(|line| width(line.text())).max().unwrap_or(0);
    let wanted = keys_width.saturating_add(2).saturating_add(doc_width);
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let dialog = Dialog { title: "Keys that work here", note: None, size: (wanted, rows) };
    let height = usize::from(dialog.place(body).height.saturating_sub(2));
    let offset = offset.min(lines.len().saturating_sub(height));
    let last = (offset + height).min(lines.len());
    let note = (height < lines.len())
        .then(|| StyledText::new(format!("{}-{last} of {}", offset + 1, lines.len()), Role::Dim));
    let inner = Dialog { note, ..dialog }.draw(body, buffer, skin);
    let mut pen = Pen::new(inner, buffer);
    let ellipsis = skin.glyphs.ellipsis;
    for (line, y) in lines.iter().skip(offset).zip(inner.y..inner.bottom()) {
        match line {
            HelpLine::Place(title) => {
                pen.cut((inner.x, y), inner.width, title, ellipsis, skin.style(Role::Title));
            }
            HelpLine::Command { keys, doc } => {
                pen.cut((inner.x, y), keys_width, keys, ellipsis, skin.style(Role::Key));
                let x = inner.x.saturating_add(keys_width).saturating_add(2);
                pen.cut((x, y), inner.width, doc, ellipsis, skin.style(Role::Text));
            }
            HelpLine::Blank => {}
        }
    }
}

enum HelpLine {
    Place(&'static str),
    Command { keys: String, doc: String },
    Blank,
}

impl HelpLine {
    /// The same in lines of this room; the keys stand in the first.
    fn wrapped(self, room: u16) -> Vec<HelpLine> {
        let Self::Command { keys, doc } = self else { return vec![self] };
        let mut keys = Some(keys);
        wrap(&doc, room.max(8))
            .into_iter()
            .map(|doc| Self::Command { keys: keys.take().unwrap_or_default(), doc })
            .collect()
    }

    fn keys(&self) -> Option<&str> {
        match self {
            Self::Command { keys, .. } => Some(keys),
            _ => None,
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Place(text) => text,
            Self::Command { doc, .. } => doc,
            Self::Blank => "",
        }
    }
}

fn lines(state: &State) -> Vec<HelpLine> {
    let mut lines = Vec::new();
    for (place, commands) in keys::by_place(state) {
        if !lines.is_empty() {
            lines.push(HelpLine::Blank);
        }
        lines.push(HelpLine::Place(place.title()));
        let line = |command: &&crate::commands::Command| HelpLine::Command {
            keys: keys::text(state, command.id, " "),
            doc: command.doc.to_owned(),
        };
        lines.extend(commands.iter().map(line));
    }
    lines
}
