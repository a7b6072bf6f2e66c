//! Moving: between screens, deeper and back, and up and down.

use super::{lines, marks, page_rows, refresh};
use crate::app::cell::{RowId, TableId};
use crate::app::entries::{EntriesState, Page};
use crate::app::message::Effect;
use crate::app::view::SCREENS;
use crate::app::{State, View};
use crate::commands::CommandId;
use crate::core::diagnose::finding::FindingSubject;
use crate::core::model::Name;

/// Goes to another place.
pub fn go_to(state: &mut State, trail: Vec<View>) {
    if trail.is_empty() {
        return;
    }
    state.active.trail = trail;
    // Of another screen the first panel is shown.
    state.active.zoom = state.active.zoom.map(|_| 0);
    if !state.active.trail.iter().any(|view| matches!(view, View::Entries(_))) {
        state.active.entries = None;
    }
    refresh(state);
}

/// The screen that is so many further on, all the way round.
pub fn next_screen(state: &mut State, steps: usize) {
    let base = state.active.trail.first();
    let at = SCREENS.iter().position(|(_, view, _)| Some(view) == base).unwrap_or(0);
    if let Some((_, view, _)) = SCREENS.get((at + steps) % SCREENS.len()) {
        go_to(state, vec![view.clone()]);
    }
}

/// Families that are open at the same time.
const OPEN_FAMILIES: usize = 100;

/// Closes what is open, drops the filter, or goes back to where we came from.
pub fn back(state: &mut State) {
    if state.active.notice.take().is_some_and(|notice| notice.is_error) {
        return;
    }
    if state.zoomed().is_some() {
        state.active.zoom = None;
        return;
    }
    if marks::unmark(state) {
        return;
    }
    let table = state.table_id().and_then(|id| state.active.tables.get_mut(&id));
    if let Some(table) = table.filter(|table| table.filter.is_some()) {
        table.filter = None;
        refresh(state);
        return;
    }
    if state.active.trail.len() > 1 {
        let mut trail = state.active.trail.clone();
        trail.pop();
        go_to(state, trail);
    }
}

/// Goes deeper into the selected row.
pub fn open(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(id) = state.table().and_then(|table| table.selected()).map(|row| row.id.clone()) else { return };
    if let Some(table) = state.table_id().and_then(|table| state.active.tables.get_mut(&table)) {
        // Whoever comes back finds the cursor where it was.
        table.is_held = true;
    }
    if let RowId::Saving(kind, _) = &id {
        return super::action::take_way(state, kind, effects);
    }
    if let RowId::Family(family) = id {
        if !state.active.open_families.remove(&family) && state.active.open_families.len() < OPEN_FAMILIES {
            state.active.open_families.insert(family);
        }
        refresh(state);
        return;
    }
    let deeper = match (state.view(), id) {
        (_, RowId::Stream(key)) => Some(View::Stream(key)),
        (_, RowId::Group(key, group)) => Some(View::Group(key, group)),
        (_, RowId::Consumer(key, group, consumer)) => Some(View::Pending(key, group, Some(consumer))),
        (View::Pending(key, _, _), RowId::Pending(id)) => {
            let key = key.clone();
            open_entries(state, key, Page::From(id), effects);
            None
        }
        (_, RowId::Pattern(glob)) => Some(View::Pattern(glob)),
        (View::Queues, RowId::Failure(id, ..) | RowId::Schedule(id, _)) => Some(View::Queue(id)),
        (_, RowId::Queue(id)) => Some(View::Queue(id)),
        (_, RowId::Key(key)) if state.shown().streams().contains_key(&key) => Some(View::Stream(key)),
        (_, RowId::Finding(..)) => state.selected_finding().and_then(View::of_finding),
        _ => None,
    };
    if let Some(view) = deeper {
        let client = match state.table().and_then(|table| table.selected()).map(|row| &row.id) {
            Some(RowId::Finding(_, FindingSubject::Client(id))) => Some(*id),
            _ => None,
        };
        if !SCREENS.iter().any(|(_, screen, _)| *screen == view) {
            forget_cursor(state, &view);
        }
        if let Some((id, table)) = client.zip(state.active.tables.get_mut(&TableId::Clients)) {
            (table.cursor, table.is_held, table.filter) = (Some(RowId::Client(id)), true, None);
        }
        let mut trail = state.active.trail.clone();
        trail.push(view);
        go_to(state, trail);
    }
}

/// Another item's table begins at its top.
fn forget_cursor(state: &mut State, view: &View) {
    if let Some(table) = view.table().and_then(|id| state.active.tables.get_mut(&id)) {
        (table.cursor, table.index, table.offset, table.filter) = (None, 0, 0, None);
        table.is_held = false;
        table.unmark();
        table.rows.clear();
    }
}

/// Opens the entries of a stream at a page.
pub fn open_entries(state: &mut State, key: Name, page: Page, effects: &mut Vec<Effect>) {
    let mut entries = EntriesState::new(key.clone());
    effects.extend(entries.ask(page).map(Effect::ReadEntries));
    state.active.entries = Some(entries);
    let mut trail = state.active.trail.clone();
    trail.push(View::Entries(key));
    go_to(state, trail);
}

/// Moves the cursor, or scrolls; as often as the count says that was typed.
pub fn move_cursor(state: &mut State, command: CommandId) {
    let view = state.view().clone();
    let count = state.count;
    let times = count.unwrap_or(1);
    if let View::Log = view {
        let lines = lines(state);
        state.log_offset = match command {
            CommandId::Up => state.log_offset.saturating_add(times),
            CommandId::Down => state.log_offset.saturating_sub(times),
            CommandId::PageUp => state.log_offset.saturating_add(lines.saturating_mul(times)),
            CommandId::PageDown => state.log_offset.saturating_sub(lines.saturating_mul(times)),
            CommandId::Last => 0,
            _ => LOG_LINES,
        }
        .min(LOG_LINES);
        return;
    }
    if let View::Entries(_) = view {
        let page = lines(state);
        if let Some(entries) = &mut state.active.entries {
            let index = moved(entries.index, entries.entries.len(), page, (command, count));
            entries.select(index, page);
        }
        return;
    }
    let page = page_rows(state);
    if let Some(table) = state.table_id().and_then(|id| state.active.tables.get_mut(&id)) {
        let index = moved(table.index, table.rows.len(), page, (command, count));
        table.select(index, page);
    }
}

/// Shows what is so many rows further on, or back.
pub fn scroll(state: &mut State, down: bool, rows: usize) {
    if let View::Log = state.view() {
        let back = state.log_offset;
        state.log_offset = if down { back.saturating_sub(rows) } else { (back + rows).min(LOG_LINES) };
        return;
    }
    if let View::Entries(_) = state.view() {
        let page = lines(state);
        if let Some(entries) = &mut state.active.entries {
            let index = entries.index;
            entries.select(if down { index.saturating_add(rows) } else { index.saturating_sub(rows) }, page);
        }
        return;
    }
    let page = page_rows(state);
    if let Some(table) = state.table_id().and_then(|id| state.active.tables.get_mut(&id)) {
        table.scroll(down, rows, page);
    }
}

/// Lines of the log that can be scrolled back to.
const LOG_LINES: usize = 1_000;

fn moved(index: usize, rows: usize, page: usize, (command, count): (CommandId, Option<usize>)) -> usize {
    let times = count.unwrap_or(1);
    let pages = page.saturating_sub(1).max(1).saturating_mul(times);
    match (command, count) {
        (CommandId::Up, _) => index.saturating_sub(times),
        (CommandId::Down, _) => index.saturating_add(times),
        (CommandId::PageUp, _) => index.saturating_sub(pages),
        (CommandId::PageDown, _) => index.saturating_add(pages),
        // A count says which row.
        (CommandId::First | CommandId::Last, Some(row)) => row.saturating_sub(1),
        (CommandId::First, None) => 0,
        _ => rows,
    }
    .min(rows.saturating_sub(1))
}
