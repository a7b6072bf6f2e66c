//! The zoom: one panel of a screen fills it, with its figures in large digits.
//!
//! Knows which panels a screen has and what keys do meanwhile; draws nothing. Invariant: while a panel is zoomed no key acts on
//! a row that nobody sees.

use super::cell::RowId;
use super::table::TableState;
use super::{State, View};
use crate::commands::{CommandId, Danger, Place};
use crate::core::model::Name;
use crate::core::model::queues::QueueId;

/// What can fill the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ZoomPanel {
    /// All streams together: what comes in and goes out, and the lag.
    AllStreams,
    /// One stream: the same.
    Flow(Name),
    /// How long a stream is.
    Length(Name),
    /// Lag and pending entries of a group.
    GroupLag(Name, Name),
    /// A queue of a job framework.
    Jobs(QueueId),
    /// Memory against its limit.
    Memory,
    /// Resident beyond used.
    Waste,
    /// Keys expired and evicted.
    Removed,
    /// Hits over reads.
    HitRatio,
    /// Hits and misses.
    Reads,
    /// Commands a second.
    Commands,
    /// Bytes in and out.
    Network,
    /// Connections.
    Connections,
    /// Round trips.
    Pings,
    /// A turn of the event loop.
    LoopTurn,
    /// Messages published.
    Published,
}

impl State {
    /// What fills the screen; `None` where nothing was zoomed, or this screen has nothing that could be.
    pub fn zoomed(&self) -> Option<ZoomPanel> {
        let at = self.active.zoom?;
        let mut panels = panels(self);
        let at = at.min(panels.len().saturating_sub(1));
        (at < panels.len()).then(|| panels.swap_remove(at))
    }
}

/// The panels of the screen, the one that is meant most often first.
pub fn panels(state: &State) -> Vec<ZoomPanel> {
    use ZoomPanel::{
        AllStreams, Commands, Connections, Flow, GroupLag, HitRatio, Length, LoopTurn, Memory, Network,
        Pings, Published, Reads, Removed, Waste,
    };
    let row = state.table().and_then(|table| table.selected()).map(|row| &row.id);
    let all = (!state.shown().streams().is_empty()).then_some(AllStreams);
    match state.view() {
        View::Overview => {
            let server = [Memory, Commands, HitRatio, Network, Removed, Pings, Connections, Reads];
            all.into_iter().chain(server).collect()
        }
        View::Streams => match row {
            Some(RowId::Stream(key)) => {
                [Flow(key.clone()), Length(key.clone())].into_iter().chain(all).collect()
            }
            _ => all.into_iter().collect(),
        },
        View::Stream(key) => {
            let mut panels = vec![Flow(key.clone()), Length(key.clone())];
            if let Some(RowId::Group(_, group)) = row {
                panels.push(GroupLag(key.clone(), group.clone()));
            }
            panels
        }
        View::Group(key, group) => vec![GroupLag(key.clone(), group.clone())],
        View::Consumers => match row {
            Some(RowId::Consumer(key, group, _)) => {
                vec![GroupLag(key.clone(), group.clone()), Flow(key.clone())]
            }
            _ => Vec::new(),
        },
        View::Memory => vec![Memory, Waste, Removed],
        View::Cache => vec![HitRatio, Reads, Removed],
        View::Fanout => vec![Published, LoopTurn],
        View::Queues => match row {
            Some(RowId::Queue(id)) => vec![ZoomPanel::Jobs(id.clone())],
            Some(RowId::Group(key, group)) => vec![GroupLag(key.clone(), group.clone())],
            _ => Vec::new(),
        },
        View::Queue(id) => vec![ZoomPanel::Jobs(id.clone())],
        View::Clients => vec![Connections],
        View::Latency => vec![Pings, Commands],
        View::Pending(..) | View::Entries(_) | View::BigKeys | View::Pattern(_) | View::Log => Vec::new(),
    }
}

/// Whether the panel that fills the screen is about the selected row, and goes with it. Where rows are marked keys act on
/// those, and not on what is seen.
fn follows(state: &State, panel: &ZoomPanel) -> bool {
    if state.table().is_some_and(TableState::has_marks) {
        return false;
    }
    match state.table().and_then(|table| table.selected()).map(|row| &row.id) {
        Some(RowId::Stream(key)) => {
            matches!(panel, ZoomPanel::Flow(of) | ZoomPanel::Length(of) if of == key)
        }
        Some(RowId::Group(key, group)) => *panel == ZoomPanel::GroupLag(key.clone(), group.clone()),
        Some(RowId::Queue(id)) => *panel == ZoomPanel::Jobs(id.clone()),
        _ => false,
    }
}

/// Whether what this command is about is out of sight.
pub fn hides(state: &State, id: CommandId) -> bool {
    let Some(panel) = state.zoomed() else { return false };
    let command = id.command();
    let shapes_table = [
        CommandId::Filter,
        CommandId::Mark,
        CommandId::MarkAll,
        CommandId::SortLeft,
        CommandId::SortRight,
        CommandId::Reverse,
        CommandId::FanoutList,
        CommandId::QueueList,
    ];
    if shapes_table.contains(&id) {
        return true;
    }
    let is_of_row = command.places.contains(&Place::List)
        || matches!(id, CommandId::Open | CommandId::Entries | CommandId::Copy | CommandId::CopyCommand)
        || command.danger == Danger::Writes
            && id != CommandId::Unlock
            && !command.places.contains(&Place::Acting);
    is_of_row && !follows(state, &panel)
}

/// Zooms the first panel of the screen, or gives the screen back.
pub(super) fn toggle(state: &mut State) {
    state.active.zoom = if state.zoomed().is_some() { None } else { Some(0) };
}

/// Goes on to the next panel, or to the one before, all the way round.
pub(super) fn turn(state: &mut State, forward: bool) {
    let count = panels(state).len().max(1);
    let steps = if forward { 1 } else { count - 1 };
    state.active.zoom = state.active.zoom.map(|at| (at.min(count - 1) + steps) % count);
}

#[cfg(test)]
mod tests;
