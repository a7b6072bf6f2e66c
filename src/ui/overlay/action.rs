//! An action in the middle of the screen: what exactly, is that what is wanted, what came of it.
//!
//! Knows values; decides nothing. Invariants: who reads on a small terminal can scroll to the last line, and where the
//! focus is shows without colour.

mod batch;

use crate::app::State;
use crate::app::action::{
    ActionModal, ActionStage, Ask, BatchPlanning, Choice, DialogFocus, Form, LeaveHow, Question,
};
use crate::app::zone::{DialogPart, Zone, ZoneTarget};
use crate::config::own::ProgramRun;
use crate::config::theme::Role;
use crate::core::figures::sentence::span;
use crate::core::model::Name;
use crate::core::ops::{Plan, Request};
use crate::ui::focus;
use crate::ui::theme::Skin;
use crate::ui::widgets::dialog::buttons;
use crate::ui::widgets::pen::width;
use crate::ui::widgets::textlines::wrap;
use crate::ui::widgets::{Dialog, Pen, StyledText};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// Widest text: longer lines are hard to read.
const WIDEST: u16 = 96;
/// What a box with something below its text is wide at least.
const LEAST: u16 = 48;
/// Cells of a label.
const LABEL: u16 = 12;

/// A line: its label, its text, how it is painted, and what a click on it means.
struct DialogLine {
    label: String,
    text: String,
    role: Role,
    part: Option<DialogPart>,
}

impl DialogLine {
    fn new(label: &str, text: impl Into<String>, role: Role) -> Self {
        Self { label: label.to_owned(), text: text.into(), role, part: None }
    }

    /// The same as something to click on.
    fn part(self, part: DialogPart) -> Self {
        Self { part: Some(part), ..self }
    }

    /// The same in lines of this room; the label stands in the first.
    fn wrapped(self, room: u16) -> Vec<Self> {
        let mut label = Some(self.label);
        let (role, part) = (self.role, self.part);
        let indent = |label: Option<String>| label.unwrap_or_default();
        let lines = wrap(&self.text, room.max(8)).into_iter();
        lines.map(|text| Self { label: indent(label.take()), text, role, part: part.clone() }).collect()
    }
}

/// Where a part of the dialog stands.
fn zone(area: Rect, part: DialogPart) -> Zone {
    Zone::new(area, ZoneTarget::Dialog(part))
}

/// Draws it; what stands where in it.
pub fn draw(state: &State, modal: &ActionModal, body: Rect, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    match &modal.stage {
        ActionStage::Planning(_, progress) => {
            let which = modal.origin.batch.as_ref().map(BatchPlanning::text);
            let which = which.into_iter().map(|text| DialogLine::new("", text, Role::Text));
            let lines = which
                .chain([
                    DialogLine::new("", format!("{}{}", progress.text(), skin.glyphs.ellipsis), Role::Text),
                    DialogLine::new("", "Nothing is written.   Esc cancel", Role::Dim)
                        .part(DialogPart::Cancel),
                ])
                .collect();
            page("Making the plan", lines, 0, 0, body, buffer, skin).zones
        }
        ActionStage::Told { title, lines, is_error, change, offset } => {
            let role = if *is_error { Role::Warning } else { Role::Text };
            let mark = if *is_error { format!("{} ", skin.glyphs.warning) } else { String::new() };
            let mut lines: Vec<DialogLine> =
                lines.iter().map(|line| DialogLine::new("", line.clone(), Role::Text)).collect();
            if let Some(first) = lines.first_mut() {
                (first.role, first.text) = (role, format!("{mark}{}", first.text));
            }
            let DrawnPage { below, mut zones } = page(title, lines, *offset, 1, body, buffer, skin);
            let Some(inner) = below else { return zones };
            let focus = Some(change.map_or(0, usize::from));
            let titles = if change.is_some() { &["Close", "Change"][..] } else { &["Close"] };
            let places = buttons(titles, focus, inner, buffer, skin);
            let parts = [DialogPart::Close, DialogPart::Change].into_iter().take(titles.len()).rev();
            zones.extend(places.into_iter().zip(parts).map(|(place, part)| zone(place, part)));
            zones
        }
        ActionStage::Form(choices) => form(choices, body, buffer, skin),
        ActionStage::Question(asked) => question(state, (modal, asked), body, buffer, skin),
    }
}

/// What came of drawing text in a box.
struct DrawnPage {
    /// The rows below the text; none where there is no room for them.
    below: Option<Rect>,
    /// What stands where.
    zones: Vec<Zone>,
}

/// Text in a box with room for so many rows below it.
fn page(
    title: &str,
    lines: Vec<DialogLine>,
    offset: usize,
    below: u16,
    body: Rect,
    buffer: &mut Buffer,
    skin: &Skin,
) -> DrawnPage {
    let labelled = lines.iter().any(|line| !line.label.is_empty());
    let lead = if labelled { LABEL + 1 } else { 0 };
    let room = body.width.saturating_sub(4).min(WIDEST).saturating_sub(lead);
    let lines: Vec<DialogLine> = lines.into_iter().flat_map(|line| line.wrapped(room)).collect();
    let wide = lines.iter().map(|line| width(&line.text)).max().unwrap_or(0).saturating_add(lead);
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(below);
    let size = (wide.max(width(title) + 4).max(if below > 0 { LEAST } else { 0 }), rows);
    let dialog = Dialog { title, note: None, size };
    let height = usize::from(dialog.place(body).height.saturating_sub(2).saturating_sub(below));
    let offset = offset.min(lines.len().saturating_sub(height));
    let note = (height < lines.len()).then(|| {
        StyledText::new(
            format!("{}-{} of {}", offset + 1, (offset + height).min(lines.len()), lines.len()),
            Role::Dim,
        )
    });
    let inner = Dialog { note, ..dialog }.draw(body, buffer, skin);
    let text = Rect { height: inner.height.saturating_sub(below), ..inner };
    let mut zones = vec![zone(inner, DialogPart::Text)];
    let mut pen = Pen::new(text, buffer);
    let ellipsis = skin.glyphs.ellipsis;
    for (line, y) in lines.iter().skip(offset).zip(text.y..text.bottom()) {
        pen.cut((text.x, y), lead.saturating_sub(1), &line.label, ellipsis, skin.style(Role::Dim));
        let words = if skin.is_ascii() { line.text.replace('\u{2192}', "->") } else { line.text.clone() };
        pen.cut((text.x.saturating_add(lead), y), text.width, &words, ellipsis, skin.style(line.role));
        zones.extend(line.part.clone().map(|part| zone(Rect { y, height: 1, ..text }, part)));
    }
    let rows = Rect { y: inner.bottom().saturating_sub(below), height: below, ..inner };
    DrawnPage { below: (below > 0 && inner.height >= below).then_some(rows), zones }
}

fn form(form: &Form, body: Rect, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    let choices = form.choices();
    let line = |(at, choice): (usize, &Choice)| {
        let mark = if at == form.selected { ">" } else { "-" };
        let role = if at == form.selected { Role::Selection } else { Role::Text };
        DialogLine::new("", format!("{mark} {}", choice.title), role).part(DialogPart::Choice(at))
    };
    let lines = choices.iter().enumerate().map(line).collect();
    let most = choices.iter().map(|choice| choice.lines.len()).max().unwrap_or(0);
    let below = u16::try_from(most).unwrap_or(u16::MAX).saturating_add(2);
    let drawn = page(&form.title(), lines, 0, below, body, buffer, skin);
    let mut zones = drawn.zones;
    let Some(inner) = drawn.below else { return zones };
    let row = |at: u16| Rect { y: inner.y.saturating_add(at), height: 1, ..inner };
    let labels = choices.get(form.selected).map_or(&[][..], |choice| choice.lines.as_slice());
    for (at, ((label, _), input)) in (0..).zip(labels.iter().zip(&form.inputs)) {
        field(&format!("{label}: "), &input.input, usize::from(at) == form.line, row(at), buffer, skin);
        zones.push(zone(row(at), DialogPart::Line(usize::from(at))));
    }
    let last = row(below.saturating_sub(1));
    if let Some(error) = &form.error {
        let text = format!("{} {error}", skin.glyphs.critical);
        let style = skin.style(Role::Critical);
        Pen::new(last, buffer).cut((inner.x, last.y), inner.width, &text, skin.glyphs.ellipsis, style);
    } else {
        zones.extend(hints(labels.len() > 1, last, buffer, skin));
    }
    // A choice that needs nothing typed has the focus itself.
    let above = u16::try_from(choices.len().saturating_sub(form.selected)).unwrap_or(0);
    if form.inputs.is_empty()
        && let Some(y) = inner.y.checked_sub(above).filter(|y| *y > body.y)
    {
        focus::mark(buffer, inner.x, y);
    }
    zones
}

/// The keys of a form, as words to click on.
fn hints(has_lines: bool, area: Rect, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    let hints = [
        ("Enter preview", Some(DialogPart::Preview)),
        ("Tab next line", None),
        ("Esc cancel", Some(DialogPart::Cancel)),
    ];
    let mut pen = Pen::new(area, buffer);
    let (mut x, mut zones) = (area.x, Vec::new());
    for (text, part) in hints.into_iter().filter(|(_, part)| has_lines || part.is_some()) {
        let end = pen.cut((x, area.y), area.width, text, skin.glyphs.ellipsis, skin.style(Role::Dim));
        let place = Rect { x, width: end.saturating_sub(x), ..area };
        zones.extend(part.map(|part| zone(place, part)));
        x = end.saturating_add(3);
    }
    zones
}

/// A label and what is typed; the cursor turned round where keys go.
fn field(
    label: &str,
    input: &tui_input::Input,
    is_typed_into: bool,
    area: Rect,
    buffer: &mut Buffer,
    skin: &Skin,
) {
    let start = Pen::new(area, buffer).text(area.x, area.y, label, skin.style(Role::Key));
    let room = area.right().saturating_sub(start);
    let scroll = input.visual_scroll(usize::from(room.saturating_sub(1)));
    let mut skipped = 0;
    let shown: String = Name::from(input.value())
        .to_string()
        .chars()
        .skip_while(|c| {
            skipped += unicode_width::UnicodeWidthChar::width(*c).unwrap_or(0);
            skipped <= scroll
        })
        .collect();
    let field = Rect { x: start, width: room, ..area };
    Pen::new(field, buffer).text(start, area.y, &shown, skin.style(Role::Text));
    let at = input.visual_cursor().saturating_sub(scroll);
    let x = start.saturating_add(u16::try_from(at).unwrap_or(u16::MAX));
    if is_typed_into
        && field.contains((x, area.y).into())
        && let Some(cell) = buffer.cell_mut((x, area.y))
    {
        cell.modifier.insert(Modifier::REVERSED);
        focus::mark_typed(buffer, x, area.y);
    }
}

fn question(
    state: &State,
    (modal, question): (&ActionModal, &Question),
    body: Rect,
    buffer: &mut Buffer,
    skin: &Skin,
) -> Vec<Zone> {
    let (title, lines, go) = match &question.ask {
        Ask::Unlock(_) => {
            let text = "Every action still shows a preview and asks.";
            let title = format!(
                "Unlock writing on {} for {}?",
                state.active.setup.name,
                span(state.setup.actions.unlock_ms)
            );
            (title, vec![DialogLine::new("", text, Role::Text)], "Unlock".to_owned())
        }
        Ask::Carry(challenge) => {
            let plan = challenge.plan();
            let can_keep = modal.origin.request.clone().as_mut().and_then(Request::archive_mut).is_some();
            (plan.question(), preview(plan, can_keep, skin), plan.button(question.unlocks))
        }
        Ask::CarryAll(all) => {
            let order = modal.origin.batch.as_ref().map(BatchPlanning::order);
            let can_keep = order.is_some_and(|order| order.can_keep());
            let (title, go) = (all.batch.question(), all.batch.button(question.unlocks));
            (title, batch::lines(all, can_keep, skin), go)
        }
        Ask::Run(run, _) => program(run, question.unlocks),
        Ask::Leave(how) => leaving(state, *how),
    };
    let typed = question.typed();
    let below = if typed.is_some() { 4 } else { 2 };
    let drawn = page(&title, lines, question.offset, below, body, buffer, skin);
    let mut zones = drawn.zones;
    let Some(inner) = drawn.below else { return zones };
    let row = |at: u16| Rect { y: inner.y.saturating_add(at), height: 1, ..inner };
    if let Some((why, name)) = typed {
        let text = format!("{} {why}. Type {}", skin.glyphs.warning, Name::from(name));
        let mut pen = Pen::new(row(1), buffer);
        pen.cut((inner.x, row(1).y), inner.width, &text, skin.glyphs.ellipsis, skin.style(Role::Warning));
        field("name: ", &question.input, question.focus == DialogFocus::Name, row(2), buffer, skin);
        zones.push(zone(row(2), DialogPart::NameLine));
    }
    let last = row(below - 1);
    if let Some(error) = &question.error {
        let text = format!("{} {error}", skin.glyphs.critical);
        let room = last.width / 2;
        Pen::new(last, buffer).cut(
            (last.x, last.y),
            room,
            &text,
            skin.glyphs.ellipsis,
            skin.style(Role::Critical),
        );
    }
    let focus = match question.focus {
        DialogFocus::Name => None,
        DialogFocus::Cancel => Some(0),
        DialogFocus::Go => Some(1),
    };
    let places = buttons(&["Cancel", &go], focus, last, buffer, skin);
    let parts = [DialogPart::Go, DialogPart::Cancel];
    zones.extend(places.into_iter().zip(parts).map(|(place, part)| zone(place, part)));
    zones
}

/// What runs, word for word.
fn program(run: &ProgramRun, unlocks: bool) -> (String, Vec<DialogLine>, String) {
    let words = run.words.iter().enumerate().map(|(at, word)| {
        DialogLine::new(if at == 0 { "runs" } else { "" }, Name::new(word.as_slice()).to_string(), Role::Text)
    });
    let note = match run.reads {
        true => "It changes nothing, by the word of the config.",
        false => "It may write: it has no plan, no journal and no undo.",
    };
    let time = format!("{} at most", span(run.timeout_ms));
    let more = [
        DialogLine::new("note", note, if run.reads { Role::Dim } else { Role::Warning }),
        DialogLine::new("time", time, Role::Dim),
    ];
    let go = if unlocks { "Unlock and run" } else { "Run" };
    (format!("Run {}?", Name::from(run.name.as_str())), words.chain(more).collect(), go.to_owned())
}

/// What is said to whoever leaves while an action runs.
fn leaving(state: &State, how: LeaveHow) -> (String, Vec<DialogLine>, String) {
    let what = match &state.active.operations.running {
        Some(running) => format!("Still running: {}.", running.kind.phrase(&running.subject)),
        None => "The action is over by now.".to_owned(),
    };
    let (title, then, go) = match how {
        LeaveHow::Quit => (
            "Quit while an action runs?",
            "It ends after the step that is under way, and the journal says how far it came.",
            "Quit",
        ),
        LeaveHow::Suspend => (
            "Suspend while an action runs?",
            "It pauses after the step that is under way, and goes on when you come back.",
            "Suspend",
        ),
    };
    let lines = [what, then.to_owned()].map(|text| DialogLine::new("", text, Role::Text));
    (title.to_owned(), lines.into(), go.to_owned())
}

/// What goes and what that means first: on a small terminal the rest is below the edge.
fn preview(plan: &Plan, can_keep: bool, skin: &Skin) -> Vec<DialogLine> {
    let fact = |(label, text): &(&'static str, String)| match *label {
        "archive" if can_keep => {
            let mark = if plan.archive { "x" } else { " " };
            let text = format!("[{mark}] {text}   (a changes it)");
            DialogLine::new(label, text, Role::Text).part(DialogPart::Archive)
        }
        label => DialogLine::new(label, text.clone(), Role::Text),
    };
    let warning =
        |text: &String| DialogLine::new("note", format!("{} {text}", skin.glyphs.warning), Role::Warning);
    let command = |(at, text): (usize, &String)| {
        DialogLine::new(if at == 0 { "commands" } else { "" }, text.clone(), Role::Dim)
    };
    let removed = plan.facts.iter().position(|(label, _)| *label == "removes").unwrap_or(0);
    let (first, rest) = plan.facts.split_at(plan.facts.len().min(removed + 1));
    let notes = plan.warnings.iter().map(warning);
    let commands = plan.commands.iter().enumerate().map(command);
    first.iter().map(fact).chain(notes).chain(rest.iter().map(fact)).chain(commands).collect()
}
