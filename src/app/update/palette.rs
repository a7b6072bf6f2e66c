//! The palette: a command is found by a few letters and run.
//!
//! Knows how a line is typed and a row chosen; what a command does is the business of `keys`, which runs what was chosen as
//! if its key had been pressed. Invariant: nothing is run that the list does not show.

use super::prompt::{edit, insert};
use super::refresh;
use crate::app::State;
use crate::app::modal::{CommandSearch, Modal};
use crate::app::palette::{PaletteRow, found};
use crate::commands::{CommandId, Key, KeyCode, Place};

/// Opens it.
pub fn begin(state: &mut State) {
    state.active.modal = Some(Modal::Palette(CommandSearch::default()));
}

/// Takes pasted text in; `false` while the palette is not open.
pub fn paste(state: &mut State, text: &str) -> bool {
    let Some(Modal::Palette(palette)) = &mut state.active.modal else { return false };
    insert(&mut palette.input, &mut false, text);
    palette.cursor = 0;
    true
}

/// What a key comes to while the palette is open.
pub enum PalettePress {
    /// It was the palette's own.
    Taken,
    /// This program of the operator's own is to be run.
    RunOwn(usize, Key),
    /// This command is to be run, as if this key had begun it.
    Run(CommandId, Key),
}

/// Takes a key in; none while the palette is not open.
pub fn press(state: &mut State, key: Key) -> Option<PalettePress> {
    let Some(Modal::Palette(palette)) = &state.active.modal else { return None };
    let (text, cursor) = (palette.input.value().to_owned(), palette.cursor);
    let rows = found(state, &text);
    let ctrl = key.modifiers.ctrl;
    // Of the keys that move in lists those that are no letters.
    let moves = state.setup.keymap.lookup(&[Place::List], key).filter(|_| ctrl || key.modifiers.alt);
    let cursor = match key.code {
        KeyCode::Esc => return Some(close(state)),
        KeyCode::Char('c' | 'g') if ctrl => return Some(close(state)),
        KeyCode::Enter => {
            close(state);
            return Some(rows.get(cursor).map_or(PalettePress::Taken, |chosen| {
                let id = match chosen.row {
                    PaletteRow::Own(at) => return PalettePress::RunOwn(at, key),
                    PaletteRow::Command(id) => id,
                };
                let own = state.setup.keymap.keys_of(id).first().copied();
                PalettePress::Run(id, own.unwrap_or(key))
            }));
        }
        _ if moves == Some(CommandId::Up) => previous(cursor, rows.len()),
        _ if moves == Some(CommandId::Down) => next(cursor, rows.len()),
        KeyCode::Up => previous(cursor, rows.len()),
        KeyCode::Down | KeyCode::Tab => next(cursor, rows.len()),
        _ => {
            type_into(state, key);
            return Some(PalettePress::Taken);
        }
    };
    if let Some(Modal::Palette(palette)) = &mut state.active.modal {
        palette.cursor = cursor;
    }
    Some(PalettePress::Taken)
}

fn previous(cursor: usize, rows: usize) -> usize {
    cursor.checked_sub(1).unwrap_or(rows.saturating_sub(1))
}

fn next(cursor: usize, rows: usize) -> usize {
    if cursor + 1 < rows { cursor + 1 } else { 0 }
}

/// A click on a command of the list: what Enter on it does.
pub fn click(state: &mut State, id: CommandId) -> Option<CommandId> {
    let Some(Modal::Palette(palette)) = &state.active.modal else { return None };
    let is_listed =
        found(state, palette.input.value()).iter().any(|found| found.row == PaletteRow::Command(id));
    is_listed.then(|| {
        close(state);
        id
    })
}

/// The place of the last command that was found; 0 while the palette is not open.
pub fn last_row(state: &State) -> usize {
    let Some(Modal::Palette(palette)) = &state.active.modal else { return 0 };
    found(state, palette.input.value()).len().saturating_sub(1)
}

fn type_into(state: &mut State, key: Key) {
    if let Some(Modal::Palette(palette)) = &mut state.active.modal
        && let Some(request) = edit(&palette.input, key)
    {
        palette.input.handle(request);
        palette.cursor = 0;
    }
}

fn close(state: &mut State) -> PalettePress {
    state.active.modal = None;
    refresh(state);
    PalettePress::Taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::View;
    use crate::app::action::{About, ActionStage};
    use crate::app::message::TargetMessage;
    use crate::app::update::tests::{console, press as keys, snapshot, tell};
    use crate::core::model::Name;

    fn streams() -> State {
        let mut state = console();
        tell(&mut state, TargetMessage::Observed(Box::new(snapshot(&[("orders", 9)]))));
        keys(&mut state, "2");
        state
    }

    fn first(state: &State, text: &str) -> CommandId {
        match found(state, text)[0].row {
            PaletteRow::Command(id) => id,
            PaletteRow::Own(at) => panic!("{at}"),
        }
    }

    #[test]
    fn a_few_letters_find_a_command_and_enter_does_what_its_key_does() {
        let mut state = streams();
        keys(&mut state, ": m e m o r enter");
        assert_eq!(state.view(), &View::Memory);
        assert!(state.active.modal.is_none());
        let mut state = streams();
        keys(&mut state, ": t r i m enter");
        let Some(Modal::Action(modal)) = &state.active.modal else { panic!("{:?}", state.active.modal) };
        assert!(
            matches!(&modal.stage, ActionStage::Form(form) if form.about == About::Trim(Name::from("orders")))
        );
    }

    #[test]
    fn what_it_is_called_counts_more_than_what_is_said_of_it_and_what_works_here_comes_first() {
        let state = streams();
        assert_eq!(first(&state, "entries"), CommandId::Entries);
        assert_eq!(first(&state, "theme"), CommandId::Theme);
        assert_eq!(first(&state, "copy"), CommandId::Copy);
        let all = found(&state, "pause");
        let works: Vec<bool> = all.iter().map(|found| found.works).collect();
        assert!(works.is_sorted_by_key(|works| !works), "{all:?}");
        // With nothing typed it lists what does something here, and only that.
        assert!(found(&state, "").iter().all(|found| found.works));
        assert!(found(&state, "no such thing at all").is_empty());
    }

    #[test]
    fn keys_of_the_console_are_letters_here_and_escape_leaves_all_as_it_was() {
        let mut state = streams();
        assert!(keys(&mut state, ": q x down up").is_empty());
        assert!(
            matches!(&state.active.modal, Some(Modal::Palette(palette)) if palette.input.value() == "qx")
        );
        tell(&mut state, crate::app::Message::Paste("\u{7}y\n".to_owned()));
        assert!(
            matches!(&state.active.modal, Some(Modal::Palette(palette)) if palette.input.value() == "qxy")
        );
        assert!(keys(&mut state, "enter").is_empty(), "nothing is called so");
        keys(&mut state, ": esc");
        assert!(state.active.modal.is_none() && state.view() == &View::Streams);
    }
}
