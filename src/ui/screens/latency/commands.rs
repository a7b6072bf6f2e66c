//! Where the server's time goes: commands by their share of it.
//!
//! Invariant: shares are of the time that all commands took in the last window, so they add up to one.

use crate::app::State;
use crate::config::theme::Role;
use crate::core::figures::column::{COUNT_WIDTH, LATENCY_WIDTH, PERCENT_WIDTH, RATE_WIDTH};
use crate::core::reading::commands::CommandRow;
use crate::ui::screens::facts::figure_words;
use crate::ui::screens::reasons;
use crate::ui::theme::Skin;
use crate::ui::widgets::gauge::filled;
use crate::ui::widgets::{Align, ColumnWidth, Panel, StyledText, Table};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::cmp::Ordering;

/// Cells of a bar that is the whole of the server's time, and from which width on it is longer.
const BAR: u16 = 8;
const LONG_BAR: (u16, u16) = (80, 24);

/// From this width on the note says what percentiles are of.
const LONG_NOTE: u16 = 72;

const fn columns(bar: u16) -> [ColumnWidth; 8] {
    [
        ColumnWidth::text("COMMAND", 13, 26, 0),
        ColumnWidth::figures("SHARE", PERCENT_WIDTH, 0),
        ColumnWidth {
            title: "",
            least: bar,
            most: bar,
            flex: 0,
            priority: 4,
            align: Align::Left,
            is_name: false,
        },
        ColumnWidth::figures("CALLS", RATE_WIDTH, 1),
        ColumnWidth::figures("MEAN", LATENCY_WIDTH, 2),
        ColumnWidth::figures("P50", LATENCY_WIDTH, 5),
        ColumnWidth::figures("P99", LATENCY_WIDTH, 3),
        ColumnWidth::figures("CALLS EVER", COUNT_WIDTH, 6),
    ]
}

/// Draws the panel with its title.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let commands = &state.shown().this_node().commands;
    let note = match area.width {
        LONG_NOTE.. => "since the last reading; percentiles since the last reset",
        _ => "since the last reading",
    };
    let inner =
        Panel::new("Server time by command").note(StyledText::new(note, Role::Dim)).draw(area, buffer, skin);
    if commands.is_empty() {
        return reasons::draw(&reason(state), inner, buffer, skin);
    }
    let mut sorted: Vec<&CommandRow> = commands.rows().iter().collect();
    sorted.sort_by(|a, b| order(a, b));
    let bar = if inner.width >= LONG_BAR.0 { LONG_BAR.1 } else { BAR };
    let rows: Vec<Vec<StyledText>> =
        sorted.iter().take(Table::capacity(inner)).map(|one| row(one, bar, skin)).collect();
    Table::list(&columns(bar), &rows, Some((1, true))).draw(inner, buffer, skin);
}

fn reason(state: &State) -> StyledText {
    let gaps = &state.shown().this_node().gaps;
    if gaps.of("INFO commandstats").is_some() {
        return reasons::why(state, "INFO commandstats");
    }
    reasons::why(state, "INFO")
}

/// Greatest share first, unknown last; then by calls, then by name, so that no row moves without a cause.
fn order(a: &CommandRow, b: &CommandRow) -> Ordering {
    let share = |row: &CommandRow| row.share.unwrap_or(-1.0);
    share(b).total_cmp(&share(a)).then_with(|| b.calls.cmp(&a.calls)).then_with(|| a.name.cmp(&b.name))
}

fn row(row: &CommandRow, bar: u16, skin: &Skin) -> Vec<StyledText> {
    let figures = skin.figures;
    let figure = |text: String| figure_words(text, skin);
    let (whole, part) = row.share.map_or((0, None), |share| filled(share, bar, skin.glyphs));
    let bar: String = std::iter::repeat_n(skin.glyphs.bar_used, usize::from(whole)).chain(part).collect();
    vec![
        row.name.replace('|', " ").into(),
        figure(figures.percent(row.share)),
        StyledText::new(bar, Role::BarUsed),
        figure(figures.rate(row.calls_per_s)),
        figure(figures.latency_us(row.mean_us)),
        figure(figures.latency_us(row.p50_us)),
        figure(figures.latency_us(row.p99_us)),
        StyledText::new(figures.count(Some(row.calls)), Role::Dim),
    ]
}
