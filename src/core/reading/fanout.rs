//! Publish and subscribe over time: channels with their subscribers, subscribers that fall behind, what PUBLISH takes.
//!
//! Knows what one server tells from outside: pub/sub keeps no history, so nobody but the probe can tell how late a
//! message came. Invariants: what is ours is left out; a limit that is not known is not taken for the default one.

pub mod deliveries;
mod evidence;
pub mod histograms;
pub mod layers;
pub mod subscribers;

pub(super) use evidence::evidence;

use super::commands::CommandTrack;
use crate::core::limits;
use crate::core::model::clients::OutputLimit;
use crate::core::model::fanout::{ChannelKind, FanoutFacts};
use crate::core::model::history::History;
use crate::core::model::info::Info;
use crate::core::model::probe::is_ours;
use crate::core::model::{Name, Stamped};
use histograms::Histograms;
use layers::Layers;
use std::collections::{BTreeMap, BTreeSet};
use subscribers::Subscribers;

/// What is known of publish and subscribe.
#[derive(Clone, Debug)]
pub struct FanoutTrack {
    channels: BTreeMap<(ChannelKind, Name), Option<Stamped<u64>>>,
    listed: BTreeSet<ChannelKind>,
    /// Who listens, and who falls behind.
    pub subscribers: Subscribers,
    /// How much may wait for a subscriber; `None` where that may not be read.
    pub limit: Option<OutputLimit>,
    /// Channel layers.
    pub layers: Layers,
    /// What the commands that fan out take.
    pub histograms: Histograms,
    /// Messages published a second over time.
    pub published: History,
    /// Mean turn of the event loop over time, microseconds (7.2).
    pub loop_us: History,
}

/// A channel and its subscribers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channel<'a> {
    /// Which kind.
    pub kind: ChannelKind,
    /// Its name.
    pub name: &'a Name,
    /// Subscribers at the last count; those of patterns are not among them.
    pub subscribers: Option<u64>,
}

/// What publishing costs the server.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Publishing {
    /// Messages a second, those of the probe included; `None` in the first window.
    pub per_s: Option<f64>,
    /// Mean time of PUBLISH in the last window, microseconds: without the writes to subscribers.
    pub mean_us: Option<f64>,
}

impl Default for FanoutTrack {
    fn default() -> Self {
        Self {
            channels: BTreeMap::new(),
            listed: BTreeSet::new(),
            subscribers: Subscribers::default(),
            limit: None,
            layers: Layers::default(),
            histograms: Histograms::default(),
            published: History::hour(),
            loop_us: History::hour(),
        }
    }
}

impl FanoutTrack {
    /// Takes what a round learnt in.
    pub fn advance(&mut self, facts: FanoutFacts, at_us: i64) {
        for (kind, names) in facts.channels {
            self.listed.insert(kind);
            // The other kind stays as it was.
            let all = std::mem::take(&mut self.channels).into_iter();
            let (mut before, others): (BTreeMap<_, _>, _) = all.partition(|((of, _), _)| *of == kind);
            self.channels = others;
            for name in names.value.into_iter().filter(|name| !is_ours(name)) {
                if self.channels.len() < limits::CHANNELS {
                    let count = before.remove(&(kind, name.clone())).flatten();
                    self.channels.insert((kind, name), count);
                }
            }
        }
        for (kind, counts) in facts.counts {
            for (name, subscribers) in counts.value {
                if let Some(count) = self.channels.get_mut(&(kind, name)) {
                    *count = subscribers.map(|value| Stamped { at_us: counts.at_us, value });
                }
            }
        }
        self.layers.advance(facts.layer_keys, &facts.no_layer_keys);
        if let Some(list) = facts.subscribers {
            self.subscribers.advance(list, self.limit);
        }
        if let Some(histograms) = facts.histograms {
            self.histograms.advance(histograms);
        }
        self.subscribers.forget(at_us);
    }

    /// Takes in how much may wait for a subscriber, where that is known.
    pub fn take_limit(&mut self, limit: Option<OutputLimit>) {
        self.limit = limit.or(self.limit);
    }

    /// Takes INFO in: where nobody subscribes there is nothing to list.
    pub fn advance_info(&mut self, info: &Info, at_us: i64) {
        let stats = &info.stats;
        for (kind, count) in
            [(ChannelKind::Plain, stats.pubsub_channels), (ChannelKind::Shard, stats.pubsub_shard_channels)]
        {
            if count == Some(0) {
                self.channels.retain(|(of, _), _| *of != kind);
                self.listed.insert(kind);
            }
        }
        // Before 7.0 there are no shard channels, and none are told.
        let tells_shards = !matches!(info.server.release(), (1..7, _));
        let has_shards = stats.pubsub_shard_channels.map_or(tells_shards, |count| count > 0);
        let is_quiet = stats.pubsub_channels == Some(0) && stats.pubsub_patterns == Some(0) && !has_shards;
        if is_quiet {
            self.subscribers.advance(Stamped { at_us, value: Vec::new() }, self.limit);
        }
        self.subscribers.count_cuts(stats.output_limit_disconnections);
        self.loop_us.add(at_us.div_euclid(1000), stats.eventloop_us.map(|us| us as f64));
    }

    /// Takes the per-command figures in.
    pub fn advance_commands(&mut self, commands: &CommandTrack, at_us: i64) {
        self.published.add(at_us.div_euclid(1000), publishing(commands).per_s);
    }

    /// Another process answers, or its counters were reset: windows begin anew.
    pub fn begin_anew(&mut self) {
        self.subscribers = Subscribers::default();
        self.histograms = Histograms::default();
    }

    /// Whether the channels of PUBLISH were read once, or there are none.
    pub fn is_listed(&self) -> bool {
        self.listed.contains(&ChannelKind::Plain)
    }

    /// Every channel with a subscriber, in the order of names.
    pub fn channels(&self) -> impl Iterator<Item = Channel<'_>> {
        self.channels.iter().map(|((kind, name), count)| Channel {
            kind: *kind,
            name,
            subscribers: count.map(|count| count.value),
        })
    }

    /// How many channels are known.
    pub fn channel_count(&self) -> usize {
        self.channels.len()
    }
}

/// How much is published, and what that takes.
pub fn publishing(commands: &CommandTrack) -> Publishing {
    let rows = || commands.rows().iter().filter(|row| matches!(row.name.as_str(), "publish" | "spublish"));
    if commands.is_empty() {
        return Publishing::default();
    }
    let rates: Vec<f64> = rows().filter_map(|row| row.calls_per_s).collect();
    let all: f64 = rates.iter().sum();
    // A server where nobody ever published has no such row; one without a window has rows without rates.
    let has_window = commands.rows().iter().any(|row| row.calls_per_s.is_some());
    let weighted: f64 = rows().filter_map(|row| Some(row.calls_per_s? * row.mean_us?)).sum();
    Publishing {
        per_s: has_window.then_some(all),
        mean_us: if all > 0.0 { Some(weighted / all) } else { rows().find_map(|row| row.mean_us) },
    }
}

#[cfg(test)]
mod tests;
