//! Counts before a movement, where the key preset has them: `5j`.
//!
//! Knows digits; what a movement makes of a count is `navigation`'s. Invariants: a digit that a command has is that command's
//! key; a count is bounded, seen in the footer, and gone with the key after it.

use super::notify;
use crate::app::State;
use crate::commands::{Key, KeyCode};

/// The greatest count: more rows than anybody goes at once.
const MOST: usize = 99_999;

/// Takes a digit in; `false` where the key is none, or means something else here.
pub fn press(state: &mut State, key: Key) -> bool {
    let KeyCode::Char(c) = key.code else { return false };
    let digit = c.to_digit(10).and_then(|digit| usize::try_from(digit).ok());
    let Some(digit) = digit.filter(|_| key == Key::from(c)) else { return false };
    let keymap = &state.setup.keymap;
    if !keymap.has_counts() || state.active.modal.is_some() {
        return false;
    }
    if keymap.lookup(&state.places(), key).is_some() {
        return false;
    }
    if digit == 0 && state.count.is_none() {
        notify(state, "a count begins with 1 to 9: 5j goes down five rows".to_owned(), false);
        return true;
    }
    let before = state.count.unwrap_or(0);
    state.count = Some(before.saturating_mul(10).saturating_add(digit).min(MOST));
    // The footer has the count.
    state.active.notice = None;
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::message::TargetMessage;
    use crate::app::update::tests::{console, press as keys, snapshot, tell};
    use crate::app::{Message, View};
    use crate::commands::{KeyMap, KeyPreset};
    use std::collections::BTreeMap;

    /// A console with thirty streams, in the hands of a user of vim.
    fn streams() -> State {
        let mut state = console();
        state.setup.keymap = KeyMap::with_preset(KeyPreset::Vim, &BTreeMap::new()).unwrap();
        let names: Vec<String> = ('a'..='z').map(|c| format!("{c}-orders-{c}")).collect();
        let streams: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 1)).collect();
        tell(&mut state, TargetMessage::Observed(Box::new(snapshot(&streams))));
        tell(&mut state, Message::Resized(80, 50));
        keys(&mut state, "f2");
        assert!(state.view() == &View::Streams && state.table().unwrap().rows.len() > 20);
        state
    }

    fn index(state: &State) -> usize {
        state.table().unwrap().index
    }

    #[test]
    fn a_count_repeats_the_movement_after_it_and_no_other() {
        let mut state = streams();
        keys(&mut state, "1 2 j");
        assert_eq!((index(&state), state.count), (12, None));
        keys(&mut state, "j 3 N");
        assert_eq!(index(&state), 10);
        keys(&mut state, "5 G");
        assert_eq!(index(&state), 4, "5G goes to the fifth row");
        keys(&mut state, "9 esc j");
        assert_eq!(index(&state), 5, "esc drops a count");
        keys(&mut state, "9 9 9 9 9 9 9 k");
        assert_eq!(index(&state), 0);
    }

    #[test]
    fn a_digit_is_what_the_keys_say() {
        let mut state = streams();
        keys(&mut state, "0");
        assert!(state.count.is_none() && state.active.notice.is_some(), "a silent key is a defect");
        keys(&mut state, "/ 4 2");
        assert_eq!(state.count, None, "in a line it is typed");
        let mut state = console();
        keys(&mut state, "2");
        assert_eq!((state.view(), state.count), (&View::Streams, None), "without counts it is a screen");
    }
}
