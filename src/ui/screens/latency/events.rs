//! The latency monitor's events: what held the server, when last, and how long.
//!
//! Invariant: no events and no monitor can't be told apart by LATENCY LATEST, and the panel says so.

use crate::app::State;
use crate::config::theme::Role;
use crate::core::figures::column::DURATION_WIDTH;
use crate::core::model::latency::LatencyEvent;
use crate::ui::screens::reasons;
use crate::ui::theme::Skin;
use crate::ui::widgets::{ColumnWidth, Panel, StyledText, Table};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const COLUMNS: [ColumnWidth; 4] = [
    ColumnWidth::text("EVENT", 12, 30, 0),
    ColumnWidth::figures("LAST", DURATION_WIDTH, 0),
    ColumnWidth::figures("WORST", DURATION_WIDTH, 1),
    ColumnWidth::figures("AGO", DURATION_WIDTH, 0),
];

/// Draws the panel with its title.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let inner = Panel::new("Latency monitor").draw(area, buffer, skin);
    match state.shown().this_node().latency_events.as_deref() {
        None => reasons::draw(&reasons::why(state, "LATENCY LATEST"), inner, buffer, skin),
        Some([]) => {
            let text = "No events. The monitor is off while latency-monitor-threshold is 0.";
            reasons::draw(&StyledText::new(text, Role::Dim), inner, buffer, skin);
        }
        Some(events) => {
            let now_ms = state.shown().now_ms();
            let mut sorted: Vec<&LatencyEvent> = events.iter().collect();
            sorted.sort_by(|a, b| b.at_s.cmp(&a.at_s).then_with(|| a.name.cmp(&b.name)));
            let rows: Vec<Vec<StyledText>> =
                sorted.iter().take(Table::capacity(inner)).map(|event| row(event, now_ms, skin)).collect();
            Table::list(&COLUMNS, &rows, None).draw(inner, buffer, skin);
        }
    }
}

fn row(event: &LatencyEvent, now_ms: i64, skin: &Skin) -> Vec<StyledText> {
    let ms = |ms: u64| StyledText::from(skin.figures.duration_ms(Some(ms)));
    let age_ms = u64::try_from(now_ms.saturating_sub(event.at_s.saturating_mul(1000))).unwrap_or(0);
    vec![event.name.clone().into(), ms(event.latest_ms), ms(event.max_ms), ms(age_ms)]
}
