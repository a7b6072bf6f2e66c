//! From the config to what a session polls and what a reading judges by.
//!
//! Knows both sides' fields; decides nothing. Invariant: a text of the config that is no escaped name stands for itself.

use crate::config::{Config, Target};
use crate::core::model::Name;
use crate::core::reading::watched::WatchSettings;
use crate::core::wire::round::PollSettings;
use crate::edge::files::Loaded;

/// The name that a text of the config stands for, escaped or not.
pub(super) fn name_of(text: impl AsRef<str>) -> Name {
    Name::from_text(text.as_ref()).unwrap_or_else(|_| Name::from(text.as_ref()))
}

/// What is polled of a target; `everything` where one complete picture is wanted.
pub(super) fn poll_settings(loaded: &Loaded, target: &Target, everything: bool) -> PollSettings {
    let settings = &loaded.config.settings;
    let layers = settings.fanout.layer_prefixes.iter().map(name_of);
    PollSettings {
        interval_us: u64::try_from(settings.interval.as_micros()).unwrap_or(u64::MAX),
        patterns: settings.streams.patterns.iter().map(name_of).collect(),
        layers: layers.collect(),
        queues: settings.queues.enabled,
        queue_lists: settings.queues.lists.iter().map(name_of).collect(),
        queue_tenant: settings.queues.tenant(),
        held: settings.queues.held_times(),
        discover: settings.streams.discover,
        everything,
        measures_keys: settings.sampler.enabled,
        database: target.database,
        counters: loaded.config.counters.clone(),
    }
}

/// What is watched for, by which limits.
pub(super) fn watched(config: &Config, target: &Target) -> WatchSettings {
    WatchSettings {
        thresholds: config.settings.thresholds,
        tiers: config.tiers.clone(),
        separators: config.settings.sampler.separators.as_bytes().to_vec(),
        counters: config.counters.clone(),
        accept_blind: config.settings.check.accept_blind.clone(),
        memory_limit: target.memory_limit,
        database: target.database,
    }
}
