//! Entries of a stream, a page at a time, oldest first.
//!
//! Knows names and sizes of fields, and their values once they were asked for. Invariant: without being asked no
//! value is on the screen, and with it none that a terminal would take for a command.

mod fields;

use super::table::{frame, why};
use super::{consumers, gaps, layout};
use crate::app::State;
use crate::app::entries::EntriesState;
use crate::app::geometry::{Areas, share};
use crate::app::zone::{Zone, ZoneTarget};
use crate::config::theme::Role;
use crate::core::figures::column::DURATION_WIDTH;
use crate::core::model::Name;
use crate::core::model::streams::{Entry, id_age_ms};
use crate::ui::masking;
use crate::ui::theme::Skin;
use crate::ui::widgets::pen::width;
use crate::ui::widgets::{Panel, Pen, StyledText};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Cells of an id as the server makes them: milliseconds, a dash, and a short number.
const ID_CELLS: u16 = 18;
/// From this width on the fields of the selected entry stand beside the list, from this height on below it.
const BESIDE: u16 = 120;
const BELOW: u16 = 12;

/// Draws it.
pub fn draw(state: &State, key: &Name, areas: &Areas, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    let Some(entries) = state.active.entries.as_ref().filter(|entries| entries.key == *key) else {
        frame(areas.frame, areas.main, &format!("Entries of {key}"), Vec::new(), buffer, skin);
        return Vec::new();
    };
    let inner = frame(
        areas.frame,
        areas.main,
        &format!("Entries of {key}"),
        notes(state, entries, skin),
        buffer,
        skin,
    );
    if entries.entries.is_empty() {
        why(&[nothing(entries)], inner, buffer, skin);
        return Vec::new();
    }
    let (list, unfolded) = split(inner);
    let zones = draw_list(state, entries, list, buffer, skin);
    if let (Some(area), Some(entry)) = (unfolded, entries.selected()) {
        let title = entry.id.to_string();
        let note = format!("{} fields", entry.fields.len());
        let panel = Panel::new(&title).note(StyledText::new(note, Role::Dim));
        let inside = panel.draw(layout::inset(area), buffer, skin);
        fields::unfolded(entry, entries.shows_values && !masking::is_on(), inside, buffer, skin);
    }
    zones
}

/// The list, and where the selected entry is unfolded.
fn split(inner: Rect) -> (Rect, Option<Rect>) {
    if inner.width >= BESIDE {
        let (list, rest) = layout::left(inner, share(inner.width, 11, 20));
        return (list, Some(layout::left(rest, 1).1));
    }
    if inner.height >= BELOW {
        let (list, rest) = layout::top(inner, share(inner.height, 3, 5));
        return (list, Some(rest));
    }
    (inner, None)
}

fn notes(state: &State, entries: &EntriesState, skin: &Skin) -> Vec<StyledText> {
    let mut notes = Vec::new();
    if let Some(error) = entries.error.as_ref().filter(|_| !entries.entries.is_empty()) {
        notes.push(StyledText::new(error.clone(), Role::Warning));
    }
    notes.extend(entries.at_us.and_then(|at_us| consumers::age(state.shown(), at_us, "", skin)));
    if entries.is_loading {
        notes.push(StyledText::new("reading", Role::Accent));
    }
    if !entries.shows_values {
        notes.push(StyledText::new("values hidden", Role::Dim));
    }
    if !entries.entries.is_empty() {
        let text = format!("{} of {} read", entries.index + 1, entries.entries.len());
        notes.push(StyledText::new(text, Role::Dim));
    }
    notes
}

fn nothing(entries: &EntriesState) -> StyledText {
    match (&entries.error, entries.is_loading) {
        (Some(error), _) => StyledText::new(error.clone(), Role::Critical),
        (None, true) => gaps::quiet("Reading entries."),
        (None, false) => gaps::quiet("No entries there."),
    }
}

fn draw_list(
    state: &State,
    entries: &EntriesState,
    area: Rect,
    buffer: &mut Buffer,
    skin: &Skin,
) -> Vec<Zone> {
    let mut zones = vec![Zone::new(area, ZoneTarget::List)];
    let rows = usize::from(area.height);
    // The list may be lower than the page that the cursor was moved on: it follows the cursor.
    let offset = entries.offset.max((entries.index + 1).saturating_sub(rows)).min(entries.index);
    let now_ms = state.shown().now_ms();
    let shown = entries.entries.iter().enumerate().skip(offset);
    for ((at, entry), y) in shown.zip(area.y..area.bottom()) {
        let line = Rect { y, height: 1, ..area };
        row(entry, at == entries.index, entries.shows_values, now_ms, line, buffer, skin);
        zones.push(Zone::new(line, ZoneTarget::Entry(entry.id)));
    }
    zones
}

fn row(
    entry: &Entry,
    is_selected: bool,
    shows_values: bool,
    now_ms: i64,
    line: Rect,
    buffer: &mut Buffer,
    skin: &Skin,
) {
    let selection = skin.style(Role::Selection);
    let style = |role: Role| match is_selected {
        true => Style { add_modifier: skin.style(role).add_modifier, ..Style::new() }.patch(selection),
        false => skin.style(role),
    };
    let mut pen = Pen::new(line, buffer);
    if is_selected {
        pen.ground(line, selection);
        pen.glyph(line.x, line.y, skin.glyphs.cursor, selection);
    }
    let ellipsis = skin.glyphs.ellipsis;
    let mut x = line.x.saturating_add(1);
    pen.cut((x, line.y), ID_CELLS, &entry.id.to_string(), ellipsis, style(Role::Text));
    x = x.saturating_add(ID_CELLS + 1);
    let age = skin.figures.duration_ms(id_age_ms(entry.id, now_ms));
    let blank = DURATION_WIDTH.saturating_sub(width(&age));
    pen.cut((x.saturating_add(blank), line.y), DURATION_WIDTH, &age, ellipsis, style(Role::Dim));
    x = x.saturating_add(DURATION_WIDTH + 2);
    for (at, (name, value)) in entry.fields.iter().enumerate() {
        if x >= line.right() {
            break;
        }
        let name = format!("{}=", fields::name(at, name));
        x = pen.cut((x, line.y), u16::MAX, &name, ellipsis, style(Role::Dim));
        let value = fields::value(value, shows_values && !masking::is_on(), skin);
        x = pen.cut((x, line.y), u16::MAX, &value, ellipsis, style(Role::Text)).saturating_add(2);
    }
    if is_selected {
        // Again: the second half of a wide character has lost its ground.
        let Style { bg, add_modifier, .. } = selection;
        pen.ground(line, Style { bg, add_modifier, ..Style::new() });
        pen.mark(line.x.saturating_add(1), line.y);
    }
}
