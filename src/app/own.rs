//! Programs of the operator's own, as the console knows them: what is known of what is selected, and which can run here.
//!
//! Knows the state and the config's words; starts nothing. Invariants: with read-only nothing runs that may write, and a program
//! is about one row.

use super::cell::RowId;
use super::table::TableState;
use super::{State, View};
use crate::commands::Key;
use crate::config::own::{OwnCommand, OwnValues, Placeholder, ProgramOutput, ProgramRun};
use crate::core::diagnose::finding::FindingSubject;
use crate::core::model::Name;
use crate::core::ops::WriteState;

/// What the console is told of them at its start.
#[derive(Clone, Debug, Default)]
pub struct OwnSetup {
    /// The programs, in the order of the config.
    pub commands: Vec<OwnCommand>,
    /// What is known of the target.
    pub target: OwnValues,
}

/// What runs, and what ran last.
#[derive(Clone, Debug, Default)]
pub struct OwnState {
    /// The name of the one that runs.
    pub running: Option<String>,
    /// What the last one came to.
    pub output: Option<ProgramOutput>,
}

/// The place of the program on this key.
pub fn on_key(state: &State, key: Key) -> Option<usize> {
    state.setup.own.commands.iter().position(|own| own.key == key)
}

/// The program, ready to be started here.
///
/// # Errors
/// Why it can't be: what has to be selected, or that nothing may be written.
pub fn ready(state: &State, own: &OwnCommand) -> Result<ProgramRun, String> {
    if !own.reads && state.active.operations.write == WriteState::ReadOnly {
        return Err(format!(
            "read-only: '{}' may write (reads = true in the config says that it does not)",
            own.name
        ));
    }
    // What it is told and what it says may hold names.
    if state.mask.is_some() {
        return Err(format!("names are masked: '{}' runs when they are shown again", own.name));
    }
    if state.table().is_some_and(TableState::has_marks) {
        return Err(format!("'{}' is about one row: esc unmarks the others", own.name));
    }
    own.run(&values(state))
}

/// What is known of the target and of what is selected.
fn values(state: &State) -> OwnValues {
    let mut values = state.setup.own.target.clone();
    match state.view() {
        View::Stream(key) | View::Entries(key) => of_stream(&mut values, key),
        View::Group(key, group) | View::Pending(key, group, None) => of_group(&mut values, key, group),
        View::Pending(key, group, Some(consumer)) => {
            of_group(&mut values, key, group);
            put(&mut values, Placeholder::Consumer, consumer);
        }
        View::Queue(id) => id.queue.iter().for_each(|name| put(&mut values, Placeholder::Queue, name)),
        _ => {}
    }
    let row = state.table().and_then(|table| table.selected()).map(|row| &row.id);
    match row {
        Some(RowId::Stream(key)) => of_stream(&mut values, key),
        Some(RowId::Group(key, group)) => of_group(&mut values, key, group),
        Some(RowId::Consumer(key, group, consumer)) => {
            of_group(&mut values, key, group);
            put(&mut values, Placeholder::Consumer, consumer);
        }
        Some(RowId::Client(id)) => of_client(&mut values, *id),
        Some(RowId::Key(key)) => put(&mut values, Placeholder::Key, key),
        Some(RowId::Queue(id) | RowId::Failure(id, ..) | RowId::Schedule(id, _)) => {
            id.queue.iter().for_each(|name| put(&mut values, Placeholder::Queue, name));
        }
        Some(RowId::Finding(_, subject) | RowId::Saving(_, subject)) => of_subject(&mut values, subject),
        _ => {}
    }
    values
}

fn of_subject(values: &mut OwnValues, subject: &FindingSubject) {
    match subject {
        FindingSubject::Stream(key) => of_stream(values, key),
        FindingSubject::Group(key, group) => of_group(values, key, group),
        FindingSubject::Consumer(key, group, consumer) => {
            of_group(values, key, group);
            put(values, Placeholder::Consumer, consumer);
        }
        FindingSubject::Client(id) => of_client(values, *id),
        FindingSubject::Queue(id) => {
            id.queue.iter().for_each(|name| put(values, Placeholder::Queue, name));
        }
        FindingSubject::Server | FindingSubject::Channel(_) | FindingSubject::Pattern(_) => {}
    }
}

fn put(values: &mut OwnValues, placeholder: Placeholder, name: &Name) {
    values.insert(placeholder, name.as_bytes().to_vec());
}

fn of_stream(values: &mut OwnValues, key: &Name) {
    put(values, Placeholder::Stream, key);
    put(values, Placeholder::Key, key);
}

fn of_group(values: &mut OwnValues, key: &Name, group: &Name) {
    of_stream(values, key);
    put(values, Placeholder::Group, group);
}

fn of_client(values: &mut OwnValues, id: u64) {
    values.insert(Placeholder::Client, id.to_string().into_bytes());
}
