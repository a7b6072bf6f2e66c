//! The keys that work here: what acts, with what it would act on, then the rest under the places that they belong to; and
//! what the heads of the table mean. Two columns where there is room.
//!
//! Knows nothing that is not in the table of commands. Invariant: a key that does nothing here is not listed, but for
//! actions, which say what to select.

use crate::app::State;
use crate::app::action::{is_about_selected, wanted};
use crate::app::own::ready;
use crate::app::rows;
use crate::app::zone::{DialogPart, Zone, ZoneTarget};
use crate::commands::{COMMANDS, Command, CommandId, Danger, Place};
use crate::config::own::OwnCommand;
use crate::config::theme::Role;
use crate::core::figures::column::{Certainty, Figures};
use crate::core::model::Name;
use crate::core::ops::WriteState;
use crate::ui::shell::keys;
use crate::ui::theme::Skin;
use crate::ui::widgets::pen::width;
use crate::ui::widgets::textlines::wrap;
use crate::ui::widgets::{Dialog, Pen, StyledText};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Widest keys: a command has four at most.
const KEYS_MOST: u16 = 22;
/// From this width on there are two columns.
const TWO: u16 = 110;
/// What the marks of figures mean, in the order in which they stand.
const MARKS: &str = "Before a figure: about; at least. Alone: not known.";
/// Blank cells between them.
const GAP: u16 = 3;

/// Draws it, scrolled down by so many lines, as far as there are any; where each command stands.
pub fn draw(state: &State, offset: usize, body: Rect, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    let columns: u16 = if body.width >= TWO { 2 } else { 1 };
    let all = lines(state, skin.figures);
    let keys_width = all.iter().filter_map(HelpLine::keys).map(width).max().unwrap_or(0).min(KEYS_MOST);
    // A frame, a blank column at both sides, and two between keys and words.
    let inside = body.width.saturating_sub(4).saturating_sub((columns - 1) * GAP) / columns;
    let room = inside.saturating_sub(keys_width + 2);
    let lines: Vec<HelpLine> = all.into_iter().flat_map(|line| line.wrapped(room)).collect();
    let doc_width = lines.iter().map(|line| width(line.text())).max().unwrap_or(0);
    let column = keys_width.saturating_add(2).saturating_add(doc_width).min(inside);
    let rows = lines.len().div_ceil(usize::from(columns));
    let size = (column * columns + (columns - 1) * GAP, u16::try_from(rows).unwrap_or(u16::MAX));
    let dialog = Dialog { title: "Keys that work here", note: None, size };
    let height = usize::from(dialog.place(body).height.saturating_sub(2));
    let shown = height * usize::from(columns);
    let offset = offset.min(lines.len().saturating_sub(shown));
    let last = (offset + shown).min(lines.len());
    let note = (shown < lines.len())
        .then(|| StyledText::new(format!("{}-{last} of {}", offset + 1, lines.len()), Role::Dim));
    let inner = Dialog { note, ..dialog }.draw(body, buffer, skin);
    let mut zones = vec![Zone::new(inner, ZoneTarget::Dialog(DialogPart::Text))];
    let mut rest = lines.iter().skip(offset);
    for at in 0..columns {
        let x = inner.x.saturating_add(at * (column + GAP));
        let area = Rect { x, width: column.min(inner.right().saturating_sub(x)), ..inner };
        for (y, line) in (area.y..area.bottom()).zip(rest.by_ref().take(height)) {
            line.draw((area, y), keys_width, buffer, skin);
            if let HelpLine::Command { id: Some(id), .. } = line {
                let row = Rect { y, height: 1, ..area };
                zones.push(Zone::new(row, ZoneTarget::Dialog(DialogPart::HelpRow(*id))));
            }
        }
    }
    zones
}

enum HelpLine {
    Head(String),
    Command { id: Option<CommandId>, keys: String, doc: String, is_idle: bool },
    Blank,
}

impl HelpLine {
    /// The same in lines of this room; the keys stand in the first.
    fn wrapped(self, room: u16) -> Vec<HelpLine> {
        let Self::Command { id, keys, doc, is_idle } = self else { return vec![self] };
        let mut keys = Some(keys);
        wrap(&doc, room.max(8))
            .into_iter()
            .map(|doc| Self::Command { id, keys: keys.take().unwrap_or_default(), doc, is_idle })
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
            Self::Head(text) => text,
            Self::Command { doc, .. } => doc,
            Self::Blank => "",
        }
    }

    fn draw(&self, (area, y): (Rect, u16), keys_width: u16, buffer: &mut Buffer, skin: &Skin) {
        let mut pen = Pen::new(area, buffer);
        let ellipsis = skin.glyphs.ellipsis;
        match self {
            Self::Head(title) => {
                pen.cut((area.x, y), area.width, title, ellipsis, skin.style(Role::Title));
            }
            Self::Command { keys, doc, is_idle, .. } => {
                let roles = if *is_idle { (Role::Dim, Role::Dim) } else { (Role::Key, Role::Text) };
                pen.cut((area.x, y), keys_width, keys, ellipsis, skin.style(roles.0));
                let x = area.x.saturating_add(keys_width).saturating_add(2);
                pen.cut((x, y), area.width, doc, ellipsis, skin.style(roles.1));
            }
            Self::Blank => {}
        }
    }
}

fn lines(state: &State, figures: Figures) -> Vec<HelpLine> {
    let mut lines = acting(state);
    let own: Vec<HelpLine> = state.setup.own.commands.iter().map(|own| own_line(state, own)).collect();
    if !own.is_empty() {
        lines.extend((!lines.is_empty()).then_some(HelpLine::Blank));
        lines.push(HelpLine::Head("Programs of your own".to_owned()));
        lines.extend(own);
    }
    for (place, commands) in keys::by_place(state) {
        let commands: Vec<_> = commands.into_iter().filter(|command| !is_action(command)).collect();
        if commands.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(HelpLine::Blank);
        }
        lines.push(HelpLine::Head(place.title().to_owned()));
        let line = |command: &&Command| HelpLine::Command {
            id: Some(command.id),
            keys: keys::text(state, command.id, " "),
            doc: command.doc.to_owned(),
            is_idle: false,
        };
        lines.extend(commands.iter().map(line));
    }
    lines.extend(columns(state, figures));
    lines
}

/// What the heads of the table mean, and the marks of figures.
fn columns(state: &State, figures: Figures) -> Vec<HelpLine> {
    let Some(id) = state.table_id() else { return Vec::new() };
    let line = |(keys, doc): (&str, &str)| HelpLine::Command {
        id: None,
        keys: keys.to_owned(),
        doc: doc.to_owned(),
        is_idle: false,
    };
    let heads =
        rows::columns(id).iter().filter_map(|column| Some((column.title, rows::explained(column.title)?)));
    let head = [HelpLine::Blank, HelpLine::Head("Columns here".to_owned())];
    let marks =
        [figures.mark(Certainty::Estimate), figures.mark(Certainty::AtLeast), figures.unknown()].join(" ");
    head.into_iter().chain(heads.map(line)).chain([line((&marks, MARKS))]).collect()
}

/// A program of the operator's own: what it runs, or why it can't here.
fn own_line(state: &State, own: &OwnCommand) -> HelpLine {
    let why = ready(state, own).err();
    let is_idle = why.is_some();
    let doc = why.unwrap_or_else(|| format!("{}: run {}", own.name, own.text()));
    HelpLine::Command {
        id: None,
        keys: own.key.to_string(),
        doc: Name::from(doc.as_str()).to_string(),
        is_idle,
    }
}

/// What begins an action, in the order of the table.
fn is_action(command: &Command) -> bool {
    command.danger == Danger::Writes
        && command.id != CommandId::Unlock
        && !command.places.contains(&Place::Acting)
}

/// Actions: those that are about what is selected, then those that say what to select.
fn acting(state: &State) -> Vec<HelpLine> {
    let operations = &state.active.operations;
    let head = match operations.write {
        WriteState::ReadOnly => return Vec::new(),
        state_of if state_of.may_write(state.now_us) => "Actions: unlocked, each asks",
        _ => "Actions: locked, the last button unlocks",
    };
    let places = state.places();
    let here = COMMANDS.iter().filter(|command| {
        is_action(command)
            && command.places.iter().any(|place| places.contains(place))
            && !state.setup.keymap.keys_of(command.id).is_empty()
    });
    let mut lines: Vec<(bool, HelpLine)> = here
        .map(|command| {
            let why = wanted(state, command.id).err();
            let is_idle = why.is_some() || !is_about_selected(state, command.id);
            let doc = why.unwrap_or_else(|| command.doc.to_owned());
            let keys = keys::text(state, command.id, " ");
            (is_idle, HelpLine::Command { id: Some(command.id), keys, doc, is_idle })
        })
        .collect();
    lines.sort_by_key(|(is_idle, _)| *is_idle);
    std::iter::once(HelpLine::Head(head.to_owned())).chain(lines.into_iter().map(|(_, line)| line)).collect()
}
