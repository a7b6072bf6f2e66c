//! Observations with arbitrary figures in replies of the right shape, for tests of whatever takes them in.

use super::decode;
use crate::core::model::{Name, Snapshot};
use crate::core::wire::observation::{Exchange, Observation};
use crate::core::wire::read::ReadCmd;
use crate::core::wire::resp::Resp;
use proptest::prelude::*;

const FIELDS: [&str; 22] = [
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
    "mem_not_counted_for_evict",
    "connected_clients",
    "maxclients",
    "uptime_in_seconds",
    "total_commands_processed",
    "keyspace_hits",
    "keyspace_misses",
    "evicted_keys",
    "rejected_connections",
    "pubsub_patterns",
    "pubsubshard_channels",
    "rdb_last_save_time",
];

/// Near the ends of every range, and anything.
fn figure() -> impl Strategy<Value = i64> {
    prop_oneof![Just(i64::MAX), Just(i64::MIN), Just(-1), Just(1 << 48), 0..1_000_i64, any::<i64>(),]
}

/// What one poll of such a server comes to, so many seconds after the first.
pub fn polls() -> impl Strategy<Value = Vec<Snapshot>> {
    let numbers = proptest::collection::vec((figure(), "[0-9]{0,22}|-?[0-9]{1,19}|[a-z%.]{0,4}"), 64);
    proptest::collection::vec(numbers, 1..5).prop_map(|polls| {
        let polls = polls.into_iter().enumerate();
        polls.map(|(second, numbers)| decode(&observation(second as u64, &numbers))).collect()
    })
}

fn observation(second: u64, numbers: &[(i64, String)]) -> Observation {
    let mut turn = numbers.iter().cycle();
    let mut next = || turn.next().map_or(0, |(number, _)| *number);
    let words = numbers.iter().skip(7).map(|(_, text)| text.as_str());
    let lines = FIELDS.iter().zip(words).map(|(field, text)| format!("{field}:{text}\r\n"));
    let spaces = (0..3)
        .zip(numbers)
        .map(|(db, (number, text))| format!("db{db}:keys={},expires={text}\r\n", number.unsigned_abs()));
    let text: String = ["run_id:aaaa\r\n".to_owned()].into_iter().chain(lines).chain(spaces).collect();
    let (key, bytes) = (Name::from("s"), |text: &str| Resp::Bytes(text.as_bytes().to_vec()));
    let id = |number: i64| bytes(&format!("{}-0", number.unsigned_abs()));
    let mut pairs = |names: &[&str]| -> Vec<Resp> {
        names.iter().flat_map(|name| [bytes(name), Resp::Int(next())]).collect()
    };
    let mut detail = pairs(&["length", "entries-added", "groups", "radix-tree-keys", "radix-tree-nodes"]);
    detail.extend([bytes("last-generated-id"), id(numbers.first().map_or(0, |(number, _)| *number))]);
    let groups = (0..3).map(|group| {
        let mut row = pairs(&["consumers", "pending", "entries-read", "lag"]);
        row.extend([bytes("name"), bytes(&format!("g{group}")), bytes("last-delivered-id")]);
        row.push(id(numbers.get(group).map_or(0, |(number, _)| *number)));
        Resp::Array(row)
    });
    let groups = Resp::Array(groups.collect());
    let consumers = (0..3).map(|consumer| {
        let mut row = pairs(&["pending", "idle", "inactive"]);
        row.extend([bytes("name"), bytes(&format!("c{consumer}"))]);
        Resp::Array(row)
    });
    let consumers = Resp::Array(consumers.collect());
    let rows = numbers.windows(3).take(5).filter_map(|three| {
        let [(entry, _), (idle, _), (deliveries, _)] = three else { return None };
        Some(Resp::Array(vec![id(*entry), bytes("c0"), Resp::Int(*idle), Resp::Int(*deliveries)]))
    });
    let rows = Resp::Array(rows.collect());
    let group = Name::from("g0");
    let pending = ReadCmd::Xpending {
        key: key.clone(),
        group: group.clone(),
        start: Default::default(),
        count: 100,
        consumer: None,
    };
    let usage = Resp::Int(numbers.last().map_or(0, |(number, _)| *number));
    let exchanges = [
        (ReadCmd::Info(vec!["everything"]), bytes(&text)),
        (ReadCmd::XinfoStream(key.clone()), Resp::Array(detail)),
        (ReadCmd::XinfoGroups(key.clone()), groups),
        (ReadCmd::XinfoConsumers(key.clone(), group), consumers),
        (pending, rows),
        (ReadCmd::MemoryUsage(key.clone()), usage),
        (ReadCmd::Pttl(key), Resp::Int(numbers.get(9).map_or(0, |(number, _)| *number))),
        (ReadCmd::Info(vec!["everything"]), bytes(&text)),
    ];
    let at_us = second * 1_000_000;
    let exchange = |(command, reply): (ReadCmd, Resp)| Exchange {
        command,
        sent_us: at_us,
        received_us: at_us + 100,
        reply_bytes: reply.encoded_len(),
        reply: Ok(reply),
    };
    let taken_at_ms = 1_700_000_000_000 + second as i64 * 1_000;
    Observation { taken_at_ms, exchanges: exchanges.map(exchange).into(), ..Observation::default() }
}
