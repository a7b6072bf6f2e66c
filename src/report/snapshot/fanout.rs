//! From a reading to the figures about publish and subscribe.
//!
//! Knows where each figure comes from; what each means stands in docs/SCHEMA.md. Invariant: a list that could
//! not be read is null, one without items is empty.

use super::decimals::tidy;
use super::schema::PercentilesView;
use super::schema::fanout::{
    ChannelView, FanoutView, LayerChannelView, LayerGroupView, LayerView, OutputLimitView, ProbeView,
    ServiceTimeView, SlowSubscriberView, StreamProbeView, VanishedView,
};
use crate::core::model::Name;
use crate::core::reading::Reading;
use crate::core::reading::fanout::layers::{self, Layer};
use crate::core::reading::fanout::publishing;
use crate::core::reading::fanout::subscribers::{Cause, Cutoff, Slow, Vanished};
use crate::core::reading::pings;
use crate::core::reading::probe::{Measures, ProbeState, ProbeTrack};

/// Everything about publish and subscribe.
pub(super) fn fanout(reading: &Reading) -> FanoutView {
    let track = reading.fanout();
    let stats = reading.this_node().info.as_ref().map(|info| &info.value.stats);
    let list = track.subscribers.list();
    let slow = || {
        track.subscribers.slow(track.limit, reading.this_node().at_us).iter().map(slow_subscriber).collect()
    };
    let capacity = reading.judged().thresholds().channel_capacity;
    let layers = layers::layers(track, reading.this_node().at_us);
    FanoutView {
        channels: track.is_listed().then(|| channels(reading)),
        patterns: stats.and_then(|stats| stats.pubsub_patterns),
        subscribers: list.map(|list| list.value.len() as u64),
        published_per_s: tidy(publishing(&reading.this_node().commands).per_s),
        publish_service_us: service_time(reading),
        event_loop_us: stats.and_then(|stats| stats.eventloop_us),
        output_limit: track.limit.map_or_else(OutputLimitView::default, |limit| OutputLimitView {
            hard_bytes: Some(limit.hard.unwrap_or(0)),
            soft_bytes: Some(limit.soft.unwrap_or(0)),
            soft_s: Some(limit.soft_s),
        }),
        slow_subscribers: list.map(|_| slow()),
        vanished: list.map(|_| track.subscribers.vanished().map(gone).collect()),
        layers: layers.iter().map(|layer| layer_row(layer, capacity)).collect(),
        probe: probe(reading),
    }
}

fn probe(reading: &Reading) -> ProbeView {
    let (track, stream) = (&reading.probes().pubsub, &reading.probes().stream);
    let (all, of_stream) = (&track.minutes, &stream.minutes);
    ProbeView {
        enabled: track.is_on(),
        subscribers: track.plan.map(|plan| plan.subscribers),
        publish_us: times(all.publish),
        first_us: times(all.first),
        delivery_us: times(all.last),
        whole_way_us: times(all.whole),
        lost: counted(track).map(|measures| measures.lost),
        samples: counted(track).map(|measures| measures.samples),
        stopped: stopped(track),
        stream: StreamProbeView {
            enabled: stream.is_on(),
            add_us: times(of_stream.publish),
            delivery_us: times(of_stream.last),
            lost: counted(stream).map(|measures| measures.lost),
            samples: counted(stream).map(|measures| measures.samples),
            stopped: stopped(stream),
        },
    }
}

fn times(times: pings::Percentiles) -> PercentilesView {
    PercentilesView { p50: times.p50, p95: times.p95, p99: times.p99, max: times.max }
}

fn counted(track: &ProbeTrack) -> Option<&Measures> {
    (track.is_on() || track.minutes.samples > 0).then_some(&track.minutes)
}

fn stopped(track: &ProbeTrack) -> Option<String> {
    match &track.state {
        ProbeState::Failing(why) | ProbeState::Refused(why) => Some(why.clone()),
        _ => None,
    }
}

fn channels(reading: &Reading) -> Vec<ChannelView> {
    let row = |channel: crate::core::reading::fanout::Channel<'_>| ChannelView {
        channel: channel.name.text(),
        kind: channel.kind.word(),
        subscribers: channel.subscribers,
    };
    reading.fanout().channels().map(row).collect()
}

fn service_time(reading: &Reading) -> ServiceTimeView {
    let window = reading.fanout().histograms.of("publish");
    ServiceTimeView {
        mean: tidy(publishing(&reading.this_node().commands).mean_us),
        p50_at_most: window.and_then(|window| window.p50_us),
        p99_at_most: window.and_then(|window| window.p99_us),
        samples: window.map(|window| window.calls),
    }
}

fn slow_subscriber(slow: &Slow<'_>) -> SlowSubscriberView {
    SlowSubscriberView {
        id: slow.client.id,
        name: slow.client.name.text(),
        address: slow.client.address.text(),
        omem_bytes: slow.omem_bytes,
        growth_bytes_per_s: tidy(slow.growth_per_s),
        seconds_to_disconnect: match slow.cut {
            Cutoff::In(seconds) => tidy(Some(seconds)),
            Cutoff::Never | Cutoff::Unknown => None,
        },
        behind_since_ms: slow.since_us.div_euclid(1000),
    }
}

fn gone(vanished: &Vanished) -> VanishedView {
    let text = |name: &Name| name.text();
    VanishedView {
        id: vanished.id,
        name: text(&vanished.name),
        address: text(&vanished.address),
        omem_bytes: vanished.omem_bytes,
        at_ms: vanished.at_us.div_euclid(1000),
        cause: match vanished.cause {
            Cause::CutOff => "cut_off",
            Cause::Likely => "likely_cut_off",
            Cause::Unknown => "unknown",
        },
    }
}

fn layer_row(layer: &Layer, capacity: u64) -> LayerView {
    let group = |group: &layers::LayerGroup| LayerGroupView { name: group.name.text(), width: group.width };
    let channel = |channel: &layers::LayerChannel| LayerChannelView {
        name: channel.name.text(),
        backlog: channel.backlog,
        in_flight: channel.in_flight,
        oldest_age_ms: channel.oldest_age_ms,
        full: channel.is_full(capacity),
    };
    LayerView {
        prefix: layer.prefix.text(),
        form: layer.form.word(),
        groups: layer.groups.iter().map(group).collect(),
        channels: layer.channels.iter().map(channel).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::clients::Client;
    use crate::core::model::fanout::{ChannelKind, FanoutFacts, LayerKey, LayerPart};
    use crate::core::model::{Snapshot, Stamped};
    use serde_json::Value;
    use std::collections::BTreeSet;

    fn client(id: u64, omem: u64) -> Client {
        Client {
            id,
            name: Name::from("feed"),
            address: Name::from("10.0.0.7:4000"),
            user: None,
            age_s: None,
            idle_s: None,
            flags: "P".into(),
            database: None,
            command: "subscribe".into(),
            omem: Some(omem),
            tot_mem: None,
            qbuf: None,
            subscriptions: Some(1),
            patterns: Some(0),
            library: None,
        }
    }

    /// A reading with one of everything.
    fn full() -> Reading {
        let mut reading = Reading::new(0);
        for second in 1..=4_i64 {
            let at_us = second * 2_000_000;
            let part = |key: &str| LayerPart::of(&Name::from(key), &Name::from("asgi")).unwrap();
            let key = |name: &str, members, oldest_ms| Stamped {
                at_us,
                value: LayerKey { part: part(name), members, oldest_ms },
            };
            let waits = second as u64 * 1_000_000;
            let mut clients = vec![client(7, waits)];
            clients.extend((second < 4).then(|| client(8, waits)));
            let fanout = FanoutFacts {
                channels: vec![(ChannelKind::Plain, Stamped { at_us, value: vec![Name::from("news")] })],
                counts: vec![(
                    ChannelKind::Plain,
                    Stamped { at_us, value: vec![(Name::from("news"), Some(2))] },
                )],
                subscribers: Some(Stamped { at_us, value: clients }),
                layer_keys: vec![
                    key("asgi:group:chat", 3, None),
                    key("asgia.1!", 100, Some(at_us / 1000 - 500)),
                ],
                ..FanoutFacts::default()
            };
            reading.advance(Snapshot { at_us, taken_at_ms: at_us / 1000, fanout, ..Snapshot::default() });
        }
        reading
    }

    fn paths(value: &Value, at: &str, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                for (name, inner) in fields {
                    let path = format!("{at}.{name}");
                    found.insert(path.clone());
                    paths(inner, &path, found);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| paths(item, &format!("{at}[]"), found)),
            _ => {}
        }
    }

    #[test]
    fn every_field_is_documented_and_every_documented_field_is_there() {
        let value = serde_json::to_value(fanout(&full())).unwrap();
        let mut found = BTreeSet::from(["fanout".to_owned()]);
        paths(&value, "fanout", &mut found);
        let page = include_str!("../../../docs/SCHEMA.md").lines();
        let documented: BTreeSet<String> = page
            .filter_map(|line| line.strip_prefix("| `")?.split_once("` |").map(|(path, _)| path.to_owned()))
            .filter(|path| path == "fanout" || path.starts_with("fanout."))
            .collect();
        assert_eq!(found, documented);
    }

    #[test]
    fn subscribers_that_are_behind_that_are_gone_and_channels_that_are_full_are_told_with_their_figures() {
        let value = serde_json::to_value(fanout(&full())).unwrap();
        let slow = &value["slow_subscribers"][0];
        assert_eq!((slow["id"].as_u64(), slow["omem_bytes"].as_u64()), (Some(7), Some(4_000_000)));
        assert_eq!(slow["growth_bytes_per_s"], serde_json::json!(500_000.0));
        assert_eq!(slow["seconds_to_disconnect"], Value::Null, "an unknown limit is not the default");
        assert_eq!(
            (&value["vanished"][0]["id"], &value["vanished"][0]["cause"]),
            (&8.into(), &"unknown".into())
        );
        let channel = &value["layers"][0]["channels"][0];
        assert_eq!((&channel["full"], &channel["oldest_age_ms"]), (&true.into(), &500.into()));
        assert_eq!(value["channels"][0]["subscribers"], 2);
    }

    #[test]
    fn what_was_not_read_is_null_and_not_empty() {
        let value = serde_json::to_value(fanout(&Reading::new(0))).unwrap();
        for list in ["channels", "slow_subscribers", "vanished"] {
            assert_eq!(value[list], Value::Null, "{list}");
        }
    }
}
