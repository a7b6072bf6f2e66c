//! Replies as real servers send them, and replies that nobody should send.

use super::*;
use crate::core::model::StreamId;
use crate::core::model::consumers::Inactivity;
use crate::core::model::groups::ServerLag;
use crate::core::model::info::DatabaseKeys;
use crate::core::model::refusals::RefusalCode;
use proptest::prelude::*;

fn text(text: &str) -> Resp {
    Resp::bulk(text)
}

fn list(items: Vec<Resp>) -> Resp {
    Resp::Array(items)
}

fn seen(command: ReadCmd, reply: Resp) -> Snapshot {
    let exchange = Exchange {
        command,
        sent_us: 10,
        received_us: 20,
        reply_bytes: reply.encoded_len(),
        reply: Ok(reply),
    };
    decode(&Observation {
        taken_at_ms: 1_700_000_000_000,
        exchanges: vec![exchange],
        ..Observation::default()
    })
}

#[test]
fn a_stream_is_read_whatever_the_order_of_its_fields() {
    let reply = list(vec![
        text("last-entry"),
        list(vec![text("9-0"), list(vec![text("f"), text("v")])]),
        text("new-field"),
        Resp::Nil,
        text("entries-added"),
        Resp::Int(12),
        text("length"),
        Resp::Int(3),
        text("first-entry"),
        list(vec![text("4-0"), list(vec![])]),
    ]);
    let snapshot = seen(ReadCmd::XinfoStream(Name::from("s")), reply);
    let facts = snapshot.streams.first().unwrap();
    let detail = facts.detail.as_ref().unwrap();
    assert_eq!((facts.length, detail.entries_added), (Some(3), Some(12)));
    assert_eq!(
        (detail.first_entry, detail.last_entry),
        (Some(StreamId::new(4, 0)), Some(StreamId::new(9, 0)))
    );
    assert_eq!(detail.max_deleted, None);
}

#[test]
fn lag_may_be_absent_nil_known_or_nonsense() {
    let group = |lag: Option<Resp>| {
        let mut pairs = vec![(text("name"), Resp::bulk(b"\xff\xfe")), (text("pending"), Resp::Int(-1))];
        pairs.extend(lag.map(|lag| (text("lag"), lag)));
        let snapshot = seen(ReadCmd::XinfoGroups(Name::from("s")), list(vec![Resp::Map(pairs)]));
        snapshot.groups.first().unwrap().1.value.first().unwrap().clone()
    };
    assert_eq!(group(None).lag, ServerLag::Unsupported);
    assert_eq!(group(Some(Resp::Nil)).lag, ServerLag::Unknown);
    assert_eq!(group(Some(Resp::Int(7))).lag, ServerLag::Known(7));
    let odd = group(Some(Resp::Int(-94)));
    assert_eq!((odd.lag, odd.pending), (ServerLag::Negative(-94), None));
    assert_eq!(odd.name, Name::new(&b"\xff\xfe"[..]));
}

#[test]
fn a_consumer_that_never_got_anything_is_not_one_that_just_did() {
    let row =
        |inactive: i64| Resp::Map(vec![(text("name"), text("c")), (text("inactive"), Resp::Int(inactive))]);
    let old = Resp::Map(vec![(text("name"), text("old"))]);
    let command = ReadCmd::XinfoConsumers(Name::from("s"), Name::from("g"));
    let snapshot = seen(command, list(vec![row(-1), row(5), old]));
    let kinds: Vec<_> = snapshot.consumers[0].2.value.iter().map(|consumer| consumer.inactive).collect();
    assert_eq!(kinds, [Inactivity::Never, Inactivity::Ms(5), Inactivity::Unsupported]);
}

#[test]
fn a_pending_row_that_was_given_back_has_no_idle_time() {
    let row = list(vec![text("5-1"), text(""), Resp::Int(-1), Resp::Int(i64::MAX)]);
    let command = ReadCmd::Xpending {
        key: Name::from("s"),
        group: Name::from("g"),
        start: StreamId::MIN,
        count: 10,
        consumer: None,
    };
    let snapshot = seen(command, list(vec![row]));
    let row = snapshot.pending[0].rows[0].clone();
    assert_eq!((row.idle_ms, row.deliveries), (None, i64::MAX as u64));
}

#[test]
fn a_denied_command_is_a_gap_and_leaves_the_rest_alone() {
    let refusal = Resp::error("NOPERM this user has no permissions to run the 'client|list' command");
    let snapshot = seen(ReadCmd::ClientList, refusal);
    assert_eq!(snapshot.clients, None);
    let gap = snapshot.gaps.first().unwrap();
    assert_eq!((gap.what.as_str(), gap.why), ("CLIENT LIST", GapReason::Denied));
    assert!(gap.text.contains("+client|list"));
}

#[test]
fn an_absent_key_is_gone_and_no_gap() {
    let snapshot = seen(ReadCmd::XinfoGroups(Name::from("s")), Resp::error("ERR no such key"));
    assert_eq!((snapshot.gone, snapshot.gaps), (vec![Name::from("s")], vec![]));
}

#[test]
fn valkey_is_known_by_its_own_version() {
    let reply = text(
        "# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:9.1.2\r\nrun_id:ab\r\nserver_mode:cluster\r\ndb0:keys=5,expires=2,avg_ttl=0\r\nkeyspace_hits:10\r\nkeyspace_misses:2\r\n",
    );
    let snapshot = seen(ReadCmd::Info(vec![]), reply);
    let info = snapshot.info.unwrap();
    assert_eq!(info.server.product.word(), "valkey");
    assert_eq!(info.server.version.as_deref(), Some("9.1.2"));
    assert_eq!(info.server.mode.word(), "cluster");
    assert_eq!((info.keyspace[0].keys, info.keyspace[0].expires), (5, Some(2)));
    assert_eq!(info.memory.used, None);
    assert_eq!(snapshot.bracket.unwrap().first.value.hits, 10);
}

#[test]
fn clients_are_read_with_odd_names_and_unknown_fields() {
    let line = b"id=7 addr=127.0.0.1:5 name=\xff fd=8 age=3 idle=0 flags=b db=2 new=x cmd=client|list user=default lib-name=redis-py lib-ver=5.0\nid=oops\n";
    let snapshot = seen(ReadCmd::ClientList, Resp::bulk(line));
    let clients = snapshot.clients.unwrap().value;
    assert_eq!(clients.len(), 1);
    assert_eq!(clients[0].name, Name::new(&b"\xff"[..]));
    assert_eq!(clients[0].library, Some(Name::from("redis-py 5.0")));
}

/// A row of fields and numbers.
fn row(fields: &[(&str, i64)]) -> Vec<Resp> {
    fields.iter().flat_map(|(field, number)| [text(field), Resp::Int(*number)]).collect()
}

/// The one gap of a reply whose figures can't be.
fn odd_gap(snapshot: &Snapshot) -> (&str, &str) {
    assert_eq!(snapshot.gaps.len(), 1, "{:?}", snapshot.gaps);
    (snapshot.gaps[0].what.as_str(), snapshot.gaps[0].text.as_str())
}

const WHY: &str = "can't be true (counted below zero on the server, or beyond the whole): unknown";

#[test]
fn figures_of_a_stream_that_cant_be_are_unknown_and_the_rest_is_read() {
    let detail =
        row(&[("length", 7), ("entries-added", -1), ("groups", i64::MAX), ("radix-tree-keys", 1 << 48)]);
    let snapshot = seen(ReadCmd::XinfoStream(Name::from("s")), Resp::Array(detail));
    let facts = &snapshot.streams[0];
    let detail = facts.detail.as_ref().unwrap();
    assert_eq!((facts.length, detail.entries_added, detail.groups), (Some(7), None, None));
    assert_eq!(detail.packs, Some(1 << 48));
    let told = format!("XINFO STREAM: entries-added, groups {WHY}");
    assert_eq!(odd_gap(&snapshot), ("XINFO STREAM figures", told.as_str()));
}

#[test]
fn figures_of_groups_consumers_and_rows_that_cant_be_are_unknown() {
    let (key, group) = (Name::from("s"), Name::from("g"));
    let mut one = row(&[("consumers", -7), ("pending", 3), ("lag", -9)]);
    one.extend([text("name"), text("g")]);
    let snapshot = seen(ReadCmd::XinfoGroups(key.clone()), Resp::Array(vec![Resp::Array(one)]));
    let facts = &snapshot.groups[0].1.value[0];
    // A lag below zero is a fault of servers that is known by itself.
    assert_eq!((facts.consumers, facts.pending, facts.lag.raw()), (None, Some(3), Some(-9)));
    assert_eq!(odd_gap(&snapshot).1, format!("XINFO GROUPS: consumers {WHY}"));

    let mut one = row(&[("pending", i64::MAX), ("idle", i64::MAX), ("inactive", -1)]);
    one.extend([text("name"), text("c")]);
    let asked = ReadCmd::XinfoConsumers(key.clone(), group.clone());
    let snapshot = seen(asked, Resp::Array(vec![Resp::Array(one)]));
    let facts = &snapshot.consumers[0].2.value[0];
    assert_eq!((facts.pending, facts.idle_ms, facts.inactive), (None, None, Inactivity::Never));
    assert_eq!(odd_gap(&snapshot).1, format!("XINFO CONSUMERS: idle, pending {WHY}"));

    let start = StreamId::MIN;
    let asked = ReadCmd::Xpending { key, group, start, count: 10, consumer: None };
    let one = Resp::Array(vec![text("1-1"), text("c"), Resp::Int(i64::MIN), Resp::Int(i64::MAX)]);
    let snapshot = seen(asked, Resp::Array(vec![one]));
    let facts = &snapshot.pending[0].rows[0];
    assert_eq!((facts.idle_ms, facts.deliveries), (None, i64::MAX as u64), "marked as one that kills");
    assert_eq!(odd_gap(&snapshot).1, format!("XPENDING: idle {WHY}"));
}

#[test]
fn figures_of_clients_and_keys_that_cant_be_are_unknown() {
    let line =
        "id=7 addr=1.1.1.1:1 age=18446744073709551615 idle=3 omem=281474976710657 tot-mem=-5 cmd=get\n";
    let snapshot = seen(ReadCmd::ClientList, text(line));
    let client = &snapshot.clients.as_ref().unwrap().value[0];
    assert_eq!((client.age_s, client.idle_s, client.omem, client.tot_mem), (None, Some(3), None, None));
    assert_eq!(odd_gap(&snapshot).1, format!("CLIENT LIST: age, omem, tot-mem {WHY}"));
    let snapshot = seen(ReadCmd::MemoryUsage(Name::from("k")), Resp::Int(i64::MAX));
    assert_eq!((snapshot.keys[0].bytes, snapshot.keys[0].is_gone), (None, false));
    assert_eq!(odd_gap(&snapshot).1, format!("MEMORY USAGE: bytes {WHY}"));
}

#[test]
fn figures_of_info_that_cant_be_are_unknown_and_minus_one_may_mean_none() {
    let reply = "run_id:a\r\nused_memory:281474976710657\r\nconnected_clients:-5\r\nmaxclients:10\r\n\
                 expired_keys:1152921504606846977\r\nmaster_last_io_seconds_ago:-1\r\n\
                 errorstat_OOM:count=18446744073709551615\r\ntotal_error_replies:3\r\n\
                 db0:keys=5,expires=9,avg_ttl=0\r\ndb1:keys=281474976710657,expires=1\r\n";
    let snapshot = seen(ReadCmd::Info(vec![]), text(reply));
    let info = snapshot.info.as_ref().unwrap();
    assert_eq!((info.memory.used, info.clients.connected, info.stats.expired), (None, None, None));
    let refusals = info.stats.refusals.as_ref().unwrap();
    assert_eq!((refusals.get(RefusalCode::Oom), refusals.get(RefusalCode::NoAuth)), (None, Some(0)));
    assert_eq!(info.keyspace, [DatabaseKeys { database: 0, keys: 5, expires: None }]);
    let told = format!("INFO: connected_clients, db0, db1 and 3 more {WHY}");
    assert_eq!(odd_gap(&snapshot), ("INFO figures", told.as_str()));
}

#[test]
fn no_list_of_pending_rows_is_not_an_empty_one() {
    assert_eq!(super::groups::pending(&Resp::Array(vec![])), Some(vec![]));
    assert_eq!(super::groups::pending(&Resp::Nil), None);
}

pub(in crate::core::wire) fn any_resp() -> impl Strategy<Value = Resp> {
    let words =
        ["name", "length", "lag", "pending", "idle", "inactive", "1-1", "entries-read", "first-entry", "0"];
    let leaf = prop_oneof![
        Just(Resp::Nil),
        any::<i64>().prop_map(Resp::Int),
        any::<f64>().prop_map(Resp::Double),
        any::<bool>().prop_map(Resp::Bool),
        proptest::sample::select(words.to_vec()).prop_map(Resp::bulk),
        proptest::collection::vec(any::<u8>(), 0..12).prop_map(Resp::bulk),
        "[A-Z]{2,9} [a-z ]{0,20}".prop_map(|line| Resp::error(&line)),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Resp::Array),
            proptest::collection::vec((inner.clone(), inner), 0..5).prop_map(Resp::Map),
        ]
    })
}

proptest! {
    #[test]
    fn decoding_never_panics_and_always_answers_or_says_why(reply in any_resp(), which in 0_usize..15) {
        let (key, group) = (Name::from("s"), Name::from("g"));
        let (start, end) = (StreamId::MIN, StreamId::MAX);
        let commands = [
            ReadCmd::Ping, ReadCmd::Time, ReadCmd::Info(vec![]), ReadCmd::Info(vec!["commandstats"]),
            ReadCmd::Scan { cursor: 0, pattern: None, count: 10, wanted: crate::core::wire::ScanFor::Streams },
            ReadCmd::Type(key.clone()), ReadCmd::Xlen(key.clone()), ReadCmd::XinfoStream(key.clone()),
            ReadCmd::XinfoGroups(key.clone()), ReadCmd::XinfoConsumers(key.clone(), group.clone()),
            ReadCmd::Xpending { key: key.clone(), group, start, count: 10, consumer: None },
            ReadCmd::Xrange { key, start, end, count: 10 },
            ReadCmd::ClientList, ReadCmd::SlowlogGet(5), ReadCmd::LatencyLatest,
        ];
        let snapshot = seen(commands[which].clone(), reply);
        // Beside it figures that can't be may be told.
        let gaps = snapshot.gaps.iter().filter(|gap| !gap.what.ends_with(" figures"));
        prop_assert_eq!(gaps.count() + usize::from(!snapshot.answered.is_empty()), 1);
    }
}
