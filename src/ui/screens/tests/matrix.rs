//! Every screen and dialog, in every telling state, at five sizes, in four looks: what must hold of each picture.
//!
//! Invariant: every glyph stands in its own cells, a look has no glyph or colour that it does not know, what is old
//! or not permitted says so, and what is not known is never called healthy.

use super::{Made, WAYS, fixture};
use crate::app::State;
use crate::app::message::TargetMessage;
use crate::ui::dump;
use crate::ui::screens::fixture::{drawn_with, press, skin, tell};
use crate::ui::theme::{Depth, GlyphSet, Skin};
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Color;
use std::sync::LazyLock;
use unicode_width::UnicodeWidthStr;

/// From a slip of a terminal to a wall.
const SIZES: [(u16, u16); 5] = [(20, 5), (80, 24), (100, 30), (120, 40), (200, 60)];

/// Theme, colours, glyphs.
const LOOKS: [(&str, Depth, GlyphSet); 4] = [
    ("default", Depth::True, GlyphSet::Full),
    ("mono", Depth::None, GlyphSet::Full),
    ("default", Depth::Ansi16, GlyphSet::Ascii),
    ("light", Depth::Ansi256, GlyphSet::Narrow),
];

/// Dialogs and lists over a screen, beside the places of [`WAYS`].
const DIALOGS: [&str; 17] = [
    "?",
    "2 ?",
    "t",
    ":",
    ": t r i m",
    "2 /",
    "2 / (",
    "W",
    "W tab",
    "2 T",
    "2 T down down",
    "3 R",
    "3 R down",
    "3 D",
    "5 I",
    "8 K",
    "6 P",
];

/// Where keys lead to a picture at a size, with a plan where one was asked for.
fn at(made: Made, size: (u16, u16), way: &str) -> State {
    let mut state = made(size);
    press(&mut state, way);
    if let Some(key) = state.active.entries.as_ref().map(|entries| entries.key.clone()) {
        let from = crate::app::entries::Page::Newest;
        let question = crate::app::entries::EntriesQuestion { key: key.clone(), from };
        let page = crate::core::model::snapshot::EntriesPage { key, ..fixture::entries() };
        tell(&mut state, TargetMessage::Entries(question, Ok(page)));
    }
    state
}

/// A plan with more warnings and longer facts than any terminal has room for.
fn planned(mut state: State) -> State {
    let mut plan = crate::core::ops::plan::tests::plan();
    let sentence = "group billing has not acknowledged 2-0, and a name 漢字\u{1F600} that goes on and on; ";
    plan.facts = (0..12).map(|_| ("held by", sentence.repeat(6))).collect();
    plan.warnings = vec![sentence.repeat(9); 7];
    plan.made_us = state.now_us;
    let asked = state.active.operations.plan;
    tell(&mut state, TargetMessage::Planned(asked, Ok(Box::new(plan))));
    state
}

/// What is wrong with a picture.
fn faults(buffer: &Buffer, (_, depth, set): (&str, Depth, GlyphSet)) -> Vec<String> {
    let width = usize::from(buffer.area.width);
    let rows = buffer.content.chunks(width.max(1));
    rows.enumerate().flat_map(|(y, row)| row_faults(y, row, depth, set)).collect()
}

fn row_faults(y: usize, row: &[Cell], depth: Depth, set: GlyphSet) -> Vec<String> {
    let mut faults = Vec::new();
    let mut covered = 0;
    for (x, cell) in row.iter().enumerate() {
        let symbol = cell.symbol();
        let is_plain = matches!(symbol.as_bytes(), [b' '..=b'~']) && depth != Depth::None;
        if is_plain && covered == 0 {
            continue;
        }
        let mut fault = |what: &str| faults.push(format!("{what} at {x},{y}: {symbol:?}"));
        if covered > 0 {
            covered -= 1;
            continue;
        }
        let cells = symbol.width();
        if cells == 0 && !symbol.is_empty() || x + cells > row.len() {
            fault("a glyph outside its cells");
        }
        covered = cells.saturating_sub(1);
        if symbol.chars().any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)) {
            fault("a control character");
        }
        let is_drawn = symbol.chars().any(|c| ('\u{2500}'..='\u{25ff}').contains(&c));
        if set == GlyphSet::Narrow && is_drawn && symbol.width_cjk() > cells {
            fault("a line or block that takes two cells there");
        }
        if depth == Depth::None && (cell.fg != Color::Reset || cell.bg != Color::Reset) {
            fault("a colour");
        }
    }
    faults
}

/// The skins of [`LOOKS`], read once.
static SKINS: LazyLock<[Skin; 4]> =
    LazyLock::new(|| LOOKS.map(|(theme, depth, set)| skin(theme, depth, set)));

/// Draws a state in these looks, says what is wrong with each, and gives back the words of the last.
fn look_at(name: &str, state: &State, looks: impl IntoIterator<Item = usize>) -> String {
    let mut text = String::new();
    for at in looks {
        let buffer = drawn_with(state, &SKINS[at]);
        let faults = faults(&buffer, LOOKS[at]);
        text = dump::text(&buffer);
        assert!(faults.is_empty(), "{name} {:?} {:?}: {faults:#?}\n{text}", LOOKS[at], state.size);
    }
    text
}

/// Every place and dialog of a state at every size: in every look at 120x40, in one look at the others, such that
/// each size has each look in some state.
fn walk(turn: usize, made: Made, holds: impl Fn(&str, &str, (u16, u16))) {
    for (row, size) in SIZES.into_iter().enumerate() {
        for (column, way) in WAYS.into_iter().chain(DIALOGS).enumerate() {
            let state = at(made, size, way);
            let one = (turn + row + column) % LOOKS.len();
            let looks = if size == (120, 40) { 0..LOOKS.len() } else { one..one + 1 };
            holds(way, &look_at(way, &state, looks), size);
        }
        look_at("plan", &planned(at(made, size, "2 T enter")), 0..LOOKS.len());
    }
}

#[test]
fn a_server_without_a_key() {
    walk(0, fixture::empty, |_, _, _| {});
}

#[test]
fn a_busy_server() {
    walk(1, fixture::busy, |_, _, _| {});
}

#[test]
fn a_server_with_queues() {
    walk(2, fixture::queues::queued, |_, _, _| {});
}

#[test]
fn names_and_figures_as_large_as_they_come() {
    walk(3, fixture::extreme::extreme, |_, _, _| {});
}

#[test]
fn what_is_old_says_so_on_every_screen() {
    walk(4, fixture::down, |way, text, (columns, _)| {
        let says = ["figures are old", "data from", "Disconnected", "DOWN", "down", "old"];
        assert!(columns < 80 || says.iter().any(|word| text.contains(word)), "{way}\n{text}");
    });
}

#[test]
fn what_is_not_permitted_says_so_and_is_not_called_healthy() {
    walk(5, fixture::denied, |way, text, (columns, _)| {
        let needs = ["2", "3", "8", "9"].contains(&way);
        let says = text.contains("not permitted") || text.contains("ask for +");
        assert!(columns < 80 || !needs || says, "{way}\n{text}");
        assert!(!text.contains("No problems found\n"), "{way}\n{text}");
    });
}
