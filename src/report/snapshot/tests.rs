//! The snapshot of what replies say: its whole shape, unknowns, odd names.

mod keys;

use keys::measured;

use super::*;
use crate::core::model::counters::{CounterSpec, CounterValue};
use crate::core::model::info::Info;
use crate::core::model::{Name, Snapshot, Stamped, StreamId};
use crate::core::reading::watched::WatchSettings;
use crate::core::wire::decode::decode;
use crate::core::wire::{Exchange, Observation, ReadCmd, Resp};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const NOW_MS: i64 = 1_700_000_000_000;

fn json(reading: &Reading, target: &TargetLine) -> String {
    let mut line = Vec::new();
    write_json(reading, target, &mut line).unwrap();
    String::from_utf8(line).unwrap()
}

fn bytes(text: &str) -> Resp {
    Resp::bulk(text)
}

fn map(pairs: &[(&str, Resp)]) -> Resp {
    Resp::Map(pairs.iter().map(|(name, value)| (bytes(name), value.clone())).collect())
}

fn round(reading: &mut Reading, second: i64, asked: Vec<(ReadCmd, Resp)>) {
    let at_us = (second * 1_000_000) as u64;
    let exchanges = asked.into_iter().map(|(command, reply)| Exchange {
        command,
        sent_us: at_us,
        received_us: at_us,
        reply_bytes: reply.encoded_len(),
        reply: Ok(reply),
    });
    let mut observation = Observation { exchanges: exchanges.collect(), ..Observation::default() };
    observation.taken_at_ms = NOW_MS + second * 1000;
    observation.clock_offset_us = Some(NOW_MS * 1000);
    reading.advance(decode(&observation));
}

fn info(commands: u64, hits: u64) -> (ReadCmd, Resp) {
    let text = format!(
        "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\nrun_id:abc\r\nuptime_in_seconds:61\r\n\
         # Clients\r\nconnected_clients:3\r\nblocked_clients:1\r\nmaxclients:10000\r\n\
         # Memory\r\nused_memory:1048576\r\nused_memory_rss:2097152\r\nused_memory_peak:1048577\r\n\
         maxmemory:0\r\nmaxmemory_policy:noeviction\r\nallocator_frag_ratio:1.25\r\n\
         # Persistence\r\nrdb_bgsave_in_progress:0\r\nrdb_last_save_time:1699999990\r\n\
         rdb_last_bgsave_status:ok\r\naof_enabled:0\r\n\
         # Stats\r\ntotal_commands_processed:{commands}\r\ntotal_net_input_bytes:{commands}\r\n\
         total_net_output_bytes:{commands}\r\nexpired_keys:0\r\nevicted_keys:0\r\nkeyspace_hits:{hits}\r\n\
         keyspace_misses:{hits}\r\npubsub_patterns:2\r\n# Replication\r\nrole:master\r\n"
    );
    (ReadCmd::Info(vec![]), bytes(&text))
}

fn stream(key: &Name, groups: i64, added: i64) -> (ReadCmd, Resp) {
    let entry = |ms: i64| Resp::Array(vec![bytes(&format!("{ms}-0")), Resp::Array(vec![])]);
    let reply = map(&[
        ("length", Resp::Int(20)),
        ("last-generated-id", bytes(&format!("{}-0", NOW_MS - 1000))),
        ("entries-added", Resp::Int(added)),
        ("groups", Resp::Int(groups)),
        ("first-entry", entry(NOW_MS - 60_000)),
        ("last-entry", entry(NOW_MS - 1000)),
    ]);
    (ReadCmd::XinfoStream(key.clone()), reply)
}

fn group(key: &Name, group: &Name, lag: i64) -> (ReadCmd, Resp) {
    let row = map(&[
        ("name", Resp::bulk(group.as_bytes())),
        ("consumers", Resp::Int(1)),
        ("pending", Resp::Int(7)),
        ("last-delivered-id", bytes(&format!("{}-0", NOW_MS - 30_000))),
        ("entries-read", Resp::Int(12)),
        ("lag", Resp::Int(lag)),
    ]);
    (ReadCmd::XinfoGroups(key.clone()), Resp::Array(vec![row]))
}

fn consumer(key: &Name, group: &Name, name: &Name) -> (ReadCmd, Resp) {
    let row =
        map(&[("name", Resp::bulk(name.as_bytes())), ("pending", Resp::Int(7)), ("idle", Resp::Int(1500))]);
    (ReadCmd::XinfoConsumers(key.clone(), group.clone()), Resp::Array(vec![row]))
}

fn pending(key: &Name, group: &Name, consumer: &Name) -> (ReadCmd, Resp) {
    let (key, group) = (key.clone(), group.clone());
    let id = bytes(&format!("{}-0", NOW_MS - 40_000));
    let row = Resp::Array(vec![id, Resp::bulk(consumer.as_bytes()), Resp::Int(5), Resp::Int(1)]);
    let command = ReadCmd::Xpending { key, group, start: StreamId::MIN, count: 10, consumer: None };
    (command, Resp::Array(vec![row]))
}

fn denied() -> (ReadCmd, Resp) {
    (ReadCmd::ClientList, Resp::error("NOPERM this user has no permissions to run the 'client|list' command"))
}

/// Two rounds, a second apart, of a server with one stream, one group, one consumer and one denied command.
fn a_reading(names: [&Name; 3]) -> Reading {
    let [key, workers, worker] = names;
    let mut reading = Reading::new(0);
    for second in 0..2 {
        let asked = vec![
            info(100 + 50 * second as u64, 200 * second as u64),
            stream(key, 1, 100 + 10 * second),
            group(key, workers, 12),
            consumer(key, workers, worker),
            pending(key, workers, worker),
            denied(),
            (ReadCmd::Ping, bytes("PONG")),
            info(100 + 50 * second as u64, 200 * second as u64),
        ];
        round(&mut reading, second, asked);
    }
    reading
}

fn target() -> TargetLine {
    TargetLine { name: "local".to_owned(), address: "127.0.0.1:6379".to_owned() }
}

fn plain() -> Reading {
    a_reading([&Name::from("orders"), &Name::from("workers"), &Name::from("w-1")])
}

fn value(reading: &Reading) -> Value {
    serde_json::from_str(&json(reading, &target())).unwrap()
}

/// Every path of the value, those of its objects and lists included: `streams[].groups[].lag`.
fn paths(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                found.insert(path.clone());
                paths(inner, &path, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| paths(item, &format!("{at}[]"), found)),
        _ => {}
    }
}

#[test]
fn the_keys_are_those_of_the_document_and_no_others() {
    let documented: BTreeSet<String> = include_str!("../../../docs/SCHEMA.md")
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |").map(|(path, _)| path.to_owned()))
        .collect();
    // Items of lists that nothing fills yet are promised by the document and can't be seen here.
    let later = ["findings[]", "fanout.channels[]", "queues[]", "schedulers[]"];
    let later = |path: &&String| {
        later
            .iter()
            .chain(&["fanout.slow_subscribers[]", "fanout.vanished[]", "fanout.layers[]"])
            .any(|list| path.starts_with(list))
    };
    let expected: BTreeSet<String> = documented.iter().filter(|path| !later(path)).cloned().collect();
    let mut found = BTreeSet::new();
    paths(&value(&plain()), "", &mut found);
    paths(&value(&measured()), "", &mut found);
    found.retain(|path| !later(&path));
    assert_eq!(found, expected);
    assert!(documented.iter().filter(later).count() > 10, "{documented:?}");
}

#[test]
fn every_figure_is_the_one_of_the_replies() {
    let got = value(&plain());
    for (pointer, expected) in [
        ("/schema", json!(1)),
        ("/taken_at_ms", json!(NOW_MS + 1000)),
        ("/window_ms", json!(1000.0)),
        ("/target/name", json!("local")),
        ("/target/mode", json!("standalone")),
        ("/target/role", json!("primary")),
        ("/target/server", json!("redis")),
        ("/target/uptime_s", json!(61)),
        ("/health", json!("unknown")),
        ("/findings", json!([])),
        ("/memory/used_bytes", json!(1_048_576)),
        ("/memory/maxmemory_bytes", json!(0)),
        ("/memory/fragmentation_ratio", json!(1.25)),
        ("/memory/evicted_per_s", json!(0.0)),
        ("/memory/seconds_to_full", json!(null)),
        ("/cache/hits", json!(200)),
        ("/cache/hit_ratio", json!(0.5)),
        ("/cache/coverage", json!(1.0)),
        ("/throughput/ops_per_s", json!(50.0)),
        ("/clients", json!({"connected": 3, "blocked": 1, "max": 10000})),
        (
            "/persistence",
            json!({"aof_enabled": false, "rdb_last_ok": true, "rdb_last_save_age_ms": 11_000, "saving": false}),
        ),
        ("/streams/0/key", json!("orders")),
        ("/streams/0/length", json!(20)),
        ("/streams/0/bytes", json!(null)),
        ("/streams/0/in_per_s", json!(10.0)),
        ("/streams/0/oldest_entry_age_ms", json!(61_000)),
        ("/streams/0/newest_entry_age_ms", json!(2000)),
        ("/streams/0/groups/0/name", json!("workers")),
        ("/streams/0/groups/0/lag", json!(12)),
        ("/streams/0/groups/0/lag_kind", json!("estimate")),
        ("/streams/0/groups/0/server_lag", json!(12)),
        ("/streams/0/groups/0/pending", json!(7)),
        ("/streams/0/groups/0/oldest_pending_age_ms", json!(41_000)),
        ("/streams/0/groups/0/delivered_per_s", json!(0.0)),
        (
            "/streams/0/groups/0/consumers",
            json!([{"name": "w-1", "pending": 7, "idle_ms": 1500, "inactive_ms": null, "verdict": "ok"}]),
        ),
        ("/streams/0/verdict", json!("unknown")),
        ("/streams/0/groups/0/verdict", json!("unknown")),
        ("/streams/0/groups/0/reason", json!("watched for 2 polls and 1 s")),
        ("/fanout/patterns", json!(2)),
        ("/fanout/probe/enabled", json!(false)),
        ("/fanout/probe/publish_us", json!({"p50": null, "p95": null, "p99": null, "max": null})),
        ("/gaps/0/what", json!("CLIENT LIST")),
        ("/gaps/0/why", json!("denied")),
    ] {
        assert_eq!(got.pointer(pointer), Some(&expected), "{pointer}");
    }
}

#[test]
fn a_finding_has_the_fields_of_the_document_and_stands_on_the_page() {
    let mut reading = Reading::new(0);
    let (command, reply) = info(100, 0);
    let failed = reply.text().unwrap().replace("rdb_last_bgsave_status:ok", "rdb_last_bgsave_status:err");
    round(&mut reading, 0, vec![(command, bytes(&failed))]);
    let got = value(&reading);
    let finding = &got["findings"][0];
    let fields: BTreeSet<&str> = finding.as_object().unwrap().keys().map(String::as_str).collect();
    let documented = include_str!("../../../docs/SCHEMA.md").lines();
    let documented: BTreeSet<&str> = documented
        .filter_map(|line| line.strip_prefix("| `findings[].")?.split_once('`'))
        .map(|(f, _)| f)
        .collect();
    assert_eq!(fields, documented);
    assert_eq!((&got["health"], &finding["id"]), (&json!("critical"), &json!("persistence.rdb_failed")));
    assert_eq!(finding["evidence"]["last_save_age_ms"], json!(10_000));
    let page = text(&reading, &target());
    assert!(
        page.contains("health critical\n  critical persistence.rdb_failed\n    the last RDB save failed"),
        "{page}"
    );
}

#[test]
fn before_anything_is_known_every_object_is_there_and_every_figure_is_null() {
    let got = value(&Reading::new(0));
    fn leaves(value: &Value, at: &str, known: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                fields.iter().for_each(|(name, inner)| leaves(inner, &format!("{at}/{name}"), known))
            }
            Value::Null => {}
            Value::Array(items) if items.is_empty() => {}
            other => known.push(format!("{at} {other}")),
        }
    }
    let mut known = Vec::new();
    leaves(&got, "", &mut known);
    assert_eq!(
        known,
        [
            "/fanout/probe/enabled false",
            "/fanout/probe/stream/enabled false",
            "/health \"unknown\"",
            "/schema 1",
            "/stale true",
            "/system/redis_up false",
            "/system/status \"unknown\"",
            "/target/address \"127.0.0.1:6379\"",
            "/target/name \"local\"",
            "/unjudged [\"streams are still being searched for\"]",
        ]
    );
    assert_eq!(got["streams"], Value::Null, "not found is not the same as not there");
    assert!(text(&Reading::new(0), &target()).contains("streams: —"));
}

#[test]
fn what_may_not_be_read_is_null_and_what_is_empty_is_a_list() {
    let (denied_key, empty_key) = (Name::from("a"), Name::from("b"));
    let mut reading = Reading::new(0);
    round(&mut reading, 0, vec![stream(&denied_key, 2, 1), stream(&empty_key, 0, 1)]);
    let got = value(&reading);
    assert_eq!(got["streams"][0]["groups"], Value::Null);
    assert_eq!(got["streams"][1]["groups"], json!([]));
    let key = Name::from("b");
    round(&mut reading, 1, vec![stream(&key, 1, 1), group(&key, &Name::from("g"), 3)]);
    let got = value(&reading);
    assert_eq!(got["streams"][1]["groups"][0]["consumers"], Value::Null);
}

#[test]
fn a_negative_lag_of_the_server_is_passed_on_as_the_servers_only() {
    let (key, workers) = (Name::from("s"), Name::from("g"));
    let mut reading = Reading::new(0);
    round(&mut reading, 0, vec![stream(&key, 1, 1), group(&key, &workers, -4)]);
    let got = &value(&reading)["streams"][0]["groups"][0];
    assert_eq!(
        (&got["lag"], &got["lag_kind"], &got["server_lag"]),
        (&json!(null), &json!("unknown"), &json!(-4))
    );
}

#[test]
fn the_page_for_people_is_calm_and_fits_80_columns() {
    insta::assert_snapshot!(text(&plain(), &target()));
    for line in text(&plain(), &target()).lines() {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "{line}");
    }
}

proptest! {
    #[test]
    fn no_name_breaks_a_line_or_is_lost(
        key in proptest::collection::vec(any::<u8>(), 0..60),
        workers in "\\PC{0,50}|[\\x00-\\x1f\\x7f-\\u{9f}\\u{200b}-\\u{2069}\\\\]{0,9}",
    ) {
        let (key, workers) = (Name::new(key), Name::from(workers.as_str()));
        let reading = a_reading([&key, &workers, &workers]);
        let line = json(&reading, &target());
        prop_assert!(!line.chars().any(char::is_control));
        let got: Value = serde_json::from_str(&line).unwrap();
        let read_back = |value: &Value| Name::from_text(value.as_str().unwrap()).unwrap();
        prop_assert_eq!(read_back(&got["streams"][0]["key"]), key.clone());
        prop_assert_eq!(read_back(&got["streams"][0]["groups"][0]["name"]), workers.clone());
        let page = text(&reading, &target());
        prop_assert!(!page.chars().any(|c| c.is_control() && c != '\n'));
        prop_assert!(page.contains(key.to_string().trim_matches(' ')));
        let lines = page.lines().count();
        prop_assert!((plain_lines()..=plain_lines() + 3).contains(&lines), "a long name may take a second line");
    }
}

fn plain_lines() -> usize {
    static LINES: std::sync::LazyLock<usize> =
        std::sync::LazyLock::new(|| text(&plain(), &target()).lines().count());
    *LINES
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 64, ..Default::default() })]

    #[test]
    fn whatever_a_server_counts_is_reported(polls in crate::core::wire::decode::hostile::polls()) {
        let mut reading = Reading::new(0);
        let mut watch = crate::report::check::CheckWatch::default();
        for poll in polls {
            reading.advance(poll);
            watch.advance(reading.findings());
            proptest::prop_assert!(!json(&reading, &target()).is_empty() && !text(&reading, &target()).is_empty());
            proptest::prop_assert!(!crate::report::check::json(&watch, &reading).is_empty());
        }
    }
}
