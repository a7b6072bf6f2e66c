//! One group: its figures, its lag and its pending entries over five minutes, and its consumers.
//!
//! Does not know how rows are made. Invariant: a lag stands with how far it may be trusted.

use super::facts::{self, Fact};
use super::table::TableView;
use super::{consumers, gaps, layout, trends};
use crate::app::State;
use crate::app::cell::TableId;
use crate::app::geometry::Areas;
use crate::app::rows::drain_control;
use crate::app::zone::Zone;
use crate::config::theme::Role;
use crate::core::figures::column::Certainty;
use crate::core::model::Name;
use crate::core::model::groups::ServerLag;
use crate::core::reading::Reading;
use crate::core::reading::groups::{Drain, GroupState};
use crate::core::reading::streams::StreamState;
use crate::ui::cells;
use crate::ui::theme::Skin;
use crate::ui::widgets::textlines::wrap;
use crate::ui::widgets::{Panel, Pen, StyledText, Textlines};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// On low terminals the graphs come before the last figures: as many rows of these, below this height.
const FACT_ROWS: u16 = 3;
const TALL: u16 = 10;
/// What a server without the counters can't tell.
const NOT_BEFORE: &str = "needs 7.0";
/// Rows that a verdict with its reason takes at most.
const VERDICT_ROWS: u16 = 2;

/// Draws it.
pub fn draw(
    state: &State,
    key: &Name,
    name: &Name,
    areas: &Areas,
    buffer: &mut Buffer,
    skin: &Skin,
) -> Vec<Zone> {
    let reading = state.shown();
    let found = reading.streams().get(key).and_then(|stream| Some((stream, stream.groups.get(name)?)));
    if areas.top.height > 0 {
        let title = format!("{name} of {key}");
        let inner = Panel::new(&title).draw(layout::inset(areas.top), buffer, skin);
        if let Some((stream, group)) = found {
            let rest = verdict(reading, (key, name), inner, buffer, skin);
            top(state, stream, group, rest, buffer, skin);
        }
    }
    let group = found.map(|(_, group)| group.as_ref());
    let age = group
        .and_then(|group| group.consumers.as_ref())
        .and_then(|consumers| consumers::age(reading, consumers.at_us, "", skin));
    let view = TableView {
        id: TableId::GroupConsumers,
        title: &format!("Consumers of {name}"),
        notes: age.into_iter().collect(),
        empty: nothing(reading, &format!("{key} {name}"), group),
    };
    view.draw(state, areas.main, buffer, skin).zones
}

/// The verdict with its reason and since when; what is left below.
fn verdict(
    reading: &Reading,
    (key, name): (&Name, &Name),
    area: Rect,
    buffer: &mut Buffer,
    skin: &Skin,
) -> Rect {
    let Some(judged) = reading.group_verdict(key, name) else { return area };
    let since_ms = reading.now_ms().saturating_sub(judged.since_us.div_euclid(1000));
    let since = skin.figures.duration_ms(u64::try_from(since_ms).ok());
    let severity = reading.group_severity(key, Some(name), judged.verdict);
    let words = cells::group((judged.verdict, severity), skin);
    let text = format!("{} for {since}: {}", words.text, judged.reason);
    let lines = u16::try_from(wrap(&text, area.width).len()).unwrap_or(VERDICT_ROWS);
    let (place, rest) = layout::top(area, lines.min(VERDICT_ROWS));
    Textlines { paragraphs: &[text.into()], offset: 0 }.draw(place, buffer, skin);
    Pen::new(place, buffer).text(place.x, place.y, &words.text, skin.style(words.role));
    rest
}

fn top(
    state: &State,
    stream: &StreamState,
    group: &GroupState,
    area: Rect,
    buffer: &mut Buffer,
    skin: &Skin,
) {
    let mut figures = figures(state.shown(), stream, group, skin);
    while area.height < TALL && facts::rows_of(figures.len(), area.width) > FACT_ROWS {
        figures.pop();
    }
    let (place, rest) = layout::top(area, facts::rows_of(figures.len(), area.width));
    facts::draw(&figures, place, buffer, skin);
    // Air where there is room for it.
    let rest = layout::top(rest, u16::from(rest.height >= 6)).1;
    trends::draw(state, &trends::of_group(group, skin), rest, buffer, skin);
}

fn figures(reading: &Reading, stream: &StreamState, group: &GroupState, skin: &Skin) -> Vec<Fact> {
    let (figures, facts, now_ms) = (skin.figures, &group.facts, reading.now_ms());
    let fact = |name, figure| Fact::new(name, figure, skin);
    let unknown = || figures.unknown().to_owned();
    let mut lag = cells::lag(group.lag, skin);
    lag.text = match group.lag.kind {
        Certainty::Unknown | Certainty::Exact => lag.text,
        Certainty::Estimate => format!("{} estimated", lag.text),
        Certainty::AtLeast => format!("{} at least", lag.text),
    };
    let server_lag = match facts.lag {
        ServerLag::Unsupported => NOT_BEFORE.to_owned(),
        lag => lag.raw().map_or_else(unknown, |lag| lag.to_string()),
    };
    let counted = |rate| match group.untold() {
        Some(_) => NOT_BEFORE.to_owned(),
        None => figures.rate(rate),
    };
    let first = stream.first_entry();
    let verdict = reading.group_verdict(&stream.key, &facts.name).map(|judged| judged.verdict);
    let drain = drain_control(verdict, group.drain(stream.in_per_s()));
    let delays = group.delivery_ms(reading.this_node().at_us);
    vec![
        Fact { name: "lag", figure: lag },
        fact("lag (Redis)", server_lag),
        match group.lag.entries {
            Some(0) => Fact { name: "oldest unread", figure: gaps::quiet("none") },
            _ => fact("oldest unread", figures.duration_ms(group.oldest_undelivered_age_ms(first, now_ms))),
        },
        fact("pending", figures.exact(facts.pending)),
        fact("oldest pending", figures.duration_ms(group.oldest_pending_age_ms(now_ms))),
        fact("cursor", facts.last_delivered.map_or_else(unknown, |id| id.to_string())),
        fact("delivered", counted(group.delivered_per_s())),
        fact("acknowledged", counted(group.acked_per_s())),
        Fact { name: "lost undelivered", figure: lost(group, skin) },
        Fact { name: "catches up in", figure: drained(drain, skin) },
        fact("delivery p50", figures.duration_ms(delays.p50)),
        fact("delivery p99", figures.duration_ms(delays.p99)),
        fact("in", figures.rate(stream.in_per_s())),
        fact("read", figures.exact(facts.entries_read)),
        fact("consumers", figures.count(facts.consumers)),
    ]
}

/// When the lag will be gone; how fast it grows where it never will.
fn drained(drain: Drain, skin: &Skin) -> StyledText {
    match drain {
        Drain::Never { grows_per_s } => {
            let rate = skin.figures.signed_rate(Some(grows_per_s));
            StyledText::new(format!("growing, {rate}"), Role::Warning)
        }
        drain => cells::drain(drain, skin),
    }
}

/// What was trimmed before this group got it: never calm.
fn lost(group: &GroupState, skin: &Skin) -> StyledText {
    let lost = group.lost_undelivered();
    let mark = skin.figures.mark(lost.kind);
    if group.untold().is_some() {
        return facts::figure_words(NOT_BEFORE.to_owned(), skin);
    }
    let figure = format!("{mark}{}", skin.figures.exact(lost.entries));
    if lost.entries.is_some_and(|lost| lost > 0) {
        return StyledText::new(format!("{} {figure}", skin.glyphs.warning), Role::Warning);
    }
    facts::figure_words(figure, skin)
}

fn nothing(reading: &Reading, item: &str, group: Option<&GroupState>) -> Vec<StyledText> {
    let Some(group) = group else {
        return vec![gaps::quiet("This group is gone. esc goes back.")];
    };
    match gaps::of_item(reading, "XINFO CONSUMERS", item) {
        Some(gap) => vec![gaps::words(gap)],
        None if group.consumers.is_none() => vec![gaps::quiet("The consumers were not read yet.")],
        None => vec![
            gaps::quiet("This group has no consumers: nobody reads for it."),
            gaps::quiet("A consumer appears when a worker reads for the first time."),
        ],
    }
}
