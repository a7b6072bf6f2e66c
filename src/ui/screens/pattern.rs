//! One pattern of keys: what its keys come to, how long they live, and the biggest of them.
//!
//! Knows what the walk has seen, and shows it as an estimate until the walk has been through. Invariant: values are
//! never shown here.

use super::facts::{self, Fact};
use super::table::TableView;
use super::{layout, walk};
use crate::app::State;
use crate::app::cell::TableId;
use crate::app::geometry::Areas;
use crate::app::zone::Zone;
use crate::config::theme::Role;
use crate::core::figures::column::{Certainty, PERCENT_WIDTH};
use crate::core::limits;
use crate::core::model::Name;
use crate::core::model::keys::KeyKind;
use crate::core::model::keys::ttl::TtlSpread;
use crate::core::reading::keys::{Keyspace, Pattern};
use crate::ui::theme::Skin;
use crate::ui::widgets::pen::Pen;
use crate::ui::widgets::{Panel, StyledText};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Names of the bars of [`TtlSpread::bars`].
const BARS: [&str; 8] = ["< 1 s", "< 10 s", "< 1m", "< 10m", "< 1h", "< 1d", "longer", "no TTL"];

/// Draws it.
pub fn draw(state: &State, glob: &Name, areas: &Areas, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    let reading = state.shown();
    let keyspace = reading.keys().keyspace();
    let pattern = reading.keys().pattern(glob);
    let title = if glob.as_bytes().is_empty() { "keys by themselves".to_owned() } else { glob.to_string() };
    let named = pattern.and_then(|pattern| pattern.name.clone());
    let panel = Panel::new(&title);
    let panel = named
        .into_iter()
        .fold(panel, |panel, name| panel.note(StyledText::new(format!("tier {name}"), Role::Dim)));
    let inner = panel.draw(layout::inset(areas.top), buffer, skin);
    if let Some(pattern) = pattern {
        let halves = layout::columns(inner, if inner.width >= 76 { 2 } else { 1 }, 3);
        if let Some(half) = halves.first() {
            facts::draw(&figures(keyspace, pattern, skin), *half, buffer, skin);
        }
        if let Some(half) = halves.get(1) {
            spread(&pattern.tally.ttl, *half, buffer, skin);
        }
    }
    let mut notes = walk::notes(reading, skin);
    if pattern.is_some_and(|pattern| pattern.tally.keys > limits::KEYS_OF_PATTERN as u64) {
        notes.insert(0, StyledText::new(format!("the biggest {}", limits::KEYS_OF_PATTERN), Role::Dim));
    }
    let view = TableView {
        id: TableId::PatternKeys,
        title: "Keys",
        notes,
        empty: vec![match pattern {
            Some(_) => StyledText::new("no key of this pattern was seen", Role::Dim),
            None => walk::why_nothing(state),
        }],
    };
    view.draw(state, areas.main, buffer, skin).zones
}

fn figures(keyspace: &Keyspace, pattern: &Pattern, skin: &Skin) -> Vec<Fact> {
    let (figures, tally) = (skin.figures, &pattern.tally);
    let fact = |name, figure| Fact::new(name, figure, skin);
    let mark = if keyspace.is_exact { Certainty::Exact } else { Certainty::Estimate };
    let bytes = tally.bytes_of_all().and_then(|bytes| keyspace.whole(bytes));
    let kinds: Vec<String> = KeyKind::ALL
        .into_iter()
        .filter(|kind| tally.of_kind(*kind) > 0)
        .map(|kind| format!("{} {}", figures.count(Some(tally.of_kind(kind))), kind.word()))
        .collect();
    let growth = figures.signed_bytes_rate(pattern.grows_per_s.map(f64::round));
    let limit = pattern.ttl_ms.map(|ms| figures.duration_ms(Some(ms)));
    let overdue = pattern.overdue().map(|overdue| figures.count(Some(overdue)));
    let mut all = vec![
        fact("keys", figures.marked(keyspace.whole(tally.keys), mark)),
        fact(
            "bytes",
            bytes.map_or(figures.unknown().to_owned(), |bytes| format!("~{}", figures.bytes(Some(bytes)))),
        ),
        fact("growth", growth),
        fact("without TTL", figures.percent(tally.ttl.forever_share())),
        fact("TTL p50", figures.duration_ms(tally.ttl.median_ms())),
        fact("TTL max", figures.duration_ms(tally.ttl.longest_ms())),
    ];
    all.extend(limit.map(|limit| fact("TTL at most", limit)));
    all.extend(overdue.map(|overdue| fact("live too long", overdue)));
    all.push(fact("types", kinds.join(", ")));
    all
}

/// How long the keys live: a bar for every span that has any.
fn spread(ttl: &TtlSpread, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let bars = ttl.bars();
    let all: u64 = bars.iter().sum();
    let greatest = bars.iter().copied().max().unwrap_or(0).max(1);
    let shown = bars.iter().zip(BARS).filter(|(count, _)| **count > 0);
    let mut pen = Pen::new(area, buffer);
    for ((count, name), y) in shown.zip(area.y..area.bottom()) {
        let role = if name == "no TTL" { Role::Graph2 } else { Role::Graph1 };
        pen.cut((area.x, y), 9, name, skin.glyphs.ellipsis, skin.style(Role::Dim));
        let room = area.width.saturating_sub(10 + PERCENT_WIDTH + 1).min(40);
        let cells = (*count as f64 / greatest as f64 * f64::from(room)).ceil() as u16;
        pen.run((area.x + 10, y), cells, skin.glyphs.bar_used, skin.style(role));
        let share = skin.figures.percent((all > 0).then(|| *count as f64 / all as f64));
        pen.text(area.x + 10 + room + 1, y, &format!("{share:>6}"), skin.style(Role::Text));
    }
}
