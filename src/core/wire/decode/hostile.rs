//! Observations with arbitrary figures in replies of the right shape, for tests of whatever takes them in.

use super::decode;
use crate::core::limits::{COUNTER_MAX, HELD_MAX};
use crate::core::model::fanout::{ChannelKind, LayerPart};
use crate::core::model::{Name, Snapshot};
use crate::core::wire::observation::{Exchange, Observation};
use crate::core::wire::read::{FanoutRead, ReadCmd};
use crate::core::wire::resp::Resp;
use proptest::prelude::*;

/// Figures of INFO that are read.
const FIELDS: [&str; 44] = [
    "used_memory",
    "used_memory_rss",
    "used_memory_peak",
    "used_memory_overhead",
    "used_memory_startup",
    "used_memory_dataset",
    "maxmemory",
    "total_system_memory",
    "mem_fragmentation_bytes",
    "mem_clients_normal",
    "mem_clients_slaves",
    "mem_replication_backlog",
    "mem_total_replication_buffers",
    "mem_aof_buffer",
    "mem_not_counted_for_evict",
    "lazyfree_pending_objects",
    "number_of_cached_scripts",
    "rss_overhead_bytes",
    "allocator_allocated",
    "allocator_frag_bytes",
    "connected_clients",
    "maxclients",
    "uptime_in_seconds",
    "total_commands_processed",
    "total_net_input_bytes",
    "total_net_output_bytes",
    "keyspace_hits",
    "keyspace_misses",
    "expired_keys",
    "evicted_keys",
    "rejected_connections",
    "total_error_replies",
    "pubsub_channels",
    "pubsub_patterns",
    "pubsubshard_channels",
    "sync_full",
    "total_eviction_exceeded_time",
    "rdb_last_save_time",
    "rdb_changes_since_last_save",
    "rdb_last_cow_size",
    "latest_fork_usec",
    "repl_backlog_size",
    "master_repl_offset",
    "connected_slaves",
];

/// Near the ends of every range, and anything.
fn figure() -> impl Strategy<Value = i64> {
    let (held, counter) = (HELD_MAX as i64, COUNTER_MAX as i64);
    prop_oneof![
        Just(i64::MAX),
        Just(i64::MIN),
        -5..3_i64,
        held - 2..held + 2,
        counter - 2..counter + 2,
        0..1_000_i64,
        0..held,
        any::<i64>(),
    ]
}

/// The same as a server writes it, and what no server would.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => figure().prop_map(|number| number.to_string()),
        1 => figure().prop_map(|number| (number as u64).to_string()),
        1 => "[0-9]{0,22}|-?[0-9]{1,19}|[a-z%.]{0,4}",
    ]
}

/// What one poll of such a server comes to, so many seconds after the first.
pub fn polls() -> impl Strategy<Value = Vec<Snapshot>> {
    observations().prop_map(|polls| (0..).zip(&polls).map(|(second, poll)| snapshot(second, poll)).collect())
}

/// What was asked and answered meanwhile.
pub fn observations() -> impl Strategy<Value = Vec<Observation>> {
    let numbers = proptest::collection::vec((figure(), word()), 96);
    proptest::collection::vec(numbers, 1..5)
        .prop_map(|polls| (0..).zip(&polls).map(|(second, numbers)| observation(second, numbers)).collect())
}

fn snapshot(second: u64, observation: &Observation) -> Snapshot {
    let mut snapshot = decode(observation);
    // What the planner adds.
    snapshot.measures_keys = second % 2 == 1;
    snapshot.interval_us = Some(1_000_000);
    snapshot
}

fn bytes(text: &str) -> Resp {
    Resp::bulk(text)
}

fn id(number: i64) -> Resp {
    bytes(&format!("{}-0", number.unsigned_abs()))
}

/// Numbers one after the other, and again from the first.
struct Turn<'a>(std::iter::Cycle<std::slice::Iter<'a, (i64, String)>>);

impl Turn<'_> {
    fn next(&mut self) -> i64 {
        self.0.next().map_or(0, |(number, _)| *number)
    }

    /// The same as a server prints what has fallen below zero.
    fn unsigned(&mut self) -> u64 {
        self.next() as u64
    }

    fn pairs(&mut self, names: &[&str]) -> Vec<Resp> {
        names.iter().flat_map(|name| [bytes(name), Resp::Int(self.next())]).collect()
    }

    fn row(&mut self, names: &[&str], name: &str) -> Vec<Resp> {
        let mut row = self.pairs(names);
        row.extend([bytes("name"), bytes(name)]);
        row
    }
}

fn observation(second: u64, numbers: &[(i64, String)]) -> Observation {
    let mut turn = Turn(numbers.iter().cycle());
    let info = info(numbers);
    let mut exchanges = vec![(ReadCmd::Info(vec!["server", "stats"]), info.clone())];
    exchanges.extend(of_streams(&mut turn));
    exchanges.extend(of_keys(&mut turn));
    exchanges.extend(of_clients(&mut turn));
    exchanges.extend(of_fanout(&mut turn));
    exchanges.push((ReadCmd::Info(vec!["stats"]), info));
    let at_us = second * 1_000_000;
    let exchange = |(command, reply): (ReadCmd, Resp)| Exchange {
        command,
        sent_us: at_us,
        received_us: at_us + 100,
        reply_bytes: reply.encoded_len(),
        reply: Ok(reply),
    };
    let taken_at_ms = 1_700_000_000_000 + second as i64 * 1_000;
    let exchanges = exchanges.into_iter().map(exchange).collect();
    Observation { taken_at_ms, exchanges, ..Observation::default() }
}

fn info(numbers: &[(i64, String)]) -> Resp {
    let words = numbers.iter().skip(7).map(|(_, text)| text.as_str());
    let lines = FIELDS.iter().zip(words).map(|(field, text)| format!("{field}:{text}\r\n"));
    let spaces = (0..3)
        .zip(numbers)
        .map(|(db, (number, text))| format!("db{db}:keys={},expires={text}\r\n", number.unsigned_abs()));
    let errors = numbers.iter().zip(crate::core::model::refusals::RefusalCode::COUNTED);
    let errors =
        errors.map(|((number, _), code)| format!("errorstat_{}:count={}\r\n", code.word(), *number as u64));
    let text: String =
        ["run_id:aaaa\r\n".to_owned()].into_iter().chain(lines).chain(spaces).chain(errors).collect();
    bytes(&text)
}

fn of_streams(turn: &mut Turn<'_>) -> Vec<(ReadCmd, Resp)> {
    let (key, group) = (Name::from("s"), Name::from("g0"));
    let mut detail =
        turn.pairs(&["length", "entries-added", "groups", "radix-tree-keys", "radix-tree-nodes"]);
    for name in ["last-generated-id", "max-deleted-entry-id"] {
        detail.extend([bytes(name), id(turn.next())]);
    }
    for name in ["first-entry", "last-entry"] {
        let sizes = [Resp::Int(turn.next()), Resp::Int(turn.next())];
        detail.extend([bytes(name), Resp::Array([id(turn.next())].into_iter().chain(sizes).collect())]);
    }
    let mut groups = Vec::new();
    for name in ["g0", "g1", "g2"] {
        let mut row = turn.row(&["consumers", "pending", "entries-read", "lag"], name);
        row.extend([bytes("last-delivered-id"), id(turn.next())]);
        groups.push(Resp::Array(row));
    }
    let names = ["c0", "c1", "c2"];
    let consumers = names.map(|name| Resp::Array(turn.row(&["pending", "idle", "inactive"], name)));
    let mut rows = || {
        let row = |_| {
            let (entry, idle, deliveries) = (turn.next(), turn.next(), turn.next());
            Resp::Array(vec![id(entry), bytes("c0"), Resp::Int(idle), Resp::Int(deliveries)])
        };
        Resp::Array((0..5).map(row).collect())
    };
    let (page, sample) = (rows(), rows());
    let (start, count, cap) = (Default::default(), 100, 1_000);
    let (read_only, consumer) = (true, None);
    let counted = vec![id(turn.next()), Resp::Int(turn.next()), id(turn.next())];
    let own = || (key.clone(), group.clone());
    let ((key1, group1), (key2, group2), (key3, group3)) = (own(), own(), own());
    vec![
        (ReadCmd::XinfoStreamLean { key: key.clone(), read_only }, Resp::Array(detail)),
        (ReadCmd::Xlen(Name::from("t")), Resp::Int(turn.next())),
        (ReadCmd::XinfoGroups(key.clone()), Resp::Array(groups)),
        (ReadCmd::XinfoConsumers(key.clone(), group.clone()), Resp::Array(consumers.into())),
        (ReadCmd::Xpending { key: key1, group: group1, start, count, consumer }, page),
        (ReadCmd::SamplePending { key: key2, group: group2, start, count }, sample),
        (ReadCmd::CountUndelivered { key: key3, group: group3, cap, read_only }, Resp::Array(counted)),
    ]
}

fn of_keys(turn: &mut Turn<'_>) -> Vec<(ReadCmd, Resp)> {
    let mut asked = Vec::new();
    for (name, kind) in [("s", "stream"), ("cache:1", "string"), ("cache:2", "hash"), ("queue", "list")] {
        let key = Name::from(name);
        asked.extend([
            (ReadCmd::Type(key.clone()), bytes(kind)),
            (ReadCmd::Pttl(key.clone()), Resp::Int(turn.next())),
            (ReadCmd::MemoryUsage(key), Resp::Int(turn.next())),
        ]);
    }
    let field = Some(Name::from("field"));
    asked.push((ReadCmd::Counter { key: Name::from("hits"), field }, bytes(&turn.next().to_string())));
    asked
}

fn of_clients(turn: &mut Turn<'_>) -> Vec<(ReadCmd, Resp)> {
    let slow = |turn: &mut Turn<'_>| {
        let numbers = [Resp::Int(turn.next()), Resp::Int(turn.next()), Resp::Int(turn.next())];
        let words = [Resp::Array(vec![bytes("KEYS"), bytes("*")]), bytes("10.0.0.1:5"), bytes("app")];
        Resp::Array(numbers.into_iter().chain(words).collect())
    };
    let (slowlog, none) = (Resp::Array(vec![slow(turn), slow(turn)]), Resp::Int(0));
    let event = vec![bytes("fork"), Resp::Int(turn.next()), Resp::Int(turn.next()), Resp::Int(turn.next())];
    let limits = format!("normal 0 0 0 pubsub {} {} {}", turn.unsigned(), turn.unsigned(), turn.unsigned());
    let commands = ["get", "xadd", "publish"].map(|name| {
        format!("cmdstat_{name}:calls={},usec={},usec_per_call=1\r\n", turn.unsigned(), turn.unsigned())
    });
    vec![
        (ReadCmd::ClientList, clients(turn)),
        (ReadCmd::SlowlogGet(128), slowlog),
        (ReadCmd::LatencyLatest, Resp::Array(vec![Resp::Array(event)])),
        (ReadCmd::OutputLimits, Resp::Array(vec![bytes("client-output-buffer-limit"), bytes(&limits)])),
        (ReadCmd::Info(vec!["commandstats", "latencystats"]), bytes(&commands.concat())),
        (ReadCmd::Time, Resp::Array(vec![none.clone(), none])),
    ]
}

fn clients(turn: &mut Turn<'_>) -> Resp {
    let line = |client: u64| {
        let mut figure = || turn.unsigned();
        let (age, idle, omem, mem, subs) = (figure(), figure(), figure(), figure(), figure());
        format!(
            "id={client} addr=10.0.0.1:5 name=c{client} age={age} idle={idle} flags=P omem={omem} \
             tot-mem={mem} qbuf={mem} sub={subs} psub={subs} cmd=subscribe\n"
        )
    };
    bytes(&(1..4).map(line).collect::<String>())
}

fn of_fanout(turn: &mut Turn<'_>) -> Vec<(ReadCmd, Resp)> {
    let channels = ["news", "logs", "chat"];
    let counts = channels.iter().flat_map(|name| [bytes(name), Resp::Int(turn.next())]).collect();
    let steps = (0..4).flat_map(|_| [Resp::Int(turn.next()), Resp::Int(turn.next())]).collect();
    let calls = [bytes("calls"), Resp::Int(turn.next()), bytes("histogram_usec"), Resp::Array(steps)];
    let histogram = Resp::Array(vec![bytes("publish"), Resp::Array(calls.into())]);
    let mut asked = vec![
        (FanoutRead::Channels(ChannelKind::Plain), Resp::Array(channels.map(bytes).into())),
        (FanoutRead::Counts(ChannelKind::Plain, channels.map(Name::from).into()), Resp::Array(counts)),
        (FanoutRead::Subscribers, clients(turn)),
        (FanoutRead::Histograms, histogram),
    ];
    for key in ["asgi:group:room", "asgispecific.abc!x"] {
        if let Some(part) = LayerPart::of(&Name::from(key), &Name::from("asgi")) {
            let backlog = Resp::Array(vec![Resp::Int(turn.next()), bytes(&turn.next().to_string())]);
            asked.push((FanoutRead::Backlog { part: part.clone(), read_only: true }, backlog));
            asked.push((FanoutRead::Members(part), Resp::Int(turn.next())));
        }
    }
    asked.into_iter().map(|(read, reply)| (ReadCmd::Fanout(read), reply)).collect()
}
