//! What the memory is made of: a bar, and a line for every part with its size and share.
//!
//! The parts and their formula are `core::model::memory::parts`. Invariant: the lines add up to the title's sum.

use crate::app::State;
use crate::config::theme::Role;
use crate::core::model::memory::parts::MemoryPart;
use crate::ui::format::{BYTES_WIDTH, PERCENT_WIDTH};
use crate::ui::screens::{cuts, reasons};
use crate::ui::theme::Skin;
use crate::ui::widgets::pen::{Pen, width};
use crate::ui::widgets::{Panel, Part, Stack, Words, stack};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws the panel with its title.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let memory = state.shown().info.as_ref().map(|info| &info.value.memory);
    let parts = memory.and_then(|memory| memory.parts());
    let sum = parts.map(|parts| parts.iter().map(|part| part.bytes).sum::<u64>());
    let note = skin.figures.bytes(sum);
    let inner = Panel::new("Made of").note(Words::new(note, Role::Dim)).draw(area, buffer, skin);
    let (Some(parts), Some(sum)) = (parts, sum) else {
        let why = match memory {
            Some(_) => Words::new("this server does not tell its overhead", Role::Unknown),
            None => reasons::why(state, "INFO"),
        };
        return reasons::draw(&why, inner, buffer, skin);
    };
    let drawn = parts.map(|part| Part { name: part.kind.word(), value: part.bytes as f64, figure: "" });
    let (bar, legend) = cuts::top(inner, 1);
    Stack { parts: &drawn, whole: None }.draw(bar, buffer, skin);
    // Where it is low the parts that are nothing go first.
    let rows = usize::from(legend.height);
    let mut shown: Vec<(usize, MemoryPart)> = parts.into_iter().enumerate().collect();
    while shown.len() > rows {
        let Some(least) = shown.iter().map(|(_, part)| part.bytes).min() else { break };
        let Some(at) = shown.iter().rposition(|(_, part)| part.bytes == least) else { break };
        shown.remove(at);
    }
    for ((at, part), y) in shown.into_iter().zip(legend.y..legend.bottom()) {
        legend_line((at, part, sum), Rect { y, height: 1, ..legend }, buffer, skin);
    }
}

fn legend_line((at, part, sum): (usize, MemoryPart, u64), area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let (role, glyph) = stack::look(at, skin);
    let mut pen = Pen::new(area, buffer);
    pen.run((area.x, area.y), 2.min(area.width), glyph, skin.style(role));
    let share = (sum > 0).then(|| part.bytes as f64 / sum as f64);
    let figures =
        [(skin.figures.bytes(Some(part.bytes)), BYTES_WIDTH), (skin.figures.percent(share), PERCENT_WIDTH)];
    let quiet = part.bytes == 0;
    let mut end = area.right().min(area.x.saturating_add(50));
    for (text, room) in figures.iter().rev() {
        let x = end.saturating_sub(width(text));
        if x > area.x.saturating_add(3) {
            pen.text(x, area.y, text, skin.style(if quiet { Role::Dim } else { Role::Text }));
        }
        end = end.saturating_sub(room + 2);
    }
    let x = area.x.saturating_add(3);
    let room = end.saturating_sub(x);
    pen.cut((x, area.y), room, part.kind.word(), skin.glyphs.ellipsis, skin.style(Role::Dim));
}
