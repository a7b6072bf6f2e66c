//! Keys that no invalidation touches: streams, locks, the registries and queues of frameworks, the operator's own list.
//!
//! Knows names and types; not what a key holds. Invariant: what is protected stays protected whatever a pattern says,
//! and each has a reason that can be shown.

mod index;
pub mod shapes;

use crate::core::model::Name;
use crate::core::model::glob::Glob;
use crate::core::queues::ADAPTERS;
use index::GlobIndex;
use shapes::{Companion, companions};

/// Names of locks, as people and libraries write them.
const LOCKS: &[&str] = &[
    "lock",
    "lock:*",
    "*:lock",
    "*:lock:*",
    "*.lock",
    "*_lock",
    "*-lock",
    "lock-*",
    "lock_*",
    "locks:*",
    "*:locks:*",
    "*mutex*",
    "redlock*",
    "autoclaim:*",
    "*semaphore*",
    "celery-singleton*",
    "chord-unlock-*",
];

/// What keeps state in Redis beside the frameworks of `core::queues`: whose, and the names.
const REGISTRIES: &[(&str, &[&str])] =
    &[("bee-queue", &["bq:*"]), ("channels_redis", &["asgi*"]), ("Socket.IO", &["socket.io*"])];

/// How the sets end in which frameworks keep the names of their queues, under whatever prefix: without them nobody knows
/// which queues there are. Each is protected alone, for it can't be known here what its members are called.
const SETS_OF_QUEUES: &[&str] = &["queues", "::connections"];

/// What is not to be touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protection {
    globs: GlobIndex,
    /// Why what matches each of them is protected.
    reasons: Vec<String>,
    /// The one type that was asked for, if any.
    wanted: Option<String>,
}

impl Protection {
    /// Locks and registries, and the operator's own patterns; lists and sorted sets, unless that type was asked for.
    pub fn new(own: &[Name], wanted: Option<&str>) -> Self {
        let glob = |text: &str| Glob::new(Name::from(text));
        let locks = LOCKS.iter().map(|text| (glob(text), "a lock".to_owned()));
        let frameworks = ADAPTERS.iter().map(|adapter| (adapter.title, adapter.guards));
        let registries = REGISTRIES
            .iter()
            .copied()
            .chain(frameworks)
            .flat_map(|(whose, texts)| texts.iter().map(move |text| (glob(text), format!("of {whose}"))));
        let own = own.iter().map(|text| (Glob::new(text.clone()), format!("protected by {text}")));
        let (globs, reasons) = own.chain(locks).chain(registries).unzip();
        Self { globs: GlobIndex::new(globs), reasons, wanted: wanted.map(str::to_owned) }
    }

    /// Why a key with this name may not be touched, whatever its type.
    pub fn of_name(&self, key: &[u8]) -> Option<&str> {
        self.globs.first(key).and_then(|place| self.reasons.get(place)).map(String::as_str)
    }

    /// The types with which a key of this name goes without another look: with others it is protected, or the keys beside
    /// it have to be asked for.
    pub fn free_kinds(&self, key: &[u8]) -> &'static [&'static str] {
        if self.of_name(key).is_some() {
            return &[];
        }
        let held = shapes::kinds_in_queues(key);
        let (string, set) = (!held.string, !held.set && !names_queues(key));
        match (string, set, !held.hash) {
            (true, true, true) => &["string", "set", "hash"],
            (true, true, false) => &["string", "set"],
            (true, false, true) => &["string", "hash"],
            (true, false, false) => &["string"],
            (false, true, true) => &["set", "hash"],
            (false, true, false) => &["set"],
            (false, false, true) => &["hash"],
            (false, false, false) => &[],
        }
    }

    /// Whether a key of this name may be what tells a queue: its type is worth a look of its own.
    pub fn may_tell_a_queue(&self, key: &[u8]) -> bool {
        let named = shapes::kinds_named(key);
        named.string || named.set || named.hash || names_queues(key)
    }

    /// Why a key of this type may not be touched; `None` when it may.
    pub fn reason(&self, key: &Name, kind: &str) -> Option<&str> {
        if kind == "stream" {
            return Some("a stream");
        }
        let found = self.of_name(key.as_bytes());
        let registry =
            || (kind == "set" && names_queues(key.as_bytes())).then_some("a set with the names of queues");
        found.or_else(registry).or_else(|| self.unknown_use(kind))
    }

    /// Lists and sorted sets are queues more often than caches.
    fn unknown_use(&self, kind: &str) -> Option<&'static str> {
        let is_named = self.wanted.as_deref() == Some(kind);
        match kind {
            "list" if !is_named => {
                Some("a list, which may be a queue: it goes only where the type list is asked for")
            }
            "zset" if !is_named => {
                Some("a sorted set, which may be a queue: it goes only where the type zset is asked for")
            }
            _ => None,
        }
    }

    /// Keys that have to be asked for, since a key of this name and type may be part of a queue beside them.
    pub fn companions(&self, key: &Name, kind: &str) -> Vec<Companion> {
        if self.reason(key, kind).is_some() { Vec::new() } else { companions(key, kind) }
    }
}

/// Whether the last part of a name says that it lists queues.
fn names_queues(key: &[u8]) -> bool {
    SETS_OF_QUEUES.iter().any(|end| {
        key.strip_suffix(end.as_bytes()).is_some_and(|before| {
            end.starts_with(':') || before.last().is_none_or(|byte| !byte.is_ascii_alphanumeric())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_that_names_queues_stays_under_any_prefix_and_alone() {
        let reason = |key: &str, kind: &str| {
            Protection::new(&[], None).reason(&Name::from(key), kind).map(str::to_owned)
        };
        for key in ["shop:queues", "eu::queues", "eu::connections", "a.b.queues", "shop_queues"] {
            assert_eq!(reason(key, "set").as_deref(), Some("a set with the names of queues"), "{key}");
        }
        for (key, kind) in [("shop:queues", "string"), ("shop:requeues", "set"), ("shop:tags", "set")] {
            assert_eq!(reason(key, kind), None, "{key}");
        }
    }

    #[test]
    fn lists_and_sorted_sets_go_only_where_their_type_is_named() {
        let key = Name::from("cache:top");
        let reason = |wanted: Option<&str>, kind: &str| {
            Protection::new(&[], wanted).reason(&key, kind).map(str::to_owned)
        };
        assert!(reason(None, "list").is_some_and(|why| why.contains("the type list is asked for")));
        assert!(reason(None, "zset").is_some_and(|why| why.contains("the type zset is asked for")));
        assert_eq!(reason(None, "hash"), None);
        assert_eq!(reason(Some("list"), "list"), None);
    }

    #[test]
    fn streams_locks_registries_and_the_operators_own_are_protected_with_a_reason() {
        let protected = Protection::new(&[Name::from("session:*")], None);
        let reason = |key: &str, kind: &str| protected.reason(&Name::from(key), kind).map(str::to_owned);
        assert_eq!(reason("cache:1", "stream").as_deref(), Some("a stream"));
        for key in ["job:17:lock", "lock:cache", "invoice_lock", "autoclaim:g:s"] {
            assert_eq!(reason(key, "string").as_deref(), Some("a lock"), "{key}");
        }
        for key in [
            "_kombu.binding.celery",
            "celery\x06\x163",
            "unacked_index",
            "bull:mail:wait",
            "asynq:{q}:pending",
            "queues",
            "queue:default",
            "rq:workers",
            "dramatiq:__heartbeats__",
            "arq:queue",
            "app_database_queues:mail",
            "asgi:group:chat",
        ] {
            assert!(reason(key, "list").is_some_and(|why| why.starts_with("of ")), "{key}");
        }
        assert_eq!(reason("session:9", "hash").as_deref(), Some("protected by session:*"));
        for key in
            ["cache:1", "user:lockers", "block:5", "kpi:clock", "page:queue-status", "celery-task-meta-1"]
        {
            assert_eq!(reason(key, "string"), None, "{key}");
        }
    }
}
