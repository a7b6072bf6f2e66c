//! Marks: one row, all that the filter shows, none; and those whose rows are gone.
//!
//! Knows tables and rows; begins no action. Invariant: a mark follows its row by what it is, and goes with it.

use super::{notify, page_rows, refresh};
use crate::app::State;
use crate::app::action::{why_unmarked, words_of};
use crate::app::cell::{Row, RowId};
use crate::app::table::TableState;
use crate::commands::CommandId;
use crate::core::figures::sentence::count;
use crate::core::limits::MARKED_ROWS;

fn table(state: &mut State) -> Option<&mut TableState> {
    state.table_id().and_then(|id| state.active.tables.get_mut(&id))
}

/// Does what the keys of marks ask for.
pub fn press(state: &mut State, command: CommandId) {
    match command {
        CommandId::MarkAll => mark_all(state),
        _ => mark(state),
    }
}

/// Marks the selected row, or takes its mark away, and goes on to the next one.
fn mark(state: &mut State) {
    let page = page_rows(state);
    let Some(table) = table(state) else { return };
    let Some(id) = table.selected().map(|row| row.id.clone()) else { return };
    if words_of(&id).is_none() {
        return notify(state, why_unmarked(&id).to_owned(), false);
    }
    if !table.mark(&id) {
        return too_many(state);
    }
    table.select(table.index.saturating_add(1), page);
}

/// Marks every row that is shown, whatever stands below the edge; where all are marked, none.
fn mark_all(state: &mut State) {
    let Some(table) = table(state) else { return };
    let rows: Vec<RowId> =
        table.rows.iter().map(|row| &row.id).filter(|id| words_of(id).is_some()).cloned().collect();
    if rows.is_empty() {
        let why = table.selected().map(|row| why_unmarked(&row.id));
        return notify(state, why.unwrap_or("there is no row here").to_owned(), false);
    }
    if rows.iter().all(|id| table.is_marked(id)) {
        table.unmark();
        return notify(state, "nothing is marked".to_owned(), false);
    }
    let fits = rows.iter().all(|id| table.is_marked(id) || table.mark(id));
    if !fits {
        return too_many(state);
    }
    refresh(state);
}

fn too_many(state: &mut State) {
    notify(
        state,
        format!("{} rows are marked: that many at once and no more", count(MARKED_ROWS as u64)),
        true,
    );
}

/// Takes every mark of the table away; whether there was one.
pub fn unmark(state: &mut State) -> bool {
    table(state).is_some_and(TableState::unmark)
}

/// Marks whose rows are not there any more. A stream within a family that is closed is still there.
pub fn gone(state: &State, rows: &[Row]) -> Vec<RowId> {
    let beside = state.table().map_or_else(Vec::new, |table| table.marks_beside(rows));
    let is_there = |id: &RowId| matches!(id, RowId::Stream(key) if state.shown().streams().contains_key(key));
    beside.into_iter().filter(|id| !is_there(id)).collect()
}
