//! What the memory is made of: a bar, and a line for every part with its size and growth.
//!
//! The parts and their formula are `core::model::memory::parts`. Invariant: the lines add up to the title's sum.

use crate::app::State;
use crate::config::theme::Role;
use crate::core::figures::column::{BYTES_WIDTH, PERCENT_WIDTH, SIGNED_BYTES_RATE_WIDTH};
use crate::core::model::sums::sum;
use crate::core::reading::memory::GrowingPart;
use crate::ui::screens::facts::figure_words;
use crate::ui::screens::{gaps, layout, reasons};
use crate::ui::theme::Skin;
use crate::ui::widgets::pen::{Pen, width};
use crate::ui::widgets::{Panel, Stack, StackPart, StyledText, stack};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Cells of a line from which on it has a share, too.
const WITH_SHARE: u16 = 48;
/// A line is no longer: figures would stand too far from what they belong to.
const LONGEST: u16 = 60;

/// Draws the panel with its title.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let reading = state.shown();
    let info = reading.this_node().info.as_ref().map(|info| &info.value);
    let parts = info.and_then(|info| reading.this_node().memory.parts(info));
    let sum: Option<u64> = parts.as_ref().map(|parts| sum(parts.iter().map(|growing| growing.part.bytes)));
    let note = skin.figures.bytes(sum);
    let panel = gaps::this_node(reading).into_iter().fold(Panel::new("Made of"), Panel::note);
    let inner = panel.note(StyledText::new(note, Role::Dim)).draw(area, buffer, skin);
    let (Some(mut parts), Some(sum)) = (parts, sum) else {
        let why = match info {
            Some(_) => StyledText::new("this server does not tell its overhead", Role::Unknown),
            None => reasons::why(state, "INFO"),
        };
        return reasons::draw(&why, inner, buffer, skin);
    };
    parts.retain(|growing| growing.part.bytes > 0);
    parts.sort_by_key(|growing| std::cmp::Reverse(growing.part.bytes));
    let drawn: Vec<StackPart> = parts
        .iter()
        .map(|growing| StackPart {
            name: growing.part.kind.word(),
            value: growing.part.bytes as f64,
            figure: "",
        })
        .collect();
    let (bar, legend) = layout::top(inner, 1);
    Stack { parts: &drawn, whole: None }.draw(bar, buffer, skin);
    // Where it is low the least parts are left out.
    for ((at, part), y) in parts.into_iter().enumerate().zip(legend.y..legend.bottom()) {
        legend_line((at, part, sum), Rect { y, height: 1, ..legend }, buffer, skin);
    }
}

fn legend_line((at, growing, sum): (usize, GrowingPart, u64), area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let part = growing.part;
    let (role, glyph) = stack::look(at, skin);
    let mut pen = Pen::new(area, buffer);
    pen.run((area.x, area.y), 2.min(area.width), glyph, skin.style(role));
    let figures = skin.figures;
    let share = (sum > 0).then(|| part.bytes as f64 / sum as f64);
    let mark = if part.kind.is_estimate() && part.bytes > 0 { "~" } else { "" };
    let bytes = format!("{mark}{}", figures.bytes(Some(part.bytes)));
    let growth = figures
        .signed_bytes_rate(growing.grows_per_s.map(|per_s| if per_s.abs() < 1.0 { 0.0 } else { per_s }));
    let mut columns = vec![
        (StyledText::from(bytes), BYTES_WIDTH + 1),
        (figure_words(growth, skin), SIGNED_BYTES_RATE_WIDTH),
    ];
    if area.width >= WITH_SHARE {
        columns.insert(1, (StyledText::from(figures.percent(share)), PERCENT_WIDTH));
    }
    let mut end = area.right().min(area.x.saturating_add(LONGEST));
    for (words, room) in columns.iter().rev() {
        let x = end.saturating_sub(width(&words.text));
        if x > area.x.saturating_add(3) {
            pen.text(x, area.y, &words.text, skin.style(words.role));
        }
        end = end.saturating_sub(room + 1);
    }
    let x = area.x.saturating_add(3);
    let room = end.saturating_sub(x);
    pen.cut((x, area.y), room, part.kind.word(), skin.glyphs.ellipsis, skin.style(Role::Dim));
}
