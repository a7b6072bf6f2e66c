//! The real `channels_redis` under a prefix of its own, with load and a consumer that was killed.
//!
//! Knows what the script counts on the layer's own keys; what is shown has to be the same, and no invalidation may touch them.

use crate::frameworks::{CHANNELS, Scenario};
use crate::rows::{snapshot_with, told};
use crate::server::{Options, Server, kinds, side_by_side};
use std::collections::BTreeMap;

const NAMED: &str = "[fanout]\nlayer_prefixes = [\"shop\"]\n";

#[test]
fn a_channel_layer_with_a_killed_consumer_is_told_as_its_own_keys_have_it() {
    side_by_side(kinds(), |kind| {
        let server = Server::start(Options { port: true, ..Options::with(kind, &[]) });
        let Some(started) = CHANNELS.start(Scenario::Backlog, &server) else { return };
        let truth = &started.truth;
        let config = format!("{NAMED}[thresholds]\nchannel_capacity = 50\n");
        let seen = snapshot_with(&server, &config);
        assert!(!seen.to_string().contains("secret"), "{kind:?}: {seen}");
        let layers = seen["fanout"]["layers"].as_array().unwrap();
        assert_eq!(layers.len(), 1, "{kind:?}: {}", seen["fanout"]);
        let layer = &layers[0];
        assert_eq!((&layer["prefix"], &layer["form"]), (&"shop".into(), &"core".into()), "{layer}");
        let groups = layer["groups"].as_array().unwrap();
        assert_eq!(groups.len(), 1, "{layer}");
        assert_eq!((&groups[0]["name"], &groups[0]["width"]), (&"room".into(), &truth["width"]), "{layer}");
        let expected: BTreeMap<String, u64> = serde_json::from_value(truth["backlogs"].clone()).unwrap();
        let channels = layer["channels"].as_array().unwrap().iter();
        let waits = channels.filter(|channel| channel["backlog"].as_u64() > Some(0));
        let ours: BTreeMap<String, u64> = waits
            .map(|channel| {
                (channel["name"].as_str().unwrap().to_owned(), channel["backlog"].as_u64().unwrap())
            })
            .collect();
        assert_eq!(ours, expected, "{kind:?}: {layer} {truth}");
        let full = layer["channels"].as_array().unwrap().iter().find(|channel| channel["name"] == "worker");
        assert_eq!(full.map(|channel| &channel["full"]), Some(&true.into()), "{truth}: {layer}");
        assert_eq!(truth["dropped"], 20, "{truth}");
        let held = layer["channels"].as_array().unwrap().iter().map(|channel| channel["in_flight"].as_u64());
        assert_eq!(held.flatten().sum::<u64>(), 1, "what the killed consumer took: {layer}");
        // What the layer keeps is no cache.
        let way = server.socket().display().to_string();
        let plan = told(&server, &way, NAMED, &["invalidate", "shop*", "--dry-run"]);
        let told = &plan["result"];
        assert_eq!(told["outcome"], "refused", "{plan}");
        assert!(
            told["reason"].as_str().unwrap().contains("matches protected keys only: all of it"),
            "{plan}"
        );
    });
}
