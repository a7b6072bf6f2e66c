//! What is drawn: pure functions from values to cells of a `ratatui` buffer.
//!
//! Knows themes, units and shapes. Does not know terminals, time or where figures come from.
//! Invariant: nothing here panics at any size, and nothing draws outside the area it was given.

mod actionline;
pub mod cells;
mod dump;
mod overlay;
pub mod picture;
mod screens;
mod shell;
pub mod theme;
pub mod widgets;

use crate::app::zone::Zone;
use crate::app::{State, View};
use crate::config::theme::Role;
use ratatui::buffer::Buffer;
use theme::Skin;
use widgets::Pen;

/// Draws the whole picture; what stands where in it for a mouse.
pub fn view(state: &State, skin: &Skin, buffer: &mut Buffer) -> Vec<Zone> {
    let areas = state.areas_of((buffer.area.width, buffer.area.height));
    let whole = buffer.area;
    Pen::new(whole, buffer).clear(whole, skin.style(Role::Base));
    let mut zones = Vec::new();
    if shell::outage::is_waiting(state) && *state.view() != View::Log {
        shell::outage::waiting(state, areas.body, buffer, skin);
    } else {
        zones.extend(screens::draw(state, &areas, buffer, skin));
        zones.extend(shell::outage::banner(state, areas.body, buffer, skin));
    }
    zones.extend(shell::draw(state, &areas, buffer, skin));
    // What lies over the screen takes all clicks.
    let mut zones = overlay::draw(state, areas.body, buffer, skin).unwrap_or(zones);
    zones.retain_mut(|zone| {
        zone.area = zone.area.intersection(whole);
        !zone.area.is_empty()
    });
    zones
}
