//! How wide the columns of a table are, and which of them say anything.
//!
//! Knows all rows of a table, not only those that are seen. Invariant: what is seen of the rows changes no column, so
//! that nothing moves as somebody scrolls.

use crate::app::cell::{Cell, Column, Row, RowId, TableId};
use crate::app::rows;
use crate::app::table::TableState;
use crate::core::reading::Reading;
use crate::ui::cells;
use crate::ui::theme::Skin;
use crate::ui::widgets::pen::width;
use crate::ui::widgets::{Align, ColumnWidth, StyledText, Table};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Names of tables whose rows were not all looked at grow up to this.
const NAME_MOST: u16 = 40;
/// Rooms from which on names have so many cells at least, before less important figures do.
const ROOMY: (u16, u16) = (110, 28);
/// Below this room names shrink to this.
const NARROW: u16 = 40;
const NAME_LEAST: u16 = 8;
/// Rooms from which on the small pictures are wider, and how wide.
const TREND_WIDE: (u16, u16) = (150, 20);
/// Rows that are looked at for what stands in them.
const ROWS: usize = 300;

/// The columns of a table at this room, with their places among all columns.
pub fn of(table: &TableState, reading: &Reading, room: u16) -> Vec<(usize, ColumnWidth)> {
    let columns = table.columns();
    let is_whole = table.rows.len() <= ROWS;
    let rows: Vec<_> = match is_whole {
        true => table.rows.iter().map(|row| rows::whole(reading, row, columns.len())).collect(),
        false => Vec::new(),
    };
    let cells = |at: usize| rows.iter().filter_map(move |row| row.cells.get(at));
    let says = |(at, column): &(usize, &Column)| {
        let may_go = column.priority > 0 && *at != table.sort && !rows.is_empty();
        !may_go || cells(*at).any(says_anything)
    };
    columns
        .iter()
        .enumerate()
        .filter(says)
        .map(|(at, column)| {
            let longest = is_whole.then(|| rows.iter().map(|row| name_width(row, at)).max()).flatten();
            let is_trend = cells(at).next() == Some(&Cell::Trend);
            (at, shaped(column, longest, is_trend, room))
        })
        .collect()
}

/// The width of the small picture among these columns; none where there is none.
pub fn trend(columns: &[(usize, ColumnWidth)], row: Option<&Row>) -> u16 {
    let at = row.and_then(|row| row.cells.iter().position(|cell| *cell == Cell::Trend));
    columns.iter().find(|(column, _)| Some(*column) == at).map_or(0, |(_, column)| column.least)
}

fn says_anything(cell: &Cell) -> bool {
    match cell {
        Cell::Trend => true,
        Cell::Text(text) => !matches!(text.as_str(), "" | "—"),
        cell => !cell.is_unknown(),
    }
}

/// Cells that the name in a column takes, with the mark of a new row.
fn name_width(row: &Row, at: usize) -> u16 {
    match (row.cells.get(at), &row.id) {
        (Some(Cell::Name(name)), _) => width(&name.to_string()).saturating_add(1),
        (Some(Cell::Family(name, _)), _) => width(&name.to_string()).saturating_add(9),
        (Some(Cell::Text(text)), _) => width(text).saturating_add(1),
        (None, RowId::Stream(key)) => width(&key.to_string()),
        _ => 0,
    }
}

fn shaped(column: &Column, longest: Option<u16>, is_trend: bool, room: u16) -> ColumnWidth {
    let is_name = column.is_flexible && !column.is_sentence;
    let (least, most) = match (is_trend, column.is_flexible) {
        (true, _) if room >= TREND_WIDE.0 => (TREND_WIDE.1, TREND_WIDE.1),
        (_, false) => (column.width, column.width),
        // A sentence takes all there is.
        (_, true) if column.is_sentence => (column.width.min(room), room),
        // On the narrowest terminals a figure says more than the end of a name.
        (_, true) if room < NARROW => (column.width.min(NAME_LEAST), NAME_MOST),
        (_, true) => {
            let most = longest.unwrap_or(NAME_MOST).max(column.width);
            let wanted = if room >= ROOMY.0 { ROOMY.1 } else { column.width };
            (wanted.min(most).max(column.width), most)
        }
    };
    ColumnWidth {
        title: column.title,
        align: if column.is_right { Align::Right } else { Align::Left },
        least,
        most,
        flex: u16::from(column.is_flexible),
        priority: column.priority,
        is_name,
    }
}

/// Draws the first rows of a table without a cursor.
pub fn list(id: TableId, rows: &[Row], reading: &Reading, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let mut table = TableState::new(id);
    table.rows = rows.to_vec();
    let all = of(&table, reading, area.width);
    let trend = trend(&all, rows.first());
    let drawn: Vec<Vec<StyledText>> = rows
        .iter()
        .take(Table::capacity(area))
        .map(|row| cells::row(row, trend, reading, skin))
        .map(|cells| all.iter().filter_map(|(at, _)| cells.get(*at).cloned()).collect())
        .collect();
    let sorted = all.iter().position(|(at, _)| *at == table.sort).map(|at| (at, table.is_descending));
    let columns: Vec<ColumnWidth> = all.into_iter().map(|(_, column)| column).collect();
    Table::list(&columns, &drawn, sorted).draw(area, buffer, skin);
}
