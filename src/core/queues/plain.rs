//! Lists and sorted sets that somebody has named as queues, without any framework.
//!
//! Knows that they hold jobs, and nothing of the jobs. Invariant: none is one that nobody has named.

use super::adapter::{
    Adapter, Counts, ItemClass, ItemForm, ItemId, ItemTime, JobRecord, NextItem, QueueEnd, SIZE,
    next_of_list, part, queue_sign,
};
use super::deeds::{Allowed, QueueDeeds};
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::Framework;
use crate::core::model::queues::QueueColumn::Ready;

const DEEDS: QueueDeeds = QueueDeeds {
    prefix: "",
    silence: None,
    fates: &[],
    requeue: Allowed::No("a list of your own: nobody but its owner knows what its items mean"),
    revive: Allowed::No("a list of your own: nobody but its owner knows what its items mean"),
    drop: &[],
    no_drop: "a list of your own: nobody but its owner knows what its items mean",
    pause: Allowed::No("a list of your own: nobody but its owner knows what its items mean"),
};

/// Queues by hand: what comes is pushed at the left and taken at the right, as it mostly is.
pub const PLAIN: Adapter = Adapter {
    framework: Framework::Plain,
    title: "a list or a sorted set",
    usual: &[],
    job_key: None,
    signs: &[queue_sign("{w}", KeyKind::List), queue_sign("{w}", KeyKind::Zset)],
    parts: &[part(Ready, "{w}", Counts::Jobs(SIZE))],
    next: &[
        next_of_list("{w}", QueueEnd::Last),
        NextItem { key: "{w}", kind: KeyKind::Zset, end: QueueEnd::First },
    ],
    item: ItemForm {
        id: ItemId::Unknown,
        time: ItemTime::Unknown,
        class: ItemClass::Unknown,
        cut: 64,
        record: Some(JobRecord::INLINE),
    },
    failed: &[],
    schedules: &[],
    not_queues: &[],
    guards: &[],
    deeds: DEEDS,
};
