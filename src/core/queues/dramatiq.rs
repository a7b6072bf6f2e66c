//! Dramatiq: lists of ids beside a hash of all messages, a queue for later and one for the dead beside each.
//!
//! Knows keys alone. Invariants: a message stays in its hash while a worker holds it, so that what is held is the hash
//! less the list; who sends writes a heartbeat as workers do, so that nobody knows how many of those there are.

use super::adapter::{
    Adapter, Counts, ErrorText, FailedJobs, FailureKept, ItemClass, ItemForm, ItemId, ItemTime, JobKept,
    JobRecord, QueueEnd, QueueSign, Shows, TimeUnit, failed_items, less, next_of_list, part,
};
use super::deeds::{Allowed, JobDeed, JobDrop, QueueDeeds, Silence};
use super::lua::find_jobs;
use super::rewrite::Rewrite;
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::Framework;
use crate::core::model::queues::QueueColumn::{Dead, Delayed, InFlight, Orphaned, Ready};

/// Messages that processes hold which have said nothing for a minute: dramatiq's own default.
const HELD_BY_DEAD: &str = "\
local n=0 \
for _,id in ipairs(redis.call('ZRANGEBYSCORE',KEYS[1],'-inf',ARGV[1]-ARGV[4],'LIMIT',0,200)) do \
n=n+redis.call('SCARD',ARGV[2]..'__acks__.'..id..'.'..ARGV[3]) end \
return n";

const BESIDE: &[(&str, KeyKind)] = &[("__heartbeats__", KeyKind::Zset)];

const fn sign(key: &'static str) -> QueueSign {
    QueueSign { key, kind: KeyKind::Hash, shows: Shows::Queue, beside: BESIDE, proof: None }
}

/// Messages of a list or a sorted set, with their text beside it.
macro_rules! in_queue {
    ($end:literal) => {
        find_jobs!(
            "local k=p..q..'",
            $end,
            "' walk(k,function(m,s) put(m,s,call('HGET',k..'.msgs',m)) end,true)"
        )
    };
}

macro_rules! drop_from {
    ($part:ident, $end:literal, $remove:literal, $back:literal) => {
        JobDrop {
            part: $part,
            deed: JobDeed {
                find: in_queue!($end),
                act: concat!(
                    "local k=p..q..'",
                    $end,
                    "' if ",
                    $remove,
                    "==0 then return 0 end call('HDEL',k..'.msgs',m) return 1"
                ),
                back: concat!(
                    "local k=p..q..'",
                    $end,
                    "' if call('HEXISTS',k..'.msgs',m)==1 then return -1 end ",
                    $back,
                    " call('HSET',k..'.msgs',m,d) return 1"
                ),
                after: Rewrite::Same,
                text: concat!("remove <id> from <queue>", $end, " and HDEL <queue>", $end, ".msgs <id>"),
                caveat: "messages that a worker has fetched already stay",
            },
        }
    };
}

const DEEDS: QueueDeeds = QueueDeeds {
    prefix: "dramatiq:",
    silence: Some(Silence {
        usual_ms: 60_000,
        setting: "queues.dramatiq_heartbeat",
        what: "its worker has been silent for",
        theirs: "`heartbeat_timeout`",
    }),
    fates: &[],
    requeue: Allowed::Yes(JobDeed {
        find: find_jobs!(
            "for _,w in ipairs(call('ZRANGEBYSCORE',p..'__heartbeats__','-inf',string.format('%.0f',(now-held)*1000),'LIMIT',0,200)) do \
for _,m in ipairs(call('SMEMBERS',p..'__acks__.'..w..'.'..q)) do if pick() then \
put(m,w,call('HGET',p..q..'.msgs',m)) end end end"
        ),
        act: "local s=call('ZSCORE',p..'__heartbeats__',x) \
if s and s/1000>=now-held then return -1 end is(p..q,'list') \
if call('HEXISTS',p..q..'.msgs',m)==0 then return -1 end \
if call('SREM',p..'__acks__.'..x..'.'..q,m)==0 then return 0 end \
call('RPUSH',p..q,m) return 1",
        back: "if call('LREM',p..q,-1,m)==0 then return 0 end call('SADD',p..'__acks__.'..x..'.'..q,m) return 1",
        after: Rewrite::Same,
        text: "SREM __acks__.<worker>.<queue> <id>, RPUSH <queue> <id>",
        caveat: "as dramatiq's own maintenance does",
    }),
    revive: Allowed::Yes(JobDeed {
        find: in_queue!(".XQ"),
        act: "local k=p..q if not call('ZSCORE',k..'.XQ',m) then return 0 end \
is(k,'list') is(k..'.msgs','hash') \
call('HSET',k..'.msgs',m,a) call('RPUSH',k,m) call('ZREM',k..'.XQ',m) call('HDEL',k..'.XQ.msgs',m) return 1",
        back: "local k=p..q if call('LREM',k,-1,m)==0 then return 0 end \
call('HDEL',k..'.msgs',m) call('ZADD',k..'.XQ',x,m) call('HSET',k..'.XQ.msgs',m,d) return 1",
        after: Rewrite::Same,
        text: "HSET <queue>.msgs <id>, RPUSH <queue> <id>, ZREM <queue>.XQ <id>, HDEL <queue>.XQ.msgs <id>",
        caveat: "dramatiq itself never does this; retries that were made stay counted in the message, so that a job that fails \
                 again is dead at once; middleware of whoever enqueues is Python's, and does not run",
    }),
    drop: &[
        drop_from!(Ready, "", "call('LREM',k,-1,m)", "is(k,'list') call('RPUSH',k,m)"),
        drop_from!(Delayed, ".DQ", "call('LREM',k,-1,m)", "is(k,'list') call('RPUSH',k,m)"),
        drop_from!(Dead, ".XQ", "call('ZREM',k,m)", "call('ZADD',k,x,m)"),
    ],
    no_drop: "messages that a worker holds are its own",
    pause: Allowed::No("it has no flag at which workers look"),
};

/// Python's dramatiq.
pub const DRAMATIQ: Adapter = Adapter {
    framework: Framework::Dramatiq,
    title: "dramatiq",
    usual: &["dramatiq:default.msgs"],
    job_key: None,
    signs: &[sign("{q}.msgs"), sign("{q}.DQ.msgs"), sign("{q}.XQ.msgs")],
    parts: &[
        part(Ready, "{q}", Counts::Length(KeyKind::List)),
        part(InFlight, "{q}.msgs", Counts::Length(KeyKind::Hash)),
        less(InFlight, "{q}", Counts::Length(KeyKind::List)),
        part(Orphaned, "__heartbeats__", Counts::OfQueue(HELD_BY_DEAD, &[])),
        part(Delayed, "{q}.DQ.msgs", Counts::Length(KeyKind::Hash)),
        part(Dead, "{q}.XQ", Counts::Length(KeyKind::Zset)),
    ],
    next: &[next_of_list("{q}", QueueEnd::First)],
    item: ItemForm {
        id: ItemId::Whole,
        time: ItemTime::Json(&[&["message_timestamp"]], TimeUnit::Millis),
        class: ItemClass::Json(&[&["actor_name"]]),
        cut: 4_096,
        record: Some(JobRecord { kept: JobKept::Field, key: "{k}.msgs", entry: "", taken: "" }),
    },
    failed: &[
        FailedJobs {
            kept: FailureKept::Field("{q}.XQ.msgs"),
            unit: TimeUnit::Millis,
            text: ErrorText::Last,
            ..failed_items("dead", "{q}.XQ", "", "traceback")
        },
        // A message that failed waits for its next attempt among those that are to run later.
        FailedJobs {
            text: ErrorText::Last,
            among_others: true,
            ..failed_items("retry", "{q}.DQ.msgs", "", "traceback")
        },
    ],
    schedules: &[],
    not_queues: &["*.DQ", "*.XQ"],
    guards: &["dramatiq:*"],
    deeds: DEEDS,
};
