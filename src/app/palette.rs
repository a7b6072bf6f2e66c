//! Which commands a few letters mean: the best first, those that do something here before those that do not.
//!
//! Knows the table of commands; carries none out. Invariant: with nothing typed every command that does something here is found.

use super::State;
use super::own::ready;
use super::works::works;
use crate::commands::{COMMANDS, Command, CommandId};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// What the palette lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaletteRow {
    /// A command of the table.
    Command(CommandId),
    /// A program of the operator's own, by its place in the config.
    Own(usize),
}

/// A command that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundCommand {
    /// Which.
    pub row: PaletteRow,
    /// Whether it does something here and now.
    pub works: bool,
}

/// The commands that this text means, the best first. A command of another screen is found too, and says why it waits.
pub fn found(state: &State, text: &str) -> Vec<FoundCommand> {
    let pattern = Pattern::parse(text.trim(), CaseMatching::Ignore, Normalization::Smart);
    let wanted = text.trim().to_lowercase();
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut scored: Vec<(bool, u32, FoundCommand)> = COMMANDS
        .iter()
        .filter(|command| command.id != CommandId::Palette)
        .filter_map(|command| {
            let name = format!("{} {}", command.title, command.name);
            let of_name = pattern.score(Utf32Str::new(&name, &mut buffer), &mut matcher);
            // What a command is called counts more than what is said of it.
            let is_said = command.doc.to_lowercase().contains(&wanted);
            let score = of_name.or_else(|| is_said.then_some(0))?;
            let works = is_here(state, command) && works(state, command.id);
            Some((works, score, FoundCommand { row: PaletteRow::Command(command.id), works }))
        })
        .filter(|(works, _, _)| *works || !text.trim().is_empty())
        .collect();
    for (at, own) in state.setup.own.commands.iter().enumerate() {
        let score = pattern.score(Utf32Str::new(&own.name, &mut buffer), &mut matcher);
        let works = ready(state, own).is_ok();
        if let Some(score) = score.filter(|_| works || !wanted.is_empty()) {
            scored.push((works, score, FoundCommand { row: PaletteRow::Own(at), works }));
        }
    }
    // A stable order: what is equally good stays in the order of the table.
    scored.sort_by_key(|(works, score, _)| (std::cmp::Reverse(*works), std::cmp::Reverse(*score)));
    scored.into_iter().map(|(_, _, found)| found).collect()
}

fn is_here(state: &State, command: &Command) -> bool {
    state.places().iter().any(|place| command.places.contains(place))
}
