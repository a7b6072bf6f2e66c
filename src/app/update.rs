//! What a message makes of the state, and what is to be done outside.
//!
//! Knows every rule of the console; does nothing itself. Invariants: it never waits, and it alone writes
//! [`State`].

mod action;
mod counting;
mod keys;
mod marks;
mod mask;
mod mouse;
mod navigation;
mod own;
mod palette;
mod probe;
mod prompt;
mod share;
mod themes;

use super::cell::RowId;
use super::message::{Draw, Effect, Message, TargetMessage};
use super::{Notice, Now, State, TargetId, View, rows};
use crate::core::diagnose::finding::FindingSubject;
use crate::core::limits;
use crate::core::model::link::LinkStatus;
use crate::core::ops::WriteState;
use crate::core::wire::round::{Fetch, Focus};

/// How long a notice stays, milliseconds.
const NOTICE_MS: i64 = 5_000;

/// Takes a message in: how soon to draw, and what is to be done for which target. What is told of a target that is not on
/// the screen changes nothing there; what is told of one that is not watched is nobody's.
pub fn update(state: &mut State, message: Message, now: Now) -> (Draw, Vec<(TargetId, Effect)>) {
    (state.now_ms, state.now_us) = (now.wall_ms, now.process_us);
    let shown = state.active.id;
    let of = if let Message::From(of, _) = &message { *of } else { shown };
    if !turn_to(state, of) {
        return (Draw::No, Vec::new());
    }
    let mut effects = Vec::new();
    let draw = take(state, message, &mut effects);
    look(state, &mut effects);
    if draw != Draw::No {
        state.active.cure = state.selected_finding().and_then(|finding| state.shown().cure(finding));
    }
    turn_to(state, shown);
    let draw = if of == shown { draw } else { Draw::No };
    (draw, effects.into_iter().map(|effect| (of, effect)).collect())
}

/// Puts this target where the one on the screen stands; `false` where it is not watched.
fn turn_to(state: &mut State, target: TargetId) -> bool {
    if let Some(other) = state.others.iter_mut().find(|watch| watch.id == target) {
        std::mem::swap(&mut state.active, other);
    }
    state.active.id == target
}

fn take(state: &mut State, message: Message, effects: &mut Vec<Effect>) -> Draw {
    match message {
        Message::Key(key) => {
            keys::press(state, key, effects);
            Draw::Now
        }
        Message::Paste(text) if action::paste(state, &text) || palette::paste(state, &text) => Draw::Now,
        Message::Paste(text) => prompt::paste(state, &text),
        Message::Mouse(act, target) => mouse::take(state, act, target.as_ref(), effects),
        Message::Resized(columns, rows) => {
            state.size = (columns, rows);
            refresh(state);
            Draw::Now
        }
        Message::From(_, message) => told(state, message, effects),
        Message::Demo(status) => {
            let changed = state.demo.as_ref() != Some(&status);
            state.demo = Some(status);
            if changed && !state.is_paused() { Draw::Data } else { Draw::No }
        }
        Message::Tick => tick(state),
        Message::Resumed => Draw::Now,
    }
}

/// What a target tells.
fn told(state: &mut State, message: TargetMessage, effects: &mut Vec<Effect>) -> Draw {
    match message {
        TargetMessage::Observed(snapshot) => {
            let shows = snapshot.changes_figures();
            state.active.reading.advance(*snapshot);
            mask::learn(state);
            probe::watch(state, effects);
            if state.is_paused() || !shows {
                Draw::No
            } else {
                refresh(state);
                Draw::Data
            }
        }
        TargetMessage::Link(status) => link_changed(state, status),
        TargetMessage::Entries(question, answer) => {
            let page = lines(state);
            let answer = answer.map(|answer| (answer.entries, answer.at_us));
            match &mut state.active.entries {
                Some(entries) => {
                    entries.take(&question, answer, page);
                    Draw::Now
                }
                None => Draw::No,
            }
        }
        TargetMessage::FetchLater(fetch, wait_s) => {
            let what = match fetch {
                Fetch::Clients => "CLIENT LIST",
                Fetch::Consumers(..) => "XINFO CONSUMERS",
                Fetch::Subscribers => "CLIENT LIST TYPE pubsub",
                Fetch::Channels => "PUBSUB CHANNELS",
            };
            notify(state, format!("{what} was asked a moment ago: again in {wait_s} s"), false);
            Draw::Now
        }
        TargetMessage::Probe(kind, event) => {
            state.active.reading.advance_probe(kind, &event);
            if state.is_paused() { Draw::No } else { Draw::Data }
        }
        TargetMessage::Ran(output) => {
            own::ran(state, *output);
            Draw::Now
        }
        TargetMessage::Told(text) => {
            notify(state, text, false);
            Draw::Now
        }
        TargetMessage::Trouble(text) => {
            notify(state, text, true);
            Draw::Now
        }
        message => action::take(state, message, effects),
    }
}

/// What is there from the beginning.
pub(super) fn begin(state: &mut State) {
    probe::at_start(state);
    mask::learn(state);
}

/// A second passed: notices grow old, and so does what is on a screen whose server tells nothing new.
fn tick(state: &mut State) -> Draw {
    let is_over = state.active.notice.as_ref().is_some_and(|notice| state.now_ms >= notice.until_ms);
    if is_over {
        state.active.notice = None;
    }
    let counts_down = !matches!(state.active.link, LinkStatus::Up { .. }) && !state.is_paused();
    let was_armed = state.active.operations.write;
    state.active.operations.write = was_armed.at(state.now_us);
    let arms_down = matches!(was_armed, WriteState::Armed { .. });
    if arms_down && state.active.operations.write == WriteState::Locked {
        action::locked_again(state);
    }
    if is_over || counts_down || arms_down || state.is_stale() { Draw::Data } else { Draw::No }
}

fn link_changed(state: &mut State, status: LinkStatus) -> Draw {
    if state.active.link == status {
        return Draw::No;
    }
    state.active.link = status;
    if state.is_paused() { Draw::No } else { Draw::Data }
}

/// Shows a line for a while.
pub(super) fn notify(state: &mut State, text: String, is_error: bool) {
    state.active.notice = Some(Notice { text, is_error, until_ms: state.now_ms.saturating_add(NOTICE_MS) });
}

/// Makes the rows of the table that is on the screen anew.
pub(super) fn refresh(state: &mut State) {
    let view = state.view().clone();
    let page = page_rows(state);
    let Some(id) = state.table_id() else { return };
    let (rows, now_us) = (rows::rows(state, &view), state.now_us);
    let gone = marks::gone(state, &rows);
    if let Some(table) = state.active.tables.get_mut(&id) {
        table.drop_marks(&gone);
        table.set_rows_at(rows, page, now_us);
    }
}

/// Rows of a table on the screen.
pub(super) fn page_rows(state: &State) -> usize {
    state.areas().table_rows()
}

/// Lines of text on the screen.
pub(super) fn lines(state: &State) -> usize {
    state.areas().lines()
}

/// Tells the poller what is looked at, when that changed.
fn look(state: &mut State, effects: &mut Vec<Effect>) {
    let focus = focus(state);
    if focus != state.active.focus {
        state.active.focus = focus.clone();
        effects.push(Effect::Look(focus));
    }
}

fn focus(state: &State) -> Focus {
    let mut focus = Focus::default();
    let view = state.view();
    if let Some(table) = state.table() {
        for row in table.visible(page_rows(state)) {
            match &row.id {
                RowId::Stream(key) => focus.streams.push(key.clone()),
                RowId::Group(key, group) | RowId::Consumer(key, group, _) => {
                    let group = (key.clone(), group.clone());
                    if focus.groups.last() != Some(&group) {
                        focus.groups.push(group);
                    }
                }
                RowId::Finding(_, FindingSubject::Stream(key)) => focus.streams.push(key.clone()),
                RowId::Finding(
                    _,
                    FindingSubject::Group(key, group) | FindingSubject::Consumer(key, group, _),
                ) => {
                    focus.groups.push((key.clone(), group.clone()));
                }
                RowId::Saving(_, FindingSubject::Stream(key)) => focus.streams.push(key.clone()),
                RowId::Saving(_, FindingSubject::Group(key, group)) => {
                    focus.groups.push((key.clone(), group.clone()));
                }
                RowId::Key(key) => focus.keys.push(key.clone()),
                RowId::Finding(..)
                | RowId::Saving(..)
                | RowId::Pattern(_)
                | RowId::Pending(_)
                | RowId::Client(_)
                | RowId::Slow(_)
                | RowId::Channel(..)
                | RowId::Queue(_)
                | RowId::Family(_)
                | RowId::JobClass(..)
                | RowId::Tenant(..)
                | RowId::Failure(..)
                | RowId::Schedule(..)
                | RowId::Layer(..) => {}
            }
        }
    }
    focus.groups.sort();
    focus.groups.dedup();
    focus.groups.truncate(limits::SUSPICIOUS_GROUPS_PER_ROUND);
    focus.streams.sort();
    focus.streams.extend(view.stream().cloned());
    match view {
        View::Group(key, group) => focus.groups = vec![(key.clone(), group.clone())],
        View::Pending(key, group, consumer) => {
            focus.groups = vec![(key.clone(), group.clone())];
            focus.pending = Some((key.clone(), group.clone(), consumer.clone()));
        }
        View::Clients => focus.clients = true,
        View::Fanout => focus.fanout = true,
        View::Latency => focus.latency = true,
        _ => {}
    }
    // What an action was about, wherever somebody looks by now.
    let touched = &state.active.operations.touched;
    let is_ahead = state.now_us < touched.until_us;
    for (key, group) in touched.streams.iter().filter(|_| is_ahead) {
        focus.streams.push(key.clone());
        focus.groups.extend(group.clone().map(|group| (key.clone(), group)));
    }
    focus
}

#[cfg(test)]
pub(in crate::app) mod tests;
