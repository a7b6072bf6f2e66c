//! What a key does here: through the table of commands, and nothing else.

use super::navigation::{back, go_to, move_cursor, next_screen, open};
use super::palette::PalettePress;
use super::{action, counting, marks, mask, notify, own, palette, probe, prompt, refresh, share, themes};
use crate::app::action::LeaveHow;
use crate::app::cell::RowId;
use crate::app::entries::Page;
use crate::app::message::{DemoOrder, Effect};
use crate::app::modal::{Modal, Purpose};
use crate::app::view::SCREENS;
use crate::app::{State, View, works, zoom};
use crate::commands::{CommandId, Danger, Key, Place};
use crate::config::settings::PictureChoice;
use crate::core::figures::sentence::span;
use crate::core::model::probe::ProbeKind;
use crate::core::wire::round::Fetch;

/// The rhythms of the interval keys, microseconds.
const INTERVALS_US: [u64; 14] = [
    100_000,
    200_000,
    500_000,
    1_000_000,
    2_000_000,
    5_000_000,
    10_000_000,
    30_000_000,
    60_000_000,
    120_000_000,
    300_000_000,
    600_000_000,
    1_800_000_000,
    3_600_000_000,
];

/// More than help has lines on the narrowest terminal.
const HELP_LINES: usize = 400;

/// Takes a key in. A count is for the key after it, whatever that is.
pub fn press(state: &mut State, key: Key, effects: &mut Vec<Effect>) {
    if counting::press(state, key) {
        return;
    }
    dispatch(state, key, effects);
    state.count = None;
}

fn dispatch(state: &mut State, key: Key, effects: &mut Vec<Effect>) {
    if let Some(Modal::Prompt(_)) = state.active.modal {
        prompt::press(state, key, effects);
        return;
    }
    if let Some(Modal::Action(_)) = state.active.modal {
        action::press(state, key, effects);
        return;
    }
    if themes::press(state, key) || own::in_output(state, key) {
        return;
    }
    match palette::press(state, key) {
        Some(PalettePress::Run(command, key)) => return begin(state, command, key, effects),
        Some(PalettePress::RunOwn(at, key)) => return own::begin(state, at, key, effects),
        Some(PalettePress::Taken) => return,
        None => {}
    }
    let found = state.setup.keymap.lookup(&state.places(), key);
    let in_a_modal = matches!(state.active.modal, Some(Modal::Help { .. }));
    let Some(command) = found else {
        if !in_a_modal && !own::press(state, key, effects) {
            notify(state, works::elsewhere(state, key), false);
        }
        return;
    };
    if in_a_modal && !in_help(state, command) {
        return;
    }
    begin(state, command, key, effects);
}

/// Begins what a command does: by its key, by its name in the palette, or by a click.
pub fn begin(state: &mut State, command: CommandId, key: Key, effects: &mut Vec<Effect>) {
    if zoom::hides(state, command) {
        return notify(state, works::why_not(state, command), false);
    }
    let moves = command.command().places.contains(&Place::List);
    let marks = matches!(command, CommandId::Mark | CommandId::MarkAll);
    if moves || marks || command.command().danger == Danger::Writes {
        pin(state);
    }
    if command.command().danger == Danger::Writes {
        return act(state, command, key, effects);
    }
    if !works::works(state, command) {
        return notify(state, works::why_not(state, command), false);
    }
    let leaves = match command {
        CommandId::Quit => Some(LeaveHow::Quit),
        CommandId::Suspend => Some(LeaveHow::Suspend),
        _ => None,
    };
    if let Some(how) = leaves.filter(|_| state.active.operations.running.is_some()) {
        return action::ask_to_leave(state, how, key);
    }
    run(state, command, effects);
}

/// Rows keep their order while somebody aims at one.
pub fn pin(state: &mut State) {
    let now_us = state.now_us;
    if let Some(table) = state.table_id().and_then(|id| state.active.tables.get_mut(&id)) {
        table.pin(now_us);
    }
}

/// Keys that help takes itself; `true` when the command is for the console after all.
fn in_help(state: &mut State, command: CommandId) -> bool {
    let Some(Modal::Help { offset }) = &mut state.active.modal else { return true };
    match command {
        CommandId::Quit | CommandId::Suspend => return true,
        CommandId::Up => *offset = offset.saturating_sub(1),
        CommandId::Down => *offset = offset.saturating_add(1),
        CommandId::PageUp => *offset = offset.saturating_sub(10),
        CommandId::PageDown => *offset = offset.saturating_add(10),
        CommandId::First => *offset = 0,
        _ => state.active.modal = None,
    }
    if let Some(Modal::Help { offset }) = &mut state.active.modal {
        *offset = (*offset).min(HELP_LINES);
    }
    false
}

fn act(state: &mut State, command: CommandId, key: Key, effects: &mut Vec<Effect>) {
    match command {
        CommandId::PauseAction
        | CommandId::StopAction
        | CommandId::ActionSlower
        | CommandId::ActionFaster => {
            action::control(state, command, effects);
        }
        _ => action::begin(state, command, key, effects),
    }
}

fn run(state: &mut State, command: CommandId, effects: &mut Vec<Effect>) {
    match command {
        CommandId::Quit => effects.push(Effect::Quit),
        CommandId::Suspend => effects.push(Effect::Suspend),
        CommandId::Palette => palette::begin(state),
        CommandId::Help => state.active.modal = Some(Modal::Help { offset: 0 }),
        CommandId::Back => back(state),
        CommandId::Open => open(state, effects),
        CommandId::NextScreen => next_screen(state, 1),
        CommandId::PreviousScreen => next_screen(state, SCREENS.len() - 1),
        CommandId::Up
        | CommandId::Down
        | CommandId::PageUp
        | CommandId::PageDown
        | CommandId::First
        | CommandId::Last => move_cursor(state, command),
        CommandId::Filter => prompt::begin(state, Purpose::Filter),
        CommandId::GoTo => prompt::begin(state, Purpose::GoTo),
        CommandId::Mark | CommandId::MarkAll => marks::press(state, command),
        CommandId::SortLeft | CommandId::SortRight => sort(state, command == CommandId::SortRight),
        CommandId::Reverse => reverse(state),
        CommandId::Pause => pause(state),
        CommandId::Zoom => zoom::toggle(state),
        CommandId::NextPanel | CommandId::PreviousPanel => zoom::turn(state, command == CommandId::NextPanel),
        CommandId::Slower => set_interval(state, true, effects),
        CommandId::Faster => set_interval(state, false, effects),
        CommandId::Theme => themes::begin(state),
        CommandId::Entries => entries(state, effects),
        CommandId::Values if state.mask.is_some() => {
            notify(state, "Values are not shown while names are masked".to_owned(), false);
        }
        CommandId::Values => {
            if let Some(entries) = &mut state.active.entries {
                entries.shows_values = !entries.shows_values;
            }
        }
        CommandId::Newer | CommandId::Older => turn_page(state, command == CommandId::Newer, effects),
        CommandId::Fetch => fetch(state, effects),
        CommandId::BigKeys => {
            let mut trail = state.active.trail.clone();
            trail.push(View::BigKeys);
            go_to(state, trail);
        }
        CommandId::Sampler => pause_sampler(state, effects),
        CommandId::Probe => press_probe(state, ProbeKind::PubSub, effects),
        CommandId::StreamProbe => press_probe(state, ProbeKind::Stream, effects),
        CommandId::FanoutList => {
            state.active.fanout_chosen = Some(state.fanout_part().next());
            refresh(state);
        }
        CommandId::QueueList => {
            state.active.queue_list = state.active.queue_list.next();
            refresh(state);
        }
        CommandId::Mouse => switch_mouse(state, effects),
        CommandId::Mask => mask::toggle(state),
        CommandId::Output => own::show(state),
        CommandId::Retry => effects.push(Effect::Retry),
        CommandId::DemoScenario => effects.push(Effect::Demo(DemoOrder::NextScenario)),
        CommandId::DemoSlower => effects.push(Effect::Demo(DemoOrder::Slower)),
        CommandId::DemoFaster => effects.push(Effect::Demo(DemoOrder::Faster)),
        // Screens; what writes went another way.
        _ => match SCREENS.iter().find(|(id, _, _)| *id == command) {
            Some((_, view, _)) => go_to(state, vec![view.clone()]),
            None => hand_on(state, command, effects),
        },
    }
}

/// What goes from the screen to the clipboard or to a file.
fn hand_on(state: &mut State, command: CommandId, effects: &mut Vec<Effect>) {
    match command {
        CommandId::Copy => share::copy_name(state, effects),
        CommandId::CopyCommand => share::copy_command(state, effects),
        CommandId::CopyRow if state.table().is_some_and(|table| table.selected().is_some()) => {
            effects.push(Effect::CopyRow);
        }
        CommandId::CopyRow => notify(state, share::NOTHING.to_owned(), false),
        CommandId::HandOver => share::copy_state(state, effects),
        CommandId::SaveScreen => effects.push(Effect::SaveScreen(state.setup.picture)),
        CommandId::SaveSvg => effects.push(Effect::SaveScreen(PictureChoice::Svg)),
        CommandId::SaveHtml => effects.push(Effect::SaveScreen(PictureChoice::Html)),
        CommandId::SaveAnsi => effects.push(Effect::SaveScreen(PictureChoice::Ansi)),
        CommandId::SaveText => effects.push(Effect::SaveScreen(PictureChoice::Text)),
        _ => {}
    }
}

fn pause_sampler(state: &mut State, effects: &mut Vec<Effect>) {
    let is_paused = !state.active.reading.keys().pass().is_paused;
    effects.push(Effect::PauseSampler(is_paused));
    let text = if is_paused { "Key scan paused" } else { "Key scan goes on" };
    notify(state, text.to_owned(), false);
}

fn sort(state: &mut State, to_the_right: bool) {
    if let Some(table) = state.table_id().and_then(|id| state.active.tables.get_mut(&id)) {
        table.sort_by_neighbour(to_the_right);
    }
    refresh(state);
}

fn reverse(state: &mut State) {
    if let Some(table) = state.table_id().and_then(|id| state.active.tables.get_mut(&id)) {
        table.is_descending = !table.is_descending;
        table.pinned_until_us = 0;
    }
    refresh(state);
}

fn pause(state: &mut State) {
    state.active.frozen = if state.is_paused() { None } else { Some(Box::new(state.active.reading.clone())) };
    refresh(state);
}

fn set_interval(state: &mut State, slower: bool, effects: &mut Vec<Effect>) {
    let now_us = state.active.interval_us;
    let next_us = if slower {
        INTERVALS_US.iter().find(|&&us| us > now_us)
    } else {
        INTERVALS_US.iter().rev().find(|&&us| us < now_us)
    };
    if let Some(&next_us) = next_us {
        state.active.interval_us = next_us;
        effects.push(Effect::SetInterval(next_us));
    }
    let every = span(state.active.interval_us / 1000);
    notify(state, format!("Polling every {every}"), false);
}

/// Gives the mouse to the terminal, or takes it back.
fn switch_mouse(state: &mut State, effects: &mut Vec<Effect>) {
    let is_ours = !state.mouse.is_ours;
    state.mouse.is_ours = is_ours;
    effects.push(Effect::Mouse(is_ours));
    let key = state.setup.keymap.keys_of(CommandId::Mouse).first().map(ToString::to_string);
    let text = match key.filter(|_| !is_ours) {
        Some(key) => format!("The terminal has the mouse, to select text: {key} takes it back"),
        None if is_ours => "The mouse works here".to_owned(),
        None => "The terminal has the mouse, to select text".to_owned(),
    };
    notify(state, text, false);
}

fn entries(state: &mut State, effects: &mut Vec<Effect>) {
    let selected = state.table().and_then(|table| table.selected()).map(|row| row.id.clone());
    let key = match (state.view(), selected) {
        (_, Some(RowId::Stream(key) | RowId::Group(key, _))) => Some(key),
        (View::Stream(key), _) => Some(key.clone()),
        _ => None,
    };
    if let Some(key) = key {
        super::navigation::open_entries(state, key, Page::Newest, effects);
    }
}

fn turn_page(state: &mut State, newer: bool, effects: &mut Vec<Effect>) {
    let Some(entries) = &mut state.active.entries else { return };
    let ends = (entries.entries.first().map(|entry| entry.id), entries.entries.last().map(|entry| entry.id));
    let page = match (newer, ends) {
        (true, (_, Some(last))) => Page::After(last),
        (false, (Some(first), _)) => Page::Before(first),
        _ => Page::Newest,
    };
    effects.extend(entries.ask(page).map(Effect::ReadEntries));
}

fn fetch(state: &mut State, effects: &mut Vec<Effect>) {
    if *state.view() == View::Fanout {
        effects.extend([Effect::Fetch(Fetch::Subscribers), Effect::Fetch(Fetch::Channels)]);
        return notify(state, "Asked once".to_owned(), false);
    }
    let selected = state.table().and_then(|table| table.selected()).map(|row| row.id.clone());
    let fetch = match (state.view(), selected) {
        (View::Clients, _) => Some(Fetch::Clients),
        (View::Group(key, group), _) => Some(Fetch::Consumers(key.clone(), group.clone())),
        (_, Some(RowId::Consumer(key, group, _))) => Some(Fetch::Consumers(key, group)),
        _ => None,
    };
    if let Some(fetch) = fetch {
        effects.push(Effect::Fetch(fetch));
        notify(state, "Asked once".to_owned(), false);
    }
}

fn press_probe(state: &mut State, kind: ProbeKind, effects: &mut Vec<Effect>) {
    if let Some(purpose) = probe::press(state, kind, effects) {
        prompt::begin(state, purpose);
    }
}
