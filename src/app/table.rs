//! A table in use: its rows, what is selected, how it is sorted and filtered.
//!
//! Knows the order of rows, not how they are written. Invariant: the cursor stays on the same item as rows move.

use super::cell::{Column, Filter, Row, RowId, TableId, order};
use crate::core::limits::MARKED_ROWS;
use std::collections::{HashMap, HashSet};

/// How long rows keep their order after a key, microseconds.
const PINNED_US: u64 = 5_000_000;

/// What is selected, sorted and filtered in one table.
#[derive(Clone, Debug)]
pub struct TableState {
    /// Which table.
    pub id: TableId,
    /// The rows that pass the filter, in order.
    pub rows: Vec<Row>,
    /// How many there were before the filter.
    pub total: usize,
    /// The item under the cursor.
    pub cursor: Option<RowId>,
    /// Whether somebody moved the cursor: it holds on to its item then, and stays at the top before.
    pub is_held: bool,
    /// Its place in `rows`.
    pub index: usize,
    /// The first row that is shown.
    pub offset: usize,
    /// The column sorted by.
    pub sort: usize,
    /// Greatest first.
    pub is_descending: bool,
    /// What is shown of it all.
    pub filter: Option<Filter>,
    /// Rows that are marked, in the order in which they were.
    marks: Vec<RowId>,
    /// Until when rows keep their order, on the process's own clock: somebody is aiming at one.
    pub pinned_until_us: u64,
}

impl TableState {
    /// An empty table, sorted as it is most useful.
    pub fn new(id: TableId) -> Self {
        let (sort, is_descending) = super::rows::first_sort(id);
        Self {
            id,
            rows: Vec::new(),
            total: 0,
            cursor: None,
            is_held: false,
            index: 0,
            offset: 0,
            sort,
            is_descending,
            filter: None,
            marks: Vec::new(),
            pinned_until_us: 0,
        }
    }

    /// Its columns, from left to right.
    pub fn columns(&self) -> &'static [Column] {
        super::rows::columns(self.id)
    }

    /// Rows keep their order for a while: those that are new come last.
    pub fn pin(&mut self, now_us: u64) {
        self.pinned_until_us = now_us.saturating_add(PINNED_US);
    }

    /// Takes new rows in at a time; the cursor stays on its item, or near where that was.
    pub fn set_rows_at(&mut self, rows: Vec<Row>, page: usize, now_us: u64) {
        let is_pinned = now_us < self.pinned_until_us;
        let before: Vec<RowId> = match is_pinned {
            true => self.rows.iter().map(|row| row.id.clone()).collect(),
            false => Vec::new(),
        };
        self.take_rows(rows, &before, page);
    }

    /// Takes new rows in, in their own order.
    pub fn set_rows(&mut self, rows: Vec<Row>, page: usize) {
        self.take_rows(rows, &[], page);
    }

    fn take_rows(&mut self, mut rows: Vec<Row>, before: &[RowId], page: usize) {
        self.total = rows.len();
        if let Some(filter) = &self.filter {
            rows.retain(|row| filter.keeps(row));
        }
        let (sort, is_descending) = (self.sort, self.is_descending);
        // A row with one cell has the one that it is sorted by.
        let key = |row: &'_ Row| if row.cells.len() == 1 { 0 } else { sort };
        rows.sort_by(|a, b| order(a.cells.get(key(a)), b.cells.get(key(b)), is_descending));
        if !before.is_empty() {
            let places: HashMap<&RowId, usize> = before.iter().zip(0..).collect();
            rows.sort_by_key(|row| places.get(&row.id).copied().unwrap_or(usize::MAX));
        }
        self.rows = rows;
        let found = self.cursor.as_ref().and_then(|id| self.rows.iter().position(|row| row.id == *id));
        let index = if self.is_held { found.unwrap_or(self.index) } else { 0 };
        self.show(index, page);
    }

    /// Puts the cursor on this row, which it holds on to from now on, and shows it.
    pub fn select(&mut self, index: usize, page: usize) {
        self.is_held = true;
        self.show(index, page);
    }

    fn show(&mut self, index: usize, page: usize) {
        let page = page.max(1);
        self.index = index.min(self.rows.len().saturating_sub(1));
        // A list that is still to be read keeps the item that it is to begin with.
        if !self.rows.is_empty() || !self.is_held {
            self.cursor = self.rows.get(self.index).map(|row| row.id.clone());
        }
        let last_offset = self.rows.len().saturating_sub(page);
        self.offset = self.offset.clamp(self.index.saturating_sub(page - 1), self.index).min(last_offset);
    }

    /// Shows rows so many further on or back; the cursor stays among those that are shown, and goes on where no row is left
    /// to be shown.
    pub fn scroll(&mut self, down: bool, rows: usize, page: usize) {
        let page = page.max(1);
        let before = self.offset;
        let last_offset = self.rows.len().saturating_sub(page);
        let moved = |at: usize| if down { at.saturating_add(rows) } else { at.saturating_sub(rows) };
        self.offset = moved(self.offset).min(last_offset);
        let index = match self.offset == before {
            true => moved(self.index),
            false => self.index.clamp(self.offset, self.offset.saturating_add(page - 1)),
        };
        self.select(index, page);
    }

    /// The row under the cursor.
    pub fn selected(&self) -> Option<&Row> {
        self.rows.get(self.index)
    }

    /// Marks a row, or takes its mark away; `false` where there are too many already.
    pub fn mark(&mut self, id: &RowId) -> bool {
        if let Some(at) = self.marks.iter().position(|mark| mark == id) {
            self.marks.remove(at);
            return true;
        }
        let fits = self.marks.len() < MARKED_ROWS;
        if fits {
            self.marks.push(id.clone());
        }
        fits
    }

    /// Takes every mark away; whether there was one.
    pub fn unmark(&mut self) -> bool {
        !std::mem::take(&mut self.marks).is_empty()
    }

    /// Whether any row is marked.
    pub fn has_marks(&self) -> bool {
        !self.marks.is_empty()
    }

    /// Whether this row is marked.
    pub fn is_marked(&self, id: &RowId) -> bool {
        self.marks.contains(id)
    }

    /// The marked rows, as they stand from top to bottom; those that the filter hides come last.
    pub fn marked(&self) -> Vec<&RowId> {
        if self.marks.is_empty() {
            return Vec::new();
        }
        let shown: Vec<&RowId> =
            self.rows.iter().map(|row| &row.id).filter(|id| self.marks.contains(id)).collect();
        let hidden = self.marks.iter().filter(|id| !shown.contains(id));
        shown.iter().copied().chain(hidden).collect()
    }

    /// How many rows are marked, and how many of them are not shown.
    pub fn marks(&self) -> (usize, usize) {
        if self.marks.is_empty() {
            return (0, 0);
        }
        let shown = self.rows.iter().filter(|row| self.marks.contains(&row.id)).count();
        (self.marks.len(), self.marks.len().saturating_sub(shown))
    }

    /// Marks whose rows are not among these, which are all there are before the filter.
    pub fn marks_beside(&self, rows: &[Row]) -> Vec<RowId> {
        if self.marks.is_empty() {
            return Vec::new();
        }
        let mut beside: HashSet<&RowId> = self.marks.iter().collect();
        for row in rows {
            beside.remove(&row.id);
        }
        beside.into_iter().cloned().collect()
    }

    /// A mark goes with its row.
    pub fn drop_marks(&mut self, gone: &[RowId]) {
        self.marks.retain(|mark| !gone.contains(mark));
    }

    /// The rows that are shown.
    pub fn visible(&self, page: usize) -> &[Row] {
        let end = self.offset.saturating_add(page).min(self.rows.len());
        self.rows.get(self.offset..end).unwrap_or(&[])
    }

    /// Sorts by this column as it is most useful; by the one that it is sorted by already, the other way round.
    pub fn sort_by(&mut self, column: usize) {
        let Some(shape) = self.columns().get(column) else { return };
        self.pinned_until_us = 0;
        self.is_descending = if self.sort == column { !self.is_descending } else { shape.is_right };
        self.sort = column;
    }

    /// Sorts by the next column to the right, or to the left.
    pub fn sort_by_neighbour(&mut self, to_the_right: bool) {
        self.pinned_until_us = 0;
        let columns = self.columns().len().max(1);
        self.sort = (self.sort + if to_the_right { 1 } else { columns - 1 }) % columns;
        self.is_descending = self.columns().get(self.sort).is_some_and(|column| column.is_right);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::cell::{Cell, RowMark};
    use crate::core::model::Name;

    fn row(name: &str, length: Option<u64>) -> Row {
        let name = Name::from(name);
        let cells = vec![Cell::Name(name.clone()), Cell::Count(length)];
        Row { id: RowId::Stream(name), cells, mark: RowMark::None }
    }

    fn names(table: &TableState) -> Vec<String> {
        table
            .rows
            .iter()
            .map(|row| format!("{:?}", row.id).replace("Stream('", "").replace("')", ""))
            .collect()
    }

    #[test]
    fn the_cursor_stays_on_its_item_while_rows_move_and_near_it_when_it_goes() {
        let mut table = TableState::new(TableId::Streams);
        (table.sort, table.is_descending) = (1, true);
        table.set_rows(vec![row("a", Some(3)), row("b", Some(2)), row("c", Some(1))], 10);
        table.select(1, 10);
        table.set_rows(vec![row("a", Some(3)), row("b", Some(9)), row("c", Some(1))], 10);
        assert_eq!((table.index, names(&table)), (0, vec!["b".into(), "a".into(), "c".into()]));
        table.set_rows(vec![row("a", Some(3)), row("c", Some(1))], 10);
        assert_eq!(table.cursor, Some(RowId::Stream(Name::from("a"))));
    }

    #[test]
    fn rows_do_not_change_places_under_a_hand_that_aims_and_do_when_it_rests() {
        let mut table = TableState::new(TableId::Streams);
        (table.sort, table.is_descending) = (1, true);
        table.set_rows(vec![row("a", Some(3)), row("b", Some(2)), row("c", Some(1))], 10);
        table.pin(1_000_000);
        let next = || vec![row("a", Some(3)), row("b", Some(9)), row("new", Some(99))];
        table.set_rows_at(next(), 10, 5_900_000);
        assert_eq!(names(&table), ["a", "b", "new"]);
        table.set_rows_at(next(), 10, 6_000_000);
        assert_eq!(names(&table), ["new", "b", "a"]);
    }

    #[test]
    fn unknown_sorts_last_in_both_directions() {
        let mut table = TableState::new(TableId::Streams);
        table.sort = 1;
        for descending in [true, false] {
            table.is_descending = descending;
            table.set_rows(vec![row("x", None), row("a", Some(1)), row("b", Some(2))], 10);
            assert_eq!(names(&table).last().unwrap(), "x");
        }
    }

    #[test]
    fn a_filter_is_a_regular_expression_that_can_be_inverted() {
        let mut table = TableState::new(TableId::Streams);
        table.sort = 0;
        table.is_descending = false;
        table.filter = Some(Filter::new("^ORD|pay").unwrap());
        table.set_rows(vec![row("orders", None), row("pay", None), row("mail", None)], 10);
        assert_eq!(names(&table), ["pay"]);
        table.filter = Some(Filter::new("!pay").unwrap());
        table.set_rows(vec![row("orders", None), row("pay", None), row("mail", None)], 10);
        assert_eq!((names(&table).len(), table.total), (2, 3));
        assert!(Filter::new("(").is_err());
    }

    #[test]
    fn the_selected_row_is_always_among_the_visible_ones() {
        let mut table = TableState::new(TableId::Streams);
        table.set_rows((0..50).map(|number| row(&number.to_string(), Some(number))).collect(), 7);
        for index in [0, 6, 7, 49, 20, 0] {
            table.select(index, 7);
            let visible = table.visible(7);
            assert_eq!(visible.len(), 7);
            assert!(visible.contains(table.selected().unwrap()));
        }
    }
}
