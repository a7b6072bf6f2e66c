//! The footer: the keys that work here and now; in their place a notice, or the line that is being typed.
//!
//! Invariant: what is typed stays visible at its cursor, and its error beside it.

use super::keys;
use crate::app::action::ActionStage;
use crate::app::modal::{Modal, Prompt};
use crate::app::queuelist::QueueList;
use crate::app::{Notice, State, View};
use crate::commands::{CommandId, Danger};
use crate::config::theme::Role;
use crate::core::model::LinkStatus;
use crate::ui::theme::Skin;
use crate::ui::widgets::pen::width;
use crate::ui::widgets::{Keyline, Pen};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// Commands of the footer, the most useful first; those that belong together share a title.
const LINE: &[(&[CommandId], &str)] = &[
    (&[CommandId::Open], "open"),
    (&[CommandId::Back], "back"),
    (&[CommandId::Values], "values"),
    (&[CommandId::Older], "older"),
    (&[CommandId::Newer], "newer"),
    (&[CommandId::GoTo], "go to id"),
    (&[CommandId::Entries], "entries"),
    (&[CommandId::Probe], "probe"),
    (&[CommandId::StreamProbe], "stream probe"),
    (&[CommandId::FanoutList], "next list"),
    (&[CommandId::QueueList], "failures"),
    (&[CommandId::Fetch], "fetch once"),
    (&[CommandId::Trim], "trim"),
    (&[CommandId::Reclaim], "reclaim"),
    (&[CommandId::Acknowledge], "acknowledge"),
    (&[CommandId::DeleteConsumer], "delete"),
    (&[CommandId::RemoveGroups], "remove group"),
    (&[CommandId::RemoveConsumers], "remove idle"),
    (&[CommandId::RequeueOrphans], "requeue orphans"),
    (&[CommandId::ReviveJobs], "revive dead"),
    (&[CommandId::DropJobs], "drop class"),
    (&[CommandId::PauseQueue, CommandId::ResumeQueue], "pause queue, resume"),
    (&[CommandId::KillClient], "kill"),
    (&[CommandId::Filter], "filter"),
    (&[CommandId::SortLeft, CommandId::SortRight], "sort"),
    (&[CommandId::BigKeys], "biggest keys"),
    (&[CommandId::Sampler], "pause walk"),
    (&[CommandId::Pause], "pause"),
    (&[CommandId::Help], "help"),
    (&[CommandId::Quit], "quit"),
    (&[CommandId::DemoScenario], "scenario"),
    (&[CommandId::DemoSlower, CommandId::DemoFaster], "load"),
    (&[CommandId::Reverse], "reverse"),
    (&[CommandId::First, CommandId::Last], "ends"),
    (&[CommandId::Slower, CommandId::Faster], "interval"),
    (&[CommandId::Theme], "theme"),
    (&[CommandId::Retry], "poll now"),
    (&[CommandId::NextScreen], "next screen"),
    (&[CommandId::Suspend], "suspend"),
    (&[CommandId::Invalidate], "invalidate"),
    (&[CommandId::Unlock], "unlock"),
    (&[CommandId::Undo], "undo"),
    (&[CommandId::KillScript], "end script"),
];

/// Cells that are kept for what is typed.
const LEAST_FIELD: u16 = 8;

/// Draws it.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    match (&state.active.modal, &state.active.notice) {
        (Some(Modal::Prompt(typed)), _) => prompt(typed, area, buffer, skin),
        (Some(Modal::Help { .. }), _) => {
            let pair = keys_text(state, &[CommandId::Up, CommandId::Down]);
            let back = keys_text(state, &[CommandId::Back]);
            let quit = keys_text(state, &[CommandId::Quit]);
            let shown = [(pair.as_str(), "scroll"), (back.as_str(), "close"), (quit.as_str(), "quit")];
            Keyline { keys: &shown }.draw(area, buffer, skin);
        }
        (Some(Modal::Action(modal)), _) => in_action(&modal.stage, area, buffer, skin),
        (None, Some(text)) => notice(text, area, buffer, skin),
        (None, None) if state.active.operations.running.is_some() => running(state, area, buffer, skin),
        (None, None) => line(state, area, buffer, skin),
    }
}

/// The keys of what stands in the middle of the screen.
fn in_action(stage: &ActionStage, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let shown: &[(&str, &str)] = match stage {
        ActionStage::Form(_) => &[("up/down", "choose"), ("enter", "preview"), ("esc", "cancel")],
        ActionStage::Question(_) => {
            &[("tab", "choose"), ("enter", "confirm"), ("up/down", "scroll"), ("esc", "cancel")]
        }
        ActionStage::Planning(..) => &[("esc", "give up")],
        ActionStage::Told { .. } => &[("enter", "close"), ("up/down", "scroll")],
    };
    Keyline { keys: shown }.draw(area, buffer, skin);
}

/// How far the action is that runs, and the keys that tell it something.
fn running(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let Some(progress) = &state.active.operations.running else { return };
    let pause = keys_text(state, &[CommandId::PauseAction]);
    let stop = keys_text(state, &[CommandId::StopAction]);
    let rate = keys_text(state, &[CommandId::ActionSlower, CommandId::ActionFaster]);
    let hold = if progress.held.is_some() { "go on" } else { "hold" };
    let shown = [(pause.as_str(), hold), (stop.as_str(), "stop"), (rate.as_str(), "pace")];
    let words: u16 = shown.iter().map(|(key, title)| width(key) + width(title) + 4).sum();
    let keys =
        Rect { x: area.right().saturating_sub(words.min(area.width)), width: words.min(area.width), ..area };
    Keyline { keys: &[] }.draw(area, buffer, skin);
    Keyline { keys: &shown }.draw(keys, buffer, skin);
    let room = area.width.saturating_sub(words).saturating_sub(1);
    let role = if progress.held.is_some() { Role::Warning } else { Role::Accent };
    let x = area.x.saturating_add(1);
    let text = crate::ui::actionline::line(progress);
    Pen::new(Rect { width: room, ..area }, buffer).cut(
        (x, area.y),
        room,
        &text,
        skin.glyphs.ellipsis,
        skin.style(role),
    );
}

fn line(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    // While the link is down, trying again is what there is to do.
    let retry: &[(&[CommandId], &str)] = match state.active.link {
        LinkStatus::Up { .. } => &[],
        LinkStatus::Connecting | LinkStatus::Down(_) => &[(&[CommandId::Retry], "try now")],
    };
    let is_told = |ids: &[CommandId]| retry.iter().any(|(told, _)| *told == ids);
    let shown: Vec<(String, &str)> = retry
        .iter()
        .chain(LINE.iter().filter(|(ids, _)| !is_told(ids)))
        .filter(|(ids, _)| ids.iter().any(|id| keys::works(state, *id) && !is_locked(state, *id)))
        .map(|(ids, title)| (keys_text(state, ids), title_of(state, ids, title)))
        .collect();
    let shown: Vec<(&str, &str)> = shown.iter().map(|(key, title)| (key.as_str(), *title)).collect();
    let mut rest = area;
    if let Some(filter) = state.table().and_then(|table| table.filter.as_ref()) {
        Keyline { keys: &[] }.draw(area, buffer, skin);
        let mut pen = Pen::new(Rect { width: area.width / 2, ..area }, buffer);
        let text = format!("/{}", filter.text);
        let x = area.x.saturating_add(1);
        let end = pen.cut((x, area.y), area.width / 2, &text, skin.glyphs.ellipsis, skin.style(Role::Match));
        let used = end.saturating_add(1).saturating_sub(area.x).min(area.width);
        rest = Rect { x: area.x + used, width: area.width - used, ..area };
    }
    Keyline { keys: &shown }.draw(rest, buffer, skin);
}

/// What writes is listed when it may; until then the key that unlocks it is.
fn is_locked(state: &State, id: CommandId) -> bool {
    let may_write = state.active.operations.write.may_write(state.now_us);
    id != CommandId::Unlock && id.command().danger == Danger::Writes && !may_write
}

fn title_of(state: &State, ids: &[CommandId], title: &'static str) -> &'static str {
    match ids {
        [CommandId::Pause] if state.is_paused() => "go on",
        [CommandId::Probe] if state.active.reading.probes().pubsub.is_on() => "end probe",
        [CommandId::StreamProbe] if state.active.reading.probes().stream.is_on() => "end stream probe",
        [CommandId::Sampler] if state.active.reading.keys().pass().is_paused => "walk on",
        [CommandId::Values] if state.active.entries.as_ref().is_some_and(|entries| entries.shows_values) => {
            "hide values"
        }
        [CommandId::QueueList] => match (state.active.queue_list.next(), state.view()) {
            (QueueList::Tenants, _) => "tenants",
            (QueueList::Failures, _) => "failures",
            (QueueList::Schedules, _) => "schedulers",
            (QueueList::First, View::Queue(_)) => "classes",
            (QueueList::First, _) => "queues",
        },
        [CommandId::DropJobs] if state.active.queue_list == QueueList::Failures => "drop error",
        [CommandId::Open] => match state.view() {
            View::Group(..) | View::Consumers => "pending",
            View::Pending(..) => "entries",
            _ => title,
        },
        _ => title,
    }
}

/// The first key of each command, side by side.
fn keys_text(state: &State, ids: &[CommandId]) -> String {
    let first = |id: &CommandId| state.setup.keymap.keys_of(*id).first().map(ToString::to_string);
    let keys: Vec<String> = ids.iter().filter_map(first).collect();
    let are_short = keys.iter().all(|key| key.chars().count() == 1);
    keys.join(if are_short { "" } else { "/" })
}

fn notice(notice: &Notice, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    Keyline { keys: &[] }.draw(area, buffer, skin);
    let role = if notice.is_error { Role::Critical } else { Role::Accent };
    let mark = skin.glyphs.state(role).map_or(String::new(), |mark| format!("{mark} "));
    let text = format!("{mark}{}", notice.text);
    let x = area.x.saturating_add(1);
    Pen::new(area, buffer).cut((x, area.y), u16::MAX, &text, skin.glyphs.ellipsis, skin.style(role));
}

fn prompt(prompt: &Prompt, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    Keyline { keys: &[] }.draw(area, buffer, skin);
    let mut pen = Pen::new(area, buffer);
    let label = format!("{}: ", prompt.purpose.label());
    let start = pen.text(area.x.saturating_add(1), area.y, &label, skin.style(Role::Key));
    let error =
        prompt.error.as_deref().map(|error| (format!("{} {error}", skin.glyphs.critical), Role::Critical));
    let plain = |text: &str| if skin.is_ascii() { text.replace('\u{b5}', "u") } else { text.to_owned() };
    let note = || prompt.note.as_deref().map(|note| (plain(note), Role::Accent));
    let beside = error.or_else(note);
    // What is typed comes first: the error takes at most half of the line.
    let wanted = beside.as_ref().map_or(0, |(text, _)| width(text).saturating_add(2)).min(area.width / 5 * 3);
    let wanted = wanted.min(area.right().saturating_sub(start).saturating_sub(LEAST_FIELD));
    let room = area.right().saturating_sub(start).saturating_sub(wanted);
    let scroll = prompt.input.visual_scroll(usize::from(room.saturating_sub(1)));
    let mut skipped = 0;
    let shown: String = prompt
        .input
        .value()
        .chars()
        .skip_while(|c| {
            skipped += unicode_width::UnicodeWidthChar::width(*c).unwrap_or(0);
            skipped <= scroll
        })
        .collect();
    let field = Rect { x: start, width: room, height: area.height.min(1), ..area };
    Pen::new(field, buffer).text(start, area.y, &shown, skin.style(Role::Text));
    let at = prompt.input.visual_cursor().saturating_sub(scroll);
    let x = start.saturating_add(u16::try_from(at).unwrap_or(u16::MAX));
    if field.contains((x, area.y).into())
        && let Some(cell) = buffer.cell_mut((x, area.y))
    {
        cell.modifier.insert(Modifier::REVERSED);
    }
    if let Some((text, role)) = beside {
        let x = area.right().saturating_sub(wanted.saturating_sub(1)).max(area.x);
        let style = skin.style(role);
        Pen::new(area, buffer).cut((x, area.y), wanted, &text, skin.glyphs.ellipsis, style);
    }
}
