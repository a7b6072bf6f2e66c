//! What stands round every screen: the header, the screens' names, what they lack, the keys, and what is wrong with the
//! link.
//!
//! Does not know what is on the screens. Invariant: whatever the size, the header says which target this is and
//! whether its figures are live.

mod banner;
pub mod footer;
mod header;
pub mod keys;
pub mod outage;
mod pulse;
mod tabs;

#[cfg(test)]
mod tests;

use crate::app::State;
use crate::app::geometry::Areas;
use crate::app::zone::Zone;
use crate::ui::theme::Skin;
use ratatui::buffer::Buffer;

/// Draws header, tabs and footer; what stands where in them.
pub fn draw(state: &State, areas: &Areas, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    let tabs = tabs::Tabs::of(state, areas.tabs.width, skin);
    header::draw(state, areas.header, tabs.shows_demo && areas.tabs.height > 0, buffer, skin);
    let zones = tabs.draw(areas.tabs, buffer, skin);
    banner::draw(state, areas.banner, buffer, skin);
    footer::draw(state, areas.footer, buffer, skin);
    zones
}
