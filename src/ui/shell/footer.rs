//! The footer: the keys that work here and now; in their place a notice, or the line that is being typed.
//!
//! Knows which key acts on what is selected. Invariants: what is typed stays visible at its cursor, and its error beside it;
//! help and unlock are there on every screen.

use crate::app::action::{ActionStage, asked_for, is_about_selected};
use crate::app::modal::{Modal, Prompt};
use crate::app::own::ready;
use crate::app::queuelist::QueueList;
use crate::app::table::TableState;
use crate::app::works::works;
use crate::app::{Notice, State, View};
use crate::commands::CommandId;
use crate::config::theme::Role;
use crate::core::model::{LinkStatus, Name};
use crate::core::ops::WriteState;
use crate::ui::theme::Skin;
use crate::ui::widgets::pen::width;
use crate::ui::widgets::{Keyline, Pen};
use crate::ui::{focus, masking};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use std::borrow::Cow;

/// Commands with a title, in their order.
type FooterKeys<'a> = &'a [(&'a [CommandId], &'static str)];

/// Actions, those that are meant most often first: they stand before everything else where the selected row is something
/// for them.
const ACTS: &[(&[CommandId], &str)] = &[
    (&[CommandId::Trim], "trim"),
    (&[CommandId::Acknowledge], "acknowledge"),
    (&[CommandId::Reclaim], "reclaim"),
    (&[CommandId::KillClient], "kill"),
    (&[CommandId::Invalidate], "invalidate"),
    (&[CommandId::KillScript], "end script"),
    (&[CommandId::RequeueOrphans], "requeue orphans"),
    (&[CommandId::ReviveJobs], "revive dead"),
    (&[CommandId::DropJobs], "drop class"),
    (&[CommandId::PauseQueue, CommandId::ResumeQueue], "pause queue, resume"),
];

/// Actions that are meant seldom: they stand behind the way in and out.
const SELDOM: &[(&[CommandId], &str)] = &[
    (&[CommandId::DeleteConsumer], "delete"),
    (&[CommandId::RemoveGroups], "remove group"),
    (&[CommandId::RemoveConsumers], "remove idle"),
];

/// The way in and out: of [`LINE`] those that stand before what is meant seldom.
const WAYS: usize = 2;

/// What looks, the most useful first; those that belong together share a title. Moving, sorting and the interval stand in
/// help.
const LINE: &[(&[CommandId], &str)] = &[
    (&[CommandId::Open], "open"),
    (&[CommandId::Back], "back"),
    (&[CommandId::NextPanel], "next panel"),
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
    (&[CommandId::Filter], "filter"),
    (&[CommandId::Zoom], "zoom"),
    (&[CommandId::BigKeys], "biggest keys"),
    (&[CommandId::Sampler], "pause key scan"),
    (&[CommandId::Pause], "pause"),
    (&[CommandId::Undo], "undo"),
    (&[CommandId::Quit], "quit"),
    (&[CommandId::DemoScenario], "scenario"),
    (&[CommandId::DemoSlower, CommandId::DemoFaster], "load"),
    (&[CommandId::Mark, CommandId::MarkAll], "mark, all"),
    (&[CommandId::Theme], "theme"),
    (&[CommandId::Retry], "poll now"),
    (&[CommandId::NextScreen], "next screen"),
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
        (Some(Modal::Themes { .. }), _) => {
            let shown = [("up/down", "try"), ("enter", "keep"), ("esc", "take the old one back")];
            Keyline { keys: &shown }.draw(area, buffer, skin);
        }
        (Some(Modal::Output { .. }), _) => {
            let shown = [("up/down", "scroll"), ("esc", "close")];
            Keyline { keys: &shown }.draw(area, buffer, skin);
        }
        (Some(Modal::Palette(_)), _) => {
            let shown = [("up/down", "choose"), ("enter", "run"), ("esc", "close")];
            Keyline { keys: &shown }.draw(area, buffer, skin);
        }
        (Some(Modal::Action(modal)), _) => in_action(&modal.stage, area, buffer, skin),
        (None, Some(text)) => notice(text, area, buffer, skin),
        (None, None) => line(state, area, buffer, skin),
    }
}

/// The keys of what stands in the middle of the screen.
fn in_action(stage: &ActionStage, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let shown: &[(&str, &str)] = match stage {
        ActionStage::Form(_) => &[("up/down", "choose"), ("enter", "preview"), ("esc", "cancel")],
        ActionStage::Question(_) => &[
            ("tab", "choose"),
            ("enter", "confirm"),
            ("a", "archive"),
            ("up/down", "scroll"),
            ("esc", "cancel"),
        ],
        ActionStage::Planning(..) => &[("esc", "cancel")],
        ActionStage::Told { .. } => &[("enter", "close"), ("up/down", "scroll")],
    };
    Keyline { keys: shown }.draw(area, buffer, skin);
}

/// What the action that runs can be told.
fn to_running(state: &State) -> Vec<FooterKey> {
    let Some(progress) = &state.active.operations.running else { return Vec::new() };
    let is_held = progress.held.is_some() || state.active.operations.control.pause;
    let pause = if is_held { "go on" } else { "pause" };
    let key = |ids: &[CommandId], title: &'static str| FooterKey {
        key: keys_text(state, ids),
        title: title.into(),
        is_locked: false,
    };
    vec![
        key(&[CommandId::PauseAction], pause),
        key(&[CommandId::StopAction], "stop"),
        key(&[CommandId::ActionSlower, CommandId::ActionFaster], "pace"),
    ]
}

fn line(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    Keyline { keys: &[] }.draw(area, buffer, skin);
    let mut rest = area;
    if let Some(count) = state.count {
        let x = area.x.saturating_add(1);
        let end = Pen::new(area, buffer).text(x, area.y, &format!("count {count}"), skin.style(Role::Match));
        rest = cut_off(rest, end.saturating_add(1));
    }
    if let Some(filter) = state.table().and_then(|table| table.filter.as_ref()) {
        let mut pen = Pen::new(Rect { width: rest.width / 2, ..rest }, buffer);
        let text = format!("/{}", masking::foreign(&filter.text));
        let x = rest.x.saturating_add(1);
        let end = pen.cut((x, rest.y), rest.width / 2, &text, skin.glyphs.ellipsis, skin.style(Role::Match));
        rest = cut_off(rest, end.saturating_add(1));
    }
    if let Some(text) = marks(state) {
        let mut pen = Pen::new(rest, buffer);
        let x = rest.x.saturating_add(1);
        let end = pen.cut((x, rest.y), rest.width, &text, skin.glyphs.ellipsis, skin.style(Role::Match));
        rest = cut_off(rest, end.saturating_add(1));
    }
    let last = always(state);
    let room = last.iter().map(FooterKey::cells).fold(0, u16::saturating_add);
    let head = Rect { width: rest.width.saturating_sub(room), ..rest };
    let keys: Vec<FooterKey> = to_running(state)
        .into_iter()
        .chain(acts(state, ACTS, true))
        .chain(looks(state, LINE.get(..WAYS).unwrap_or_default()))
        .chain(acts(state, SELDOM, false))
        .chain(owns(state))
        .chain(looks(state, LINE.get(WAYS..).unwrap_or_default()))
        .collect();
    let end = draw_keys(&keys, (head.x.saturating_add(1), head), buffer, skin);
    draw_keys(&last, (end, rest), buffer, skin);
}

/// How many rows are marked, and how many of them the filter hides.
fn marks(state: &State) -> Option<String> {
    let (marked, hidden) = state.table()?.marks();
    let hidden = if hidden > 0 { format!(", {hidden} not shown") } else { String::new() };
    (marked > 0).then(|| format!("{marked} marked{hidden}"))
}

/// What is right of this column.
fn cut_off(area: Rect, x: u16) -> Rect {
    let used = x.saturating_sub(area.x).min(area.width);
    Rect { x: area.x + used, width: area.width - used, ..area }
}

/// A key with its title.
struct FooterKey {
    key: String,
    title: Cow<'static, str>,
    /// Whether it only shows a plan for now, and unlocks before it writes.
    is_locked: bool,
}

impl FooterKey {
    fn cells(&self) -> u16 {
        width(&self.key).saturating_add(width(&self.title)).saturating_add(3)
    }
}

/// As many keys as fit, and an ellipsis where some do not; where the next may stand.
fn draw_keys(keys: &[FooterKey], (start, area): (u16, Rect), buffer: &mut Buffer, skin: &Skin) -> u16 {
    let mut pen = Pen::new(area, buffer);
    let mut x = start;
    for (at, shown) in keys.iter().enumerate() {
        let spare = if at + 1 == keys.len() { 0 } else { 2 };
        if x.saturating_add(shown.cells()).saturating_add(spare) > area.right().saturating_add(2) {
            pen.glyph(x, area.y, skin.glyphs.ellipsis, skin.style(Role::Footer));
            return x.saturating_add(2);
        }
        let roles = if shown.is_locked { (Role::Dim, Role::Dim) } else { (Role::Key, Role::Footer) };
        let next = pen.text(x, area.y, &shown.key, skin.style(roles.0));
        let next = pen.text(next.saturating_add(1), area.y, &shown.title, skin.style(roles.1));
        x = next.saturating_add(2);
    }
    x
}

/// Of these actions what acts on the selected row; what a finding asks for is the first.
fn acts(state: &State, acts: FooterKeys<'_>, is_first: bool) -> Vec<FooterKey> {
    // One action at a time.
    if state.active.operations.write == WriteState::ReadOnly || state.active.operations.running.is_some() {
        return Vec::new();
    }
    let is_locked = !state.active.operations.write.may_write(state.now_us);
    let is_meant =
        |ids: &[CommandId]| ids.iter().any(|id| works(state, *id) && is_about_selected(state, *id));
    let asked = state.active.cure.as_ref().map(|cure| asked_for(&cure.deed));
    let is_asked = |ids: &[CommandId]| asked.is_some_and(|asked| ids.contains(&asked));
    // What the finding asks for is the first of all, however seldom it is meant elsewhere.
    let seldom = SELDOM.iter().filter(|(ids, _)| is_first && is_asked(ids));
    let first = acts.iter().filter(|(ids, _)| is_first && is_asked(ids)).chain(seldom);
    let meant = first.chain(acts.iter().filter(|(ids, _)| !is_asked(ids) && is_meant(ids)));
    let key = |(ids, title): &(&[CommandId], &'static str)| FooterKey {
        key: keys_text(state, ids),
        title: title_of(state, ids, title).into(),
        is_locked,
    };
    meant.map(key).collect()
}

/// Programs of the operator's own that can run here.
fn owns(state: &State) -> Vec<FooterKey> {
    let may_write = state.active.operations.write.may_write(state.now_us);
    let ready = state.setup.own.commands.iter().filter(|own| ready(state, own).is_ok());
    ready
        .map(|own| FooterKey {
            key: own.key.to_string(),
            title: Name::from(own.name.as_str()).to_string().into(),
            is_locked: !own.reads && !may_write,
        })
        .collect()
}

fn looks(state: &State, line: FooterKeys<'_>) -> Vec<FooterKey> {
    // While the link is down, trying again is what there is to do.
    let retry: FooterKeys<'_> = match state.active.link {
        LinkStatus::Up { .. } => &[],
        _ if line.len() != WAYS => &[],
        LinkStatus::Connecting | LinkStatus::Down(_) => &[(&[CommandId::Retry], "try now")],
    };
    retry
        .iter()
        .chain(line)
        .filter(|(ids, _)| ids.iter().any(|id| works(state, *id)))
        .map(|(ids, title)| FooterKey {
            key: keys_text(state, ids),
            title: title_of(state, ids, title).into(),
            is_locked: false,
        })
        .collect()
}

/// What is there on every screen and of every size: help, and what unlocks.
fn always(state: &State) -> Vec<FooterKey> {
    let unlock = if state.active.operations.write.may_write(state.now_us) { "lock" } else { "unlock" };
    [(CommandId::Help, "help"), (CommandId::Unlock, unlock)]
        .into_iter()
        .filter(|(id, _)| works(state, *id))
        .map(|(id, title)| FooterKey { key: keys_text(state, &[id]), title: title.into(), is_locked: false })
        .collect()
}

fn title_of(state: &State, ids: &[CommandId], title: &'static str) -> &'static str {
    match ids {
        [CommandId::Back] if state.table().is_some_and(TableState::has_marks) => "unmark",
        [CommandId::Zoom] if state.zoomed().is_some() => "leave zoom",
        [CommandId::Pause] if state.is_paused() => "go on",
        [CommandId::Probe] if state.active.reading.probes().pubsub.is_on() => "end probe",
        [CommandId::StreamProbe] if state.active.reading.probes().stream.is_on() => "end stream probe",
        [CommandId::Sampler] if state.active.reading.keys().pass().is_paused => "scan keys",
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
            View::Memory => "preview",
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
        .map(|c| if masking::is_on() { '*' } else { c })
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
        focus::mark_typed(buffer, x, area.y);
    }
    if let Some((text, role)) = beside {
        let x = area.right().saturating_sub(wanted.saturating_sub(1)).max(area.x);
        let style = skin.style(role);
        Pen::new(area, buffer).cut((x, area.y), wanted, &text, skin.glyphs.ellipsis, style);
    }
}
