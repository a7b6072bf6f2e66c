//! What did not come: errors and lost replies as gaps.
//!
//! Knows which gap an error makes and how it is told; does not know replies that came. Invariant: one cause is one gap.

use super::super::observation::NoReply;
use super::super::read::{ReadCmd, ReadVerb};
use super::super::resp::{ErrorKind, ErrorReply};
use super::{keys, queues};
use crate::core::figures::sentence::{bytes, count, span};
use crate::core::limits::OVERSIZE_REST_US;
use crate::core::model::counters::CounterValue;
use crate::core::model::gap::GapScope;
use crate::core::model::queues::QueueFact;
use crate::core::model::{Gap, GapReason, Name, Snapshot, Stamped};

/// A command was answered: what is missing of it is no longer.
pub(super) fn came(snapshot: &mut Snapshot, command: &ReadCmd) {
    snapshot.answered.insert(command.verb().label());
    snapshot.answered.extend(form(command));
}

/// What is missing where a command of several forms is not answered in this one.
fn form(command: &ReadCmd) -> Option<&'static str> {
    match command {
        ReadCmd::Info(sections) if matches!(sections.as_slice(), ["commandstats" | "latencystats", ..]) => {
            Some("INFO commandstats")
        }
        ReadCmd::Info(_) => Some("INFO"),
        ReadCmd::Scan { .. } | ReadCmd::ScanNames { .. } => Some("SCAN"),
        _ => None,
    }
}

/// What a gap about this command is called.
pub fn what(command: &ReadCmd) -> String {
    let label = command.verb().label();
    match command {
        ReadCmd::XinfoConsumers(key, group) | ReadCmd::Xpending { key, group, .. } => {
            format!("{label} {key} {group}")
        }
        ReadCmd::Fanout(read) => {
            read.layer_key().map_or_else(|| label.to_owned(), |key| format!("{label} {key}"))
        }
        _ => match (form(command), command.key()) {
            (Some(form), _) => form.to_owned(),
            (None, Some(key)) => format!("{label} {key}"),
            (None, None) => label.to_owned(),
        },
    }
}

/// Takes an error in: a key that is gone, or a gap.
pub(super) fn refused(snapshot: &mut Snapshot, command: &ReadCmd, refusal: &ErrorReply) {
    let kind = refusal.kind();
    if matches!(command, ReadCmd::MeasureKeys { .. }) {
        // Each of the keys is asked by itself then, and nothing is missing.
        return;
    }
    if let (ErrorKind::WrongType, Some((key, field))) = (kind, keys::counter_of(command)) {
        let value = Stamped { at_us: snapshot.at_us, value: CounterValue::NotANumber };
        return snapshot.counters.push((key, field, value));
    }
    if let (ErrorKind::Gone | ErrorKind::WrongType, ReadCmd::Fanout(read)) = (kind, command)
        && let Some(key) = read.layer_key()
    {
        snapshot.fanout.no_layer_keys.push(key.clone());
        return came(snapshot, command);
    }
    if let (ErrorKind::Gone | ErrorKind::WrongType, ReadCmd::Queue(read)) = (kind, command) {
        if let Some(value) = queues::wrong(read) {
            let fact = QueueFact { of: read.of.clone(), value };
            snapshot.queues.push(Stamped { at_us: snapshot.at_us, value: fact });
        }
        return came(snapshot, command);
    }
    if let (ErrorKind::Gone | ErrorKind::WrongType, Some(key)) = (kind, command.key()) {
        if !matches!(command, ReadCmd::XinfoConsumers(..) | ReadCmd::Xpending { .. }) {
            snapshot.gone.push(key.clone());
        }
        return came(snapshot, command);
    }
    if let (ErrorKind::DeniedKey, ReadCmd::Type(key) | ReadCmd::Pttl(key) | ReadCmd::MemoryUsage(key)) =
        (kind, command)
    {
        if !snapshot.gaps.iter().any(|gap| gap.what == "keys") {
            snapshot.gaps.push(denied_keys(key));
        }
        return;
    }
    if let (ErrorKind::Moved, Some(key)) = (kind, command.key()) {
        return moved(snapshot, command, key, refusal);
    }
    let why = match kind {
        ErrorKind::DeniedCommand | ErrorKind::DeniedKey | ErrorKind::Unauthenticated => GapReason::Denied,
        ErrorKind::Unsupported => GapReason::Unsupported,
        _ => GapReason::Failed,
    };
    let label = command.verb().label();
    let (what, scope) = match kind {
        ErrorKind::DeniedCommand | ErrorKind::Unsupported => (label.to_owned(), GapScope::Command),
        ErrorKind::DeniedKey | ErrorKind::Gone | ErrorKind::WrongType | ErrorKind::Moved => {
            (what(command), GapScope::Item)
        }
        ErrorKind::Busy | ErrorKind::Unauthenticated | ErrorKind::Other => (what(command), GapScope::Passing),
    };
    let text = match kind {
        ErrorKind::DeniedCommand => {
            format!("{label}: not permitted for this user; ask for +{}", command.verb().stat_name())
        }
        ErrorKind::DeniedKey => format!("{what}: no permission on this key"),
        ErrorKind::Unsupported => format!("{label}: this server does not have it"),
        _ => format!("{what}: {refusal}"),
    };
    snapshot.gaps.push(Gap { what, why, text, scope });
}

/// A key of another node is no key of this one, and not an empty one. Streams are told one by one; of what was measured
/// one key stands for all.
fn moved(snapshot: &mut Snapshot, command: &ReadCmd, key: &Name, refusal: &ErrorReply) {
    let place =
        refusal.other_node().map_or("on its way to another node".to_owned(), |node| format!("on {node}"));
    let (what, text) = match command {
        ReadCmd::Type(_) | ReadCmd::Pttl(_) | ReadCmd::MemoryUsage(_) => (
            "moved keys".to_owned(),
            format!("keys of other nodes of the cluster are not measured, such as {key}, which is {place}"),
        ),
        ReadCmd::Counter { .. } => {
            (what(command), format!("{key} is not on this node of the cluster: it is {place}"))
        }
        _ => {
            snapshot.gone.push(key.clone());
            let text = format!("stream {key} is not on this node of the cluster: it is {place}");
            (format!("{} {key}", ReadVerb::XINFO_STREAM.label()), text)
        }
    };
    if !snapshot.gaps.iter().any(|gap| gap.what == what) {
        snapshot.gaps.push(Gap { what, why: GapReason::Empty, text, scope: GapScope::Item });
    }
}

/// One gap for all that was lost: the connection's own status says the rest. A reply that was too long has its own.
pub(super) fn lost(snapshot: &mut Snapshot, command: &ReadCmd, why: NoReply) {
    let (why, text) = match why {
        NoReply::TimedOut => (GapReason::Timeout, "no reply in time: a part of the last round is missing"),
        NoReply::Disconnected => {
            (GapReason::Failed, "the connection ended: a part of the last round is missing")
        }
        NoReply::TooLong => return snapshot.gaps.push(too_long(command)),
        NoReply::Late => return snapshot.gaps.push(late(command)),
        NoReply::OutOfTime => return out_of_time(snapshot),
    };
    if !snapshot.gaps.iter().any(|gap| gap.what == "connection") {
        let (what, text) = ("connection".to_owned(), text.to_owned());
        snapshot.gaps.push(Gap { what, why, text, scope: GapScope::Item });
    }
}

fn out_of_time(snapshot: &mut Snapshot) {
    if !snapshot.gaps.iter().any(|gap| gap.what == "time") {
        snapshot.gaps.push(Gap {
            what: "time".to_owned(),
            why: GapReason::Timeout,
            text: "the time for this reading was over: a part of it is missing; --for gives it longer"
                .to_owned(),
            scope: GapScope::Item,
        });
    }
}

/// One gap for all keys that this user may not read.
pub fn denied_keys(key: &Name) -> Gap {
    Gap {
        what: "keys".to_owned(),
        why: GapReason::Denied,
        text: format!("keys such as {key}: no permission for this user, so that they are not measured"),
        scope: GapScope::Item,
    }
}

/// Adds to the gaps about groups that were cut off how many there are, where that is known by now.
pub(super) fn number_groups(snapshot: &mut Snapshot) {
    let label = ReadVerb::XINFO_GROUPS.label();
    for gap in snapshot.gaps.iter_mut().filter(|gap| gap.why == GapReason::Bound) {
        let Some(key) = gap.what.strip_prefix(label).map(str::trim_start) else { continue };
        let facts = snapshot.streams.iter().find(|facts| facts.key.text() == key);
        if let Some(groups) = facts.and_then(|facts| facts.detail.as_ref()?.groups) {
            gap.text.push_str(&format!("; the stream has {} groups", count(groups)));
        }
    }
}

/// The gap of a reply that was not there in time while others were.
pub fn late(command: &ReadCmd) -> Gap {
    let what = what(command);
    let text = format!(
        "{what}: no reply in time, though the server answered what was asked before it; it is asked more rarely",
    );
    Gap { what, why: GapReason::Timeout, text, scope: GapScope::Item }
}

/// The gap of a reply that was longer than its bound.
pub fn too_long(command: &ReadCmd) -> Gap {
    let (what, bound) = (what(command), command.row().bound);
    let text = format!(
        "{what}: the reply was cut off, for it is longer than {} or has more than {} values; it is asked again in {}",
        bytes(bound.bytes),
        count(bound.values),
        span(OVERSIZE_REST_US / 1_000),
    );
    Gap { what, why: GapReason::Bound, text, scope: GapScope::Item }
}
