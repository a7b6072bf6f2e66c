//! What rounds make when they are put together: restarts, resets, trims and keys made anew.

use super::*;
use crate::core::model::cache::{Bracket, Lookups, OwnLookups};
use crate::core::model::groups::{Group, ServerLag};
use crate::core::model::info::{Info, Stats};
use crate::core::model::server::Server;
use crate::core::model::streams::{StreamDetail, StreamFacts};
use crate::core::model::{Stamped, StreamId};
use proptest::prelude::*;

const SECOND_US: i64 = 1_000_000;

fn round(second: i64, run_id: &str, commands: u64) -> Snapshot {
    let at_us = second * SECOND_US;
    let lookups = Lookups { hits: commands, misses: 0 };
    let stamped = Stamped { at_us, value: lookups };
    Snapshot {
        taken_at_ms: second * 1000,
        at_us,
        info: Some(Info {
            server: Server { run_id: Some(run_id.to_owned()), ..Server::default() },
            stats: Stats { commands: Some(commands), lookups: Some(lookups), ..Stats::default() },
            ..Info::default()
        }),
        bracket: Some(Bracket { first: stamped, last: Some(stamped), beside: OwnLookups::default() }),
        ..Snapshot::default()
    }
}

fn stream(second: i64, length: u64, added: u64, last: u64) -> StreamFacts {
    StreamFacts {
        key: Name::from("s"),
        at_us: second * SECOND_US,
        length: Some(length),
        detail: Some(StreamDetail {
            entries_added: Some(added),
            last_generated: Some(StreamId::new(last, 0)),
            ..StreamDetail::default()
        }),
        reply_bytes: None,
    }
}

fn group(read: u64, pending: u64) -> Group {
    Group {
        name: Name::from("g"),
        consumers: Some(1),
        pending: Some(pending),
        last_delivered: Some(StreamId::new(read, 0)),
        entries_read: Some(read),
        lag: ServerLag::Unknown,
    }
}

#[test]
fn a_restart_blanks_one_window_and_no_rate_is_negative() {
    let mut reading = Reading::new(10 * SECOND_US);
    for (second, run_id, commands) in [(1, "a", 1000), (2, "a", 1100), (3, "b", 5), (4, "b", 55)] {
        reading.advance(round(second, run_id, commands));
        let expected = match second {
            2 => Some(100.0),
            4 => Some(50.0),
            _ => None,
        };
        assert_eq!(reading.this_node().rates.commands.per_s(), expected, "second {second}");
        assert_eq!(reading.this_node().window_us.is_some(), expected.is_some());
    }
}

#[test]
fn a_restart_whose_counters_are_already_higher_makes_no_spike() {
    let mut reading = Reading::new(10 * SECOND_US);
    reading.advance(round(1, "a", 10));
    reading.advance(round(2, "b", 900_000));
    assert_eq!(reading.this_node().rates.commands.per_s(), None);
    assert_eq!(reading.this_node().cache.window(60 * SECOND_US).lookups.total(), 0);
}

#[test]
fn what_comes_in_is_counted_even_while_the_stream_is_trimmed() {
    let mut reading = Reading::new(0);
    for (second, length, added, last) in [(0, 500, 1_000, 10), (10, 20, 2_000, 20)] {
        let mut snapshot = round(second, "a", 1);
        snapshot.streams = vec![stream(second, length, added, last)];
        reading.advance(snapshot);
    }
    assert_eq!(reading.streams().values().next().unwrap().in_per_s(), Some(100.0));
}

#[test]
fn a_stream_made_anew_under_the_same_key_begins_anew() {
    let mut reading = Reading::new(10 * SECOND_US);
    for (second, added, last) in [(1, 100, 50), (2, 200, 60), (3, 1, 5)] {
        let mut snapshot = round(second, "a", second as u64);
        snapshot.streams = vec![stream(second, 1, added, last)];
        reading.advance(snapshot);
    }
    assert_eq!(reading.streams().values().next().unwrap().in_per_s(), None);
}

#[test]
fn deliveries_and_acknowledgements_are_rates_of_their_own() {
    let mut reading = Reading::new(0);
    for (second, read, pending) in [(1, 100, 10), (2, 150, 40)] {
        let mut snapshot = round(second, "a", second as u64);
        if let Some(info) = &mut snapshot.info {
            info.server.product = crate::core::model::server::Product::Redis;
            info.server.version = Some("7.0.15".to_owned());
        }
        snapshot.streams = vec![stream(second, 200, 200, 200)];
        let at_us = second * SECOND_US;
        snapshot.groups = vec![(Name::from("s"), Stamped { at_us, value: vec![group(read, pending)] })];
        reading.advance(snapshot);
    }
    let stream = reading.streams().values().next().unwrap();
    let group = stream.groups.values().next().unwrap();
    assert_eq!((group.delivered_per_s(), group.acked_per_s()), (Some(50.0), Some(20.0)));
    assert_eq!(stream.out_per_s(), Some(50.0));
}

#[test]
fn a_group_or_a_stream_that_is_gone_leaves_nothing_behind() {
    let mut reading = Reading::new(0);
    let mut snapshot = round(1, "a", 1);
    snapshot.streams = vec![stream(1, 1, 1, 1)];
    snapshot.groups = vec![(Name::from("s"), Stamped { at_us: SECOND_US, value: vec![group(1, 0)] })];
    reading.advance(snapshot);
    let mut snapshot = round(2, "a", 2);
    snapshot.groups = vec![(Name::from("s"), Stamped { at_us: 2 * SECOND_US, value: vec![] })];
    reading.advance(snapshot);
    assert!(reading.streams().values().next().unwrap().groups.is_empty());
    reading.advance(Snapshot { gone: vec![Name::from("s")], ..round(3, "a", 3) });
    assert!(reading.streams().is_empty());
}

#[test]
fn a_restart_of_one_node_resets_that_node_and_what_is_at_home_there_alone() {
    let mut reading = Reading::new(10 * SECOND_US);
    for second in 1..=3 {
        for (node, key, per_s) in [("a", "s", 100), ("b", "t", 7)] {
            let run_id = if node == "b" && second == 3 { "again" } else { node };
            let mut snapshot = round(second, run_id, second as u64 * per_s);
            let added = second as u64 * per_s;
            snapshot.streams = vec![StreamFacts { key: Name::from(key), ..stream(second, 1, added, added) }];
            snapshot.node = NodeId::from(node);
            reading.advance(snapshot);
        }
    }
    let rates = |node: &str| {
        let node = reading.node(&NodeId::from(node)).unwrap();
        (node.restarts, node.rates.commands.per_s())
    };
    let added = |key: &str| reading.streams()[&Name::from(key)].in_per_s();
    assert_eq!((rates("a"), added("s")), ((0, Some(100.0)), Some(100.0)));
    assert_eq!((rates("b"), added("t")), ((1, None), None));
    assert!(reading.node(&NodeId::from("c")).is_none());
}

#[test]
fn a_server_that_tells_its_time_at_last_was_not_restarted() {
    let mut reading = Reading::new(0);
    let with_time = |second: i64, run_id: &str| Snapshot {
        clock: crate::core::model::snapshot::ClockSource::Server,
        ..round(second, run_id, second as u64)
    };
    // As when a script holds it at first, and TIME is answered BUSY.
    reading.advance(round(1, "a", 1));
    reading.advance(with_time(2, "a"));
    assert_eq!(reading.this_node().restarts, 0);
    reading.advance(with_time(3, "b"));
    assert_eq!(reading.this_node().restarts, 1);
}

#[test]
fn a_stream_that_moved_is_at_home_where_it_was_told_of_last() {
    let mut reading = Reading::new(0);
    let told = |second: i64, node: &str, streams: Vec<StreamFacts>, gone: Vec<Name>| Snapshot {
        node: NodeId::from(node),
        streams,
        gone,
        ..round(second, node, 1)
    };
    reading.advance(told(1, "a", vec![stream(1, 5, 5, 5)], vec![]));
    reading.advance(told(2, "b", vec![stream(2, 6, 6, 6)], vec![]));
    reading.advance(told(3, "a", vec![], vec![Name::from("s")]));
    assert_eq!(reading.streams()[&Name::from("s")].home, NodeId::from("b"));
    reading.advance(told(4, "b", vec![], vec![Name::from("s")]));
    assert!(reading.streams().is_empty());
}

proptest! {
    #[test]
    fn no_history_of_rounds_makes_a_negative_rate(
        rounds in proptest::collection::vec((0_i64..5, 0_u8..3, any::<u32>(), any::<u16>(), any::<u16>()), 1..60)
    ) {
        let mut reading = Reading::new(10 * SECOND_US);
        let mut second = 1;
        for (step, run, commands, added, pending) in rounds {
            second += step - 1;
            let mut snapshot = round(second, &run.to_string(), u64::from(commands));
            snapshot.streams = vec![stream(second, u64::from(pending), u64::from(added), u64::from(added))];
            let at_us = second * SECOND_US;
            let groups = vec![group(u64::from(added), u64::from(pending))];
            snapshot.groups = vec![(Name::from("s"), Stamped { at_us, value: groups })];
            reading.advance(snapshot);
            let mut rates = vec![reading.this_node().rates.commands.per_s(), reading.this_node().rates.commands.last_per_s()];
            for stream in reading.streams().values() {
                rates.extend([stream.in_per_s(), stream.out_per_s()]);
                rates.extend(stream.groups.values().map(|group| group.acked_per_s()));
            }
            for rate in rates.into_iter().flatten() {
                prop_assert!(rate >= 0.0 && rate.is_finite());
            }
            let ratio = reading.this_node().cache.window(60 * SECOND_US).ratio();
            prop_assert!(ratio.is_none_or(|ratio| (0.0..=1.0).contains(&ratio)));
        }
    }
}
