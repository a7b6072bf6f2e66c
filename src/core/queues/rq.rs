//! RQ: lists of ids with a hash for each job, and registries for what becomes of them.
//!
//! Knows keys alone. Invariant: registry, queues and jobs begin alike, with `rq:` where nobody has changed it.

use super::adapter::{
    Adapter, Counts, ItemClass, ItemForm, ItemId, ItemTime, MemberForm, NextItem, QueueEnd, QueueSign, Shows,
    TimeUnit, part,
};
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::Framework;
use crate::core::model::queues::QueueColumn::{Dead, Delayed, InFlight, Orphaned, Paused, Ready, Workers};

/// Workers whose hash is there and tells of no end: one that was killed stays in the set.
const ALIVE: &str = "\
local n=0 \
for _,key in ipairs(redis.call('SRANDMEMBER',KEYS[1],200)) do \
if redis.call('EXISTS',key)==1 and redis.call('HEXISTS',key,'death')==0 then n=n+1 end \
end \
return n";

/// Its members are whole names of lists.
const HAS_LISTS: &str = "\
local m=redis.call('SRANDMEMBER',KEYS[1]) \
return m and string.sub(m,1,#ARGV[1]+6)==ARGV[1]..'queue:' and 1 or 0";

/// Python's RQ.
pub const RQ: Adapter = Adapter {
    framework: Framework::Rq,
    title: "RQ",
    usual: &["rq:queues"],
    signs: &[QueueSign {
        key: "queues",
        kind: KeyKind::Set,
        shows: Shows::Names(MemberForm::After("queue:")),
        beside: &[],
        proof: Some(HAS_LISTS),
    }],
    parts: &[
        part(Ready, "queue:{q}", Counts::Length(KeyKind::List)),
        part(InFlight, "wip:{q}", Counts::Length(KeyKind::Zset)),
        part(Orphaned, "wip:{q}", Counts::Until(TimeUnit::Seconds, 0)),
        part(Delayed, "scheduled:{q}", Counts::Length(KeyKind::Zset)),
        part(Delayed, "deferred:{q}", Counts::Length(KeyKind::Zset)),
        part(Dead, "failed:{q}", Counts::Length(KeyKind::Zset)),
        part(Workers, "workers:{q}", Counts::Script(ALIVE, &[])),
        part(Paused, "suspended", Counts::Length(KeyKind::String)),
    ],
    next: &[NextItem { key: "queue:{q}", kind: KeyKind::List, end: QueueEnd::First }],
    item: ItemForm {
        id: ItemId::Whole,
        time: ItemTime::Job("job:{id}", "enqueued_at", TimeUnit::Iso),
        class: ItemClass::Job("job:{id}", "description", Some(b'(')),
        cut: 100,
        record: None,
    },
    not_queues: &[],
    guards: &["rq:*"],
};
