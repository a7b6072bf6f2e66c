//! The fan-out screen's single figures.

use crate::app::State;
use crate::core::figures::sentence;
use crate::core::limits::CHANNELS;
use crate::core::model::clients::OutputLimit;
use crate::core::model::info::Info;
use crate::core::reading::fanout::publishing;
use crate::ui::screens::facts::Fact;
use crate::ui::theme::Skin;

/// Who listens, what is published, and what that takes.
pub fn all(state: &State, skin: &Skin) -> Vec<Fact> {
    let reading = state.shown();
    let (track, figures) = (reading.fanout(), skin.figures);
    let nothing = Info::default();
    let stats = reading.this_node().info.as_ref().map_or(&nothing, |info| &info.value);
    let publishing = publishing(&reading.this_node().commands);
    let list = track.subscribers.list();
    let listeners = list.map(|list| list.value.len() as u64).or(stats.clients.pubsub);
    let behind = list.map(|_| track.subscribers.slow(track.limit, reading.this_node().at_us).len() as u64);
    let lost = list.map(|_| track.subscribers.vanished().count() as u64);
    let count = |name, count: Option<u64>| Fact::new(name, figures.count(count), skin);
    let told = stats.stats.pubsub_channels;
    let told = told.map(|plain| plain.saturating_add(stats.stats.pubsub_shard_channels.unwrap_or(0)));
    // INFO counts the probe's channel too; a list that is cut off counts too few.
    let listed = Some(track.channel_count()).filter(|&count| track.is_listed() && count < CHANNELS);
    let channels = listed.map(|count| count as u64).or(told);
    let published = track.histograms.of("publish").and_then(|time| time.p99_us);
    let p99 =
        published.map(|us| format!("<={}", figures.latency_us(Some(us as f64))).replace("<=", at_most(skin)));
    vec![
        count("channels", channels),
        count("patterns", stats.stats.pubsub_patterns),
        count("subscribers", listeners),
        Fact::new("published", figures.rate(publishing.per_s), skin),
        Fact::new("PUBLISH takes", figures.latency_us(publishing.mean_us), skin),
        Fact::new("PUBLISH p99", p99.unwrap_or_else(|| figures.unknown().to_owned()), skin),
        count("slow subscribers", behind),
        count("cut off in 10m", lost),
        Fact::new("limit", limit(track.limit, skin), skin),
    ]
}

fn at_most(skin: &Skin) -> &'static str {
    if skin.is_ascii() { "<=" } else { "≤" }
}

/// `32 MiB`, or what may wait for a while where that is less: `8 MiB 1m`.
fn limit(limit: Option<OutputLimit>, skin: &Skin) -> String {
    let Some(limit) = limit else { return skin.figures.unknown().to_owned() };
    let hard = limit.hard.map(sentence::bytes);
    let soft = limit.soft.map(|soft| {
        format!("{} {}", sentence::bytes(soft), sentence::span(limit.soft_s.saturating_mul(1000)))
    });
    match (hard, soft) {
        (Some(hard), Some(soft)) => format!("{hard}, {soft}"),
        (hard, soft) => hard.or(soft).unwrap_or_else(|| "none".to_owned()),
    }
}
