//! TYPE, PTTL and MEMORY USAGE of single keys, and the counters that operators name.

use super::figures::OddFigures;
use crate::core::model::counters::CounterValue;
use crate::core::model::keys::{KeyFacts, KeyKind, Ttl};
use crate::core::model::{Name, Snapshot};
use crate::core::wire::read::ReadCmd;
use crate::core::wire::resp::Resp;

/// Takes one answer about a key in, together with those before it about the same key.
pub fn fact(
    snapshot: &mut Snapshot,
    command: &ReadCmd,
    reply: &Resp,
    at_us: i64,
    odd: &mut OddFigures,
) -> Option<()> {
    let name = command.key()?;
    if snapshot.keys.last().is_none_or(|last| last.name != *name) {
        snapshot.keys.push(KeyFacts::new(name.clone(), at_us));
    }
    let key = snapshot.keys.last_mut()?;
    match command {
        ReadCmd::Type(_) => take_kind(key, reply),
        ReadCmd::Pttl(_) => take_ttl(key, reply),
        ReadCmd::MemoryUsage(_) => take_bytes(key, reply, odd),
        _ => None,
    }
}

/// Takes in what a script tells of several keys: type, time to live and bytes of each.
pub fn measured(
    snapshot: &mut Snapshot,
    names: &[Name],
    reply: &Resp,
    at_us: i64,
    odd: &mut OddFigures,
) -> Option<()> {
    let told = reply.items().filter(|told| told.len() == 3 * names.len())?;
    for (name, of_key) in names.iter().zip(told.chunks_exact(3)) {
        let [kind, ttl, bytes] = of_key else { return None };
        let mut key = KeyFacts::new(name.clone(), at_us);
        take_kind(&mut key, kind)?;
        take_ttl(&mut key, ttl)?;
        take_bytes(&mut key, bytes, odd)?;
        snapshot.keys.push(key);
    }
    Some(())
}

fn take_kind(key: &mut KeyFacts, reply: &Resp) -> Option<()> {
    key.kind = KeyKind::named(&reply.bytes()?);
    key.is_gone |= key.kind.is_none();
    Some(())
}

fn take_ttl(key: &mut KeyFacts, reply: &Resp) -> Option<()> {
    match reply.int()? {
        -1 => key.ttl = Some(Ttl::Forever),
        ms => match u64::try_from(ms) {
            Ok(ms) => key.ttl = Some(Ttl::Ms(ms)),
            Err(_) => key.is_gone = true,
        },
    }
    Some(())
}

fn take_bytes(key: &mut KeyFacts, reply: &Resp, odd: &mut OddFigures) -> Option<()> {
    match reply {
        Resp::Nil => key.is_gone = true,
        reply => {
            reply.int()?;
            key.bytes = odd.held("bytes", reply);
        }
    }
    Some(())
}

/// What a counter answered; nil is a field or a key that is not there.
pub fn counter(reply: &Resp) -> Option<CounterValue> {
    match reply {
        Resp::Nil => Some(CounterValue::Missing),
        reply => Some(CounterValue::read(Some(&reply.bytes()?))),
    }
}

/// The name and the value of CONFIG GET, as pairs or as a map.
pub fn config_value(reply: &Resp, name: &str) -> Option<String> {
    let value = reply.pairs().find(|(key, _)| *key == name.as_bytes())?.1;
    value.text()
}

/// The counter that a command reads.
pub fn counter_of(command: &ReadCmd) -> Option<(Name, Option<Name>)> {
    match command {
        ReadCmd::Counter { key, field } => Some((key.clone(), field.clone())),
        _ => None,
    }
}
