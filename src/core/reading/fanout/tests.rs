//! What is told of channels and subscribers as lists come in.

use super::subscribers::{Cause, Cutoff};
use super::*;
use crate::core::model::clients::Client;

const LIMIT: OutputLimit = OutputLimit { hard: Some(32_000_000), soft: Some(8_000_000), soft_s: 60 };

fn client(id: u64, omem: u64) -> Client {
    Client {
        id,
        name: Name::from(format!("feed-{id}").as_str()),
        address: Name::from("10.0.0.7:4000"),
        user: None,
        age_s: Some(9),
        idle_s: Some(1),
        flags: "P".into(),
        database: Some(0),
        command: "subscribe".into(),
        omem: Some(omem),
        tot_mem: None,
        qbuf: None,
        subscriptions: Some(1),
        patterns: Some(0),
        library: None,
    }
}

fn list(second: i64, clients: Vec<Client>) -> FanoutFacts {
    let subscribers = Some(Stamped { at_us: second * 1_000_000, value: clients });
    FanoutFacts { subscribers, ..FanoutFacts::default() }
}

/// Lists two seconds apart in which one subscriber has so much waiting.
fn track(omem: &[u64]) -> FanoutTrack {
    let mut track = FanoutTrack::default();
    track.take_limit(Some(LIMIT));
    for (at, omem) in omem.iter().enumerate() {
        track.advance(list(at as i64 * 2, vec![client(7, *omem), client(8, 0)]), at as i64 * 2_000_000);
    }
    track
}

fn cut(omem: &[u64], limit: Option<OutputLimit>) -> Option<Cutoff> {
    let track = track(omem);
    let now_us = (omem.len() as i64 - 1) * 2_000_000;
    track.subscribers.slow(limit, now_us).first().map(|slow| slow.cut)
}

#[test]
fn whoever_is_behind_in_two_lists_is_slow_and_a_moment_is_not() {
    assert_eq!(track(&[0, 5_000]).subscribers.slow(Some(LIMIT), 0).len(), 0);
    assert_eq!(track(&[9_000, 0, 5_000]).subscribers.slow(Some(LIMIT), 0).len(), 0);
    let track = track(&[0, 1_000_000, 3_000_000]);
    let slow = track.subscribers.slow(Some(LIMIT), 4_000_000);
    let slow = slow.first().unwrap();
    assert_eq!((slow.client.id, slow.omem_bytes, slow.growth_per_s), (7, 3_000_000, Some(1_000_000.0)));
    assert_eq!(slow.since_us, 2_000_000);
}

#[test]
fn a_quick_growth_is_cut_at_the_hard_limit() {
    assert_eq!(cut(&[2_000_000, 4_000_000], Some(LIMIT)), Some(Cutoff::In(28.0)));
}

#[test]
fn a_slow_growth_is_cut_by_the_time_above_the_soft_limit() {
    // 8 MB in another 20 s, and 60 s above it, while 32 MB would take 140 s.
    assert_eq!(cut(&[3_600_000, 4_000_000], Some(LIMIT)), Some(Cutoff::In(80.0)));
    // Above it for 1 s already: it was crossed half-way between the lists.
    assert_eq!(cut(&[7_900_000, 8_100_000], Some(LIMIT)), Some(Cutoff::In(59.0)));
    // Even a buffer that does not grow any more.
    assert_eq!(cut(&[7_900_000, 8_100_000, 8_100_000], Some(LIMIT)), Some(Cutoff::In(57.0)));
}

#[test]
fn a_buffer_that_does_not_grow_or_has_no_limit_is_never_cut_and_an_unknown_limit_is_not_the_default() {
    assert_eq!(cut(&[4_000_000, 4_000_000], Some(LIMIT)), Some(Cutoff::Never));
    let none = OutputLimit { hard: None, soft: None, soft_s: 0 };
    assert_eq!(cut(&[2_000_000, 4_000_000], Some(none)), Some(Cutoff::Never));
    assert_eq!(cut(&[2_000_000, 4_000_000], None), Some(Cutoff::Unknown));
}

#[test]
fn time_passes_between_lists() {
    let track = track(&[2_000_000, 4_000_000]);
    let cut_at = |now_us| track.subscribers.slow(Some(LIMIT), now_us).first().map(|slow| slow.cut);
    assert_eq!(cut_at(3_000_000), Some(Cutoff::In(27.0)));
    assert_eq!(cut_at(99_000_000), Some(Cutoff::In(0.0)));
}

#[test]
fn whoever_vanishes_with_a_full_buffer_is_remembered_with_the_cause_and_whoever_kept_up_is_not() {
    let vanish = |omem: &[u64], layout: Option<u64>| {
        let mut track = track(omem);
        track.subscribers.count_cuts(layout.map(|_| 0));
        let at = omem.len() as i64 * 2;
        track.advance(list(at, vec![client(7, *omem.last().unwrap()), client(8, 0)]), at * 1_000_000);
        track.subscribers.count_cuts(layout);
        track.advance(list(at + 2, vec![]), (at + 2) * 1_000_000);
        track.subscribers.vanished().map(|gone| (gone.id, gone.cause)).collect::<Vec<_>>()
    };
    assert_eq!(vanish(&[1_000_000, 2_000_000], None), [(7, Cause::Unknown)]);
    assert_eq!(vanish(&[25_000_000, 31_000_000], None), [(7, Cause::Likely)]);
    assert_eq!(vanish(&[1_000_000, 2_000_000], Some(1)), [(7, Cause::CutOff)]);
    assert_eq!(vanish(&[0, 0], Some(1)), []);
    let mut long_ago = track(&[1_000_000, 2_000_000]);
    long_ago.advance(list(6, vec![]), 6_000_000);
    long_ago.advance(FanoutFacts::default(), 700_000_000);
    assert_eq!(long_ago.subscribers.vanished().count(), 0);
}

#[test]
fn our_own_connections_and_channels_are_left_out() {
    let mut ours = client(9, 5_000);
    ours.name = Name::from("streamgauge:probe");
    let mut track = FanoutTrack::default();
    for second in [0, 2] {
        let names = vec![Name::from("orders"), Name::from("__streamgauge:probe:1")];
        let channels = vec![(ChannelKind::Plain, Stamped { at_us: second, value: names })];
        track.advance(FanoutFacts { channels, ..list(second, vec![ours.clone()]) }, second);
    }
    assert_eq!(track.subscribers.slow(None, 0).len(), 0);
    let names: Vec<_> = track.channels().map(|channel| channel.name.clone()).collect();
    assert_eq!(names, [Name::from("orders")]);
}

#[test]
fn a_channel_keeps_its_count_until_it_is_counted_again_and_goes_when_nobody_listens() {
    let mut track = FanoutTrack::default();
    let names = |names: &[&str]| {
        let value = names.iter().map(|name| Name::from(*name)).collect();
        FanoutFacts {
            channels: vec![(ChannelKind::Plain, Stamped { at_us: 1, value })],
            ..FanoutFacts::default()
        }
    };
    assert!(!track.is_listed());
    track.advance(names(&["a", "b"]), 1);
    let counts = vec![(ChannelKind::Plain, Stamped { at_us: 2, value: vec![(Name::from("a"), Some(3))] })];
    track.advance(FanoutFacts { counts, ..FanoutFacts::default() }, 2);
    track.advance(names(&["a"]), 3);
    let channels: Vec<_> =
        track.channels().map(|channel| (channel.name.text(), channel.subscribers)).collect();
    assert_eq!(channels, [("a".to_owned(), Some(3))]);
    let mut quiet = Info::default();
    quiet.stats.pubsub_channels = Some(0);
    track.advance_info(&quiet, 4);
    assert_eq!((track.channel_count(), track.is_listed()), (0, true));
}

#[test]
fn nobody_subscribes_only_where_every_kind_of_subscription_is_known_to_be_none() {
    let is_listed = |version: &str, patterns: Option<u64>, shards: Option<u64>| {
        let mut info = Info::default();
        info.server.version = Some(version.to_owned());
        info.stats.pubsub_channels = Some(0);
        info.stats.pubsub_patterns = patterns;
        info.stats.pubsub_shard_channels = shards;
        let mut track = FanoutTrack::default();
        track.advance_info(&info, 0);
        track.subscribers.list().is_some()
    };
    assert!(is_listed("7.2.0", Some(0), Some(0)) && is_listed("6.2.14", Some(0), None));
    assert!(!is_listed("7.2.0", None, Some(0)), "patterns were left out");
    assert!(!is_listed("7.2.0", Some(0), None), "shard channels were left out");
}
