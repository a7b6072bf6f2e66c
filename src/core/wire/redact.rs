//! What is taken out of a reply before anything else sees it: the bodies of entries that nobody asked for,
//! the arguments in the slow log, which may hold anybody's secrets, and values that are no counters.
//!
//! Knows the shapes of a few replies; does not know what the rest means. Invariant: what is not a body or
//! an argument passes as it came; an entry keeps its id, and of its body no more than how long it was.

use super::read::{Hides, ReadCmd};
use super::resp::Resp;
use crate::core::model::Name;
use crate::core::model::counters::CounterValue;
use crate::core::model::memory::packed::{packed, packed_number};
use crate::core::model::queues::QueueItem;
use crate::core::model::streams::EntrySize;
use crate::core::queues::adapter::{FailedJobs, ItemClass, ItemForm, ItemTime};
use crate::core::queues::failures::{self, FailedPieces};
use crate::core::queues::{items, tenants};

/// Commands whose second word says what they do, so that it is kept in the slow log.
const WITH_SUBCOMMAND: [&str; 17] = [
    "acl", "client", "cluster", "command", "config", "debug", "function", "latency", "memory", "module",
    "object", "pubsub", "script", "sentinel", "slowlog", "xgroup", "xinfo",
];

/// Which item of a slow log entry holds the arguments.
const SLOWLOG_ARGUMENTS: usize = 3;

/// What stands for a value that is no number.
const NOT_A_NUMBER: &[u8] = b"?";

/// The reply to `command` without what nobody asked for: first and last entry of XINFO STREAM become their
/// ids and two lengths, arguments in SLOWLOG GET become empty strings (so that their number stays). XRANGE asks for bodies.
pub fn redact(command: &ReadCmd, reply: Resp) -> Resp {
    match command.row().hides {
        Hides::Bodies => without_bodies(reply),
        Hides::Arguments => without_arguments(reply),
        Hides::NonNumbers => only_a_number(reply),
        Hides::Jobs(form, tenant) => jobs(form, tenant, reply),
        Hides::Failures(failed, form) => failures(failed, form, reply),
        Hides::JobFields(form, tenant) => job_fields(form, tenant, reply),
        Hides::Nothing => reply,
    }
}

/// Jobs as what they say of themselves: mark, bytes, id, class, time in milliseconds, tenant.
fn jobs(form: &ItemForm, field: Option<&Name>, reply: Resp) -> Resp {
    let told = |item: QueueItem| {
        let bytes = item.bytes;
        let name = |name: Option<Name>| name.map_or(Resp::Nil, |name| Resp::bulk(name.as_bytes()));
        let at_ms = item.at_ms.map_or(Resp::Nil, Resp::Int);
        let mark = i64::from_ne_bytes(item.mark.to_ne_bytes());
        let mut row = vec![Resp::Int(mark), number(bytes), name(item.id), name(item.class), at_ms];
        row.extend(field.map(|_| name(item.tenant)));
        Resp::Array(row)
    };
    match &reply {
        Resp::Error(_) | Resp::Nil => reply,
        Resp::Array(rows) => Resp::Array(
            rows.iter()
                .filter_map(|row| {
                    let (bytes, text, beside) = match row.items()? {
                        [bytes, text] => (bytes, text, None),
                        [bytes, text, id, at] => (bytes, text, Some((id.bytes()?, at.bytes()?))),
                        _ => return None,
                    };
                    let (bytes, text) = (u64::try_from(bytes.int()?).ok()?, text.bytes()?);
                    let item = match beside {
                        Some((id, at)) => items::joined(form, &text, bytes, &id, &at),
                        None => items::item(form, &text, bytes),
                    };
                    let tenant = field.and_then(|field| tenants::tenant(field, &text));
                    Some(told(QueueItem { tenant, ..item }))
                })
                .collect(),
        ),
        one => one
            .bytes()
            .map_or(Resp::Nil, |text| Resp::Array(vec![told(items::item(form, &text, text.len() as u64))])),
    }
}

/// Jobs that failed as class, time and error; nothing of one that has not.
fn failures(failed: &FailedJobs, form: &ItemForm, reply: Resp) -> Resp {
    let Resp::Array(rows) = &reply else { return if is_error(&reply) { reply } else { Resp::Nil } };
    let name = |name: Option<Name>| name.map_or(Resp::Nil, |name| Resp::bulk(name.as_bytes()));
    let told = |row: &Resp| {
        let [item, class, error, message, time] = row.items()? else { return None };
        let [item, class, error, message, time] =
            [item.bytes()?, class.bytes()?, error.bytes()?, message.bytes()?, time.bytes()?];
        let pieces =
            FailedPieces { item: &item, class: &class, error: &error, message: &message, time: &time };
        let job = failures::failed(failed, form, pieces)?;
        let at_ms = job.at_ms.map_or(Resp::Nil, Resp::Int);
        Some(Resp::Array(vec![name(job.class), at_ms, name(job.error)]))
    };
    Resp::Array(rows.iter().map(|row| told(row).unwrap_or(Resp::Nil)).collect())
}

/// Two fields of a job's hash as a time in milliseconds and a class; with its payload a tenant, and how long that is.
fn job_fields(form: &ItemForm, field: Option<&Name>, reply: Resp) -> Resp {
    let (time, class, payload) = match reply.items() {
        Some([time, class]) => (time, class, None),
        Some([time, class, payload, bytes]) => (time, class, Some((payload, bytes.int()))),
        _ => return if is_error(&reply) { reply } else { Resp::Nil },
    };
    let unit = match form.time {
        ItemTime::Job(_, _, unit) => Some(unit),
        _ => None,
    };
    let until = match form.class {
        ItemClass::Job(_, _, until) => Some(until),
        _ => None,
    };
    let at_ms = unit.zip(time.bytes()).and_then(|(unit, text)| items::time_ms(&text, unit));
    let class_name = until.zip(class.bytes()).and_then(|(until, text)| items::class(&text, until));
    let name = |name: Option<Name>| name.map_or(Resp::Nil, |name| Resp::bulk(name.as_bytes()));
    let mut told = vec![at_ms.map_or(Resp::Nil, Resp::Int), name(class_name)];
    if let Some(field) = field {
        let text = payload.map_or_else(|| class.bytes(), |(payload, _)| payload.bytes());
        told.push(name(text.and_then(|text| tenants::tenant(field, &text))));
        told.push(payload.and_then(|(_, bytes)| bytes).map_or(Resp::Nil, Resp::Int));
    }
    Resp::Array(told)
}

fn is_error(reply: &Resp) -> bool {
    matches!(reply, Resp::Error(_))
}

/// A key that was named as a counter by mistake may hold anything: what is no number does not pass.
fn only_a_number(reply: Resp) -> Resp {
    match &reply {
        Resp::Bytes(bytes) if CounterValue::read(Some(bytes)) == CounterValue::NotANumber => {
            Resp::bulk(NOT_A_NUMBER)
        }
        _ => reply,
    }
}

fn without_bodies(reply: Resp) -> Resp {
    match reply {
        Resp::Map(pairs) => Resp::Map(
            pairs
                .into_iter()
                .map(|(field, value)| {
                    let value = if is_entry(&field) { sized(value) } else { value };
                    (field, value)
                })
                .collect(),
        ),
        Resp::Array(items) => {
            let mut after_entry_field = false;
            let strip = |(at, item): (usize, Resp)| {
                if at % 2 == 0 {
                    after_entry_field = is_entry(&item);
                    item
                } else if after_entry_field {
                    sized(item)
                } else {
                    item
                }
            };
            Resp::Array(items.into_iter().enumerate().map(strip).collect())
        }
        other => other,
    }
}

fn is_entry(field: &Resp) -> bool {
    matches!(field, Resp::Bytes(name) if matches!(&**name, b"first-entry" | b"last-entry"))
}

/// An entry `[id, fields]` as its id and two lengths; what is no such entry stays only if it can hold no body.
fn sized(entry: Resp) -> Resp {
    match entry {
        Resp::Array(parts) => {
            let size = parts.get(1).and_then(size);
            let id = parts.into_iter().next().filter(is_plain).unwrap_or(Resp::Nil);
            match size {
                Some(size) if id != Resp::Nil => {
                    Resp::Array(vec![id, number(size.values), number(size.names)])
                }
                _ => id,
            }
        }
        plain if is_plain(&plain) => plain,
        _ => Resp::Nil,
    }
}

/// What the fields of an entry take, packed.
fn size(fields: &Resp) -> Option<EntrySize> {
    let Resp::Array(words) = fields else { return None };
    let mut size = EntrySize { values: 0, names: packed_number(words.len() as u64 / 2) };
    for (at, word) in words.iter().enumerate() {
        let bytes = packed(&word.bytes()?);
        *(if at % 2 == 0 { &mut size.names } else { &mut size.values }) += bytes;
    }
    Some(size)
}

fn number(count: u64) -> Resp {
    Resp::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

fn is_plain(value: &Resp) -> bool {
    !matches!(value, Resp::Array(_) | Resp::Map(_))
}

fn without_arguments(reply: Resp) -> Resp {
    let Resp::Array(entries) = reply else { return reply };
    let strip_entry = |entry| match entry {
        Resp::Array(mut parts) => {
            if let Some(Resp::Array(words)) = parts.get_mut(SLOWLOG_ARGUMENTS) {
                strip_words(words);
            }
            Resp::Array(parts)
        }
        other => other,
    };
    Resp::Array(entries.into_iter().map(strip_entry).collect())
}

fn strip_words(words: &mut [Resp]) {
    let command = words.first().and_then(Resp::text).unwrap_or_default().to_ascii_lowercase();
    let kept = if WITH_SUBCOMMAND.contains(&command.as_str()) { 2 } else { 1 };
    for word in words.iter_mut().skip(kept) {
        *word = Resp::bulk("");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::Name;

    fn bytes(text: &str) -> Resp {
        Resp::bulk(text)
    }

    fn entry() -> Resp {
        Resp::Array(vec![bytes("1-1"), Resp::Array(vec![bytes("card"), bytes("4111")])])
    }

    fn sized_entry() -> Resp {
        Resp::Array(vec![bytes("1-1"), Resp::Int(4), Resp::Int(8)])
    }

    #[test]
    fn first_and_last_entry_become_their_ids_and_lengths_in_both_protocols() {
        let command = ReadCmd::XinfoStream(Name::from("s"));
        let flat =
            Resp::Array(vec![bytes("length"), Resp::Int(2), bytes("first-entry"), entry(), bytes("groups")]);
        assert_eq!(
            redact(&command, flat),
            Resp::Array(vec![
                bytes("length"),
                Resp::Int(2),
                bytes("first-entry"),
                sized_entry(),
                bytes("groups")
            ])
        );
        let map = Resp::Map(vec![(bytes("last-entry"), entry()), (bytes("first-entry"), Resp::Nil)]);
        assert_eq!(
            redact(&command, map),
            Resp::Map(vec![(bytes("last-entry"), sized_entry()), (bytes("first-entry"), Resp::Nil)])
        );
    }

    #[test]
    fn a_value_that_looks_like_a_field_name_is_not_taken_for_one() {
        let command = ReadCmd::XinfoStream(Name::from("s"));
        let odd = Resp::Array(vec![bytes("other"), bytes("first-entry"), bytes("groups"), entry()]);
        assert_eq!(redact(&command, odd.clone()), odd);
    }

    #[test]
    fn an_entry_of_an_unknown_shape_is_dropped_rather_than_shown() {
        let command = ReadCmd::XinfoStream(Name::from("s"));
        let odd = Resp::Map(vec![(bytes("first-entry"), Resp::Map(vec![(bytes("card"), bytes("4111"))]))]);
        assert_eq!(redact(&command, odd), Resp::Map(vec![(bytes("first-entry"), Resp::Nil)]));
    }

    #[test]
    fn slow_log_arguments_go_and_their_number_stays() {
        let words = |words: &[&str]| Resp::Array(words.iter().map(|word| bytes(word)).collect::<Vec<_>>());
        let slow = |args| Resp::Array(vec![Resp::Int(1), Resp::Int(2), Resp::Int(3), args, bytes("a:1")]);
        let log = Resp::Array(vec![
            slow(words(&["SET", "k", "secret"])),
            slow(words(&["CONFIG", "SET", "requirepass", "secret"])),
        ]);
        let expected =
            Resp::Array(vec![slow(words(&["SET", "", ""])), slow(words(&["CONFIG", "SET", "", ""]))]);
        assert_eq!(redact(&ReadCmd::SlowlogGet(10), log), expected);
    }

    #[test]
    fn a_counter_that_is_no_number_shows_nothing_of_what_it_is() {
        let command = ReadCmd::Counter { key: Name::from("k"), field: None };
        assert_eq!(redact(&command, bytes("42")), bytes("42"));
        assert_eq!(redact(&command, bytes("4111 1111 1111 1111")), bytes("?"));
        assert_eq!(redact(&command, Resp::Nil), Resp::Nil);
    }

    #[test]
    fn entries_that_were_asked_for_pass() {
        let command = ReadCmd::Xrange {
            key: Name::from("s"),
            start: crate::core::model::StreamId::MIN,
            end: crate::core::model::StreamId::MAX,
            count: 1,
        };
        let reply = Resp::Array(vec![entry()]);
        assert_eq!(redact(&command, reply.clone()), reply);
    }
}
