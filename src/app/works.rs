//! Which commands do something here and now: for keys, for the footer and for help.
//!
//! Knows places and what is selected; not what commands do. Invariant: what does not work here has no effect here but a line
//! that says so.

use super::action::{wanted, why_unmarked, words_of};
use super::cell::RowId;
use super::{State, View, zoom};
use crate::commands::{Command, CommandId, Danger, Key, Place};
use crate::core::ops::WriteState;

/// Whether the command does something here.
pub fn works(state: &State, id: CommandId) -> bool {
    let command = id.command();
    if state.setup.keymap.keys_of(id).is_empty()
        || !state.places().iter().any(|place| command.places.contains(place))
    {
        return false;
    }
    if zoom::hides(state, id) {
        return false;
    }
    let selected = state.table().and_then(|table| table.selected()).map(|row| &row.id);
    match id {
        CommandId::Open => opens(state, selected),
        CommandId::Back => {
            state.zoomed().is_some()
                || state.active.trail.len() > 1
                || state.table().is_some_and(|table| table.filter.is_some() || table.has_marks())
                || state.active.notice.is_some()
        }
        CommandId::Entries => {
            matches!(state.view(), View::Stream(_))
                || matches!(selected, Some(RowId::Stream(_) | RowId::Group(..)))
        }
        CommandId::Mark => selected.is_some_and(|row| words_of(row).is_some()),
        CommandId::MarkAll => {
            state.table().is_some_and(|table| table.rows.iter().any(|row| words_of(&row.id).is_some()))
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
        CommandId::Output => state.active.own.output.is_some(),
        CommandId::Theme => state.setup.themes.len() > 1,
        CommandId::Zoom => !zoom::panels(state).is_empty() && state.shown().this_node().taken_at_ms > 0,
        CommandId::NextPanel | CommandId::PreviousPanel => zoom::panels(state).len() > 1,
        _ if command.danger == Danger::Writes => writes(state, id),
        _ => true,
    }
}

fn opens(state: &State, selected: Option<&RowId>) -> bool {
    match selected {
        Some(
            RowId::Stream(_)
            | RowId::Family(_)
            | RowId::Group(..)
            | RowId::Consumer(..)
            | RowId::Pattern(_)
            | RowId::Queue(_)
            | RowId::Saving(..),
        ) => true,
        Some(RowId::Failure(..) | RowId::Schedule(..)) => matches!(state.view(), View::Queues),
        Some(RowId::Key(key)) => state.shown().streams().contains_key(key),
        Some(RowId::Finding(..)) => state.selected_finding().and_then(View::of_finding).is_some(),
        Some(RowId::Pending(_)) => matches!(state.view(), View::Pending(..)),
        _ => false,
    }
}

/// An action works where something is there for it, and nothing is read-only.
fn writes(state: &State, id: CommandId) -> bool {
    if state.active.operations.write == WriteState::ReadOnly {
        return false;
    }
    match id {
        CommandId::Unlock
        | CommandId::PauseAction
        | CommandId::StopAction
        | CommandId::ActionSlower
        | CommandId::ActionFaster => true,
        id => wanted(state, id).is_ok(),
    }
}

/// What is said of a command that works on this screen and has nothing to do there.
pub fn why_not(state: &State, id: CommandId) -> String {
    let leave = || state.setup.keymap.keys_of(CommandId::Zoom).first().map(ToString::to_string);
    match id {
        id if zoom::hides(state, id) => {
            let leave = leave().unwrap_or_else(|| "esc".to_owned());
            format!("{} acts on rows, which the zoom hides: {leave} leaves it", id.command().title)
        }
        CommandId::Zoom if state.shown().this_node().taken_at_ms == 0 => "nothing was read yet".to_owned(),
        CommandId::Zoom => "nothing to zoom here: this screen has no figure or graph".to_owned(),
        CommandId::NextPanel | CommandId::PreviousPanel => "this is the only panel of this screen".to_owned(),
        CommandId::Back => "this is where the way begins".to_owned(),
        CommandId::Open => "nothing deeper here".to_owned(),
        CommandId::Output => "no program of your own has run (commands in the config)".to_owned(),
        CommandId::Theme => "there is one theme only".to_owned(),
        CommandId::Mark | CommandId::MarkAll => {
            let row = state.table().and_then(|table| table.selected());
            row.map_or("there is no row here", |row| why_unmarked(&row.id)).to_owned()
        }
        CommandId::Up
        | CommandId::Down
        | CommandId::PageUp
        | CommandId::PageDown
        | CommandId::First
        | CommandId::Last => "there is no row here".to_owned(),
        id => match wanted(state, id) {
            Err(why) if id.command().danger == Danger::Writes => why,
            _ => format!("nothing to {} here", id.command().title),
        },
    }
}

/// What is said of a key that does nothing on this screen: where it would, or which key tells.
pub fn elsewhere(state: &State, key: Key) -> String {
    let keymap = &state.setup.keymap;
    let has = |command: &&Command| keymap.keys_of(command.id).contains(&key);
    let titles = |command: &Command| {
        let places: Vec<&str> = command.places.iter().map(|place: &Place| place.title()).collect();
        format!("{key} {} is for: {}", command.title, places.join(", "))
    };
    match crate::commands::COMMANDS.iter().find(has) {
        Some(command) if command.danger == Danger::Writes => {
            format!("nothing to {} here ({})", command.title, titles(command))
        }
        Some(command) => titles(command),
        None => {
            let help = keymap.keys_of(CommandId::Help).first().map(ToString::to_string);
            let help = help.map_or(String::new(), |help| format!(": {help} shows the keys"));
            format!("{key} does nothing here{help}")
        }
    }
}
