//! What the mouse does: to the screen what keys do to what they stand on, and to a dialog what its own keys do.
//!
//! Knows what was pointed at, as it was drawn. Invariants: a click outside a dialog does nothing while one is open; a click
//! goes the way of a key, so that it does nothing that no key could do; the button that writes takes two clicks, of which the
//! second stands alone: whoever hammers on it confirms nothing.

use super::keys::{begin, pin};
use super::navigation::{go_to, scroll};
use super::{action, page_rows, palette, refresh};
use crate::app::State;
use crate::app::action::{ActionModal, ActionStage, DialogFocus};
use crate::app::cell::{RowId, TableId};
use crate::app::message::{Draw, Effect};
use crate::app::modal::Modal;
use crate::app::zone::{DialogPart, MouseAct, ZoneTarget};
use crate::commands::{CommandId, Key, KeyCode};
use crate::core::model::StreamId;

/// Rows that one step of the wheel goes.
const WHEEL_ROWS: usize = 3;
/// Clicks that are closer together than this are one movement of the hand, microseconds.
const ONE_MOVEMENT_US: u64 = 500_000;

/// Takes in what the mouse did to what was drawn where it points.
pub fn take(
    state: &mut State,
    act: MouseAct,
    target: Option<&ZoneTarget>,
    effects: &mut Vec<Effect>,
) -> Draw {
    let stands_alone = act != MouseAct::Press || stands_alone(state);
    let Some(target) = target.filter(|_| state.mouse.is_ours) else { return Draw::No };
    let draw = match (target, &state.active.modal) {
        (ZoneTarget::Dialog(part), Some(_)) => match act {
            MouseAct::Press => press_dialog(state, part, stands_alone, effects),
            MouseAct::WheelUp => scroll_dialog(state, false),
            MouseAct::WheelDown => scroll_dialog(state, true),
        },
        // What was drawn before a dialog opened, or one that has closed since.
        (_, Some(_)) | (ZoneTarget::Dialog(_) | ZoneTarget::Cover, None) => Draw::No,
        (target, None) => match act {
            MouseAct::Press => press_screen(state, target, effects),
            MouseAct::WheelUp => turn(state, target, false),
            MouseAct::WheelDown => turn(state, target, true),
        },
    };
    if draw != Draw::No {
        state.count = None;
    }
    draw
}

/// Whether this press is no part of the movement before it.
fn stands_alone(state: &mut State) -> bool {
    let before = state.mouse.pressed_at_us.replace(state.now_us);
    before.is_none_or(|before| state.now_us.saturating_sub(before) >= ONE_MOVEMENT_US)
}

fn press_screen(state: &mut State, target: &ZoneTarget, effects: &mut Vec<Effect>) -> Draw {
    match target {
        ZoneTarget::Screen(command) => begin_by_click(state, *command, effects),
        ZoneTarget::Step(at) => {
            let trail = state.active.trail.iter().take(at + 1).cloned().collect();
            go_to(state, trail);
        }
        ZoneTarget::Row(id) => return press_row(state, id, effects),
        ZoneTarget::Head(table, column) => return press_head(state, *table, *column),
        ZoneTarget::Entry(id) => return press_entry(state, *id),
        ZoneTarget::FanoutList(part) => {
            state.active.fanout_chosen = Some(*part);
            refresh(state);
        }
        ZoneTarget::List | ZoneTarget::Cover | ZoneTarget::Dialog(_) => return Draw::No,
    }
    Draw::Now
}

/// Selects a row; the one that was selected already is opened.
fn press_row(state: &mut State, id: &RowId, effects: &mut Vec<Effect>) -> Draw {
    let page = page_rows(state);
    pin(state);
    let Some(table) = state.table_id().and_then(|table| state.active.tables.get_mut(&table)) else {
        return Draw::No;
    };
    let Some(index) = table.rows.iter().position(|row| row.id == *id) else { return Draw::No };
    if table.is_held && table.index == index {
        begin_by_click(state, CommandId::Open, effects);
    } else {
        table.select(index, page);
    }
    Draw::Now
}

fn press_head(state: &mut State, table: TableId, column: usize) -> Draw {
    if state.table_id() != Some(table) {
        return Draw::No;
    }
    if let Some(table) = state.active.tables.get_mut(&table) {
        table.sort_by(column);
    }
    refresh(state);
    Draw::Now
}

fn press_entry(state: &mut State, id: StreamId) -> Draw {
    let page = super::lines(state);
    let Some(entries) = &mut state.active.entries else { return Draw::No };
    let Some(index) = entries.entries.iter().position(|entry| entry.id == id) else { return Draw::No };
    entries.select(index, page);
    Draw::Now
}

/// The wheel over the list of the screen.
fn turn(state: &mut State, target: &ZoneTarget, down: bool) -> Draw {
    match target {
        ZoneTarget::List | ZoneTarget::Row(_) | ZoneTarget::Head(..) | ZoneTarget::Entry(_) => {
            pin(state);
            scroll(state, down, WHEEL_ROWS);
            Draw::Now
        }
        _ => Draw::No,
    }
}

/// Begins a command as its own key does.
fn begin_by_click(state: &mut State, command: CommandId, effects: &mut Vec<Effect>) {
    let own = state.setup.keymap.keys_of(command).first().copied();
    begin(state, command, own.unwrap_or(Key::plain(KeyCode::Esc)), effects);
}

fn press_dialog(state: &mut State, part: &DialogPart, stands_alone: bool, effects: &mut Vec<Effect>) -> Draw {
    match (part, &mut state.active.modal) {
        (DialogPart::HelpRow(command), Some(Modal::Help { .. })) => {
            state.active.modal = None;
            // What is open is closed by now.
            if *command != CommandId::Back {
                begin_by_click(state, *command, effects);
            }
        }
        (DialogPart::PaletteRow(command), Some(Modal::Palette(_))) => {
            if let Some(command) = palette::click(state, *command) {
                begin_by_click(state, command, effects);
            }
        }
        (DialogPart::ThemeRow(at), Some(Modal::Themes { .. })) => {
            if state.theme == *at {
                state.active.modal = None;
            }
            state.theme = (*at).min(state.setup.themes.len().saturating_sub(1));
        }
        (part, Some(Modal::Action(modal))) => match aim(modal, part, stands_alone) {
            Aim::Missed => return Draw::No,
            Aim::Chosen => {}
            Aim::Key(code) => action::press(state, Key::plain(code), effects),
        },
        _ => return Draw::No,
    }
    Draw::Now
}

/// What a click in the dialog of an action comes to.
enum Aim {
    /// Nothing: it is not there any more.
    Missed,
    /// What was pointed at has the focus.
    Chosen,
    /// It does what this key does.
    Key(KeyCode),
}

fn aim(modal: &mut ActionModal, part: &DialogPart, stands_alone: bool) -> Aim {
    match (part, &mut modal.stage) {
        (DialogPart::Cancel, ActionStage::Form(_) | ActionStage::Planning(..) | ActionStage::Question(_)) => {
            Aim::Key(KeyCode::Esc)
        }
        (DialogPart::Preview, ActionStage::Form(_)) => Aim::Key(KeyCode::Enter),
        (DialogPart::Choice(at), ActionStage::Form(form)) => {
            // What was typed for the choice that is selected already stays.
            if form.selected != *at {
                form.select(*at);
            }
            Aim::Chosen
        }
        (DialogPart::Line(at), ActionStage::Form(form)) if *at < form.inputs.len() => {
            form.line = *at;
            Aim::Chosen
        }
        (DialogPart::NameLine, ActionStage::Question(question)) if question.typed().is_some() => {
            question.focus = DialogFocus::Name;
            Aim::Chosen
        }
        (DialogPart::Archive, ActionStage::Question(question)) => {
            if question.focus == DialogFocus::Name {
                question.focus = DialogFocus::Cancel;
            }
            Aim::Key(KeyCode::Char('a'))
        }
        // The first click puts the focus there, as Tab does; Enter or another click confirms.
        (DialogPart::Go, ActionStage::Question(question)) => match question.focus {
            DialogFocus::Go if stands_alone => Aim::Key(KeyCode::Enter),
            _ => {
                question.focus = DialogFocus::Go;
                Aim::Chosen
            }
        },
        (DialogPart::Close, ActionStage::Told { .. }) => Aim::Key(KeyCode::Esc),
        (DialogPart::Change, ActionStage::Told { change: Some(to_form), .. }) => {
            *to_form = true;
            Aim::Key(KeyCode::Enter)
        }
        _ => Aim::Missed,
    }
}

/// The wheel over what lies over the screen: its text or its list goes on.
fn scroll_dialog(state: &mut State, down: bool) -> Draw {
    let moved = |at: usize, rows: usize, last: usize| {
        if down { at.saturating_add(rows).min(last) } else { at.saturating_sub(rows) }
    };
    let last_theme = state.setup.themes.len().saturating_sub(1);
    let last_command = palette::last_row(state);
    let last_line = state.active.own.output.as_ref().map_or(0, |output| output.lines.len().saturating_sub(1));
    match &mut state.active.modal {
        Some(Modal::Help { offset }) => {
            *offset = moved(*offset, WHEEL_ROWS, crate::commands::COMMANDS.len());
        }
        Some(Modal::Output { offset }) => *offset = moved(*offset, WHEEL_ROWS, last_line),
        Some(Modal::Themes { .. }) => state.theme = moved(state.theme, 1, last_theme),
        Some(Modal::Palette(search)) => search.cursor = moved(search.cursor, 1, last_command),
        Some(Modal::Action(modal)) => match &mut modal.stage {
            ActionStage::Told { lines, offset, .. } => *offset = moved(*offset, WHEEL_ROWS, lines.len()),
            ActionStage::Question(question) => {
                question.offset = moved(question.offset, WHEEL_ROWS, action::LINES);
            }
            ActionStage::Form(_) | ActionStage::Planning(..) => return Draw::No,
        },
        Some(Modal::Prompt(_)) | None => return Draw::No,
    }
    Draw::Now
}
