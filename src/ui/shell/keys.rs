//! Which commands do something here and now: for the footer and for help.
//!
//! Knows places and what is selected; not what commands do. Invariant: what is not listed here has no effect
//! here, and what is listed has one.

use crate::app::cell::RowId;
use crate::app::{State, View};
use crate::commands::{COMMANDS, Command, CommandId, Danger, Place};
use crate::core::ops::WriteState;

/// Whether the command does something here.
pub fn works(state: &State, id: CommandId) -> bool {
    let command = id.command();
    if state.setup.keymap.keys_of(id).is_empty()
        || !state.places().iter().any(|place| command.places.contains(place))
    {
        return false;
    }
    let selected = state.table().and_then(|table| table.selected()).map(|row| &row.id);
    match id {
        CommandId::Open => match selected {
            Some(
                RowId::Stream(_)
                | RowId::Family(_)
                | RowId::Group(..)
                | RowId::Consumer(..)
                | RowId::Pattern(_)
                | RowId::Queue(_),
            ) => true,
            Some(RowId::Saving(_, subject)) => View::of_subject(subject).is_some(),
            Some(RowId::Key(key)) => state.shown().streams().contains_key(key),
            Some(RowId::Finding(..)) => state.selected_finding().and_then(View::of_finding).is_some(),
            Some(RowId::Pending(_)) => matches!(state.view(), View::Pending(..)),
            _ => false,
        },
        CommandId::Back => {
            state.active.trail.len() > 1
                || state.table().is_some_and(|table| table.filter.is_some())
                || state.active.notice.is_some()
        }
        CommandId::Entries => {
            matches!(state.view(), View::Stream(_))
                || matches!(selected, Some(RowId::Stream(_) | RowId::Group(..)))
        }
        CommandId::Filter | CommandId::SortLeft | CommandId::SortRight | CommandId::Reverse => {
            state.table().is_some_and(|table| table.total > 0)
        }
        CommandId::Up
        | CommandId::Down
        | CommandId::PageUp
        | CommandId::PageDown
        | CommandId::First
        | CommandId::Last => match (state.table(), &state.active.entries) {
            (Some(table), _) => !table.rows.is_empty(),
            (None, Some(entries)) => !entries.entries.is_empty(),
            (None, None) => true,
        },
        CommandId::Fetch => !matches!(state.view(), View::Consumers) || selected.is_some(),
        CommandId::DropJobs if !matches!(selected, Some(RowId::JobClass(..) | RowId::Failure(..))) => false,
        CommandId::RequeueOrphans
        | CommandId::ReviveJobs
        | CommandId::PauseQueue
        | CommandId::ResumeQueue
            if matches!(selected, Some(RowId::Group(..))) =>
        {
            false
        }
        CommandId::Theme => state.setup.themes.len() > 1,
        _ if command.danger == Danger::Writes => state.active.operations.write != WriteState::ReadOnly,
        _ => true,
    }
}

/// The commands that work here, under the place that they belong to, from the inside to the outside.
pub fn by_place(state: &State) -> Vec<(Place, Vec<&'static Command>)> {
    let places = state.places();
    let place_of = |command: &Command| places.iter().copied().find(|place| command.places.contains(place));
    places
        .iter()
        .map(|&place| {
            let here = COMMANDS
                .iter()
                .filter(|command| place_of(command) == Some(place) && works(state, command.id));
            (place, here.collect::<Vec<_>>())
        })
        .filter(|(_, commands)| !commands.is_empty())
        .collect()
}

/// The keys of a command as text.
pub fn text(state: &State, id: CommandId, between: &str) -> String {
    let keys: Vec<String> = state.setup.keymap.keys_of(id).iter().map(ToString::to_string).collect();
    keys.join(between)
}
