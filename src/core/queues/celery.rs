//! Celery over kombu: lists for each priority, and one hash and one sorted set for all that is taken and not acknowledged.
//!
//! Knows keys alone. Invariants: what was taken belongs to the site, for kombu keeps it for all queues together; it counts
//! tasks that a worker holds for later too.

use super::adapter::{
    Adapter, Counts, ItemClass, ItemForm, ItemId, ItemTime, MemberForm, NextItem, QueueEnd, QueueSign, Shows,
    TimeUnit, part,
};
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::Framework;
use crate::core::model::queues::QueueColumn::{InFlight, Orphaned, Ready};

/// How long a worker may hold a task before another gets it, milliseconds: kombu's default.
const VISIBILITY_MS: u64 = 3_600_000;

/// Python's Celery.
pub const CELERY: Adapter = Adapter {
    framework: Framework::Celery,
    title: "Celery",
    usual: &["_kombu.binding.celery"],
    signs: &[QueueSign {
        key: "_kombu.binding.{x}",
        kind: KeyKind::Set,
        shows: Shows::Names(MemberForm::LastField("\x06\x16")),
        beside: &[],
    }],
    parts: &[
        part(Ready, "{q}", Counts::Length(KeyKind::List)),
        part(Ready, "{q}\x06\x163", Counts::Length(KeyKind::List)),
        part(Ready, "{q}\x06\x166", Counts::Length(KeyKind::List)),
        part(Ready, "{q}\x06\x169", Counts::Length(KeyKind::List)),
        part(InFlight, "unacked_index", Counts::Length(KeyKind::Zset)),
        part(Orphaned, "unacked_index", Counts::Until(TimeUnit::Seconds, VISIBILITY_MS)),
    ],
    next: &[
        NextItem { key: "{q}", kind: KeyKind::List, end: QueueEnd::Last },
        NextItem { key: "{q}\x06\x163", kind: KeyKind::List, end: QueueEnd::Last },
        NextItem { key: "{q}\x06\x166", kind: KeyKind::List, end: QueueEnd::Last },
        NextItem { key: "{q}\x06\x169", kind: KeyKind::List, end: QueueEnd::Last },
    ],
    item: ItemForm {
        id: ItemId::Json(&["headers", "id"]),
        time: ItemTime::Unknown,
        class: ItemClass::Json(&[&["headers", "task"]]),
        cut: 8_192,
    },
    not_queues: &["*.pidbox", "celeryev.*", "*.reply.*"],
};
