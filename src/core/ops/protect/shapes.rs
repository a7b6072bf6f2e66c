//! Queues by their shape: keys of certain types whose names differ only in how they end.
//!
//! Knows which keys of a framework stand beside each other under any prefix; asks nothing itself. Invariant: a name
//! alone protects nothing here: another key of the same family has to be there, with its type.

use crate::core::model::Name;

/// Boundaries of a name at which a prefix may end, looked at from its beginning.
const BOUNDARIES: usize = 6;

/// Whose keys, and how each ends, with its type.
type QueueFamily = (&'static str, &'static [(&'static str, &'static str)]);

const FAMILIES: &[QueueFamily] = &[
    ("of Laravel", &[("", "list"), (":reserved", "zset"), (":delayed", "zset"), (":notify", "list")]),
    (
        "of BullMQ",
        &[
            (":wait", "list"),
            (":active", "list"),
            (":paused", "list"),
            (":delayed", "zset"),
            (":prioritized", "zset"),
            (":priority", "zset"),
            (":completed", "zset"),
            (":failed", "zset"),
            (":waiting-children", "zset"),
            (":repeat", "zset"),
            (":marker", "zset"),
            (":meta", "hash"),
            (":id", "string"),
            (":events", "stream"),
            (":limiter", "string"),
            (":pc", "string"),
            (":stalled", "set"),
            (":stalled-check", "string"),
        ],
    ),
    ("of Celery", &[("unacked", "hash"), ("unacked_index", "zset"), ("unacked_mutex", "string")]),
    ("of Celery", &[("", "list"), ("\x06\x163", "list"), ("\x06\x166", "list"), ("\x06\x169", "list")]),
    (
        "of Sidekiq or Resque",
        &[
            (":queues", "set"),
            (":schedule", "zset"),
            (":retry", "zset"),
            (":dead", "zset"),
            (":processes", "set"),
            (":workers", "set"),
            (":stat:processed", "string"),
            (":stat:failed", "string"),
        ],
    ),
    (
        "of dramatiq",
        &[
            ("", "list"),
            (".msgs", "hash"),
            (".DQ", "list"),
            (".DQ.msgs", "hash"),
            (".XQ", "zset"),
            (".XQ.msgs", "hash"),
        ],
    ),
    ("of arq", &[("", "zset"), (":health-check", "string")]),
    ("of SAQ", &[(":queued", "list"), (":active", "list"), (":incomplete", "zset")]),
    (
        "of bee-queue",
        &[
            (":waiting", "list"),
            (":active", "list"),
            (":jobs", "hash"),
            (":id", "string"),
            (":delayed", "zset"),
            (":succeeded", "set"),
            (":failed", "set"),
            (":stalling", "set"),
        ],
    ),
];

/// A key that tells, when it is there with this type, what another one is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Companion {
    /// Its name.
    pub key: Name,
    /// The type that it has to have.
    pub kind: &'static str,
    /// Whose the other one then is.
    pub reason: &'static str,
}

/// What would tell that this key belongs to a queue; nothing where neither its name nor its type fits any.
pub fn companions(key: &Name, kind: &str) -> Vec<Companion> {
    let bytes = key.as_bytes();
    let mut found = Vec::new();
    let mut add = |name: Vec<u8>, kind, reason| {
        found.push(Companion { key: Name::from(name), kind, reason });
    };
    for (reason, parts) in FAMILIES {
        for (suffix, _) in parts.iter().filter(|(_, of_kind)| *of_kind == kind) {
            let Some(base) = bytes.strip_suffix(suffix.as_bytes()) else { continue };
            for (other, other_kind) in parts.iter().filter(|(other, _)| other != suffix) {
                add([base, other.as_bytes()].concat(), *other_kind, *reason);
            }
        }
    }
    if kind == "list" {
        if let Some(at) = bytes.windows(7).position(|part| part == b":queue:") {
            let prefix = bytes.iter().copied().take(at);
            add(prefix.chain(*b":queues").collect(), "set", "of Sidekiq or Resque");
        }
        for (prefix, queue) in prefixes(bytes) {
            add([prefix, b"_kombu.binding.", queue].concat(), "set", "of Celery");
        }
    }
    // The jobs of BullMQ: base:<id>, each in one of the queue's lists or sorted sets.
    if kind == "hash" {
        let base = bytes.iter().rposition(|byte| *byte == b':').and_then(|at| bytes.split_at_checked(at));
        let bull = FAMILIES.iter().filter(|(whose, _)| *whose == "of BullMQ").flat_map(|(_, parts)| *parts);
        for (suffix, of_kind) in bull.filter(|(_, of_kind)| matches!(*of_kind, "list" | "zset" | "stream")) {
            if let Some((base, _)) = base {
                add([base, suffix.as_bytes()].concat(), of_kind, "of BullMQ");
            }
        }
    }
    found
}

/// A name in two at its beginning, and after each of its first boundaries.
fn prefixes(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let is_boundary = |byte: &u8| matches!(byte, b':' | b'.' | b'-' | b'_' | b'/');
    let after = bytes.iter().enumerate().filter(move |(_, byte)| is_boundary(byte)).map(|(at, _)| at + 1);
    std::iter::once(0).chain(after.take(BOUNDARIES)).filter_map(|at| bytes.split_at_checked(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(key: &str, kind: &str, companion: &str, of_kind: &str) -> bool {
        let found = companions(&Name::from(key), kind);
        found.iter().any(|one| one.key == Name::from(companion) && one.kind == of_kind)
    }

    #[test]
    fn a_part_of_a_queue_asks_for_the_others_under_any_prefix() {
        assert!(asks("shop-queues:mail", "list", "shop-queues:mail:reserved", "zset"));
        assert!(asks("shop:q:orders:meta", "hash", "shop:q:orders:wait", "list"));
        assert!(asks("shop:q:orders:17", "hash", "shop:q:orders:completed", "zset"));
        assert!(asks("shop:queue:default", "list", "shop:queues", "set"));
        assert!(asks("shop:mail", "list", "shop:_kombu.binding.mail", "set"));
        assert!(asks("mail", "list", "_kombu.binding.mail", "set"));
        assert!(asks("work:low.msgs", "hash", "work:low", "list"));
    }

    #[test]
    fn what_has_no_such_name_or_type_asks_for_nothing() {
        assert_eq!(companions(&Name::from("cache:1"), "string"), []);
        assert_eq!(companions(&Name::from("user:1:meta"), "string"), []);
        assert_eq!(companions(&Name::from("cache"), "hash"), []);
    }
}
