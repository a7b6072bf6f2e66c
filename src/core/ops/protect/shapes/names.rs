//! What a name alone says of queues: asked of every key of a keyspace, so that it makes no name and looks at no part twice.
//!
//! Knows how names of families end and go on; not which keys are there. Invariant, held by a test over all families: what
//! is told of all types at once is what is told of each.

use super::{FAMILIES, NAMED};
use std::sync::LazyLock;

/// The types, of those that caches are made of, with which a key may be part of a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeldKinds {
    /// As a string.
    pub string: bool,
    /// As a set.
    pub set: bool,
    /// As a hash.
    pub hash: bool,
}

impl HeldKinds {
    fn hold(&mut self, kind: &str) {
        match kind {
            "string" => self.string = true,
            "set" => self.set = true,
            "hash" => self.hash = true,
            _ => {}
        }
    }
}

/// A part of a name, and a type with which it may belong to a queue.
type NamePart = (&'static [u8], &'static str);

/// Parts by a byte of theirs.
struct NameParts(Vec<Vec<NamePart>>);

impl NameParts {
    /// Of those that are of types of which caches are made too.
    fn new(parts: impl Iterator<Item = NamePart>, byte: impl Fn(&[u8]) -> Option<&u8>) -> Self {
        let mut all = vec![Vec::new(); 256];
        for (part, kind) in parts.filter(|(_, kind)| matches!(*kind, "string" | "set" | "hash")) {
            if let Some(place) = byte(part).and_then(|byte| all.get_mut(usize::from(*byte))) {
                place.push((part, kind));
            }
        }
        Self(all)
    }

    fn at<'a>(&'a self, byte: Option<&u8>) -> impl Iterator<Item = &'a NamePart> + use<'a> {
        byte.and_then(|byte| self.0.get(usize::from(*byte))).into_iter().flatten()
    }
}

/// How names end, by their last byte.
static ENDS: LazyLock<NameParts> = LazyLock::new(|| {
    let ends = FAMILIES.iter().flat_map(|(_, parts)| *parts);
    NameParts::new(ends.map(|(end, kind)| (end.as_bytes(), *kind)), |end| end.last())
});

/// What stands before a name of its own, by the byte after its colon.
static MIDDLES: LazyLock<NameParts> = LazyLock::new(|| {
    let middles = NAMED.iter().flat_map(|(_, names, _)| *names);
    let parts = middles.flat_map(|(part, kinds)| kinds.iter().map(|kind| (part.as_bytes(), *kind)));
    NameParts::new(parts, |part| part.get(1))
});

/// With which of these types a key of this name has [`companions`](super::companions).
pub fn kinds_in_queues(key: &[u8]) -> HeldKinds {
    let named = kinds_named(key);
    // The jobs of BullMQ.
    HeldKinds { hash: named.hash || key.contains(&b':'), ..named }
}

/// The same without jobs, whose names look like those of any hash.
pub fn kinds_named(key: &[u8]) -> HeldKinds {
    let mut held = HeldKinds::default();
    for (_, kind) in ENDS.at(key.last()).filter(|(end, _)| key.ends_with(end)) {
        held.hold(kind);
    }
    let colons = key.iter().enumerate().filter(|(_, byte)| **byte == b':');
    for rest in colons.filter_map(|(at, _)| key.get(at..)) {
        for (_, kind) in MIDDLES.at(rest.get(1)).filter(|(part, _)| rest.starts_with(part)) {
            held.hold(kind);
        }
    }
    held
}
