//! Keys that no invalidation touches: streams, locks, the registries and queues of frameworks, the operator's own list.
//!
//! Knows names and types; not what a key holds. Invariant: what is protected stays protected whatever a pattern says,
//! and each has a reason that can be shown.

use crate::core::model::Name;
use crate::core::model::glob::Glob;

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

/// Queues, and where frameworks keep what they know of them: whose, and the names.
const REGISTRIES: &[(&str, &[&str])] = &[
    ("Celery", &["_kombu.*", "celery", "celery\x06*", "unacked*", "*.reply.celery.pidbox"]),
    ("BullMQ", &["bull:*", "{bull}:*", "*:meta", "*:stalled-check", "*:events"]),
    ("bee-queue", &["bq:*"]),
    ("asynq", &["asynq:*"]),
    (
        "Sidekiq or Resque",
        &["queues", "queue:*", "processes", "schedule", "retry", "dead", "stat:*", "paused"],
    ),
    ("Resque", &["resque:*"]),
    ("RQ", &["rq:*"]),
    ("dramatiq", &["dramatiq:*"]),
    ("arq", &["arq:*"]),
    ("Laravel", &["queues:*", "*_database_queues:*", "*_horizon:*", "horizon:*"]),
    ("huey", &["huey.*"]),
    ("rmq", &["rmq::*"]),
    ("gocraft/work", &["*:known_jobs", "*:worker_pools*", "*:jobs:*"]),
    ("channels_redis", &["asgi*"]),
    ("Socket.IO", &["socket.io*"]),
];

/// What is not to be touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protection {
    globs: Vec<(Glob, String)>,
}

impl Protection {
    /// Locks and registries, and the operator's own patterns.
    pub fn new(own: &[Name]) -> Self {
        let glob = |text: &str| Glob::new(Name::from(text));
        let locks = LOCKS.iter().map(|text| (glob(text), "a lock".to_owned()));
        let registries = REGISTRIES
            .iter()
            .flat_map(|(whose, texts)| texts.iter().map(move |text| (glob(text), format!("of {whose}"))));
        let own = own.iter().map(|text| (Glob::new(text.clone()), format!("protected by {text}")));
        Self { globs: own.chain(locks).chain(registries).collect() }
    }

    /// Why a key of this type may not be touched; `None` when it may.
    pub fn reason(&self, key: &Name, kind: &str) -> Option<&str> {
        if kind == "stream" {
            return Some("a stream");
        }
        let found = self.globs.iter().find(|(glob, _)| glob.matches(key.as_bytes()));
        found.map(|(_, reason)| reason.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_locks_registries_and_the_operators_own_are_protected_with_a_reason() {
        let protected = Protection::new(&[Name::from("session:*")]);
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
