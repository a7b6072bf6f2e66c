//! What is drawn: pure functions from values to cells of a `ratatui` buffer.
//!
//! Knows themes, units and shapes. Does not know terminals, time or where figures come from.
//! Invariant: nothing here panics at any size, and nothing draws outside the area it was given.

mod actionline;
pub mod cells;
mod dump;
pub mod focus;
pub mod masking;
mod overlay;
pub mod picture;
mod screens;
mod shell;
pub mod theme;
pub mod widgets;

use crate::app::zone::Zone;
use crate::app::{State, View, rows};
use crate::config::theme::Role;
use focus::FocusCell;
use ratatui::buffer::Buffer;
use theme::Skin;
use widgets::Pen;

/// Draws the whole picture; what stands where in it for a mouse.
pub fn view(state: &State, skin: &Skin, buffer: &mut Buffer) -> Vec<Zone> {
    view_with_focus(state, skin, buffer).0
}

/// The selected row with its figures as text: each cell after its head. None where no row is selected.
pub fn row_text(state: &State, skin: &Skin) -> Option<String> {
    let id = state.table_id()?;
    let columns = rows::columns(id);
    let row = rows::whole(state.shown(), state.table()?.selected()?, columns.len()).into_owned();
    let cells = cells::row(&row, 0, state.shown(), skin);
    let told = columns.iter().zip(cells).filter(|(_, cell)| !cell.text.is_empty());
    let text =
        told.map(|(column, cell)| format!("{} {}", column.title, cell.text)).collect::<Vec<_>>().join(", ");
    Some(state.mask.as_ref().map_or_else(|| text.clone(), |mask| mask.text(&text).into_owned()))
}

/// Draws the whole picture; what stands where in it for a mouse, and where the focus stands.
pub fn view_with_focus(state: &State, skin: &Skin, buffer: &mut Buffer) -> (Vec<Zone>, Option<FocusCell>) {
    masking::during(state.mask.as_ref(), || drawn(state, skin, buffer))
}

fn drawn(state: &State, skin: &Skin, buffer: &mut Buffer) -> (Vec<Zone>, Option<FocusCell>) {
    let areas = state.areas_of((buffer.area.width, buffer.area.height));
    let whole = buffer.area;
    Pen::new(whole, buffer).clear(whole, skin.style(Role::Base));
    if state.mask.as_ref().is_some_and(|mask| mask.is_full()) {
        let text = "There are more names than a mask holds, so that nothing is shown.";
        Pen::new(areas.body, buffer).text(areas.body.x, areas.body.y, text, skin.style(Role::Warning));
        return (Vec::new(), None);
    }
    let mut zones = Vec::new();
    if shell::outage::is_waiting(state) && *state.view() != View::Log {
        shell::outage::waiting(state, areas.body, buffer, skin);
    } else {
        zones.extend(screens::draw(state, &areas, buffer, skin));
        zones.extend(shell::outage::banner(state, areas.body, buffer, skin));
    }
    let below = focus::take(buffer);
    zones.extend(shell::draw(state, &areas, buffer, skin));
    // What lies over the screen takes all clicks.
    let mut zones = overlay::draw(state, areas.body, buffer, skin).unwrap_or(zones);
    zones.retain_mut(|zone| {
        zone.area = zone.area.intersection(whole);
        !zone.area.is_empty()
    });
    let above = focus::take(buffer);
    // What lies over the picture has the focus, whether it shows where or not.
    (zones, if state.active.modal.is_some() { above } else { above.or(below) })
}
