//! rmq: lists of ready and of rejected deliveries for each queue, and one of what each connection holds.
//!
//! Knows keys alone. Invariants: a connection has a heartbeat that ends by itself; a delivery is whatever bytes the producer
//! sent, so that nothing is known of it.

use super::adapter::{Adapter, Counts, MemberForm, OPAQUE, QueueEnd, next_of_list, part, registry};
use super::deeds::{Allowed, JobDeed, QueueDeeds};
use super::lua::find_jobs;
use super::rewrite::Rewrite;
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::Framework;
use crate::core::model::queues::QueueColumn::{Dead, InFlight, Orphaned, Ready, Workers};

/// Deliveries that connections hold.
const UNACKED: &str = "\
local n=0 \
for _,c in ipairs(redis.call('SRANDMEMBER',KEYS[1],200)) do \
n=n+redis.call('LLEN',ARGV[2]..'rmq::connection::'..c..'::queue::['..ARGV[3]..']::unacked') end \
return n";

/// Those of connections without a heartbeat.
const UNACKED_DEAD: &str = "\
local n=0 \
for _,c in ipairs(redis.call('SRANDMEMBER',KEYS[1],200)) do \
local b=ARGV[2]..'rmq::connection::'..c \
if redis.call('EXISTS',b..'::heartbeat')==0 then n=n+redis.call('LLEN',b..'::queue::['..ARGV[3]..']::unacked') end end \
return n";

/// Consumers of connections with one.
const CONSUMERS: &str = "\
local n=0 \
for _,c in ipairs(redis.call('SRANDMEMBER',KEYS[1],200)) do \
local b=ARGV[2]..'rmq::connection::'..c \
if redis.call('EXISTS',b..'::heartbeat')==1 then n=n+redis.call('SCARD',b..'::queue::['..ARGV[3]..']::consumers') end end \
return n";

const DEEDS: QueueDeeds = QueueDeeds {
    prefix: "",
    silence: None,
    fates: &[],
    requeue: Allowed::Yes(JobDeed {
        find: find_jobs!(
            "for _,c in ipairs(call('SMEMBERS',p..'rmq::connections')) do \
local b=p..'rmq::connection::'..c \
if call('EXISTS',b..'::heartbeat')==0 then \
for _,m in ipairs(call('LRANGE',b..'::queue::['..q..']::unacked',0,999)) do if pick() then put(m,c,m) end end end end"
        ),
        act: "local b=p..'rmq::connection::'..x if call('EXISTS',b..'::heartbeat')==1 then return -1 end \
is(p..'rmq::queue::['..q..']::ready','list') \
if call('LREM',b..'::queue::['..q..']::unacked',-1,m)==0 then return 0 end \
call('LPUSH',p..'rmq::queue::['..q..']::ready',m) return 1",
        back: "if call('LREM',p..'rmq::queue::['..q..']::ready',1,m)==0 then return 0 end \
call('LPUSH',p..'rmq::connection::'..x..'::queue::['..q..']::unacked',m) return 1",
        after: Rewrite::Same,
        text: "LREM unacked -1 <delivery>, LPUSH ready <delivery>",
        caveat: "as rmq's own cleaner does, but the dead connection stays in its set",
    }),
    revive: Allowed::Yes(JobDeed {
        find: find_jobs!("walk(p..'rmq::queue::['..q..']::rejected',function(m) put(m,'',m) end)"),
        act: "local k=p..'rmq::queue::['..q..']::' is(k..'ready','list') \
if call('LREM',k..'rejected',1,m)==0 then return 0 end call('LPUSH',k..'ready',m) return 1",
        back: "local k=p..'rmq::queue::['..q..']::' \
if call('LREM',k..'ready',1,m)==0 then return 0 end call('LPUSH',k..'rejected',m) return 1",
        after: Rewrite::Same,
        text: "LREM rejected 1 <delivery>, LPUSH ready <delivery>",
        caveat: "as `ReturnRejected` does",
    }),
    drop: &[],
    no_drop: "a delivery is whatever the producer sent: it has no class",
    pause: Allowed::No("it has no flag at which consumers look"),
};

/// Go's rmq.
pub const RMQ: Adapter = Adapter {
    framework: Framework::Rmq,
    title: "rmq",
    usual: &["rmq::queues"],
    job_key: None,
    signs: &[registry("rmq::queues", MemberForm::Whole)],
    parts: &[
        part(Ready, "rmq::queue::[{q}]::ready", Counts::Length(KeyKind::List)),
        part(InFlight, "rmq::connections", Counts::OfQueue(UNACKED, &[])),
        part(Orphaned, "rmq::connections", Counts::OfQueue(UNACKED_DEAD, &[])),
        part(Dead, "rmq::queue::[{q}]::rejected", Counts::Length(KeyKind::List)),
        part(Workers, "rmq::connections", Counts::OfQueue(CONSUMERS, &[])),
    ],
    next: &[next_of_list("rmq::queue::[{q}]::ready", QueueEnd::Last)],
    item: OPAQUE,
    failed: &[],
    schedules: &[],
    not_queues: &[],
    guards: &["rmq::*"],
    deeds: DEEDS,
};
