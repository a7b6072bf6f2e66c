//! rmq: lists of ready and of rejected deliveries for each queue, and one of what each connection holds.
//!
//! Knows keys alone. Invariants: a connection has a heartbeat that ends by itself; a delivery is whatever bytes the producer
//! sent, so that nothing is known of it.

use super::adapter::{Adapter, Counts, MemberForm, OPAQUE, QueueEnd, next_of_list, part, registry};
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

/// Go's rmq.
pub const RMQ: Adapter = Adapter {
    framework: Framework::Rmq,
    title: "rmq",
    usual: &["rmq::queues"],
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
};
