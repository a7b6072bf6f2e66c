//! Marked rows: which can be marked, what they are called, and what an action is about that is begun while there are some.
//!
//! Knows rows and what each of them is for an action; changes nothing. Invariant: with marks an action is about what is
//! marked, and about nothing that is not.

use super::form::About;
use super::order::{BatchOrder, Exclusion};
use super::wanted::{Begin, is_about_row, reclaim, rows, verb, wanted_of};
use crate::app::cell::RowId;
use crate::app::table::TableState;
use crate::app::{State, View};
use crate::commands::CommandId;
use crate::core::figures::sentence::number_of;
use crate::core::model::StreamId;
use crate::core::model::glob::Glob;
use crate::core::ops::{ReclaimRequest, ReclaimVerb, Request};

/// What a row that can be marked is called; none of one that can't be.
pub fn words_of(row: &RowId) -> Option<String> {
    let or_none = |name: &Option<crate::core::model::Name>| {
        name.as_ref().map_or_else(|| "that is not named".to_owned(), ToString::to_string)
    };
    Some(match row {
        RowId::Stream(key) => format!("stream {key}"),
        RowId::Group(key, group) => format!("group {group} of {key}"),
        RowId::Consumer(key, group, consumer) => format!("consumer {consumer} of group {group} of {key}"),
        RowId::Pending(id) => format!("entry {id}"),
        RowId::Client(id) => format!("client {id}"),
        RowId::Key(key) => format!("key {key}"),
        RowId::Pattern(glob) => format!("pattern {glob}"),
        RowId::Queue(id) => format!("queue {}", or_none(&id.queue)),
        RowId::JobClass(part, class) => format!("{part} jobs of class {}", or_none(class)),
        RowId::Failure(id, _, error) => format!("error {} of {}", or_none(error), or_none(&id.queue)),
        RowId::Slow(_)
        | RowId::Channel(..)
        | RowId::Layer(..)
        | RowId::Finding(..)
        | RowId::Saving(..)
        | RowId::Family(_)
        | RowId::Tenant(..)
        | RowId::Schedule(..) => return None,
    })
}

/// Why such a row is not marked.
pub const fn why_unmarked(row: &RowId) -> &'static str {
    match row {
        RowId::Finding(..) | RowId::Saving(..) => {
            "what stands here is not marked: act on it by its key, one at a time"
        }
        RowId::Family(_) => "a family is not marked: enter opens it, and its streams can be",
        _ => "rows of this table are not marked: no action is about them",
    }
}

/// Whether an action is about rows at all.
const fn is_about_rows(command: CommandId) -> bool {
    !matches!(command, CommandId::Undo | CommandId::KillScript | CommandId::Unlock)
}

/// What the command is about here: the marked rows, else the selected one.
///
/// # Errors
/// What is marked or selected is nothing for it: what to select.
pub fn wanted(state: &State, command: CommandId) -> Result<Begin, String> {
    let marked = state.table().map_or_else(Vec::new, TableState::marked);
    if marked.is_empty() || !is_about_rows(command) {
        let row = state.table().and_then(|table| table.selected()).map(|row| &row.id);
        return wanted_of(state, command, row);
    }
    of_entries(state, command, &marked).unwrap_or_else(|| of_rows(state, command, &marked))
}

/// Whether what is marked, or else selected, is what this action is about: the keys that a footer has first.
pub fn is_about_selected(state: &State, command: CommandId) -> bool {
    match state.table().is_some_and(TableState::has_marks) && is_about_rows(command) {
        true => wanted(state, command).is_ok(),
        false => is_about_row(state, command),
    }
}

/// Marked pending entries are one request: it names them.
fn of_entries(state: &State, command: CommandId, marked: &[&RowId]) -> Option<Result<Begin, String>> {
    let View::Pending(key, group, consumer) = state.view() else { return None };
    let id = |row: &&RowId| match row {
        RowId::Pending(id) => Some(*id),
        _ => None,
    };
    let ids: Vec<StreamId> = marked.iter().filter_map(id).collect();
    Some(match command {
        CommandId::Acknowledge => {
            let wanted = ReclaimRequest::new(key.clone(), group.clone(), ReclaimVerb::Drop, 0);
            let consumer = consumer.clone();
            Ok(Begin::Request(Request::Reclaim(ReclaimRequest { consumer, ids, ..wanted })))
        }
        CommandId::Reclaim => rows(state, None)
            .map(|of| reclaim(state, of, ids))
            .map_or_else(|| Err("nothing to reclaim here".to_owned()), |about| Ok(Begin::Form(about))),
        command => Err(format!("{} is not for marked entries: reclaim and acknowledge are", verb(command))),
    })
}

fn of_rows(state: &State, command: CommandId, marked: &[&RowId]) -> Result<Begin, String> {
    let mut forms: Vec<(String, About)> = Vec::new();
    let mut order = BatchOrder::default();
    for row in marked {
        let subject = words_of(row).unwrap_or_default();
        match of_row(state, command, row) {
            Ok(Begin::Form(about)) => {
                if forms.iter().all(|(_, other)| *other != about) {
                    forms.push((subject, about));
                }
            }
            Ok(Begin::Request(request)) => order.add(subject, request),
            Ok(Begin::Forms(..) | Begin::Requests(_)) => {}
            Err(why) => order.leave_out(subject, why),
        }
    }
    match (forms.as_slice(), order.requests.as_slice(), order.left_out.as_slice()) {
        ([], [], left) => Err(of_none(marked.len(), left)),
        ([(_, about)], _, []) => Ok(Begin::Form(about.clone())),
        ([], [only], []) => Ok(Begin::Request(only.request.clone())),
        ([], ..) => Ok(Begin::Requests(order)),
        _ => Ok(Begin::Forms(forms, order.left_out)),
    }
}

/// What is said where a key has nothing to do with any of the marked rows.
fn of_none(marked: usize, left_out: &[Exclusion]) -> String {
    let why = left_out.first().map_or("", |left| left.why.as_str());
    format!("{} marked: {why}", number_of(marked as u64, "row"))
}

/// What the command is about where just this row is meant.
fn of_row(state: &State, command: CommandId, row: &RowId) -> Result<Begin, String> {
    if command != CommandId::Invalidate {
        return wanted_of(state, command, Some(row));
    }
    match row {
        RowId::Key(key) => {
            Ok(Begin::Form(About::Invalidate(Some(Glob::literal(key.as_bytes()).text().clone()))))
        }
        RowId::Pattern(glob) if !glob.as_bytes().is_empty() => {
            Ok(Begin::Form(About::Invalidate(Some(glob.clone()))))
        }
        _ => Err("nothing to invalidate here: mark patterns or keys".to_owned()),
    }
}
