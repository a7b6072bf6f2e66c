//! Queues by their shape: keys of certain types whose names differ only in how they end.
//!
//! Knows which keys of a framework stand beside each other under any prefix; asks nothing itself. Invariant: a name
//! alone protects nothing here: another key of the same family has to be there, with its type.

mod names;

pub use names::{HeldKinds, kinds_in_queues, kinds_named};

use crate::core::model::Name;
use std::collections::{BTreeMap, BTreeSet};

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
            (":failed", "list"),
        ],
    ),
    (
        "of asynq",
        &[
            (":pending", "list"),
            (":active", "list"),
            (":lease", "zset"),
            (":scheduled", "zset"),
            (":retry", "zset"),
            (":archived", "zset"),
            (":completed", "zset"),
            (":groups", "set"),
            (":paused", "string"),
            (":processed", "string"),
            (":failed", "string"),
        ],
    ),
    (
        "of gocraft/work",
        &[
            (":known_jobs", "set"),
            (":worker_pools", "set"),
            (":retry", "zset"),
            (":dead", "zset"),
            (":scheduled", "zset"),
            (":last_periodic_enqueue", "string"),
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

/// Keys of a framework with a name of their own in the middle: whose, what stands before that name with which types, and
/// the keys under the same prefix of which one is there.
type NamedFamily = (
    &'static str,
    &'static [(&'static str, &'static [&'static str])],
    &'static [(&'static str, &'static str)],
);

const NAMED: &[NamedFamily] = &[
    (
        "of Sidekiq, Resque or RQ",
        &[(":queue:", &["list"]), (":worker:", &["string", "hash"])],
        &[(":queues", "set"), (":workers", "set"), (":processes", "set")],
    ),
    (
        "of RQ",
        &[
            (":job:", &["hash"]),
            (":results:", &["stream"]),
            (":wip:", &["zset"]),
            (":failed:", &["zset"]),
            (":finished:", &["zset"]),
            (":deferred:", &["zset"]),
            (":scheduled:", &["zset"]),
            (":canceled:", &["zset"]),
            (":executions:", &["zset"]),
            (":workers:", &["set", "hash"]),
        ],
        &[(":queues", "set"), (":workers", "set")],
    ),
    (
        "of rmq",
        &[("::queue::", &["list"]), ("::connection::", &["string", "list", "set"])],
        &[("::queues", "set"), ("::connections", "set")],
    ),
    (
        "of asynq",
        &[
            (":t:", &["hash"]),
            (":g:", &["zset"]),
            (":unique:", &["string"]),
            (":processed:", &["string"]),
            (":failed:", &["string"]),
        ],
        &[
            (":pending", "list"),
            (":active", "list"),
            (":scheduled", "zset"),
            (":retry", "zset"),
            (":archived", "zset"),
            (":completed", "zset"),
            (":groups", "set"),
        ],
    ),
    (
        "of asynq",
        &[(":servers:", &["string"]), (":workers:", &["hash"])],
        &[(":servers", "zset"), (":workers", "zset")],
    ),
    (
        "of gocraft/work",
        &[(":jobs:", &["list", "string", "hash"]), (":worker_pools:", &["hash"]), (":worker:", &["hash"])],
        &[(":known_jobs", "set"), (":worker_pools", "set")],
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
    for (reason, names, registries) in NAMED {
        let of_kind = names.iter().filter(|(_, kinds)| kinds.contains(&kind));
        for prefix in of_kind.flat_map(|(name, _)| before(bytes, name.as_bytes())) {
            for (registry, of_kind) in *registries {
                add([prefix, registry.as_bytes()].concat(), *of_kind, *reason);
            }
        }
    }
    if kind == "list" {
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

/// What of a name stands before each place, of the first, at which `part` stands.
fn before<'a>(bytes: &'a [u8], part: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let places = bytes.windows(part.len()).enumerate().filter(move |(_, window)| *window == part);
    places.take(BOUNDARIES).filter_map(move |(at, _)| bytes.get(..at))
}

/// The names of all these, each once: keys that look alike have companions in common.
pub fn names<'a>(companions: impl IntoIterator<Item = &'a Companion>) -> Vec<Name> {
    companions
        .into_iter()
        .map(|companion| &companion.key)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .cloned()
        .collect()
}

/// Whose a key is by its companions, of which each is there with the type that it has to have, or not.
pub fn whose<K: AsRef<str>>(companions: &[Companion], kinds: &BTreeMap<Name, K>) -> Option<&'static str> {
    let is_there = |companion: &&Companion| {
        kinds.get(&companion.key).is_some_and(|kind| kind.as_ref() == companion.kind)
    };
    companions.iter().find(is_there).map(|companion| companion.reason)
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
        assert!(asks("eu:{low}:lease", "zset", "eu:{low}:active", "list"));
        assert!(asks("eu:{low}:t:7f", "hash", "eu:{low}:pending", "list"));
        assert!(asks("eu:{low}:processed:2026-01-01", "string", "eu:{low}:archived", "zset"));
        assert!(asks("shop:job:7f", "hash", "shop:queues", "set"));
        assert!(asks("shop:wip:low", "zset", "shop:workers", "set"));
        assert!(asks("eu::queue::[low]::ready", "list", "eu::queues", "set"));
        assert!(asks("eu::connection::c1::queue::[low]::unacked", "list", "eu::connections", "set"));
        assert!(asks("eu::connection::c1::heartbeat", "string", "eu::connections", "set"));
        assert!(asks("shop:dead", "zset", "shop:known_jobs", "set"));
        assert!(asks("shop:worker:9", "hash", "shop:known_jobs", "set"));
        assert!(asks("a:job:b:job:7f", "hash", "a:job:b:queues", "set"));
    }

    #[test]
    fn what_is_told_of_all_types_at_once_is_what_is_told_of_each() {
        let ends = FAMILIES.iter().flat_map(|(_, parts)| parts.iter().map(|(end, _)| *end));
        let middles = NAMED.iter().flat_map(|(_, names, _)| names.iter().map(|(name, _)| *name));
        let keys = ends.chain(middles).flat_map(|part| {
            ["", "a", "a:b", "a:b:7"]
                .map(|prefix| [format!("{prefix}{part}"), format!("{prefix}{part}x")])
                .concat()
        });
        for key in keys.map(|key| Name::from(key.as_str())) {
            let [string, set, hash] =
                ["string", "set", "hash"].map(|kind| !companions(&key, kind).is_empty());
            assert_eq!(kinds_in_queues(key.as_bytes()), HeldKinds { string, set, hash }, "{key}");
        }
        assert!(NAMED.iter().flat_map(|(_, names, _)| *names).all(|(name, _)| name.starts_with(':')));
    }

    #[test]
    fn what_has_no_such_name_or_type_asks_for_nothing() {
        assert_eq!(companions(&Name::from("cache:1"), "string"), []);
        assert_eq!(companions(&Name::from("user:1:meta"), "string"), []);
        assert_eq!(companions(&Name::from("cache"), "hash"), []);
    }

    #[test]
    fn keys_that_look_alike_have_companions_in_common_which_are_asked_for_once() {
        let keys = (0..1_000).map(|id| companions(&Name::from(format!("user:{id}").as_str()), "hash"));
        let all: Vec<Companion> = keys.flatten().collect();
        let names = names(&all);
        assert!(all.len() >= 10_000 && names.len() <= 20, "{} {}", all.len(), names.len());
        let kinds = |kind: &str| BTreeMap::from([(Name::from("user:wait"), kind.to_owned())]);
        assert_eq!((whose(&all, &kinds("list")), whose(&all, &kinds("hash"))), (Some("of BullMQ"), None));
    }
}
