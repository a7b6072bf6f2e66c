//! What stands where in the picture, for whoever points at it with a mouse, and what a mouse does there.
//!
//! Knows things to point at, not how they are drawn: whoever draws something says where it stands. Invariants: a zone names
//! its thing and no row number, so that a click that comes late hits what was seen or nothing; the zones of a dialog and
//! those of the screen below it are told apart.

use super::cell::{RowId, TableId};
use super::fanout::FanoutPart;
use crate::commands::CommandId;
use crate::core::model::StreamId;
use ratatui::layout::{Position, Rect};

/// A part of the picture that means something to a mouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Where it stands.
    pub area: Rect,
    /// What it is.
    pub target: ZoneTarget,
}

impl Zone {
    /// A thing with its place.
    pub const fn new(area: Rect, target: ZoneTarget) -> Self {
        Self { area, target }
    }
}

/// What can be pointed at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ZoneTarget {
    /// The name of a screen, by the command that goes there.
    Screen(CommandId),
    /// A step of the way to where we are, by its place in the trail.
    Step(usize),
    /// The list of the screen, where nothing else stands in it.
    List,
    /// A row of the table that has the cursor.
    Row(RowId),
    /// The head of a column of that table.
    Head(TableId, usize),
    /// An entry of a stream.
    Entry(StreamId),
    /// A list of the fan-out screen that does not have the cursor.
    FanoutList(FanoutPart),
    /// Something that lies over the screen and takes no click.
    Cover,
    /// A part of what lies over the screen and takes the keys.
    Dialog(DialogPart),
}

/// What can be pointed at in a dialog, in help and in the lists that lie over the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialogPart {
    /// Its text.
    Text,
    /// A command of help.
    HelpRow(CommandId),
    /// A command of the palette.
    PaletteRow(CommandId),
    /// A theme, by its place in the list.
    ThemeRow(usize),
    /// A choice of a form.
    Choice(usize),
    /// A line of a form.
    Line(usize),
    /// The line for a name that has to be typed.
    NameLine,
    /// The box that says whether an archive is written.
    Archive,
    /// What leaves everything as it was.
    Cancel,
    /// The button that carries a plan out, unlocks or leaves.
    Go,
    /// The words of a form that ask for a preview.
    Preview,
    /// The button that closes what was said.
    Close,
    /// The button that goes back to the form.
    Change,
}

/// What a mouse does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseAct {
    /// Its first button goes down.
    Press,
    /// Its wheel turns away from the hand: towards the beginning.
    WheelUp,
    /// Its wheel turns to the hand: towards the end.
    WheelDown,
}

/// What a mouse does, and in which cell: column and row, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MouseReport {
    /// What.
    pub act: MouseAct,
    /// Where.
    pub at: (u16, u16),
}

/// What stands in this cell: of several zones the one that was drawn last.
pub fn zone_at(zones: &[Zone], at: (u16, u16)) -> Option<&ZoneTarget> {
    let place = Position::from(at);
    zones.iter().rev().find(|zone| zone.area.contains(place)).map(|zone| &zone.target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_zones_the_one_that_was_drawn_last_is_meant() {
        let zones = [
            Zone::new(Rect::new(0, 0, 10, 10), ZoneTarget::List),
            Zone::new(Rect::new(2, 2, 3, 1), ZoneTarget::Step(1)),
        ];
        assert_eq!(zone_at(&zones, (4, 2)), Some(&ZoneTarget::Step(1)));
        assert_eq!(zone_at(&zones, (5, 2)), Some(&ZoneTarget::List));
        assert_eq!(zone_at(&zones, (10, 2)), None);
    }
}
