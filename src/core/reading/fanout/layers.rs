//! Channel layers: groups with their width, channels with what waits in them and since when, both forms of
//! channels_redis.
//!
//! Knows sizes and times, never a message. Invariants: a channel at its capacity drops what comes in silence, so it is
//! told; a group that nobody is in any more is gone.

use super::FanoutTrack;
use crate::core::limits;
use crate::core::model::fanout::{LayerKey, LayerPart, LayerRole};
use crate::core::model::{Name, Stamped};
use std::collections::{BTreeMap, BTreeSet};

/// A channel that has been empty for so long is forgotten, microseconds: channels_redis lets it expire sooner.
const EMPTY_US: i64 = 60_000_000;

/// Keys of layers over time.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    keys: BTreeMap<Name, Kept>,
}

#[derive(Clone, Debug)]
struct Kept {
    last: Stamped<LayerKey>,
    full_us: i64,
}

worded! {
    /// Which form of channels_redis.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum LayerForm {
        /// Messages in sorted sets.
        Core "core",
        /// Messages by pub/sub.
        PubSub "pubsub",
    }
    /// The word for machines and people.
    fn word
}

/// One layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// What its keys or channels begin with.
    pub prefix: Name,
    /// Its form.
    pub form: LayerForm,
    /// Its groups, by name.
    pub groups: Vec<LayerGroup>,
    /// Its channels, by name; those of the pub/sub form keep nothing and are not listed.
    pub channels: Vec<LayerChannel>,
}

/// A group of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerGroup {
    /// Its name.
    pub name: Name,
    /// Channels in it, or processes that subscribe to it in the pub/sub form.
    pub width: Option<u64>,
}

/// A channel of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerChannel {
    /// Its name.
    pub name: Name,
    /// Messages that wait in it.
    pub backlog: u64,
    /// Messages taken and not done with.
    pub in_flight: u64,
    /// Age of the oldest message, by the sender's clock, milliseconds; `None` where nothing waits or it can't be read.
    pub oldest_age_ms: Option<u64>,
}

impl LayerChannel {
    /// Whether it drops what comes, where a channel holds so much.
    pub fn is_full(&self, capacity: u64) -> bool {
        self.backlog >= capacity
    }
}

impl Layers {
    /// Takes keys in that were read.
    pub fn advance(&mut self, read: Vec<Stamped<LayerKey>>, gone: &[Name]) {
        for key in gone {
            self.keys.remove(key);
        }
        for key in read {
            let name = key.value.part.key.clone();
            let before_us = self.keys.get(&name).map_or(key.at_us, |kept| kept.full_us);
            let full_us = if key.value.members > 0 { key.at_us } else { before_us };
            let is_gone = key.value.members == 0
                && (key.value.part.role == LayerRole::Group || key.at_us.saturating_sub(full_us) >= EMPTY_US);
            if is_gone {
                self.keys.remove(&name);
            } else if self.keys.len() < limits::LAYER_KEYS || self.keys.contains_key(&name) {
                self.keys.insert(name, Kept { last: key, full_us });
            }
        }
    }
}

/// Every layer of both forms, by prefix; ages as of `now_us`.
pub fn layers(track: &FanoutTrack, now_us: i64) -> Vec<Layer> {
    let mut layers: BTreeMap<(Name, LayerForm), Layer> = BTreeMap::new();
    let mut of = |prefix: &Name, form: LayerForm, take: &mut dyn FnMut(&mut Layer)| {
        let blank = || Layer { prefix: prefix.clone(), form, groups: Vec::new(), channels: Vec::new() };
        take(layers.entry((prefix.clone(), form)).or_insert_with(blank));
    };
    let keys = &track.layers.keys;
    let mut channels: BTreeSet<(&Name, &Name)> = BTreeSet::new();
    for kept in keys.values() {
        let LayerKey { part, members, .. } = &kept.last.value;
        match part.role {
            LayerRole::Group => of(&part.prefix, LayerForm::Core, &mut |layer| {
                layer.groups.push(LayerGroup { name: part.name.clone(), width: Some(*members) });
            }),
            LayerRole::Channel | LayerRole::InFlight => {
                channels.insert((&part.prefix, &part.name));
            }
        }
    }
    for (prefix, name) in channels {
        let channel = channel(keys, prefix, name, now_us);
        of(prefix, LayerForm::Core, &mut |layer| layer.channels.push(channel.clone()));
    }
    for channel in track.channels() {
        if let Some((prefix, group)) = LayerPart::pubsub_group(channel.name) {
            of(&prefix, LayerForm::PubSub, &mut |layer| {
                layer.groups.push(LayerGroup { name: group.clone(), width: channel.subscribers });
            });
        }
    }
    layers.into_values().collect()
}

fn channel(keys: &BTreeMap<Name, Kept>, prefix: &Name, name: &Name, now_us: i64) -> LayerChannel {
    let key = |suffix: &[u8]| Name::new([prefix.as_bytes(), name.as_bytes(), suffix].concat());
    let waiting = keys.get(&key(b"")).map(|kept| &kept.last.value);
    let in_flight = keys.get(&key(b"$inflight")).map(|kept| &kept.last.value);
    let oldest_ms = waiting.and_then(|waiting| waiting.oldest_ms);
    let age_ms = |at_ms: i64| now_us.div_euclid(1000).saturating_sub(at_ms).max(0).unsigned_abs();
    LayerChannel {
        name: name.clone(),
        backlog: waiting.map_or(0, |waiting| waiting.members),
        in_flight: in_flight.map_or(0, |in_flight| in_flight.members),
        oldest_age_ms: oldest_ms.map(age_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::fanout::{ChannelKind, FanoutFacts};

    fn key(key: &str, members: u64, oldest_ms: Option<i64>, at_us: i64) -> Stamped<LayerKey> {
        let part = LayerPart::of(&Name::from(key), &Name::from("asgi")).unwrap();
        Stamped { at_us, value: LayerKey { part, members, oldest_ms } }
    }

    fn track(keys: Vec<Stamped<LayerKey>>) -> FanoutTrack {
        let mut track = FanoutTrack::default();
        track.advance(FanoutFacts { layer_keys: keys, ..FanoutFacts::default() }, 0);
        track
    }

    #[test]
    fn a_layer_of_sorted_sets_shows_widths_backlogs_ages_and_what_is_full() {
        let track = track(vec![
            key("asgi:group:chat", 3, None, 9),
            key("asgispecific.a!", 100, Some(1_000), 9),
            key("asgispecific.a!$inflight", 2, None, 9),
            key("asgispecific.b!", 0, None, 9),
        ]);
        let layers = layers(&track, 5_000_000);
        let layer = layers.first().unwrap();
        assert_eq!((layers.len(), layer.form, layer.prefix.text().as_str()), (1, LayerForm::Core, "asgi"));
        assert_eq!(layer.groups, [LayerGroup { name: Name::from("chat"), width: Some(3) }]);
        let channels: Vec<_> = layer
            .channels
            .iter()
            .map(|channel| (channel.backlog, channel.in_flight, channel.oldest_age_ms, channel.is_full(100)))
            .collect();
        assert_eq!(channels, [(100, 2, Some(4_000), true), (0, 0, None, false)]);
    }

    #[test]
    fn a_layer_of_pub_sub_shows_the_processes_that_listen_to_each_group() {
        let names = vec![Name::from("asgi__group__chat"), Name::from("other")];
        let mut track = FanoutTrack::default();
        track.advance(
            FanoutFacts {
                channels: vec![(ChannelKind::Plain, Stamped { at_us: 1, value: names })],
                counts: vec![(
                    ChannelKind::Plain,
                    Stamped { at_us: 1, value: vec![(Name::from("asgi__group__chat"), Some(4))] },
                )],
                ..FanoutFacts::default()
            },
            1,
        );
        let layers = layers(&track, 0);
        let layer = layers.first().unwrap();
        assert_eq!((layers.len(), layer.form), (1, LayerForm::PubSub));
        assert_eq!(layer.groups, [LayerGroup { name: Name::from("chat"), width: Some(4) }]);
    }

    #[test]
    fn a_group_that_was_left_by_all_is_gone_and_an_empty_channel_stays_for_a_minute() {
        let mut track = track(vec![key("asgi:group:chat", 3, None, 0), key("asgia.1!", 5, Some(0), 0)]);
        let after = |second: i64, track: &mut FanoutTrack| {
            let at_us = second * 1_000_000;
            let keys = vec![key("asgi:group:chat", 0, None, at_us), key("asgia.1!", 0, None, at_us)];
            track.advance(FanoutFacts { layer_keys: keys, ..FanoutFacts::default() }, at_us);
            let layers = layers(track, at_us);
            layers.first().map(|layer| (layer.groups.len(), layer.channels.len()))
        };
        assert_eq!(after(30, &mut track), Some((0, 1)));
        assert_eq!(after(61, &mut track), None);
    }
}
