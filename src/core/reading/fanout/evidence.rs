//! From what is known of publish and subscribe to what rules look at.
//!
//! Knows where each figure comes from; judges nothing. Invariant: a list that is old is not taken for the present.

use super::FanoutTrack;
use super::layers::layers;
use super::subscribers::{Cause, Cutoff};
use crate::core::diagnose::evidence::fanout::{Behind, FanoutCase, FullChannel, LostSubscriber, Probed, Who};
use crate::core::limits;
use crate::core::model::Name;
use crate::core::model::sums::sum;
use crate::core::reading::Reading;
use crate::core::reading::pings::Percentiles;
use crate::core::reading::probe::{Measures, ProbeTrack};

/// A list of subscribers older than this says nothing of now, microseconds: what is asked by hand is asked rarely.
const OLD_US: i64 = 60_000_000;

/// Publish and subscribe as it stands, where a channel of a layer holds so many messages.
pub fn evidence(reading: &Reading, capacity: u64) -> FanoutCase<'_> {
    let (track, now_us) = (reading.fanout(), reading.this_node().at_us);
    let stats = reading.this_node().info.as_ref().map(|info| &info.value.stats);
    let counts = |stats: &crate::core::model::info::Stats| {
        let others = sum([stats.pubsub_patterns, stats.pubsub_shard_channels].into_iter().flatten());
        stats.pubsub_channels.map(|channels| channels.saturating_add(others) > 0)
    };
    let list = track.subscribers.list();
    let is_listed = list.is_some_and(|list| now_us.saturating_sub(list.at_us) <= OLD_US);
    let slow = if is_listed { track.subscribers.slow(track.limit, now_us) } else { Vec::new() };
    let behind = slow.into_iter().map(|slow| Behind {
        who: Who { id: slow.client.id, name: &slow.client.name, address: &slow.client.address },
        bytes: slow.omem_bytes,
        growth_per_s: slow.growth_per_s,
        samples: slow.samples,
        cut_s: match slow.cut {
            Cutoff::In(seconds) => Some(seconds),
            Cutoff::Never | Cutoff::Unknown => None,
        },
        since_ms: slow.since_us.div_euclid(1000),
    });
    let lost = track.subscribers.vanished().map(|gone| LostSubscriber {
        who: Who { id: gone.id, name: &gone.name, address: &gone.address },
        bytes: gone.omem_bytes,
        at_ms: gone.at_us.div_euclid(1000),
        was_cut: gone.cause != Cause::Unknown,
    });
    FanoutCase {
        full: full(track, capacity, now_us),
        probe: probed(reading),
        is_used: stats.and_then(counts),
        is_listed,
        patterns: stats.and_then(|stats| stats.pubsub_patterns),
        behind: behind.collect(),
        lost: lost.collect(),
    }
}

/// Channels at their capacity, with the layer's prefix.
fn full(track: &FanoutTrack, capacity: u64, now_us: i64) -> Vec<FullChannel> {
    let mut full = Vec::new();
    for layer in layers(track, now_us) {
        for channel in layer.channels.iter().filter(|channel| channel.is_full(capacity)) {
            if full.len() < limits::FINDINGS {
                full.push(FullChannel {
                    key: Name::new([layer.prefix.as_bytes(), channel.name.as_bytes()].concat()),
                    backlog: channel.backlog,
                    oldest_age_ms: channel.oldest_age_ms,
                });
            }
        }
    }
    full
}

/// The worse of both probes that run.
fn probed(reading: &Reading) -> Option<Probed> {
    let probes = [&reading.probes.pubsub, &reading.probes.stream];
    let running: Vec<_> = probes.into_iter().filter(|track| track.is_on()).collect();
    let ms = |part: fn(&Measures) -> Percentiles| {
        let times = running.iter().filter_map(|track| part(&track.minute).p95);
        times.max().map(|us| us as f64 / 1e3)
    };
    let all = |part: fn(&ProbeTrack) -> u64| sum(running.iter().map(|track| part(track)));
    (!running.is_empty()).then(|| Probed {
        publish_ms: ms(|measures| measures.publish),
        delivery_ms: ms(|measures| measures.last),
        whole_way_ms: ms(|measures| measures.whole),
        samples: all(|track| track.minute.samples),
        lost: all(|track| track.minutes.lost),
        sent: all(|track| track.minutes.samples),
    })
}
