//! What stands below a list: the selected row with its parts and with what became of it.
//!
//! Knows what belongs to a row; not how rows are made. Invariant: it takes only what the rows of the list leave free.

mod client;
pub mod jobs;

use super::{columns, layout, trends};
use crate::app::cell::{Row, RowId, TableId};
use crate::app::{State, rows};
use crate::core::diagnose::finding::FindingSubject;
use crate::core::model::Name;
use crate::ui::theme::Skin;
use crate::ui::widgets::Panel;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Free rows from which on something is drawn, and from which on a list stands above the graphs.
const LEAST: u16 = 8;
const TALL: u16 = 22;
/// Rows of graphs that are enough.
const GRAPHS: u16 = 24;

/// Draws what the selected row stands for at the lower end of what its table leaves free.
pub fn below(state: &State, free: Rect, buffer: &mut Buffer, skin: &Skin) {
    let Some(row) = state.table().and_then(|table| table.selected()) else { return };
    if free.height < LEAST {
        return;
    }
    match &row.id {
        RowId::Stream(key) | RowId::Finding(_, FindingSubject::Stream(key)) => {
            of_stream(state, key, free, buffer, skin);
        }
        RowId::Group(key, name)
        | RowId::Consumer(key, name, _)
        | RowId::Finding(_, FindingSubject::Group(key, name) | FindingSubject::Consumer(key, name, _)) => {
            of_group(state, (key, name), free, buffer, skin);
        }
        RowId::Queue(id) | RowId::Finding(_, FindingSubject::Queue(id)) => {
            jobs::draw(state, id, free, buffer, skin);
        }
        RowId::Client(id) | RowId::Finding(_, FindingSubject::Client(id)) => {
            client::draw(state, *id, free, buffer, skin);
        }
        _ => {}
    }
}

/// The lower end of a free area: as many rows as are wanted, with a blank one above.
pub fn lower(free: Rect, wanted: u16) -> Rect {
    let height = free.height.saturating_sub(1).min(wanted);
    Rect { y: free.bottom().saturating_sub(height), height, ..layout::inset(free) }
}

fn of_stream(state: &State, key: &Name, free: Rect, buffer: &mut Buffer, skin: &Skin) {
    let Some(stream) = state.shown().streams().get(key) else { return };
    let groups = rows::of_groups(state.shown(), key);
    let pictures = trends::of_stream(stream, skin);
    drawn(state, &key.to_string(), (TableId::Groups, &groups), &pictures, free, buffer, skin);
}

fn of_group(state: &State, (key, name): (&Name, &Name), free: Rect, buffer: &mut Buffer, skin: &Skin) {
    let streams = state.shown().streams();
    let Some(group) = streams.get(key).and_then(|stream| stream.groups.get(name)) else { return };
    let consumers = rows::of_consumers(state.shown(), key, Some(name));
    let pictures = trends::of_group(group, skin);
    let title = format!("{name} of {key}");
    drawn(state, &title, (TableId::GroupConsumers, &consumers), &pictures, free, buffer, skin);
}

/// A title, the parts where there is room for them, and graphs.
fn drawn(
    state: &State,
    title: &str,
    (id, parts): (TableId, &[Row]),
    pictures: &[trends::Picture],
    free: Rect,
    buffer: &mut Buffer,
    skin: &Skin,
) {
    let count = u16::try_from(parts.len()).unwrap_or(u16::MAX);
    // The head of the list, its rows, and a blank line.
    let wanted = count.saturating_add(2).min(free.height / 3);
    let listed = if free.height >= TALL && count > 0 { wanted } else { 0 };
    let area = lower(free, GRAPHS.saturating_add(listed).saturating_add(1));
    let inner = Panel::new(title).draw(area, buffer, skin);
    let (list, graphs) = layout::top(inner, listed);
    if listed > 0 {
        let list = layout::top(list, listed - 1).0;
        columns::list(id, parts, state.shown(), list, buffer, skin);
    }
    trends::draw(state, pictures, graphs, buffer, skin);
}

/// Draws all consumers of a stream; of every stream, where this one has none.
pub fn consumers(state: &State, key: &Name, free: Rect, buffer: &mut Buffer, skin: &Skin) {
    if free.height < LEAST {
        return;
    }
    let own = rows::of_consumers(state.shown(), key, None);
    let (title, parts) = match own.is_empty() {
        true => ("Consumers of all streams".to_owned(), rows::of_all_consumers(state.shown())),
        false => (format!("Consumers of {key}"), own),
    };
    if parts.is_empty() {
        return;
    }
    let count = u16::try_from(parts.len()).unwrap_or(u16::MAX);
    let inner = Panel::new(&title).draw(lower(free, count.saturating_add(2)), buffer, skin);
    columns::list(TableId::Consumers, &parts, state.shown(), inner, buffer, skin);
}
