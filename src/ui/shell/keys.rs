//! The commands that work here as footer and help show them: by place, with their keys.
//!
//! Knows what [`works`]; not what commands do. Invariant: what is not listed here has no effect here, and what is listed has
//! one.

use crate::app::State;
use crate::app::works::works;
use crate::commands::{COMMANDS, Command, CommandId, Place};

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
