//! Where things stand on the screen, for whoever draws and for whoever counts rows.
//!
//! Knows areas; draws nothing. Invariant: the same size and view give the same areas, with a banner or without, whatever
//! the data.

use super::View;
pub use super::view::share;
use ratatui::layout::{Constraint, Layout, Margin, Rect};

/// The areas of a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Areas {
    /// One line at the top.
    pub header: Rect,
    /// The line below it with the screens; empty on low terminals.
    pub tabs: Rect,
    /// One line below that for what holds on every screen; empty where there is nothing to say, and on low terminals.
    pub banner: Rect,
    /// Everything between.
    pub body: Rect,
    /// Above the table: figures and graphs; empty where there is no room or no need.
    pub top: Rect,
    /// The table with its frame or its title's line, or the whole body where there is none.
    pub main: Rect,
    /// What stands round the table.
    pub frame: TableFrame,
    /// Below the table: what is to be said of its selected row; empty where there is no room or no need.
    pub note: Rect,
    /// One line at the bottom.
    pub footer: Rect,
}

impl Areas {
    /// The areas of this view at this size.
    pub fn of(view: &View, (columns, rows): (u16, u16), has_banner: bool) -> Self {
        let screen = Rect::new(0, 0, columns, rows);
        let tabs = u16::from(rows >= 12);
        let banner = u16::from(has_banner) * tabs;
        let footer = u16::from(rows >= 4);
        let line = Constraint::Length;
        let parts = [line(1), line(tabs), line(banner), Constraint::Min(0), line(footer)];
        let [header, tabs, banner, body, footer] = Layout::vertical(parts).areas(screen);
        let parts = [
            Constraint::Length(view.top_rows(body.height)),
            Constraint::Min(0),
            Constraint::Length(note_rows(view, body.height)),
        ];
        let [top, main, note] = Layout::vertical(parts).areas(body);
        let frame = TableFrame::of(view, main);
        Self { header, tabs, banner, body, top, main, frame, note, footer }
    }

    /// Rows of a table that fit into the main area, less frame and head.
    pub fn table_rows(&self) -> usize {
        usize::from(self.frame.inner(self.main).height.saturating_sub(1))
    }

    /// Lines that fit into the main area, less its frame.
    pub fn lines(&self) -> usize {
        usize::from(self.frame.inner(self.main).height)
    }
}

/// What stands round a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum TableFrame {
    /// Nothing: there is no room for a title.
    #[default]
    None,
    /// A line with its title: it is the only list.
    Line,
    /// A box: it is the one of several lists that the keys go to.
    Box,
}

impl TableFrame {
    /// What stands round the table of this view, which has this area.
    pub fn of(view: &View, area: Rect) -> Self {
        let has_room = area.height >= 6 && area.width >= 30;
        match view {
            _ if !has_room => Self::None,
            View::Fanout | View::Memory | View::Latency => Self::Box,
            _ => Self::Line,
        }
    }

    /// What is left inside.
    pub fn inner(self, area: Rect) -> Rect {
        match self {
            Self::None => area,
            Self::Line => Rect { y: area.y.saturating_add(1), height: area.height.saturating_sub(1), ..area },
            Self::Box => area.inner(Margin::new(1, 1)),
        }
    }
}

/// Rows below the table: a finding in full and its remedy.
fn note_rows(view: &View, height: u16) -> u16 {
    match (view, height) {
        (View::Overview, 30..) => 4,
        (View::Overview, 18..) => 3,
        (View::Overview, 12..) => 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::Name;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn areas_lie_inside_the_screen_at_any_size(columns in 0_u16..300, rows in 0_u16..120, which in 0_usize..9, has_banner: bool) {
            let name = || Name::from("s");
            let views = [
                View::Overview, View::Streams, View::Stream(name()), View::Group(name(), name()),
                View::Pending(name(), name(), None), View::Latency, View::Memory, View::Cache,
                View::Pattern(name()),
            ];
            let areas = Areas::of(&views[which], (columns, rows), has_banner);
            let screen = Rect::new(0, 0, columns, rows);
            for area in [
                areas.header, areas.tabs, areas.banner, areas.body, areas.top, areas.main, areas.note, areas.footer,
            ] {
                prop_assert_eq!(area.intersection(screen).area(), area.area());
            }
            prop_assert!(areas.table_rows() <= usize::from(rows));
        }
    }
}
