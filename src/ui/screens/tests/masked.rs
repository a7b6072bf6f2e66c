//! Pictures with masked names: nothing of a real name is left on any of them.

use super::pictures::answer;
use super::{SIZES, STATES, WAYS, drawn, fixture, press};
use crate::app::State;
use crate::ui::dump;

/// Names of the fixture, and parts of them that nothing else on a screen is called.
const NAMES: &[&str] = &[
    "prod-eu",
    "10.0.3",
    "/run/user",
    "x7f3a9",
    "orders",
    "emails",
    "clicks",
    "payments",
    "telemetry",
    "audit",
    "analytics",
    "billing",
    "shipping",
    "ledger",
    "mailer",
    "notifier",
    "dashboard",
    "presence",
    "checkout",
    "live-feed",
    "old-wall",
    "acme",
    "globex",
    "newsletter",
    "digest",
    "mailbox",
    "nightly",
    "clean-up",
    "no such",
    "room.1",
    "room.2",
    "board.eu",
    "4f3a91",
    "77e2b1",
    "c0ffee",
    "events:",
    "-worker-",
    "漢字",
    "x1bvil",
    "goes on and on",
];

fn check(state: &State, way: &str) {
    // An example of a setting is no name.
    let text = dump::text(&drawn(state)).replace("patterns = [\"orders\"]", "");
    let left: Vec<&&str> = NAMES.iter().filter(|name| text.contains(**name)).collect();
    assert!(left.is_empty(), "{way} at {:?}: {left:?}\n{text}", state.size);
}

#[test]
fn no_picture_of_masked_names_holds_one_of_them() {
    let mut aliases = 0;
    for (name, made) in STATES {
        for size in SIZES.into_iter().chain([(200, 60)]) {
            let mut fresh = made(size);
            press(&mut fresh, "a");
            for way in WAYS.iter().chain(&[
                "4 b",
                "5 enter",
                "7",
                "7 enter",
                "7 w",
                "?",
                ": s t r",
                "2 / o r d",
                "2 / o r d enter",
            ]) {
                let mut state = fresh.clone();
                press(&mut state, way);
                check(&state, &format!("{name} {way}"));
                aliases += usize::from(dump::text(&drawn(&state)).contains("stream-1"));
            }
        }
    }
    assert!(aliases > 10, "{aliases} pictures with a stream");
}

#[test]
fn queues_and_entries_are_masked_and_values_are_never_shown() {
    for size in SIZES {
        for way in ["7", "7 enter", "7 w", "7 w w", "7 enter w"] {
            let mut state = fixture::queues::queued(size);
            press(&mut state, "a");
            press(&mut state, way);
            check(&state, way);
        }
        let mut state = fixture::busy(size);
        press(&mut state, "2 e");
        answer(&mut state);
        press(&mut state, "v a");
        let text = dump::text(&drawn(&state));
        assert!(text.contains("field-1"), "{text}");
        assert!(!text.contains("user-10") && !text.contains("total"), "{text}");
        press(&mut state, "v");
        assert!(state.active.notice.as_ref().unwrap().text.contains("not shown while names are masked"));
    }
}

#[test]
fn copies_hold_aliases_and_nothing_acts_on_them() {
    let mut state = fixture::busy((120, 40));
    press(&mut state, "2 a y");
    let notice = |state: &State| state.active.notice.as_ref().unwrap().text.clone();
    assert!(
        notice(&state).ends_with(": stream-1") || notice(&state).contains(": stream-"),
        "{}",
        notice(&state)
    );
    press(&mut state, "T");
    assert!(
        notice(&state).contains("names are masked") && state.active.modal.is_none(),
        "{}",
        notice(&state)
    );
    assert!(dump::text(&drawn(&state)).contains("MASKED"));
    press(&mut state, "a");
    assert!(dump::text(&drawn(&state)).contains("orders"));
}
