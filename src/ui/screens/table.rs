//! A table of the console on the screen: frame, notes, sort mark, cursor, and why it is empty.
//!
//! Knows tables as values; not what is in them. Invariant: a table without rows says why in words.

use super::layout;
use crate::app::cell::{Row, TableId};
use crate::app::geometry::TableFrame;
use crate::app::zone::{Zone, ZoneTarget};
use crate::app::{State, rows};
use crate::config::theme::Role;
use crate::ui::cells;
use crate::ui::masking;
use crate::ui::theme::Skin;
use crate::ui::widgets::{self, Panel, StyledText, Table, Textlines};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::borrow::Cow;

/// A table and what stands around it.
pub struct TableView<'a> {
    /// Which table.
    pub id: TableId,
    /// The title of its frame.
    pub title: &'a str,
    /// More notes for the frame's line, before the position.
    pub notes: Vec<StyledText>,
    /// Why there are no rows, when there are none: paragraphs.
    pub empty: Vec<StyledText>,
}

/// What came of drawing a table.
pub struct DrawnTable {
    /// What is left free below the rows.
    pub free: Rect,
    /// What stands where.
    pub zones: Vec<Zone>,
}

impl TableView<'_> {
    /// Draws frame and table into the area that `geometry::Areas` has for it.
    pub fn draw(self, state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) -> DrawnTable {
        let nothing = DrawnTable { free: Rect::ZERO, zones: Vec::new() };
        let Some(table) = state.active.tables.get(&self.id) else { return nothing };
        let reading = state.shown();
        let around = TableFrame::of(state.view(), area);
        let inner = around.inner(area);
        let count = rows::columns(self.id).len();
        let visible: Vec<Cow<'_, Row>> = table
            .visible(Table::capacity(inner))
            .iter()
            .map(|row| rows::whole(reading, row, count))
            .collect();
        let all = super::columns::of(table, reading, inner.width);
        let trend = super::columns::trend(&all, visible.first().map(Cow::as_ref));
        // The cells of the columns that are shown, in their order.
        let shown = |row: &Row| -> Vec<StyledText> {
            let cells = cells::row(row, trend, reading, skin);
            all.iter().filter_map(|(at, _)| cells.get(*at).cloned()).collect()
        };
        let rows: Vec<Vec<StyledText>> = visible.iter().map(|row| shown(row)).collect();
        let marked: Vec<bool> = visible.iter().map(|row| table.is_marked(&row.id)).collect();
        let sorted = all.iter().position(|(at, _)| *at == table.sort);
        let (places, columns): (Vec<usize>, Vec<widgets::ColumnWidth>) = all.into_iter().unzip();
        let drawn = Table {
            columns: &columns,
            rows: &rows,
            offset: table.offset,
            total: table.rows.len(),
            selected: (!table.rows.is_empty()).then_some(table.index),
            marked: &marked,
            sorted: sorted.map(|at| (at, table.is_descending)),
        };
        let mut notes = self.notes;
        if let Some(filter) = &table.filter {
            notes.push(StyledText::new(format!("/{}", masking::foreign(&filter.text)), Role::Match));
        }
        if table.filter.is_some() {
            let text = format!("{} of {}", table.rows.len(), table.total);
            notes.push(StyledText::new(text, Role::Dim));
        } else if !table.rows.is_empty() {
            notes.push(StyledText::new(drawn.position(inner), Role::Dim));
        }
        frame(around, area, self.title, notes, buffer, skin);
        let parts = drawn.draw(inner, buffer, skin);
        let mut zones = vec![Zone::new(inner, ZoneTarget::List)];
        let head =
            |(at, area): (usize, Rect)| Some(Zone::new(area, ZoneTarget::Head(self.id, *places.get(at)?)));
        zones.extend(parts.heads.into_iter().filter_map(head));
        let lines = parts.rows.into_iter().zip(&visible);
        zones.extend(lines.map(|(area, row)| Zone::new(area, ZoneTarget::Row(row.id.clone()))));
        if table.rows.is_empty() {
            let below = below_head(inner);
            match (&table.filter, table.total) {
                (Some(filter), 1..) => {
                    let text = format!(
                        "None of {} rows matches /{}; esc drops the filter.",
                        table.total,
                        masking::foreign(&filter.text)
                    );
                    why(&[StyledText::new(text, Role::Dim)], below, buffer, skin);
                }
                _ => why(&self.empty, below, buffer, skin),
            }
            return DrawnTable { zones, ..nothing };
        }
        let free = layout::top(inner, u16::try_from(visible.len() + 1).unwrap_or(u16::MAX)).1;
        DrawnTable { free, zones }
    }
}

/// Draws what stands round an area, and gives what is left inside.
pub fn frame(
    around: TableFrame,
    area: Rect,
    title: &str,
    notes: Vec<StyledText>,
    buffer: &mut Buffer,
    skin: &Skin,
) -> Rect {
    let panel = notes.into_iter().fold(Panel::new(title), Panel::note);
    match around {
        TableFrame::None => {}
        TableFrame::Line => drop(panel.draw(layout::inset(area), buffer, skin)),
        TableFrame::Box => drop(panel.boxed().focus(true).draw(area, buffer, skin)),
    }
    around.inner(area)
}

/// Draws paragraphs that say why something is not there.
pub fn why(paragraphs: &[StyledText], area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let area = Rect { x: area.x.saturating_add(1), width: area.width.saturating_sub(2), ..area };
    Textlines { paragraphs, offset: 0 }.draw(area, buffer, skin);
}

fn below_head(inner: Rect) -> Rect {
    let used = inner.height.min(1);
    Rect { y: inner.y.saturating_add(used), height: inner.height - used, ..inner }
}
