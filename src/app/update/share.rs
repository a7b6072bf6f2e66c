//! What is copied: of the selected row its name, or the redis-cli command that reads it; and the state in words.
//!
//! Knows rows and how a shell is told a name; writes nowhere. Invariant: what is copied is read again by a shell as exactly
//! the bytes of the name.

use super::{mask, notify};
use crate::app::cell::RowId;
use crate::app::message::Effect;
use crate::app::{State, View};
use crate::core::diagnose::finding::FindingSubject;
use crate::core::model::Name;
use crate::core::reading::cure::shell_word;
use crate::core::reading::summary;

/// Where no row is selected.
pub const NOTHING: &str = "nothing to copy here: select a row";

/// Copies the state in words with every finding: what is handed over to the next on duty.
pub fn copy_state(state: &mut State, effects: &mut Vec<Effect>) {
    let reading = state.shown();
    let mut lines = summary::state(reading, &state.active.setup.name);
    lines.extend(summary::findings(reading));
    let text = mask::masked(state, &lines.join("\n"));
    let said = format!("sent to the terminal's clipboard: the state in words, {} lines", lines.len());
    notify(state, said, false);
    effects.push(Effect::Copy(text));
}

/// Copies the name of the selected row.
pub fn copy_name(state: &mut State, effects: &mut Vec<Effect>) {
    let name = selected(state).and_then(|row| name(&row));
    copy(state, name, effects);
}

/// Copies the redis-cli command that reads the selected row.
pub fn copy_command(state: &mut State, effects: &mut Vec<Effect>) {
    let command = selected(state).and_then(|row| command(&row, state.view()));
    let command =
        command.map(|command| format!("redis-cli {} {command}", target(&state.setup.target.address)));
    copy(state, command, effects);
}

fn copy(state: &mut State, text: Option<String>, effects: &mut Vec<Effect>) {
    match text {
        Some(text) => {
            let text = mask::masked(state, &text);
            notify(state, format!("sent to the terminal's clipboard: {text}"), false);
            effects.push(Effect::Copy(text));
        }
        None => notify(state, NOTHING.to_owned(), false),
    }
}

fn selected(state: &State) -> Option<RowId> {
    let row = state.table().and_then(|table| table.selected()).map(|row| row.id.clone());
    row.map(|row| match row {
        RowId::Finding(_, subject) | RowId::Saving(_, subject) => {
            of_subject(&subject).unwrap_or(row_of_server())
        }
        row => row,
    })
}

/// A row that has neither a name nor a command.
fn row_of_server() -> RowId {
    RowId::Finding("", FindingSubject::Server)
}

fn of_subject(subject: &FindingSubject) -> Option<RowId> {
    Some(match subject.clone() {
        FindingSubject::Server => return None,
        FindingSubject::Stream(key) => RowId::Stream(key),
        FindingSubject::Group(key, group) => RowId::Group(key, group),
        FindingSubject::Consumer(key, group, consumer) => RowId::Consumer(key, group, consumer),
        FindingSubject::Client(id) => RowId::Client(id),
        FindingSubject::Pattern(glob) => RowId::Pattern(glob),
        FindingSubject::Channel(name) => RowId::Channel(crate::core::model::fanout::ChannelKind::Plain, name),
        FindingSubject::Queue(id) => RowId::Queue(id),
    })
}

/// What the row is called, as it is written in a shell.
fn name(row: &RowId) -> Option<String> {
    match row {
        RowId::Stream(name)
        | RowId::Key(name)
        | RowId::Pattern(name)
        | RowId::Family(name)
        | RowId::Channel(_, name)
        | RowId::Layer(_, _, name)
        | RowId::Group(_, name)
        | RowId::Consumer(_, _, name)
        | RowId::Schedule(_, name) => Some(word(name)),
        RowId::JobClass(_, name) | RowId::Tenant(_, _, name) | RowId::Failure(_, _, name) => {
            name.as_ref().map(word)
        }
        RowId::Queue(id) => id.queue.as_ref().map(word),
        RowId::Pending(id) => Some(id.to_string()),
        RowId::Client(id) | RowId::Slow(id) => Some(id.to_string()),
        RowId::Finding(..) | RowId::Saving(..) => None,
    }
}

/// What reads the row, at a cost that is bounded.
fn command(row: &RowId, view: &View) -> Option<String> {
    Some(match row {
        RowId::Stream(key) => format!("XINFO STREAM {}", word(key)),
        RowId::Group(key, group) => format!("XINFO CONSUMERS {} {}", word(key), word(group)),
        RowId::Consumer(key, group, consumer) => {
            format!("XPENDING {} {} - + 10 {}", word(key), word(group), word(consumer))
        }
        RowId::Pending(id) => match view {
            View::Pending(key, ..) => format!("XRANGE {} {id} {id}", word(key)),
            _ => return None,
        },
        RowId::Client(id) => format!("CLIENT LIST ID {id}"),
        RowId::Slow(_) => "SLOWLOG GET 10".to_owned(),
        RowId::Channel(_, name) => format!("PUBSUB NUMSUB {}", word(name)),
        RowId::Key(key) => format!("MEMORY USAGE {}", word(key)),
        RowId::Pattern(glob) | RowId::Family(glob) => format!("--scan --pattern {}", word(glob)),
        _ => return None,
    })
}

/// A name as a shell takes it; bytes that are no text in the form `$'\xff'`, which the escapes of a name are already.
fn word(name: &Name) -> String {
    let text = name.to_string();
    match text.contains('\\') {
        true => format!("$'{}'", text.replace('\'', "\\'")),
        false => shell_word(&text),
    }
}

/// How redis-cli is told the target.
fn target(address: &str) -> String {
    match address.rsplit_once(':') {
        Some((host, port)) if !address.starts_with('/') => {
            format!("-h {} -p {port}", host.trim_start_matches('[').trim_end_matches(']'))
        }
        _ => format!("-s {}", shell_word(address)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_again_the_bytes_of_the_name() {
        assert_eq!(word(&Name::from("orders:1")), "orders:1");
        assert_eq!(word(&Name::from("it's here")), "'it'\\''s here'");
        assert_eq!(word(&Name::new(&b"a\xff'\n"[..])), "$'a\\xff\\'\\x0a'");
    }

    #[test]
    fn a_row_is_read_by_a_command_of_bounded_cost() {
        let (key, group) = (Name::from("orders"), Name::from("g 1"));
        let of = |row: RowId| command(&row, &View::Streams).unwrap();
        assert_eq!(of(RowId::Stream(key.clone())), "XINFO STREAM orders");
        assert_eq!(of(RowId::Group(key.clone(), group.clone())), "XINFO CONSUMERS orders 'g 1'");
        assert_eq!(of(RowId::Consumer(key, group, Name::from("c"))), "XPENDING orders 'g 1' - + 10 c");
        assert_eq!(of(RowId::Client(7)), "CLIENT LIST ID 7");
    }

    #[test]
    fn the_target_is_said_as_redis_cli_takes_it() {
        assert_eq!(target("cache:6380"), "-h cache -p 6380");
        assert_eq!(target("[::1]:6379"), "-h ::1 -p 6379");
        assert_eq!(target("/run/redis.sock"), "-s /run/redis.sock");
    }
}
