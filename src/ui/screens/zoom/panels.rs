//! What each panel shows: its title, its figures with the weightiest first, and its graphs.
//!
//! Knows which figures belong to a panel; not where they stand. Invariants: a rate stands without "/s" where its name has it;
//! what is not known is never a number.

use super::{LargeFigure, ZoomContent};
use crate::app::State;
use crate::app::zoom::ZoomPanel;
use crate::config::theme::Role;
use crate::core::figures::sentence;
use crate::core::model::Name;
use crate::core::model::info::Info;
use crate::core::model::queues::{QueueColumn, QueueId};
use crate::core::reading::fanout::publishing;
use crate::core::reading::streams::StreamState;
use crate::core::reading::totals::StreamSum;
use crate::ui::cells;
use crate::ui::screens::charts::{Maker, Span, server};
use crate::ui::screens::detail::jobs;
use crate::ui::screens::fanout::graphs;
use crate::ui::screens::gauges;
use crate::ui::screens::trends::{self, Picture};
use crate::ui::theme::Skin;
use crate::ui::widgets::{StyledText, Unit};

/// The content of a panel; without figures where what it is about is gone.
pub(super) fn of<'a>(state: &'a State, panel: &ZoomPanel, wide: u16, skin: &Skin) -> ZoomContent<'a> {
    match panel {
        ZoomPanel::AllStreams => all_streams(state, skin),
        ZoomPanel::Flow(key) => of_stream(state, key, flow, skin),
        ZoomPanel::Length(key) => of_stream(state, key, length, skin),
        ZoomPanel::GroupLag(key, group) => of_group(state, (key, group), skin),
        ZoomPanel::Jobs(id) => of_jobs(state, id, skin),
        panel => of_server(state, panel, wide, skin),
    }
}

/// A figure, quiet where it is not known.
fn figure(name: impl Into<String>, figure: String, role: Role, skin: &Skin) -> LargeFigure {
    let role = if figure.trim() == skin.figures.unknown() { Role::Unknown } else { role };
    LargeFigure { name: name.into(), figure, role }
}

/// A rate whose name says that it is one.
fn rate(name: &str, per_s: Option<f64>, role: Role, skin: &Skin) -> LargeFigure {
    let text = skin.figures.rate(per_s);
    figure(format!("{name}/s"), text.trim_end_matches("/s").to_owned(), role, skin)
}

fn words(figure: &LargeFigure) -> StyledText {
    StyledText::new(format!("{} {:>6}", figure.name, figure.figure), figure.role)
}

fn all_streams<'a>(state: &'a State, skin: &Skin) -> ZoomContent<'a> {
    let totals = state.shown().totals();
    let of_rate = |name: &str, sum: &StreamSum, role| {
        let plain = rate(name, sum.now, role, skin);
        let mark = if sum.now.is_some() { skin.figures.mark(sum.kind) } else { "" };
        LargeFigure { figure: format!("{mark}{}", plain.figure), ..plain }
    };
    let lag = totals.lag.now.map(|lag| lag.round() as u64);
    let lag = skin.figures.marked(lag, totals.lag.kind);
    let figures = vec![
        of_rate("In", &totals.added, Role::Graph1),
        of_rate("Out", &totals.out, Role::Graph2),
        figure("Lag of all groups", lag, Role::Graph3, skin),
    ];
    let now = |figures: &[LargeFigure]| figures.iter().map(words).collect::<Vec<_>>();
    let flow = Picture {
        title: "In and out".into(),
        now: now(figures.get(..2).unwrap_or_default()),
        lines: vec![(&totals.added.series, Role::Graph1), (&totals.out.series, Role::Graph2)],
        unit: Unit::Rate,
    };
    let behind = Picture {
        title: "Lag of all groups".into(),
        now: Vec::new(),
        lines: vec![(&totals.lag.series, Role::Graph3)],
        unit: Unit::Count,
    };
    let count = u64::try_from(state.shown().streams().len()).unwrap_or(u64::MAX);
    ZoomContent {
        title: sentence::number_of(count, "stream"),
        figures,
        pictures: vec![flow, behind],
        charts: Vec::new(),
    }
}

/// What is shown of a stream.
type OfStream = for<'a> fn(&'a StreamState, &Skin) -> (Vec<LargeFigure>, Vec<Picture<'a>>);

fn of_stream<'a>(state: &'a State, key: &Name, show: OfStream, skin: &Skin) -> ZoomContent<'a> {
    let stream = state.shown().streams().get(key);
    let (figures, pictures) = stream.map_or_else(Default::default, |stream| show(stream, skin));
    ZoomContent { title: key.to_string(), figures, pictures, charts: Vec::new() }
}

fn flow<'a>(stream: &'a StreamState, skin: &Skin) -> (Vec<LargeFigure>, Vec<Picture<'a>>) {
    let mut figures = vec![
        rate("In", stream.in_per_s(), Role::Graph1, skin),
        rate("Out", stream.out_per_s(), Role::Graph2, skin),
    ];
    if let Some(group) = stream.worst_group() {
        let name = format!("Lag of {}", group.facts.name);
        figures.push(figure(name, cells::lag(group.lag, skin).text, Role::Graph3, skin));
    }
    let mut pictures = trends::of_stream(stream, skin);
    pictures.truncate(figures.len() - 1);
    (figures, pictures)
}

fn length<'a>(stream: &'a StreamState, skin: &Skin) -> (Vec<LargeFigure>, Vec<Picture<'a>>) {
    let counted = |name: &str, count, role| figure(name, skin.figures.count(count), role, skin);
    let figures = vec![
        counted("Length", stream.length.map(|length| length.value), Role::Graph1),
        counted("Pending", stream.pending(), Role::Text),
    ];
    (figures, trends::of_stream(stream, skin).pop().into_iter().collect())
}

fn of_group<'a>(state: &'a State, (key, name): (&Name, &Name), skin: &Skin) -> ZoomContent<'a> {
    let stream = state.shown().streams().get(key);
    let found = stream.and_then(|stream| stream.groups.get(name));
    let (figures, pictures) = found.map_or_else(Default::default, |group| {
        let pending = skin.figures.count(group.facts.pending);
        let figures = vec![
            figure("Lag", cells::lag(group.lag, skin).text, Role::Graph3, skin),
            figure("Pending", pending, Role::Graph2, skin),
            rate("Read", group.delivered_per_s(), Role::Text, skin),
        ];
        (figures, trends::of_group(group, skin))
    });
    ZoomContent { title: format!("{name} of {key}"), figures, pictures, charts: Vec::new() }
}

fn of_jobs<'a>(state: &State, id: &QueueId, skin: &Skin) -> ZoomContent<'a> {
    let view = state.shown().queues().into_iter().find(|view| view.id == *id);
    let name = id.queue.as_ref().map_or_else(|| "all queues".to_owned(), ToString::to_string);
    let title = format!("{name} ({})", id.site.framework.word());
    let Some(view) = view else {
        return ZoomContent { title, figures: Vec::new(), pictures: Vec::new(), charts: Vec::new() };
    };
    let count = |name: &str, count, role| figure(name, skin.figures.count(count), role, skin);
    let ready = skin.figures.marked(view.ready, view.ready_kind);
    let figures = vec![
        figure("Ready", ready, Role::Graph1, skin),
        count("In flight", view.in_flight, Role::Graph2),
        count("Workers", view.workers, Role::Text),
    ];
    let of =
        [("Ready", QueueColumn::Ready, Role::Graph1), ("In flight", QueueColumn::InFlight, Role::Graph2)];
    let charts = of.into_iter().filter_map(|part| jobs::chart(state, id, part)).collect();
    ZoomContent { title, figures, pictures: Vec::new(), charts }
}

/// What the server says of itself.
fn of_server<'a>(state: &State, panel: &ZoomPanel, wide: u16, skin: &Skin) -> ZoomContent<'a> {
    let (title, maker, is_brief): (&str, Maker, bool) = match panel {
        ZoomPanel::Waste => ("Resident beyond used", server::waste, false),
        ZoomPanel::Removed => ("Keys removed", server::removed, false),
        ZoomPanel::HitRatio => ("Hit ratio", server::hit_ratio, false),
        ZoomPanel::Reads => ("Reads", server::lookups, false),
        ZoomPanel::Commands => ("Commands", server::commands, false),
        ZoomPanel::Network => ("Network", server::network, false),
        ZoomPanel::Connections => ("Clients", server::clients, false),
        // Round trips and turns are kept for five minutes.
        ZoomPanel::Pings => ("PING", server::pings, true),
        ZoomPanel::LoopTurn => ("Event loop", graphs::turn, true),
        ZoomPanel::Published => ("Published messages", graphs::published, true),
        _ => ("Memory", server::memory, false),
    };
    let span = Span::of(state, if is_brief { 0 } else { wide });
    let span = if *panel == ZoomPanel::Published { span.of_slower(graphs::COMMANDS_APART_MS) } else { span };
    ZoomContent {
        title: title.to_owned(),
        figures: figures_of_server(state, panel, skin),
        pictures: Vec::new(),
        charts: vec![(maker(state, &span, skin), span)],
    }
}

fn figures_of_server(state: &State, panel: &ZoomPanel, skin: &Skin) -> Vec<LargeFigure> {
    let (node, figures, nothing) = (state.shown().this_node(), skin.figures, Info::default());
    let info = node.info.as_ref().map_or(&nothing, |info| &info.value);
    let rates = &node.rates;
    let trips = node.pings.percentiles(node.at_us, 60_000_000);
    let us = |name: &str, us: Option<u64>, role| {
        figure(name, figures.latency_us(us.map(|us| us as f64)), role, skin)
    };
    let bytes_rate = |name: &str, per_s, role| figure(name, figures.bytes_rate(per_s), role, skin);
    match panel {
        ZoomPanel::Waste => {
            let beyond = info.memory.rss.zip(info.memory.used).map(|(rss, used)| rss.saturating_sub(used));
            vec![
                figure("RSS beyond used", figures.bytes(beyond), Role::Graph1, skin),
                figure("RSS / used", figures.factor(info.memory.fragmentation_ratio), Role::Text, skin),
            ]
        }
        ZoomPanel::Removed => vec![
            rate("Expired", rates.expired.per_s(), Role::Graph1, skin),
            rate("Evicted", rates.evicted.per_s(), Role::Graph2, skin),
        ],
        ZoomPanel::HitRatio => {
            let window = node.cache.window(60_000_000);
            let reads = (window.whole_us > 0).then(|| window.lookups.total());
            vec![
                figure("Hits, last minute", figures.percent(window.ratio()), Role::Graph1, skin),
                figure("Reads, last minute", figures.count(reads), Role::Text, skin),
            ]
        }
        ZoomPanel::Reads => vec![
            rate("Hits", rates.hits.per_s(), Role::Graph1, skin),
            rate("Misses", rates.misses.per_s(), Role::Graph2, skin),
        ],
        ZoomPanel::Commands => vec![
            rate("Commands", rates.commands.per_s(), Role::Graph1, skin),
            rate("Error replies", rates.errors.per_s(), Role::Text, skin),
        ],
        ZoomPanel::Network => vec![
            bytes_rate("Out", rates.net_out.per_s(), Role::Graph1),
            bytes_rate("In", rates.net_in.per_s(), Role::Graph2),
        ],
        ZoomPanel::Connections => vec![
            figure("Connected", figures.count(info.clients.connected), Role::Graph1, skin),
            figure("Blocked", figures.count(info.clients.blocked), Role::Text, skin),
        ],
        ZoomPanel::Pings => vec![
            us("p50, last minute", trips.p50, Role::Graph1),
            us("p99", trips.p99, Role::Text),
            us("max", trips.max, Role::Text),
        ],
        ZoomPanel::LoopTurn => vec![us("Event loop turn", info.stats.eventloop_us, Role::Graph1)],
        ZoomPanel::Published => {
            let publishing = publishing(&node.commands);
            vec![
                rate("Published", publishing.per_s, Role::Graph2, skin),
                figure("PUBLISH takes", figures.latency_us(publishing.mean_us), Role::Text, skin),
            ]
        }
        _ => memory(state, info, skin),
    }
}

fn memory(state: &State, info: &Info, skin: &Skin) -> Vec<LargeFigure> {
    let track = &state.shown().this_node().memory;
    let room = track.headroom().filter(|_| info.memory.used.is_some());
    let of = room.map(|room| format!("of {}", sentence::bytes(room.limit)));
    let share = skin.figures.percent(room.map(|room| room.fullness()));
    let soon = gauges::full_in(state, skin);
    let mut figures = vec![
        figure("Used memory", skin.figures.bytes(info.memory.used), Role::Graph1, skin),
        figure(of.unwrap_or_else(|| "Of its limit".to_owned()), share, Role::Text, skin),
    ];
    if track.seconds_to_full().is_some_and(|seconds| seconds > 0.0) {
        figures.push(figure("Full in", soon.text, soon.role, skin));
    }
    figures
}
