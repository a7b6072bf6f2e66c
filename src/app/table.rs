//! A table as values: columns, rows, what is selected, how it is sorted and filtered.
//!
//! Knows what a cell means, not how it is written. Invariants: the cursor stays on the same item as rows move;
//! what is unknown sorts last in either direction.

use crate::core::model::groups::Lag;
use crate::core::model::{Name, StreamId};
use regex::{Regex, RegexBuilder};
use std::cmp::Ordering;

/// Which table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TableId {
    /// Streams on the overview.
    Worst,
    /// All streams.
    Streams,
    /// Groups of one stream.
    Groups,
    /// Consumers of one group.
    GroupConsumers,
    /// Pending rows.
    Pending,
    /// All consumers.
    Consumers,
    /// Clients.
    Clients,
    /// The slow log.
    Slowlog,
}

impl TableId {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Worst,
        Self::Streams,
        Self::Groups,
        Self::GroupConsumers,
        Self::Pending,
        Self::Consumers,
        Self::Clients,
        Self::Slowlog,
    ];

    /// Its columns, from left to right.
    pub fn columns(self) -> &'static [Column] {
        super::rows::columns(self)
    }
}

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its head.
    pub title: &'static str,
    /// Cells wide at least.
    pub width: u16,
    /// Whether it takes what room is left.
    pub is_flexible: bool,
    /// Whether its cells stand on the right.
    pub is_right: bool,
    /// 0 always stays; the greatest goes first when there is no room.
    pub priority: u8,
}

/// Which item a row is: what the cursor holds on to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowId {
    /// A stream.
    Stream(Name),
    /// A group of a stream.
    Group(Name, Name),
    /// A consumer of a group of a stream.
    Consumer(Name, Name, Name),
    /// A pending entry.
    Pending(StreamId),
    /// A client.
    Client(u64),
    /// An entry of the slow log.
    Slow(u64),
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Which item it is.
    pub id: RowId,
    /// One cell a column.
    pub cells: Vec<Cell>,
    /// Whether it stands out.
    pub mark: Mark,
}

/// Whether a row stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Mark {
    /// It does not.
    #[default]
    None,
    /// It is new.
    New,
}

/// What a cell means.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A name in Redis.
    Name(Name),
    /// A word.
    Text(String),
    /// A number of things.
    Count(Option<u64>),
    /// A lag with how far it may be trusted.
    Lag(Lag),
    /// Bytes.
    Bytes(Option<u64>),
    /// Milliseconds.
    Ms(Option<u64>),
    /// Microseconds.
    Us(Option<f64>),
    /// Something a second.
    Rate(Option<f64>),
    /// Seconds.
    Seconds(Option<f64>),
    /// An id.
    Id(StreamId),
    /// A time, milliseconds since 1970.
    Time(i64),
    /// A small picture of the item over time; drawn from the reading.
    Trend,
}

impl Cell {
    /// Its number, where it has one.
    fn number(&self) -> Option<f64> {
        match self {
            Self::Count(count) | Self::Bytes(count) | Self::Ms(count) => count.map(|count| count as f64),
            Self::Lag(lag) => lag.entries.map(|entries| entries as f64),
            Self::Us(value) | Self::Rate(value) | Self::Seconds(value) => *value,
            Self::Time(at_ms) => Some(*at_ms as f64),
            Self::Name(_) | Self::Text(_) | Self::Id(_) | Self::Trend => None,
        }
    }

    /// Its place among cells of the same column; unknown is no place at all.
    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Name(a), Self::Name(b)) => Some(a.cmp(b)),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Id(a), Self::Id(b)) => Some(a.cmp(b)),
            _ => Some(self.number()?.total_cmp(&other.number()?)),
        }
    }

    fn is_unknown(&self) -> bool {
        !matches!(self, Self::Name(_) | Self::Text(_) | Self::Id(_)) && self.number().is_none()
    }

    fn matches(&self, regex: &Regex) -> bool {
        match self {
            Self::Name(name) => regex.is_match(&name.text()) || regex.is_match(&name.to_string()),
            Self::Text(text) => regex.is_match(text),
            Self::Id(id) => regex.is_match(&id.to_string()),
            _ => false,
        }
    }
}

/// A filter as typed, and what it means.
#[derive(Clone, Debug)]
pub struct Filter {
    /// As typed.
    pub text: String,
    regex: Regex,
    inverted: bool,
}

/// The longest program of a filter, bytes: a filter is typed by hand.
const REGEX_BYTES: usize = 64 * 1024;

impl Filter {
    /// Reads a regular expression; `!` before it inverts, lower case matches both cases.
    pub fn new(text: &str) -> Result<Self, String> {
        let (inverted, pattern) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        let regex = RegexBuilder::new(pattern)
            .case_insensitive(!pattern.chars().any(char::is_uppercase))
            .size_limit(REGEX_BYTES)
            .build()
            .map_err(|error| {
                let reason = error.to_string();
                reason
                    .lines()
                    .last()
                    .unwrap_or("not a regular expression")
                    .trim_start_matches("error: ")
                    .to_owned()
            })?;
        Ok(Self { text: text.to_owned(), regex, inverted })
    }

    fn keeps(&self, row: &Row) -> bool {
        row.cells.iter().any(|cell| cell.matches(&self.regex)) != self.inverted
    }
}

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
            index: 0,
            offset: 0,
            sort,
            is_descending,
            filter: None,
        }
    }

    /// Takes new rows in; the cursor stays on its item, or near where that was.
    pub fn set_rows(&mut self, mut rows: Vec<Row>, page: usize) {
        self.total = rows.len();
        if let Some(filter) = &self.filter {
            rows.retain(|row| filter.keeps(row));
        }
        let (sort, is_descending) = (self.sort, self.is_descending);
        rows.sort_by(|a, b| order(a.cells.get(sort), b.cells.get(sort), is_descending));
        self.rows = rows;
        let found = self.cursor.as_ref().and_then(|id| self.rows.iter().position(|row| row.id == *id));
        self.select(found.unwrap_or(self.index), page);
    }

    /// Puts the cursor on this row and shows it.
    pub fn select(&mut self, index: usize, page: usize) {
        let page = page.max(1);
        self.index = index.min(self.rows.len().saturating_sub(1));
        self.cursor = self.rows.get(self.index).map(|row| row.id.clone());
        let last_offset = self.rows.len().saturating_sub(page);
        self.offset = self.offset.clamp(self.index.saturating_sub(page - 1), self.index).min(last_offset);
    }

    /// The row under the cursor.
    pub fn selected(&self) -> Option<&Row> {
        self.rows.get(self.index)
    }

    /// The rows that are shown.
    pub fn visible(&self, page: usize) -> &[Row] {
        let end = self.offset.saturating_add(page).min(self.rows.len());
        self.rows.get(self.offset..end).unwrap_or(&[])
    }

    /// Sorts by the next column to the right, or to the left.
    pub fn sort_by_neighbour(&mut self, to_the_right: bool) {
        let columns = self.id.columns().len().max(1);
        self.sort = (self.sort + if to_the_right { 1 } else { columns - 1 }) % columns;
        self.is_descending = self.id.columns().get(self.sort).is_some_and(|column| column.is_right);
    }
}

/// Unknown last, whatever the direction.
fn order(a: Option<&Cell>, b: Option<&Cell>, is_descending: bool) -> Ordering {
    let (Some(a), Some(b)) = (a, b) else { return Ordering::Equal };
    match (a.is_unknown(), b.is_unknown()) {
        (false, false) => {
            let order = a.compare(b).unwrap_or(Ordering::Equal);
            if is_descending { order.reverse() } else { order }
        }
        (a, b) => a.cmp(&b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, length: Option<u64>) -> Row {
        let name = Name::from(name);
        let cells = vec![Cell::Name(name.clone()), Cell::Count(length)];
        Row { id: RowId::Stream(name), cells, mark: Mark::None }
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
