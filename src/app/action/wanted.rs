//! What the keys of actions are about: what is selected, or what the selected finding asks for.
//!
//! Knows the state; changes nothing and asks no server. Invariant: where a key is about nothing, it says what to select.

use super::form::{About, ReclaimChoice};
use super::order::{BatchOrder, Exclusion};
use super::queues;
use crate::app::cell::RowId;
use crate::app::{State, View};
use crate::commands::CommandId;
use crate::core::diagnose::finding::FindingSubject;
use crate::core::diagnose::groups::GroupVerdict;
use crate::core::model::{Name, StreamId};
use crate::core::ops::record::Past;
use crate::core::ops::undo::KIND as UNDO;
use crate::core::ops::{
    DeleteConsumerRequest, KillClientRequest, KillScriptRequest, ReclaimRequest, ReclaimVerb, Request,
    Subject, UndoRequest,
};
use crate::core::reading::cure::CureDeed;

/// What an action begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begin {
    /// A form: something has to be said first.
    Form(About),
    /// A plan at once.
    Request(Request),
    /// One form for several marked rows, and those that it leaves out.
    Forms(Vec<(String, About)>, Vec<Exclusion>),
    /// Plans of several marked rows at once.
    Requests(BatchOrder),
}

/// What the command is about where this row is meant.
///
/// # Errors
/// It is nothing for it: what to select.
pub(super) fn wanted_of(state: &State, command: CommandId, row: Option<&RowId>) -> Result<Begin, String> {
    if let Some(request) = queues::request(state, command, row) {
        return request.map(|request| match request {
            // A queue is paused whole.
            Request::PauseQueue(_) | Request::ResumeQueue(_) => Begin::Request(request),
            jobs => Begin::Form(About::Jobs(Box::new(jobs))),
        });
    }
    let idle_ms = dead_after_ms(state);
    let request = |request| Ok(Begin::Request(request));
    let none = |what: &str| Err(format!("nothing to {} here: select {what}", verb(command)));
    match command {
        CommandId::Trim => match stream(state, row) {
            Some(key) => Ok(Begin::Form(About::Trim(key))),
            None => none("a stream"),
        },
        CommandId::Reclaim => match rows(state, row) {
            Some(of) => Ok(Begin::Form(reclaim(state, of, Vec::new()))),
            None => none("a group or a consumer"),
        },
        CommandId::Acknowledge => match (state.view(), row) {
            (View::Pending(key, group, consumer), Some(RowId::Pending(id))) => {
                let wanted = ReclaimRequest::new(key.clone(), group.clone(), ReclaimVerb::Drop, 0);
                let (consumer, ids) = (consumer.clone(), vec![*id]);
                request(Request::Reclaim(ReclaimRequest { consumer, ids, ..wanted }))
            }
            _ => none("a pending entry"),
        },
        CommandId::DeleteConsumer => match rows(state, row) {
            Some((key, group, Some(consumer))) => {
                let min_idle_ms = idle_ms;
                request(Request::DeleteConsumer(DeleteConsumerRequest { key, group, consumer, min_idle_ms }))
            }
            _ => none("a consumer"),
        },
        CommandId::RemoveGroups => match (rows(state, row), stream(state, row)) {
            (Some((key, group, _)), _) => {
                Ok(Begin::Form(About::RemoveGroups { key, group: Some(group), idle_ms }))
            }
            (None, Some(key)) => Ok(Begin::Form(About::RemoveGroups { key, group: None, idle_ms })),
            (None, None) => none("a group or a stream"),
        },
        CommandId::RemoveConsumers => match rows(state, row) {
            Some((key, group, _)) => Ok(Begin::Form(About::RemoveConsumers { key, group, idle_ms })),
            None => none("a group or a consumer"),
        },
        CommandId::KillScript => request(Request::KillScript(KillScriptRequest)),
        CommandId::KillClient => match client(state, row) {
            Some(id) => request(Request::KillClient(KillClientRequest { id })),
            None => none("a client"),
        },
        CommandId::Undo => undo(state),
        _ => Ok(Begin::Form(About::Invalidate(pattern(state, row)))),
    }
}

/// Whether what is selected is what this action is about: the keys that a footer has first.
pub(super) fn is_about_row(state: &State, command: CommandId) -> bool {
    let row = state.table().and_then(|table| table.selected()).map(|row| &row.id);
    match command {
        CommandId::Invalidate => pattern(state, row).is_some(),
        // Of a stream it removes what nobody reads any more; which groups, its form says.
        CommandId::RemoveGroups => rows(state, row).is_some(),
        CommandId::Reclaim => {
            rows(state, row).is_some_and(|(key, group, _)| has_pending(state, &key, &group))
        }
        // Only while one holds the server.
        CommandId::KillScript => {
            state.active.cure.as_ref().is_some_and(|cure| cure.deed == CureDeed::EndScript)
        }
        _ => wanted_of(state, command, row).is_ok(),
    }
}

/// Whether a group has anything to be reclaimed, or may have.
fn has_pending(state: &State, key: &Name, group: &Name) -> bool {
    let known = state.shown().streams().get(key).and_then(|stream| stream.groups.get(group));
    known.is_none_or(|group| group.facts.pending != Some(0))
}

/// The command that does what a finding asks for.
pub const fn asked_for(deed: &CureDeed) -> CommandId {
    match deed {
        CureDeed::Trim(_) => CommandId::Trim,
        CureDeed::HandOver { .. } | CureDeed::Settle(..) | CureDeed::DeadLetter(..) | CureDeed::Sweep(..) => {
            CommandId::Reclaim
        }
        CureDeed::RemoveConsumers(..) => CommandId::RemoveConsumers,
        CureDeed::RemoveGroup(..) => CommandId::RemoveGroups,
        CureDeed::Invalidate(_) => CommandId::Invalidate,
        CureDeed::KillClient(_) => CommandId::KillClient,
        CureDeed::EndScript => CommandId::KillScript,
        CureDeed::RequeueOrphans(_) => CommandId::RequeueOrphans,
    }
}

/// The key of this command's title, as a sentence has it.
pub(super) fn verb(command: CommandId) -> &'static str {
    match command {
        CommandId::RemoveGroups | CommandId::RemoveConsumers => "remove",
        command => command.command().title,
    }
}

/// What the selected finding asks for.
fn cure(state: &State) -> Option<&CureDeed> {
    state.active.cure.as_ref().map(|cure| &cure.deed)
}

fn undo(state: &State) -> Result<Begin, String> {
    let ours = |past: &&Past| past.intent.address == state.active.setup.address;
    let past = || state.active.operations.past.iter().rev().filter(ours);
    // What is back already is passed over, so that the key goes on with the one before.
    let is_back = |past: &Past| {
        let subject = Subject::Action(past.intent.id.clone()).to_string();
        let is_its_undo = |other: &Past| {
            other.intent.action == UNDO.word && other.intent.subject == subject && other.outcome() == "done"
        };
        state.active.operations.past.iter().any(is_its_undo)
    };
    if let Some(last) = past().find(|past| can_undo(past) && !is_back(past)) {
        return Ok(Begin::Request(Request::Undo(UndoRequest { id: last.intent.id.clone() })));
    }
    if past().any(can_undo) {
        return Err("Nothing to undo: what was archived is back already".to_owned());
    }
    Err(match past().next() {
        Some(last) => format!(
            "Nothing to undo: the last action ({} {}) was not archived",
            last.intent.action, last.intent.subject
        ),
        None => "Nothing to undo: no action was done on this target".to_owned(),
    })
}

fn client(state: &State, row: Option<&RowId>) -> Option<u64> {
    match (cure(state), row) {
        (Some(CureDeed::KillClient(id)), _)
        | (
            _,
            Some(
                RowId::Client(id)
                | RowId::Saving(_, FindingSubject::Client(id))
                | RowId::Finding(_, FindingSubject::Client(id)),
            ),
        ) => Some(*id),
        _ => None,
    }
}

/// What is asked of a reclaim, with what the group suffers from chosen.
pub(super) fn reclaim(
    state: &State,
    (key, group, consumer): (Name, Name, Option<Name>),
    ids: Vec<StreamId>,
) -> About {
    let heir = state.shown().heir(&key, &group, consumer.as_ref());
    // What another marked consumer has is taken from it, too.
    let is_marked = |heir: &Name| {
        let row = RowId::Consumer(key.clone(), group.clone(), heir.clone());
        state.table().is_some_and(|table| table.is_marked(&row))
    };
    let proposed = heir.filter(|heir| !is_marked(heir));
    let verdict = state.shown().group_verdict(&key, &group).map(|judgement| judgement.verdict);
    let first = match (cure(state), verdict) {
        (Some(CureDeed::DeadLetter(..)), _) => ReclaimChoice::DeadLetter,
        (Some(CureDeed::Sweep(..)), _) => ReclaimChoice::Sweep,
        (None, Some(GroupVerdict::Poison)) => ReclaimChoice::DeadLetter,
        (None, Some(GroupVerdict::Ghosts)) => ReclaimChoice::Sweep,
        // Nobody lives to whom they could be given.
        _ if proposed.is_none() => ReclaimChoice::Release,
        _ => ReclaimChoice::HandOver,
    };
    About::Reclaim { key, group, consumer, proposed, first, idle_ms: dead_after_ms(state), ids }
}

/// Idle time from which on this console calls a consumer dead, milliseconds: who reads the verdict acts on it.
fn dead_after_ms(state: &State) -> u64 {
    state.active.setup.watched.thresholds.consumer_dead.warning_ms
}

fn can_undo(past: &Past) -> bool {
    past.intent.archive && past.finish.as_ref().is_none_or(|finish| finish.tally.kept > 0)
}

pub(in crate::app) fn stream(state: &State, selected: Option<&RowId>) -> Option<Name> {
    if let Some(CureDeed::Trim(key)) = cure(state) {
        return Some(key.clone());
    }
    match selected {
        Some(RowId::Stream(key) | RowId::Group(key, _) | RowId::Consumer(key, _, _)) => Some(key.clone()),
        Some(
            RowId::Finding(
                _,
                FindingSubject::Stream(key)
                | FindingSubject::Group(key, _)
                | FindingSubject::Consumer(key, _, _),
            )
            | RowId::Saving(_, FindingSubject::Stream(key) | FindingSubject::Group(key, _)),
        ) => Some(key.clone()),
        _ => state.view().stream().cloned(),
    }
}

pub(in crate::app) fn pattern(state: &State, selected: Option<&RowId>) -> Option<Name> {
    if let Some(CureDeed::Invalidate(glob)) = cure(state) {
        return Some(glob.clone());
    }
    match (state.view(), selected) {
        (View::Pattern(glob), _)
        | (
            _,
            Some(
                RowId::Pattern(glob)
                | RowId::Finding(_, FindingSubject::Pattern(glob))
                | RowId::Saving(_, FindingSubject::Pattern(glob)),
            ),
        ) => Some(glob.clone()).filter(|glob| !glob.as_bytes().is_empty()),
        _ => None,
    }
}

pub(in crate::app) fn rows(state: &State, selected: Option<&RowId>) -> Option<(Name, Name, Option<Name>)> {
    match cure(state) {
        Some(CureDeed::HandOver { key, group, from, .. }) => {
            return Some((key.clone(), group.clone(), from.clone()));
        }
        Some(
            CureDeed::Settle(key, group)
            | CureDeed::DeadLetter(key, group)
            | CureDeed::Sweep(key, group)
            | CureDeed::RemoveConsumers(key, group)
            | CureDeed::RemoveGroup(key, group),
        ) => return Some((key.clone(), group.clone(), None)),
        _ => {}
    }
    match (state.view(), selected) {
        (View::Pending(key, group, consumer), _) => Some((key.clone(), group.clone(), consumer.clone())),
        (
            _,
            Some(
                RowId::Consumer(key, group, consumer)
                | RowId::Finding(_, FindingSubject::Consumer(key, group, consumer)),
            ),
        ) => Some((key.clone(), group.clone(), Some(consumer.clone()))),
        (
            _,
            Some(
                RowId::Group(key, group)
                | RowId::Finding(_, FindingSubject::Group(key, group))
                | RowId::Saving(_, FindingSubject::Group(key, group)),
            ),
        )
        | (View::Group(key, group), _) => Some((key.clone(), group.clone(), None)),
        _ => None,
    }
}
