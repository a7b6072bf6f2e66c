//! Keys in the snapshot: patterns, sizes, times to live.

use super::*;
use crate::core::model::glob::Glob;
use crate::core::model::keys::{KeyFacts, KeyKind, KeysPass, Tier, Ttl};

/// A reading whose keys were measured, with a tier and a counter that were named.
pub(super) fn measured() -> Reading {
    let tier = Tier { name: "charts".into(), glob: Glob::new(Name::from("charts:*")), ttl_ms: Some(60_000) };
    let spec = CounterSpec { name: "done".into(), key: Name::from("done"), field: None, pair: None };
    let watched = WatchSettings { tiers: vec![tier], counters: vec![spec], ..WatchSettings::default() };
    let mut reading = Reading::new(0).watching(&watched);
    let key = |name: &str, ttl| KeyFacts {
        kind: Some(KeyKind::String),
        ttl: Some(ttl),
        bytes: Some(40_000),
        ..KeyFacts::new(Name::from(name), 0)
    };
    let keys =
        vec![key("charts:1", Ttl::Ms(9_000)), key("charts:2", Ttl::Forever), key("user:1", Ttl::Forever)];
    let done = Stamped { at_us: NOW_MS * 1000, value: CounterValue::Number(7) };
    let mut info = Info::default();
    (info.memory.used, info.memory.overhead, info.memory.dataset) = (Some(900), Some(300), Some(600));
    reading.advance(Snapshot {
        at_us: NOW_MS * 1000,
        info: Some(info),
        keys,
        measures_keys: true,
        keys_pass: Some(KeysPass::whole(3)),
        counters: vec![(Name::from("done"), None, done)],
        ..Snapshot::default()
    });
    reading
}

#[test]
fn keys_are_told_by_pattern_with_what_the_config_wants_of_them() {
    let got = value(&measured());
    for (pointer, expected) in [
        ("/cache/walk/share", json!(1.0)),
        ("/cache/patterns/0/pattern", json!("charts:*")),
        ("/cache/patterns/0/name", json!("charts")),
        ("/cache/patterns/0/keys", json!(2)),
        ("/cache/patterns/0/keys_exact", json!(true)),
        ("/cache/patterns/0/bytes", json!(80_000)),
        ("/cache/patterns/0/ttl_ms/none", json!(0.5)),
        ("/cache/patterns/0/ttl_ms/max", json!(9_000)),
        ("/cache/patterns/0/too_long", json!(1)),
        ("/cache/patterns/1/pattern", json!("user:*")),
        ("/cache/patterns/1/too_long", json!(null)),
        ("/memory/reliefs/0/way", json!("overdue")),
        ("/memory/reliefs/0/bytes", json!(40_000)),
        ("/memory/biggest_keys/0/bytes", json!(40_000)),
        ("/counters/0/value", json!(7)),
        ("/counters/0/per_s", json!(null)),
    ] {
        assert_eq!(got.pointer(pointer), Some(&expected), "{pointer}");
    }
}
