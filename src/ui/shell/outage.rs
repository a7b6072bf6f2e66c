//! A link that is down: a banner over the last picture, or a calm screen that waits when nothing was ever read.
//!
//! Knows the outage as the link tells it; not when a next try really comes. Invariant: the error is on the screen
//! in full wherever it fits.

use crate::app::State;
use crate::app::zone::{Zone, ZoneTarget};
use crate::commands::CommandId;
use crate::config::theme::Role;
use crate::core::model::{LinkStatus, Outage};
use crate::ui::cells;
use crate::ui::masking;
use crate::ui::theme::Skin;
use crate::ui::widgets::textlines::wrap;
use crate::ui::widgets::{Panel, Pen, StyledText};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Widest text of the waiting screen: longer lines are hard to read.
const TEXT_CELLS: u16 = 72;

/// Whether nothing was ever read: there is no picture to show.
pub fn is_waiting(state: &State) -> bool {
    state.shown().this_node().taken_at_ms == 0
}

/// When the next try comes: `retry 4 in 3 s`, `retry 9 in 28 s`.
pub fn next_try(state: &State, outage: &Outage) -> String {
    let number = outage.attempts.saturating_add(1);
    let left_us = outage.retry_at_us.saturating_sub(state.now_us);
    let when = if left_us == 0 { "now".to_owned() } else { format!("in {} s", left_us.div_ceil(1_000_000)) };
    format!("retry {number} {when}")
}

/// Draws why the link is down over the lowest rows of the last picture; what it covers.
pub fn banner(state: &State, body: Rect, buffer: &mut Buffer, skin: &Skin) -> Option<Zone> {
    let LinkStatus::Down(outage) = &state.active.link else { return None };
    let lines = wrap(&safe(masking::foreign(&outage.error)), body.width.saturating_sub(3));
    let wanted = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(1);
    let height = wanted.min(body.height.saturating_sub(2).max(body.height / 2));
    let area = Rect { y: body.bottom().saturating_sub(height), height, ..body };
    let ground = skin.style(Role::Base).patch(skin.style(Role::Dialog));
    Pen::new(area, buffer).clear(area, ground);
    let title = format!("{} Disconnected: these figures are old", skin.glyphs.critical);
    let panel = Panel::new(&title)
        .note(StyledText::new(format!("since {} UTC", clock(outage.since_ms)), Role::Dim))
        .note(StyledText::new(next_try(state, outage), Role::Stale))
        .note(StyledText::new(format!("{} now", retry_key(state)), Role::Dim));
    let inner = panel.draw(area, buffer, skin);
    let mut pen = Pen::new(inner, buffer);
    for (line, y) in lines.iter().zip(inner.y..inner.bottom()) {
        pen.text(inner.x.saturating_add(1), y, line, skin.style(Role::Critical));
    }
    Some(Zone::new(area, ZoneTarget::Cover))
}

/// Draws the screen of a target that was never reached.
pub fn waiting(state: &State, body: Rect, buffer: &mut Buffer, skin: &Skin) {
    let room = body.width.saturating_sub(2).min(TEXT_CELLS);
    let mut lines: Vec<StyledText> = Vec::new();
    let setup = &state.active.setup;
    let address = match setup.address == setup.name {
        true => String::new(),
        false => format!(" at {}", setup.address),
    };
    let verb = match &state.active.link {
        LinkStatus::Connecting => "Connecting to",
        LinkStatus::Up { .. } => "Reading",
        LinkStatus::Down(_) => "Waiting for",
    };
    push(&mut lines, &format!("{verb} {}{address}", setup.name), Role::Title, room);
    if let LinkStatus::Down(outage) = &state.active.link {
        lines.push(StyledText::from(""));
        let error = format!("{} {}", skin.glyphs.critical, safe(masking::foreign(&outage.error)));
        push(&mut lines, &error, Role::Critical, room);
        lines.push(StyledText::from(""));
        let since_ms = u64::try_from(state.now_ms.saturating_sub(outage.since_ms)).unwrap_or(0);
        let since = skin.figures.duration_ms(Some(since_ms / 1000 * 1000));
        let tries = match outage.attempts {
            1 => "1 try failed".to_owned(),
            tries => format!("{tries} tries failed"),
        };
        push(
            &mut lines,
            &format!("down since {} UTC, for {since}; {tries}", clock(outage.since_ms)),
            Role::Dim,
            room,
        );
        push(&mut lines, &next_try(state, outage), Role::Stale, room);
        lines.push(StyledText::from(""));
        let hint = format!("{} tries now; the screen fills by itself once it answers.", retry_key(state));
        push(&mut lines, &hint, Role::Dim, room);
    }
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(body.height);
    // A third above, two thirds below: where the eye begins.
    let y = body.y + (body.height - height) / 3;
    let x = body.x + (body.width - room.min(body.width)) / 2;
    let mut pen = Pen::new(Rect { x, y, width: room, height }.intersection(body), buffer);
    for (words, y) in lines.iter().zip(y..) {
        pen.text(x, y, &words.text, skin.style(words.role));
    }
}

fn push(lines: &mut Vec<StyledText>, text: &str, role: Role, room: u16) {
    lines.extend(wrap(text, room).into_iter().map(|line| StyledText::new(line, role)));
}

fn clock(at_ms: i64) -> String {
    cells::time(at_ms).and_then(|time| time.get(11..).map(str::to_owned)).unwrap_or_default()
}

fn retry_key(state: &State) -> String {
    super::keys::text(state, CommandId::Retry, " or ")
}

/// Foreign text without what a terminal would take for a command.
fn safe(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
