//! Panels that fill the screen, and the word on the overview that is read from three metres away.

use crate::app::State;
use crate::app::message::{Message, TargetMessage};
use crate::core::diagnose::finding::Health;
use crate::core::model::link::LinkStatus;
use crate::ui::dump;
use crate::ui::screens::fixture::{self, SIZES, drawn, drawn_with, later, press, skin, tell, tell_at};
use crate::ui::theme::{Depth, GlyphSet, roles};
use proptest::prelude::*;

fn snapshot(name: &str, picture: &str) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, picture);
    });
}

/// The words at both sizes, at the wider one with their roles.
fn check(name: &str, made: fn((u16, u16)) -> State, keys: &str) {
    for size in SIZES {
        let mut state = made(size);
        press(&mut state, keys);
        let picture = match size == SIZES[0] {
            true => dump::text(&drawn(&state)),
            false => dump::described(&drawn_with(&state, &roles::skin()), roles::role),
        };
        snapshot(&format!("{name}_{}x{}", size.0, size.1), &picture);
    }
}

#[test]
fn a_stream_fills_the_screen() {
    check("zoom_stream", fixture::busy, "2 / ^ o r d enter z");
}

#[test]
fn all_streams_fill_the_screen() {
    check("zoom_all_streams", fixture::busy, "z");
}

#[test]
fn memory_fills_the_screen() {
    check("zoom_memory", fixture::busy, "4 z");
}

#[test]
fn a_queue_fills_the_screen() {
    check("zoom_queue", fixture::queues::queued, "7 / ^ i m a g enter z");
}

#[test]
fn digits_are_made_of_what_the_terminal_has() {
    for (name, set) in [("ascii", GlyphSet::Ascii), ("narrow", GlyphSet::Narrow)] {
        let mut state = fixture::busy(SIZES[0]);
        press(&mut state, "2 / ^ o r d enter z");
        let picture = dump::text(&drawn_with(&state, &skin("mono", Depth::None, set)));
        snapshot(&format!("zoom_stream_{name}"), &picture);
    }
}

#[test]
fn figures_are_large_from_the_smallest_usual_size_on_with_every_set_of_glyphs() {
    for way in ["z", "2 z", "3 z", "4 z", "5 z", "6 z", "7 z", "8 z", "9 z"] {
        for set in GlyphSet::ALL {
            for size in [(80, 24), (120, 40), (200, 60)] {
                let skin = skin("default", Depth::True, set);
                let mut state = fixture::busy(size);
                press(&mut state, way);
                assert!(state.zoomed().is_some(), "{way}");
                let [_, _, whole] = skin.glyphs.large;
                let text = dump::text(&drawn_with(&state, &skin));
                // Names and digits stand between the title and the graphs.
                let large = text.lines().skip(3).take(9).filter(|line| line.contains(whole)).count();
                assert!(large >= 2, "{way} {set:?} {size:?}\n{text}");
            }
        }
    }
}

#[test]
fn of_a_stream_that_is_gone_the_zoom_says_so() {
    let mut state = fixture::busy(SIZES[0]);
    press(&mut state, "2 / ^ o r d enter enter z");
    let mut gone = fixture::round(300);
    gone.gone = vec![crate::core::model::Name::from("orders")];
    gone.streams.retain(|fact| fact.key != crate::core::model::Name::from("orders"));
    gone.groups.retain(|(key, _)| *key != crate::core::model::Name::from("orders"));
    tell(&mut state, TargetMessage::Observed(Box::new(gone)));
    let text = dump::text(&drawn(&state));
    assert!(text.contains("This is gone"), "{text}");
}

/// The overview's first lines.
fn overview(state: &State) -> String {
    dump::text(&drawn(state)).lines().skip(2).take(8).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_server_that_does_not_answer_is_down_and_says_so_large() {
    for size in SIZES {
        let text = overview(&fixture::down(size));
        assert!(text.contains("✗ DOWN"), "{size:?}\n{text}");
        assert_eq!(text.contains("██"), size == SIZES[1], "{size:?}\n{text}");
    }
}

#[test]
fn what_is_wrong_is_counted_on_the_first_line() {
    let text = overview(&fixture::busy(SIZES[0]));
    assert!(text.starts_with(" ✗ 2 CRITICAL"), "{text}");
    assert!(text.contains("7 warnings"), "{text}");
}

/// A server without trouble, watched for a while.
fn well(size: (u16, u16)) -> State {
    let mut state = fixture::console(size);
    tell_at(&mut state, fixture::up(), later(-60_000));
    for second in 240..=300 {
        let mut round = fixture::round(second);
        round.streams.clear();
        round.groups.clear();
        round.consumers.clear();
        round.pending.clear();
        round.clients = None;
        if let Some(info) = &mut round.info {
            (info.memory.used, info.memory.rss) = (Some(1 << 20), Some(2 << 20));
        }
        tell_at(&mut state, TargetMessage::Observed(Box::new(round)), later((second - 300) * 1000));
    }
    state
}

#[test]
fn it_says_ok_only_while_that_is_known() {
    let mut state = well(SIZES[0]);
    assert_eq!(state.health(), Some(Health::Ok), "{:?}", state.shown().findings());
    assert!(overview(&state).contains("✓ OK"), "{}", overview(&state));
    // Figures that grow old say nothing good.
    tell_at(&mut state, Message::Tick, later(20_000));
    let text = overview(&state);
    assert!(!text.contains("OK"), "{text}");
    // Nor does a link that is being made anew.
    let mut state = well(SIZES[0]);
    tell(&mut state, TargetMessage::Link(LinkStatus::Connecting));
    let text = overview(&state);
    assert!(text.contains("? UNKNOWN") && !text.contains("OK "), "{text}");
    for (name, made) in super::STATES {
        for size in SIZES {
            let state = made(size);
            let text = overview(&state);
            assert!(!text.contains("✓ OK") || state.health() == Some(Health::Ok), "{name} {size:?}\n{text}");
        }
    }
}

#[test]
fn a_wall_shows_more_of_everything() {
    const WALL: (u16, u16) = (200, 60);
    for (name, made, keys) in [
        ("overview", fixture::busy as fn((u16, u16)) -> State, "1"),
        ("streams", fixture::busy, "2"),
        ("consumers", fixture::busy, "3"),
        ("queues", fixture::queues::queued, "7"),
        ("clients", fixture::busy, "8"),
    ] {
        let mut state = made(WALL);
        press(&mut state, keys);
        snapshot(&format!("wall_{name}"), &dump::text(&drawn(&state)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_size_panics(
        size in prop_oneof![3 => (0u16..100, 0u16..30), 1 => (100u16..260, 30u16..90)],
        way in prop::sample::select(vec!["z left", "2 z", "3 z right", "4 z", "5 z", "6 z right", "7 z", "8 z", "9 z"]),
        set in prop::sample::select(GlyphSet::ALL.to_vec()),
        made in prop::sample::select(vec![fixture::busy as fn((u16, u16)) -> State, fixture::empty, fixture::denied]),
    ) {
        let mut state = made(size);
        press(&mut state, way);
        let buffer = drawn_with(&state, &skin("default", Depth::Ansi256, set));
        prop_assert_eq!(buffer.area.area(), u32::from(size.0) * u32::from(size.1));
    }
}
