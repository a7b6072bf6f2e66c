//! Pictures of the overview, the memory, the cache and the latency screen, without header and footer.
//!
//! Invariant: what is not known is never drawn as a number, at any size and in any state.

use super::fixture::{self, SIZES, press, skin, tell};
use crate::app::message::TargetMessage;
use crate::app::{State, View};
use crate::core::model::gap::GapScope;
use crate::core::model::server::{Server, ServerRole};
use crate::core::model::{Gap, GapReason, Snapshot};
use crate::ui::dump;
use crate::ui::theme::{Depth, GlyphSet, Skin, roles};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const SCREENS: [(&str, &str); 4] = [("overview", "1"), ("memory", "4"), ("cache", "5"), ("latency", "9")];

/// The body of a picture, with what the shell draws left out.
fn body(state: &State, skin: &Skin) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, state.size.0, state.size.1));
    super::draw(state, &state.areas(), &mut buffer, skin);
    buffer
}

/// The words of a picture with their roles.
fn described(state: &State) -> String {
    dump::described(&body(state, &roles::skin()), roles::role)
}

/// All four screens of a state at a size, each in a file of its own: the words, and at the wider size the roles.
fn picture(name: &str, state: &State) {
    for (screen, key) in SCREENS {
        let mut state = state.clone();
        press(&mut state, key);
        let (columns, rows) = state.size;
        let words = || dump::text(&body(&state, &skin("default", Depth::True, GlyphSet::Full)));
        let picture = if state.size == SIZES[0] { words() } else { described(&state) };
        insta::assert_snapshot!(format!("{screen}_{name}_{columns}x{rows}"), picture);
    }
}

/// The text of one screen of a state.
fn text(mut state: State, key: &str) -> String {
    press(&mut state, key);
    dump::text(&body(&state, &skin("default", Depth::True, GlyphSet::Full)))
}

/// A server whose INFO is not for us.
fn without_info(size: (u16, u16)) -> State {
    let mut state = fixture::console(size);
    tell(&mut state, fixture::up());
    let gap = Gap {
        what: "INFO".into(),
        why: GapReason::Denied,
        text: "INFO: not permitted for this user; ask for +info".into(),
        scope: GapScope::Command,
    };
    let full = fixture::round(300);
    let snapshot = Snapshot { info: None, bracket: None, commands: None, gaps: vec![gap], ..full };
    tell(&mut state, TargetMessage::Observed(Box::new(snapshot)));
    state
}

/// The first second: one round, no rates.
fn first_second(size: (u16, u16)) -> State {
    let mut state = fixture::console(size);
    tell(&mut state, fixture::up());
    tell(&mut state, TargetMessage::Observed(Box::new(fixture::round(300))));
    state
}

/// A replica in trouble: full without eviction, saves that fail, its primary gone.
fn failing(size: (u16, u16)) -> State {
    let mut state = fixture::console(size);
    tell(&mut state, fixture::up());
    let mut snapshot = fixture::round(300);
    if let Some(info) = &mut snapshot.info {
        info.server = Server { role: ServerRole::Replica, loading: None, ..info.server.clone() };
        info.replication.link_up = Some(false);
        info.replication.primary = Some("10.0.3.16:6379".into());
        info.persistence.rdb_last_ok = Some(false);
        info.persistence.aof_enabled = Some(true);
        info.persistence.aof_last_write_ok = Some(false);
        info.memory.maxmemory = info.memory.used;
        info.memory.policy = Some("noeviction".into());
        info.stats.rejected_connections = Some(12);
    }
    tell(&mut state, TargetMessage::Observed(Box::new(snapshot)));
    state
}

#[test]
fn a_busy_server() {
    for size in SIZES {
        picture("busy", &fixture::busy(size));
    }
}

#[test]
fn a_server_without_a_key() {
    picture("empty", &fixture::empty(SIZES[0]));
}

#[test]
fn a_server_that_does_not_tell_its_info() {
    picture("without_info", &without_info(SIZES[0]));
}

#[test]
fn the_first_second_has_no_rates() {
    picture("first_second", &first_second(SIZES[0]));
    let overview = text(first_second(SIZES[0]), "1");
    assert!(!overview.contains("0/s"), "{overview}");
}

#[test]
fn every_denied_panel_says_what_to_ask_for() {
    let latency = text(fixture::denied(SIZES[1]), "9");
    for right in ["+slowlog|get", "+latency|latest"] {
        assert!(latency.contains(right), "{latency}");
    }
    assert!(text(fixture::denied(SIZES[1]), "4").contains("+scan"));
    for (screen, key) in SCREENS {
        let text = text(without_info(SIZES[0]), key);
        assert!(text.contains("+info"), "{screen}\n{text}");
    }
}

#[test]
fn what_the_server_calls_failed_is_red_and_says_so_in_words() {
    let mut state = failing(SIZES[1]);
    press(&mut state, "1");
    insta::assert_snapshot!("overview_failing_120x40", described(&state));
    let plain = dump::text(&body(&state, &skin("mono", Depth::None, GlyphSet::Ascii)));
    for words in ["X RDB save failed", "X AOF write failed", "X link is down"] {
        assert!(plain.contains(words), "{plain}");
    }
}

#[test]
fn a_wide_terminal_shows_more_graphs() {
    let graphs = |size| {
        let text = text(fixture::busy(size), "1");
        ["Memory", "Commands", "Hit ratio", "Network", "Removed", "PING ", "Clients", "Reads"]
            .iter()
            .filter(|title| text.contains(&format!("{title} ─")))
            .count()
    };
    let counts = [graphs((80, 24)), graphs((120, 40)), graphs((200, 60))];
    assert!(counts.is_sorted() && counts[0] >= 2 && counts[2] >= 7, "{counts:?}");
}

#[test]
fn few_reads_give_no_ratio_and_say_how_many_are_needed() {
    let cache = text(first_second(SIZES[0]), "5");
    assert!(cache.contains("nothing counted yet"), "{cache}");
    let mut state = first_second(SIZES[0]);
    let mut next = fixture::round(300);
    (next.taken_at_ms, next.at_us) = (next.taken_at_ms + 1000, next.at_us + 1_000_000);
    if let Some(bracket) = &mut next.bracket {
        bracket.first.at_us += 1_000_000;
        bracket.first.value.hits += 31;
        bracket.last = None;
    }
    tell(&mut state, TargetMessage::Observed(Box::new(next)));
    assert!(text(state, "5").contains("31 reads, 50 are needed"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    // Small sizes are where it is tight: three of four are below the usual ones.
    #[test]
    fn no_size_panics(
        (columns, rows) in prop_oneof![3 => (0u16..100, 0u16..30), 1 => (100u16..260, 30u16..90)],
        (made_at, screen) in (0usize..3, 0..SCREENS.len()),
        set in prop::sample::select(GlyphSet::ALL.to_vec()),
    ) {
        let made: [fn((u16, u16)) -> State; 3] = [fixture::empty, failing, without_info];
        for offset in 0..2 {
            let mut state = made[(made_at + offset) % 3]((columns, rows));
            let (_, key) = SCREENS[(screen + offset) % SCREENS.len()];
            press(&mut state, key);
            prop_assert_ne!(state.view(), &View::Streams);
            let buffer = body(&state, &skin("default", Depth::Ansi256, set));
            prop_assert_eq!(buffer.area.area(), u32::from(columns) * u32::from(rows));
        }
    }
}
