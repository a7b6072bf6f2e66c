//! Key presets: rows of keys that stand in place of those of the table, for hands that are used to another program.
//!
//! Knows commands and keys; the config's own keys stand above a preset, and the key map says what clashes. Invariants, held
//! by tests: every key parses, and no preset clashes with the rest of the table.

use super::CommandId;
use crate::core::worded::worded;

worded! {
    /// Whose keys the console has.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum KeyPreset {
        /// Those of the table.
        #[default]
        Default "default",
        /// Those of vim, with counts: 5j.
        Vim "vim",
        /// Those of Emacs.
        Emacs "emacs",
    }
    /// Its name in the config.
    fn name
}

/// The keys of a command.
type PresetRow = (CommandId, &'static [&'static str]);

/// A filter shows only what matches, so that the next match is the row below. Digits are counts, so that screens have other
/// keys.
const VIM: &[PresetRow] = &[
    (CommandId::Up, &["k", "up", "N"]),
    (CommandId::Down, &["j", "down", "n"]),
    (CommandId::PageUp, &["ctrl-b", "ctrl-u", "pgup"]),
    (CommandId::PageDown, &["ctrl-f", "ctrl-d", "pgdn"]),
    (CommandId::Newer, &["."]),
    (CommandId::Older, &[","]),
    (CommandId::ResumeQueue, &["Y"]),
    (CommandId::Overview, &["f1", "alt-1"]),
    (CommandId::StreamsScreen, &["f2", "alt-2"]),
    (CommandId::ConsumersScreen, &["f3", "alt-3"]),
    (CommandId::MemoryScreen, &["f4", "alt-4"]),
    (CommandId::CacheScreen, &["f5", "alt-5"]),
    (CommandId::FanoutScreen, &["f6", "alt-6"]),
    (CommandId::QueuesScreen, &["f7", "alt-7"]),
    (CommandId::ClientsScreen, &["f8", "alt-8"]),
    (CommandId::LatencyScreen, &["f9", "alt-9"]),
    (CommandId::LogScreen, &["f10", "alt-0"]),
];

const EMACS: &[PresetRow] = &[
    (CommandId::Palette, &["alt-x", ":"]),
    (CommandId::Back, &["ctrl-g", "esc", "backspace", "left"]),
    (CommandId::Up, &["ctrl-p", "up"]),
    (CommandId::Down, &["ctrl-n", "down"]),
    (CommandId::PageUp, &["alt-v", "pgup"]),
    (CommandId::PageDown, &["ctrl-v", "pgdn"]),
    (CommandId::First, &["alt-<", "home"]),
    (CommandId::Last, &["alt->", "end"]),
    (CommandId::Filter, &["ctrl-s", "/"]),
];

impl KeyPreset {
    /// The commands whose keys it replaces, with those that they have instead.
    pub const fn rows(self) -> &'static [PresetRow] {
        match self {
            Self::Default => &[],
            Self::Vim => VIM,
            Self::Emacs => EMACS,
        }
    }

    /// Whether a digit that no command has is a count for the movement after it.
    pub const fn has_counts(self) -> bool {
        matches!(self, Self::Vim)
    }

    /// The preset of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|preset| preset.name() == name)
    }

    /// What it is, in a sentence.
    pub const fn doc(self) -> &'static str {
        match self {
            Self::Default => "The keys of the table above.",
            Self::Vim => {
                "Digits before a movement are a count: 5j goes down five rows, 20G to the 20th. The next match of a \
                 filter is the row below, for a filter shows nothing else."
            }
            Self::Emacs => "What is typed into a line is changed by the keys of the table above.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::{Key, KeyMap};
    use std::collections::BTreeMap;

    #[test]
    fn every_key_of_a_preset_parses_and_none_clashes() {
        for preset in KeyPreset::ALL {
            let map = KeyMap::with_preset(preset, &BTreeMap::new()).unwrap();
            for (id, keys) in preset.rows() {
                let keys: Vec<Key> = keys.iter().map(|key| key.parse().unwrap()).collect();
                assert_eq!(map.keys_of(*id), keys, "{}", id.command().name);
            }
            assert_eq!(KeyPreset::named(preset.name()), Some(preset));
        }
    }

    #[test]
    fn no_digit_is_a_key_where_digits_are_counts() {
        let map = KeyMap::with_preset(KeyPreset::Vim, &BTreeMap::new()).unwrap();
        for digit in '0'..='9' {
            let taken = crate::commands::COMMANDS
                .iter()
                .find(|command| map.keys_of(command.id).contains(&Key::from(digit)));
            assert_eq!(taken.map(|command| command.name), None, "{digit}");
        }
    }
}
