//! The screens by number and name, the way to where we are, and the demo.
//!
//! Invariant: the current screen and the end of the way stay visible as long as anything does.

use crate::app::view::SCREENS;
use crate::app::zone::{Zone, ZoneTarget};
use crate::app::{State, View};
use crate::commands::CommandId;
use crate::config::theme::Role;
use crate::ui::theme::Skin;
use crate::ui::widgets::pen::{cut, width};
use crate::ui::widgets::{Pen, StyledText};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Cells of a name on the way, except the last: long keys must not hide where we are.
const STEP_CELLS: u16 = 28;

/// A screen in the line: its key, its name where there is room, and of the current one the way from there.
struct Tab {
    command: CommandId,
    words: Vec<StyledText>,
}

/// Words of a screen before the way from it: key and name. Each step of the way has two: a mark and its name.
const OWN_WORDS: usize = 2;

/// The line, ready to be drawn.
pub struct Tabs {
    tabs: Vec<Tab>,
    gap: u16,
    demo: Option<StyledText>,
    shows_end: bool,
    /// Whether the demo stands in this line.
    pub shows_demo: bool,
}

impl Tabs {
    /// The fullest form of the line that fits: all names, all names close together, or the current one alone.
    pub fn of(state: &State, room: u16, skin: &Skin) -> Self {
        let demo = at_the_end(state, skin);
        let runs = state.active.operations.running.is_some();
        let demo_width = demo.as_ref().map_or(0, |words| width(&words.text) + 2);
        for (names, gap, with_demo) in
            [(true, 2, true), (true, 2, false), (true, 1, false), (false, 1, true), (false, 1, false)]
        {
            // How far an action is comes before the names of screens.
            if runs && !with_demo {
                continue;
            }
            let tabs = tabs(state, names, skin);
            let wanted = length(&tabs, gap) + if with_demo { demo_width } else { 0 };
            if wanted.saturating_add(2) <= room {
                return Self {
                    tabs,
                    gap,
                    shows_end: with_demo && demo.is_some(),
                    shows_demo: with_demo && demo.is_some() && !runs,
                    demo,
                };
            }
        }
        let here = tabs(state, false, skin).into_iter().filter(|tab| tab.words.len() > 1).collect();
        Self { tabs: here, gap: 1, demo, shows_end: false, shows_demo: false }
    }

    /// Draws it into the first row; where screens and steps stand.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
        let mut zones = Vec::new();
        let mut pen = Pen::new(area, buffer);
        let mut x = area.x.saturating_add(1);
        for tab in &self.tabs {
            for (at, words) in tab.words.iter().enumerate() {
                let start = x;
                x = pen.cut((x, area.y), u16::MAX, &words.text, skin.glyphs.ellipsis, skin.style(words.role));
                let target = match at.checked_sub(OWN_WORDS) {
                    None => ZoneTarget::Screen(tab.command),
                    Some(after) => ZoneTarget::Step(after / 2 + 1),
                };
                let place = Rect { x: start, width: x.saturating_sub(start), height: 1, ..area };
                zones.push(Zone::new(place.intersection(area), target));
            }
            x = x.saturating_add(self.gap);
        }
        if let Some(words) = self.demo.as_ref().filter(|_| self.shows_end) {
            let x = area.right().saturating_sub(width(&words.text) + 1);
            pen.text(x, area.y, &words.text, skin.style(words.role));
        }
        zones
    }
}

fn length(tabs: &[Tab], gap: u16) -> u16 {
    let cells = |tab: &Tab| tab.words.iter().map(|words| width(&words.text)).fold(0, u16::saturating_add);
    tabs.iter().map(|tab| cells(tab).saturating_add(gap)).fold(0, u16::saturating_add).saturating_sub(gap)
}

/// One a screen; the current one has its name and the way from there.
fn tabs(state: &State, names: bool, skin: &Skin) -> Vec<Tab> {
    let base = state.active.trail.first();
    let tab = |(command, view, title): &(CommandId, View, &str)| {
        let key = state.setup.keymap.keys_of(*command).first().map(ToString::to_string);
        let is_here = Some(view) == base;
        let mut words = vec![StyledText::new(key.unwrap_or_default(), Role::Key)];
        if names || is_here {
            let role = if is_here { Role::Accent } else { Role::Dim };
            words.push(StyledText::new(format!(" {title}"), role));
        }
        if is_here {
            words.extend(way(state, skin));
        }
        Tab { command: *command, words }
    };
    SCREENS.iter().map(tab).collect()
}

fn way(state: &State, skin: &Skin) -> Vec<StyledText> {
    let mut words = Vec::new();
    let last = state.active.trail.len().saturating_sub(1);
    for (at, view) in state.active.trail.iter().enumerate().skip(1) {
        words.push(StyledText::new(format!(" {} ", skin.glyphs.folded), Role::Dim));
        let role = if at == last { Role::Title } else { Role::Text };
        words.push(StyledText::new(cut(&view.title(), STEP_CELLS, skin.glyphs.ellipsis), role));
    }
    words
}

/// How far the action is that runs; without one, the demo.
fn at_the_end(state: &State, skin: &Skin) -> Option<StyledText> {
    let Some(running) = &state.active.operations.running else { return demo(state, skin) };
    let role = if running.held.is_some() { Role::Warning } else { Role::Accent };
    let cells = if skin.is_ascii() { ('#', '.') } else { ('\u{2588}', '\u{2591}') };
    let which =
        state.active.operations.batch.as_ref().map_or(String::new(), |batch| format!("{}  ", batch.text()));
    Some(StyledText::new(format!("{which}{}", crate::ui::actionline::bar(running, cells)), role))
}

/// What the demo plays, how fast, and what comes of it.
pub fn demo(state: &State, skin: &Skin) -> Option<StyledText> {
    let demo = state.demo.as_ref()?;
    let produced = skin.figures.rate(demo.produced_per_s);
    let text = format!("{} {} {produced:>8}", demo.scenario, demo.rate);
    Some(if demo.errors > 0 {
        let text = format!("{text} {} errors", skin.figures.count(Some(demo.errors)));
        StyledText::new(text, Role::Warning)
    } else {
        StyledText::new(text, Role::Accent)
    })
}
