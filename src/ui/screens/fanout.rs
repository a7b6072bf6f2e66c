//! The fan-out screen: how late do messages arrive? What publishing takes, who falls behind, and streams, channels and
//! layers in lists.
//!
//! Knows where each part stands. Invariant: what can't be seen from outside is not shown as if it could.

mod figures;
pub mod graphs;
mod lists;
mod probe;

use super::{facts, layout, reasons};
use crate::app::State;
use crate::app::geometry::{Areas, share};
use crate::app::zone::Zone;
use crate::ui::theme::Skin;
use ratatui::buffer::Buffer;

/// Rows of a graph that still says something: title and two rows.
const LEAST_GRAPH: u16 = 3;
/// From this height on there is room for the probe's pictures and the server's.
const TALL: u16 = 18;
/// From this height on parts have air between them.
const ROOMY: u16 = 12;

/// Draws it.
pub fn draw(state: &State, areas: &Areas, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    let mut rest = reasons::below_why(state, areas.top, buffer, skin);
    let all = figures::all(state, skin);
    let (place, below) = layout::top(rest, facts::rows_of(all.len(), rest.width));
    facts::draw(&all, place, buffer, skin);
    let (place, below) = layout::top(below, 1);
    probe::line(state, place, buffer, skin);
    rest = layout::top(below, u16::from(below.height >= ROOMY)).1;
    if probe::is_there(state) && rest.height >= LEAST_GRAPH {
        let (above, below) =
            layout::top(rest, if rest.height >= TALL { share(rest.height, 3, 5) } else { rest.height });
        probe::draw(state, above, buffer, skin);
        rest = layout::top(below, 1).1;
    }
    if rest.height >= LEAST_GRAPH {
        graphs::draw(state, rest, buffer, skin);
    }
    lists::draw(state, areas.main, buffer, skin)
}
