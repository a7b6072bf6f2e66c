//! Passes of the walk, one after the other, and what is shown of them.

use super::*;
use crate::core::model::keys::Ttl;

fn watched() -> WatchSettings {
    let tier = Tier { name: "charts".into(), glob: Glob::new(Name::from("charts:*")), ttl_ms: Some(300_000) };
    WatchSettings { tiers: vec![tier], ..WatchSettings::default() }
}

fn key(name: &str, bytes: u64, ttl: Ttl) -> KeyFacts {
    let facts = KeyFacts::new(Name::from(name), 0);
    KeyFacts { kind: Some(KeyKind::String), ttl: Some(ttl), bytes: Some(bytes), ..facts }
}

fn step(track: &mut KeyTrack, second: i64, keys: Vec<KeyFacts>, pass: KeysPass) {
    let snapshot = Snapshot {
        at_us: second * 1_000_000,
        keys,
        measures_keys: true,
        keys_pass: Some(pass),
        ..Snapshot::default()
    };
    track.advance(&snapshot);
}

fn pass(number: u64, measured: u64, is_over: bool) -> KeysPass {
    KeysPass { number, measured, left_out: 0, keys: Some(4), is_over, is_paused: false }
}

#[test]
fn what_was_seen_so_far_is_an_estimate_and_a_whole_pass_is_exact() {
    let mut track = KeyTrack::new(&watched());
    step(
        &mut track,
        5,
        vec![key("charts:1", 100, Ttl::Ms(9_000)), key("user:1", 50, Ttl::Forever)],
        pass(1, 2, false),
    );
    let so_far = track.keyspace();
    assert_eq!((so_far.share, so_far.is_exact, so_far.whole(1)), (Some(0.5), false, Some(2)));
    step(
        &mut track,
        6,
        vec![key("charts:2", 300, Ttl::Forever), key("user:2", 50, Ttl::Forever)],
        pass(1, 4, true),
    );
    let whole = track.keyspace();
    assert_eq!((whole.share, whole.is_exact, whole.total.keys, whole.total.bytes), (Some(1.0), true, 4, 500));
    let charts = track.pattern(&Name::from("charts:*")).unwrap();
    assert_eq!((charts.tally.keys, charts.overdue(), charts.tally.forever_bytes), (2, Some(1), 300));
    let users = track.pattern(&Name::from("user:*")).unwrap();
    assert_eq!((users.tally.keys, users.name.clone(), users.overdue()), (2, None, None));
}

#[test]
fn growth_is_between_passes_and_a_pass_that_runs_does_not_show() {
    let mut track = KeyTrack::new(&watched());
    step(&mut track, 10, vec![key("charts:1", 100, Ttl::Forever)], pass(1, 1, true));
    assert_eq!(track.keyspace().patterns[0].grows_per_s, None);
    step(&mut track, 15, vec![key("user:9", 7, Ttl::Forever)], pass(2, 1, false));
    assert_eq!(track.keyspace().total.keys, 1, "the whole pass stays");
    step(&mut track, 20, vec![key("charts:1", 600, Ttl::Forever)], pass(2, 2, true));
    let keyspace = track.keyspace();
    assert_eq!((keyspace.total.keys, keyspace.patterns[0].grows_per_s), (2, Some(50.0)));
    assert_eq!(keyspace.biggest[0].grows_per_s, Some(50.0));
}

#[test]
fn a_pass_that_was_broken_off_is_forgotten() {
    let mut track = KeyTrack::new(&watched());
    step(&mut track, 1, vec![key("a:1", 1, Ttl::Forever)], pass(1, 1, false));
    track.begin_anew();
    step(&mut track, 2, vec![key("a:2", 1, Ttl::Forever)], pass(1, 2, true));
    assert_eq!(track.keyspace().share.filter(|share| *share >= 1.0), None, "half of it is missing");
    step(&mut track, 3, vec![key("a:3", 1, Ttl::Forever)], pass(2, 1, true));
    assert_eq!(track.keyspace().total.keys, 1);
}

#[test]
fn what_is_special_in_a_name_is_escaped_in_the_pattern_that_is_found() {
    assert_eq!(glob_of(b"user[1]:*:x"), Name::from("user\\[1\\]:*:x"));
}
