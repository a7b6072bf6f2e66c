//! The lists of the fan-out screen: subscribers, channels, groups of streams side by side, channel layers.

use super::{figure, name, word};
use crate::app::cell::{Cell, Column, Row, RowId, RowMark, TableId};
use crate::core::model::Name;
use crate::core::model::clients::Client;
use crate::core::reading::Reading;
use crate::core::reading::fanout::deliveries::{self, Delivery, Spread};
use crate::core::reading::fanout::layers::{self, Layer};
use crate::core::reading::fanout::subscribers::{Cutoff, Slow};
use crate::core::reading::streams::StreamState;
use std::collections::BTreeMap;

/// Where what waits for a subscriber stands.
pub const UNREAD: usize = 3;
/// Where the subscribers of a channel stand.
pub const SUBSCRIBERS: usize = 1;
/// Where the delay of a group stands.
pub const LATE: usize = 2;
/// Where what waits in a channel of a layer stands.
pub const BACKLOG: usize = 4;

/// Columns of subscribers.
pub const OF_SUBSCRIBERS: &[Column] = &[
    figure("ID", 7, 3),
    name("NAME", 12, 0),
    name("ADDRESS", 15, 2),
    figure("UNREAD", 8, 0),
    figure("GROWTH", 11, 0),
    figure("DISCONNECT IN", 13, 0),
    figure("BEHIND", 8, 1),
    figure("CHANNELS", 8, 4),
    figure("PATTERNS", 8, 5),
    figure("AGE", 8, 6),
    name("LIBRARY", 14, 7),
];

/// Columns of channels.
pub const OF_CHANNELS: &[Column] =
    &[name("CHANNEL", 20, 0), figure("SUBSCRIBERS", 11, 0), word("KIND", 8, 1), name("LAYER GROUP", 14, 2)];

/// Columns of groups side by side.
pub const OF_GROUPS: &[Column] = &[
    name("STREAM", 11, 0),
    name("GROUP", 11, 0),
    figure("DELAY", 8, 0),
    figure("P50", 7, 1),
    figure("P95", 7, 2),
    figure("P99", 7, 0),
    figure("UNREAD AGE", 10, 0),
    word("SPREAD", 18, 3),
    figure("SAMPLES", 7, 5),
    figure("LAG", 8, 4),
];

/// Columns of channel layers.
pub const OF_LAYERS: &[Column] = &[
    name("GROUP OR CHANNEL", 18, 0),
    word("WHAT", 8, 1),
    word("LAYER", 12, 3),
    figure("MEMBERS", 7, 0),
    figure("WAITING", 8, 0),
    figure("IN HAND", 8, 4),
    figure("OLDEST", 8, 0),
    word("STATE", 10, 0),
];

/// One row a subscriber.
pub fn subscribers(reading: &Reading) -> Vec<Row> {
    let track = reading.fanout();
    let Some(list) = track.subscribers.list() else { return Vec::new() };
    let slow: BTreeMap<u64, Slow<'_>> = track
        .subscribers
        .slow(track.limit, reading.this_node().at_us)
        .into_iter()
        .map(|slow| (slow.client.id, slow))
        .collect();
    list.value.iter().map(|client| subscriber(client, slow.get(&client.id), reading)).collect()
}

fn subscriber(client: &Client, slow: Option<&Slow<'_>>, reading: &Reading) -> Row {
    let dash = || Cell::Text("—".into());
    let since_ms =
        |us: i64| u64::try_from(reading.this_node().at_us.saturating_sub(us).div_euclid(1000)).ok();
    Row {
        id: RowId::Client(client.id),
        cells: vec![
            Cell::Number(client.id),
            Cell::Name(client.name.clone()),
            Cell::Name(client.address.clone()),
            Cell::Bytes(client.omem),
            Cell::BufferGrowth(slow.and_then(|slow| slow.growth_per_s)),
            Cell::Cut(slow.map_or(Cutoff::Never, |slow| slow.cut)),
            Cell::Ms(slow.and_then(|slow| since_ms(slow.since_us))),
            Cell::Count(client.subscriptions),
            Cell::Count(client.patterns),
            Cell::WholeSeconds(client.age_s),
            client.library.as_ref().map_or_else(dash, |library| Cell::Name(library.clone())),
        ],
        mark: RowMark::None,
    }
}

/// One row a channel.
pub fn channels(reading: &Reading) -> Vec<Row> {
    let row = |channel: crate::core::reading::fanout::Channel<'_>| {
        let group = crate::core::model::fanout::LayerPart::pubsub_group(channel.name);
        Row {
            id: RowId::Channel(channel.kind, channel.name.clone()),
            cells: vec![
                Cell::Name(channel.name.clone()),
                Cell::Count(channel.subscribers),
                Cell::Text(channel.kind.word().to_owned()),
                group.map_or(Cell::Text(String::new()), |(_, group)| Cell::Name(group)),
            ],
            mark: RowMark::None,
        }
    };
    reading.fanout().channels().map(row).collect()
}

/// One row a group of a stream.
pub fn groups(reading: &Reading) -> Vec<Row> {
    reading.streams().values().flat_map(|stream| groups_of(stream, reading.this_node().at_us)).collect()
}

fn groups_of(stream: &StreamState, now_us: i64) -> Vec<Row> {
    let all = deliveries::deliveries(stream, now_us);
    let spread = deliveries::spread(&all);
    let lag = |group: &Name| stream.groups.get(group).map(|group| Cell::Lag(group.lag));
    let row = |delivery: &Delivery<'_>| Row {
        id: RowId::Group(stream.key.clone(), delivery.group.clone()),
        cells: vec![
            Cell::Name(stream.key.clone()),
            Cell::Name(delivery.group.clone()),
            Cell::Ms(delivery.delay_ms()),
            Cell::Ms(delivery.waited_ms.p50),
            Cell::Ms(delivery.waited_ms.p95),
            Cell::Ms(delivery.waited_ms.p99),
            Cell::Ms(delivery.undelivered_ms),
            Cell::Among(among(delivery, spread)),
            Cell::Count(Some(delivery.waited_ms.samples as u64)),
            lag(delivery.group).unwrap_or(Cell::Count(None)),
        ],
        mark: RowMark::None,
    };
    all.iter().map(row).collect()
}

/// How much later the slowest group is than the quickest; nothing for the others.
fn among(delivery: &Delivery<'_>, spread: Option<Spread<'_>>) -> Option<u64> {
    spread
        .filter(|spread| spread.slowest == delivery.group && spread.spread_ms > 0)
        .map(|spread| spread.spread_ms)
}

/// One row a group or channel of a layer.
pub fn layers(reading: &Reading) -> Vec<Row> {
    let capacity = reading.judged().thresholds().channel_capacity;
    let layers = layers::layers(reading.fanout(), reading.this_node().at_us);
    layers.iter().flat_map(|layer| rows_of_layer(layer, capacity)).collect()
}

fn rows_of_layer(layer: &Layer, capacity: u64) -> Vec<Row> {
    let of = format!("{} {}", layer.prefix, layer.form.word());
    let row = |name: &Name, what: &'static str, width, backlog, in_flight, oldest_age_ms, is_full| Row {
        id: RowId::Layer(layer.prefix.clone(), what, name.clone()),
        cells: vec![
            Cell::Name(name.clone()),
            Cell::Text(what.to_owned()),
            Cell::Text(of.clone()),
            Cell::Count(width),
            Cell::Count(backlog),
            Cell::Count(in_flight),
            Cell::Ms(oldest_age_ms),
            Cell::Full(is_full),
        ],
        mark: RowMark::None,
    };
    let groups =
        layer.groups.iter().map(|group| row(&group.name, "group", group.width, None, None, None, None));
    let channels = layer.channels.iter().map(|channel| {
        let (waiting, in_hand) = (Some(channel.backlog), Some(channel.in_flight));
        let is_full = Some(channel.is_full(capacity));
        row(&channel.name, "channel", None, waiting, in_hand, channel.oldest_age_ms, is_full)
    });
    groups.chain(channels).collect()
}

/// The rows of one of the lists.
pub fn rows(reading: &Reading, id: TableId) -> Vec<Row> {
    match id {
        TableId::Subscribers => subscribers(reading),
        TableId::Deliveries => groups(reading),
        TableId::Layers => layers(reading),
        _ => channels(reading),
    }
}
