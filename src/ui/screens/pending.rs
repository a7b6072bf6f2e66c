//! The pending entries of a group, or of one of its consumers: delivered and not acknowledged.
//!
//! Knows that only the first rows are read; not how rows are made. Invariant: it never looks like the whole list
//! when it is not.

use super::table::TableView;
use super::{consumers, gaps, layout};
use crate::app::State;
use crate::app::cell::TableId;
use crate::app::geometry::Areas;
use crate::app::zone::Zone;
use crate::config::theme::Role;
use crate::core::limits::PENDING_ROWS_VISIBLE;
use crate::core::model::Name;
use crate::core::reading::Reading;
use crate::core::reading::groups::GroupState;
use crate::ui::theme::Skin;
use crate::ui::widgets::{Headline, Panel, Segment, StyledText};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws it.
pub fn draw(
    state: &State,
    (key, group, consumer): (&Name, &Name, Option<&Name>),
    areas: &Areas,
    buffer: &mut Buffer,
    skin: &Skin,
) -> Vec<Zone> {
    let reading = state.shown();
    let known = reading.streams().get(key).and_then(|stream| stream.groups.get(group).map(Box::as_ref));
    let whose = consumer.unwrap_or(group);
    if areas.top.height > 0 {
        let inner = Panel::new(&format!("{group} of {key}")).draw(layout::inset(areas.top), buffer, skin);
        Headline { segments: &summary(reading, known, consumer, skin), role: Role::Base }.draw(
            Rect { x: areas.top.x, width: areas.top.width, ..inner },
            buffer,
            skin,
        );
    }
    let rows = known.and_then(|known| known.pending_rows(consumer));
    let read = rows.as_ref().map_or(0, |rows| rows.value.len());
    let total = total(known, consumer);
    let mut notes = Vec::new();
    if total.is_some_and(|total| total > read as u64) && read > 0 {
        let text = format!("the first {read} of {} by id", skin.figures.exact(total));
        notes.push(StyledText::new(text, Role::Warning));
    }
    notes.extend(rows.and_then(|rows| consumers::age(reading, rows.at_us, "", skin)));
    let view = TableView {
        id: TableId::Pending,
        title: &format!("Pending of {whose}"),
        notes,
        empty: nothing(reading, known.is_some(), total, &format!("{key} {group}")),
    };
    view.draw(state, areas.main, buffer, skin).zones
}

fn total(known: Option<&GroupState>, consumer: Option<&Name>) -> Option<u64> {
    let known = known?;
    match consumer {
        Some(name) => known.consumer(name)?.pending,
        None => known.facts.pending,
    }
}

fn summary(
    reading: &Reading,
    known: Option<&GroupState>,
    consumer: Option<&Name>,
    skin: &Skin,
) -> Vec<Segment> {
    let figures = skin.figures;
    let mut segments = vec![Segment::left(format!("{} pending", figures.exact(total(known, consumer))), 0)];
    if let Some(consumer) = consumer.and_then(|name| known?.consumer(name)) {
        segments.push(Segment::left(format!("idle {}", figures.duration_ms(consumer.idle_ms)), 1));
    }
    if let Some(known) = known {
        let oldest = figures.duration_ms(known.oldest_pending_age_ms(reading.now_ms()));
        segments.push(Segment::left(format!("oldest of the group {oldest}"), 2));
    }
    let bound = format!("at most {PENDING_ROWS_VISIBLE} rows are read, the smallest ids first");
    segments.push(Segment::right(StyledText::new(bound, Role::Dim), 3));
    segments
}

fn nothing(reading: &Reading, is_known: bool, total: Option<u64>, item: &str) -> Vec<StyledText> {
    if !is_known {
        return vec![gaps::quiet("This group is gone. esc goes back.")];
    }
    match (gaps::of_item(reading, "XPENDING", item), total) {
        (Some(gap), _) => vec![gaps::words(gap)],
        (None, Some(0)) => vec![gaps::quiet("Nothing is pending: everything delivered was acknowledged.")],
        _ => vec![gaps::quiet("The rows were not read yet.")],
    }
}
