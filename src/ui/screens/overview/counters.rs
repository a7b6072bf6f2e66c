//! Counters of the operator's own, in lines of short statements.
//!
//! Knows how a counter is written; not where the lines stand. Invariant: a counter that is not there, or is no number, says
//! so.

use crate::app::State;
use crate::config::theme::Role;
use crate::core::model::counters::CounterValue;
use crate::core::reading::counters::Counter;
use crate::ui::screens::facts::line;
use crate::ui::screens::gauges::LABEL;
use crate::ui::theme::Skin;
use crate::ui::widgets::StyledText;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Counters on one line.
const A_LINE: usize = 2;
/// Rows that are left to graphs.
const OTHERS: u16 = 8;

/// Lines that they take: one where it is tight.
pub fn rows(state: &State, height: u16) -> u16 {
    let wanted = u16::try_from(state.shown().counters().rows().len().div_ceil(A_LINE)).unwrap_or(u16::MAX);
    wanted.min(height.saturating_sub(OTHERS).max(1))
}

/// Draws as many as there is room for.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let rows = state.shown().counters().rows();
    for (at, (counters, y)) in rows.chunks(A_LINE).zip(area.y..area.bottom()).enumerate() {
        let words: Vec<StyledText> = counters.iter().map(|counter| words(state, counter, skin)).collect();
        let label = if at == 0 { "counters" } else { "" };
        line((label, LABEL), &words, Rect { y, height: 1, ..area }, buffer, skin);
    }
}

fn words(state: &State, counter: &Counter, skin: &Skin) -> StyledText {
    let (figures, track) = (skin.figures, state.shown().counters());
    let name = &counter.spec.name;
    let number = match counter.value.map(|value| value.value) {
        Some(CounterValue::Number(number)) => number,
        Some(CounterValue::Missing) => return StyledText::new(format!("{name}: no such key"), Role::Unknown),
        Some(CounterValue::NotANumber) => {
            return StyledText::new(format!("{name}: no number"), Role::Warning);
        }
        None => return StyledText::new(format!("{name} {}", figures.unknown()), Role::Unknown),
    };
    let sign = if number < 0 { "-" } else { "" };
    let mut text = format!("{name} {sign}{}", figures.count(Some(number.unsigned_abs())));
    text.push_str(&format!(" {}", figures.rate(counter.per_s())));
    if let Some(share) = track.share_now(counter).or_else(|| track.share(counter)) {
        text.push_str(&format!(" {}", figures.percent(Some(share))));
    }
    StyledText::from(text)
}
