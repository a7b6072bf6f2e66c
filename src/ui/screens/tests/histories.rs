//! Any history of messages, at any size, in every look, draws without panic and changes nothing outside its area.

use crate::app::State;
use crate::app::message::{Message, TargetMessage};
use crate::app::rows;
use crate::config::theme::BUILTIN;
use crate::core::model::snapshot::EntriesPage;
use crate::ui::screens::fixture::{self, drawn_with, later, skin, tell, tell_at};
use crate::ui::theme::{Depth, GlyphSet};
use proptest::prelude::*;
use std::sync::LazyLock;

/// Where histories begin: making one anew for each would take most of the time.
static BEGINNINGS: LazyLock<Vec<State>> = LazyLock::new(|| {
    let size = (80, 24);
    vec![
        fixture::console(size),
        fixture::busy(size),
        fixture::fanout::listening(size),
        fixture::demo(size),
        fixture::empty(size),
        fixture::denied(size),
        fixture::down(size),
        fixture::waiting(size),
    ]
});

const KEYS: [&str; 48] = [
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "w",
    "P",
    "S",
    "8",
    "9",
    "0",
    "tab",
    "shift-tab",
    "enter",
    "enter",
    "esc",
    "j",
    "k",
    "g",
    "G",
    "/",
    "o",
    "!",
    "(",
    "backspace",
    "<",
    ">",
    "r",
    "space",
    "+",
    "-",
    "t",
    "e",
    "e",
    "v",
    "n",
    "b",
    "i",
    "f",
    "ctrl-d",
    "ctrl-u",
    "?",
    "ctrl-r",
    "s",
    "down",
    "home",
    "end",
];
const DEPTHS: [Depth; 4] = [Depth::None, Depth::Ansi16, Depth::Ansi256, Depth::True];

fn step(state: &mut State, which: usize, number: u16) {
    if let Some(key) = KEYS.get(which) {
        fixture::press(state, key);
        return;
    }
    let now = later(i64::from(number) * 700);
    let message: Message = match which - KEYS.len() {
        0 => TargetMessage::Observed(Box::new(fixture::round(301 + i64::from(number)))).into(),
        1 => TargetMessage::Link(crate::core::model::LinkStatus::Down(fixture::outage())).into(),
        2 => fixture::up().into(),
        3 => TargetMessage::Trouble(
            "something went wrong, and it takes a long sentence to say what it was".into(),
        )
        .into(),
        4 => Message::Paste("pasted \u{1b}[31m text \u{1F600}".into()),
        _ => Message::Tick,
    };
    tell_at(state, message, now);
}

/// Answers the question for entries that is open, if there is one.
fn answer(state: &mut State) {
    let Some(key) = state.active.entries.as_ref().map(|entries| entries.key.clone()) else { return };
    let from = crate::app::entries::Page::Newest;
    let question = crate::app::entries::EntriesQuestion { key: key.clone(), from };
    tell(state, TargetMessage::Entries(question, Ok(EntriesPage { key, ..fixture::entries() })));
}

proptest! {
    #[test]
    fn any_history_draws_at_any_size_in_every_look(
        beginning in 0_usize..8,
        steps in prop::collection::vec((0_usize..54, 0_u16..40), 0..24),
        sizes in prop::collection::vec((0_u16..=200, 0_u16..=60), 1..4),
        (theme, depth, set) in (0_usize..64, 0_usize..4, prop::sample::select(GlyphSet::ALL.to_vec())),
    ) {
        let mut state = BEGINNINGS[beginning].clone();
        for (which, number) in steps {
            step(&mut state, which, number);
        }
        answer(&mut state);
        let theme = BUILTIN[theme % BUILTIN.len()].0;
        let skin = skin(theme, DEPTHS[depth], set);
        for (columns, rows) in sizes.into_iter().chain([(0, 0), (1, 1), (2, 2), (20, 5)]) {
            tell(&mut state, Message::Resized(columns, rows));
            let buffer = drawn_with(&state, &skin);
            prop_assert_eq!((buffer.area.width, buffer.area.height), (columns, rows));
            let strange = buffer.content.iter().find(|cell| {
                let c = cell.symbol().chars().next().unwrap_or(' ');
                match set {
                    GlyphSet::Full => false,
                    // Lines and blocks take two cells there; consoles have no braille.
                    GlyphSet::Narrow => ('\u{2500}'..='\u{259f}').contains(&c) && !"╌╎".contains(c),
                    GlyphSet::Console => ('\u{2800}'..='\u{28ff}').contains(&c),
                    GlyphSet::Ascii => ('\u{2190}'..='\u{28ff}').contains(&c),
                }
            });
            prop_assert!(strange.is_none(), "{set:?} {strange:?}");
        }
        let _ = rows::rows(&state, state.view());
    }
}

/// A terminal may claim any size up to 65,535 cells each way.
#[test]
fn every_screen_draws_at_any_size_that_a_terminal_may_claim() {
    let skin = skin("default", Depth::True, GlyphSet::Full);
    let mut state = BEGINNINGS[1].clone();
    for key in ["1", "2", "4", "5", "6", "8", "9", "0", "?", "2", "enter", "enter", "e"] {
        fixture::press(&mut state, key);
        answer(&mut state);
        // Higher and wider than half of what 16 bits count, and no more cells than a test has time for.
        for size in [(33_000, 16), (u16::MAX, 1), (4, u16::MAX)] {
            tell(&mut state, Message::Resized(size.0, size.1));
            let buffer = drawn_with(&state, &skin);
            assert_eq!((buffer.area.width, buffer.area.height), size, "{key}");
        }
    }
}
