//! How the types of many keys are asked: by one script, or one by one where no script may be run.
//!
//! Knows the reads alone; not what a type means to an action.

use crate::core::model::Name;
use crate::core::wire::{Inspect, ReadCmd, Resp};
use std::borrow::Cow;

/// Keys whose types are asked by one script: 0.1 ms of the server.
pub const TYPES_TOGETHER: usize = 100;

/// The reads that tell the types of keys: by one script, or one by one.
pub fn type_reads(keys: &[Name], together: bool) -> Vec<ReadCmd> {
    match together {
        true => vec![ReadCmd::Inspect(Inspect::Types(keys.to_vec()))],
        false => keys.iter().cloned().map(ReadCmd::Type).collect(),
    }
}

/// The types in the replies of such scripts; none where one has another shape.
pub fn types_in(replies: impl IntoIterator<Item = Resp>) -> Option<Vec<Resp>> {
    let mut types = Vec::new();
    for reply in replies {
        let Resp::Array(list) = reply else { return None };
        types.extend(list);
    }
    Some(types)
}

/// The word of a type. Those of Redis itself, which a million keys share, are made once.
pub fn kind_word(reply: &Resp) -> Option<Cow<'static, str>> {
    const KNOWN: [&str; 7] = ["string", "hash", "set", "zset", "list", "stream", "none"];
    let bytes = reply.bytes()?;
    let known = KNOWN.iter().find(|known| known.as_bytes() == bytes.as_ref());
    Some(known.map_or_else(|| String::from_utf8_lossy(&bytes).into_owned().into(), |known| (*known).into()))
}

/// The same for any number of keys.
pub fn types_of(keys: &[Name], together: bool) -> Vec<ReadCmd> {
    keys.chunks(TYPES_TOGETHER).flat_map(|some| type_reads(some, together)).collect()
}
