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
        ReadCmd::Type(_) => {
            key.kind = KeyKind::named(&reply.bytes()?);
            key.is_gone |= key.kind.is_none();
        }
        ReadCmd::Pttl(_) => match reply.int()? {
            -1 => key.ttl = Some(Ttl::Forever),
            ms => match u64::try_from(ms) {
                Ok(ms) => key.ttl = Some(Ttl::Ms(ms)),
                Err(_) => key.is_gone = true,
            },
        },
        ReadCmd::MemoryUsage(_) => match reply {
            Resp::Nil => key.is_gone = true,
            reply => {
                reply.int()?;
                key.bytes = odd.held("bytes", reply);
            }
        },
        _ => return None,
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
