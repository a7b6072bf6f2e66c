//! One queue: what it is at and why, its figures, and which classes of jobs it holds.
//!
//! Knows the figures of the reading; not what a job is to do, which nobody reads. Invariant: classes are told with how
//! many jobs were looked at for them.

use super::facts::{self, Fact};
use super::table::TableView;
use super::{layout, queuelists};
use crate::app::cell::{RowId, TableId};
use crate::app::geometry::Areas;
use crate::app::zone::Zone;
use crate::app::{State, rows};
use crate::config::theme::Role;
use crate::core::diagnose::finding::{Finding, FindingSubject};
use crate::core::model::queues::QueueId;
use crate::core::reading::queues::QueueView;
use crate::ui::cells;
use crate::ui::theme::Skin;
use crate::ui::widgets::{Panel, StyledText, Textlines};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Findings that are told above the figures.
const LINES: usize = 2;
/// Lines that are left for the figures and the gap above them.
const FIGURE_LINES: u16 = 5;

/// Draws it.
pub fn draw(state: &State, id: &QueueId, areas: &Areas, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    let view = state.shown().queues().into_iter().find(|view| view.id == *id);
    let title = id.queue.as_ref().map_or_else(|| "all queues".to_owned(), ToString::to_string);
    let framework = StyledText::new(id.site.framework.word(), Role::Dim);
    let mut panel = Panel::new(&title).note(framework);
    if !id.site.prefix.as_bytes().is_empty() {
        panel = panel.note(StyledText::new(format!("prefix {}", id.site.prefix), Role::Dim));
    }
    let inner = panel.draw(layout::inset(areas.top), buffer, skin);
    if let Some(view) = &view {
        let lines = wrong_or_well(state, view, skin);
        // Sentences are whole where there is room for the figures below them.
        let room = inner.height.saturating_sub(FIGURE_LINES).max(1);
        let text = Textlines { paragraphs: &lines, offset: 0 };
        let drawn = text.draw(Rect { height: room.min(inner.height), ..inner }, buffer, skin);
        let above = u16::try_from(drawn).unwrap_or(u16::MAX).min(room).saturating_add(1);
        let (y, height) = (inner.y.saturating_add(above), inner.height.saturating_sub(above));
        facts::draw(&figures(view, skin), Rect { y, height, ..inner }, buffer, skin);
    }
    if let Some(zones) = queuelists::draw(state, areas.main, buffer, skin) {
        return zones;
    }
    let empty = match &view {
        Some(_) => "No job was looked at, or they do not tell their class.",
        None => "This queue is not there any more.",
    };
    let table = TableView {
        id: TableId::JobClasses,
        title: "Job classes",
        notes: vec![StyledText::new("estimated from jobs all over the queue", Role::Dim)],
        empty: vec![StyledText::new(empty, Role::Dim)],
    };
    table.draw(state, areas.main, buffer, skin).zones
}

/// What is wrong with it, the worst first; what it is at where nothing is.
pub fn wrong_or_well(state: &State, view: &QueueView, skin: &Skin) -> Vec<StyledText> {
    let subject = FindingSubject::Queue(view.id.clone());
    let mut own: Vec<_> =
        state.shown().findings().iter().filter(|finding| finding.subject == subject).collect();
    own.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    if own.is_empty() {
        let id = RowId::Queue(view.id.clone());
        let verdict = rows::queue_verdict(state.shown(), view);
        let verdict = cells::cell(&verdict, &id, 0, state.shown(), skin);
        return vec![StyledText::new(format!("{}: {}", verdict.text, view.reason), verdict.role)];
    }
    let line = |finding: &&Finding| {
        let role = cells::severity(finding.severity, skin).role;
        let mark = skin.glyphs.state(role).unwrap_or(skin.glyphs.leaf);
        StyledText::new(format!("{mark} {}", finding.text), role)
    };
    own.iter().take(LINES).map(line).collect()
}

/// All figures of a queue.
pub fn figures(view: &QueueView, skin: &Skin) -> Vec<Fact> {
    let figures = skin.figures;
    let count = |name, value| Fact::new(name, figures.count(value), skin);
    let growth = view.growth_per_s.map_or_else(
        || figures.unknown().to_owned(),
        |growth| format!("{}{}", if growth < 0.0 { "-" } else { "" }, figures.rate(Some(growth.abs()))),
    );
    let paused = match view.is_paused {
        Some(true) => "yes".to_owned(),
        Some(false) => "no".to_owned(),
        None => figures.unknown().to_owned(),
    };
    vec![
        count("ready", view.ready),
        count("in flight", view.in_flight),
        count("orphaned", view.orphaned),
        count("delayed", view.delayed),
        count("dead", view.dead),
        Fact { name: "oldest waits", figure: cells::oldest_job(view.oldest, skin) },
        Fact::new("in", figures.rate(view.in_per_s), skin),
        Fact::new("out", figures.rate(view.out_per_s), skin),
        Fact::new("growth", growth, skin),
        Fact::new("catches up in", figures.duration_ms(view.drain_ms()), skin),
        count("workers", view.workers),
        Fact::new("paused", paused, skin),
    ]
}
