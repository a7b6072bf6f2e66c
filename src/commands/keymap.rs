//! Which key does what: the defaults of the table, changed by the config.
//!
//! Knows keys and commands; not where they were written. Invariant: in a [`KeyMap`] that exists no two
//! commands that can meet share a key, and there is a key to leave by.

use super::{COMMANDS, CommandId, Key, KeyPreset, Place, named, nearest};
use std::collections::BTreeMap;

/// The keys of every command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyMap {
    keys: BTreeMap<CommandId, Vec<Key>>,
    has_counts: bool,
}

/// What is wrong with the keys that the config asks for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyMapError {
    /// There is no such command.
    #[error("there is no command '{name}'")]
    UnknownCommand {
        /// As written.
        name: String,
        /// The command whose name is nearest.
        nearest: Option<&'static str>,
    },
    /// A key of a command is not a key.
    #[error("'{text}' is not a key")]
    BadKey {
        /// The command's name.
        name: String,
        /// Which of its keys, from 0.
        index: usize,
        /// As written.
        text: String,
        /// What to try.
        hint: String,
    },
    /// Two commands that can meet have the same key.
    #[error("the key '{key}' would do both '{first}' and '{second}'")]
    Clash {
        /// The key.
        key: Key,
        /// The command that comes first in the table.
        first: &'static str,
        /// The other one.
        second: &'static str,
    },
    /// `quit` has no key left.
    #[error("'quit' needs a key")]
    NoWayOut,
}

impl KeyMapError {
    /// What to try.
    pub fn hint(&self) -> String {
        match self {
            Self::UnknownCommand { nearest: Some(nearest), .. } => format!("did you mean '{nearest}'?"),
            Self::UnknownCommand { nearest: None, .. } => "`streamgauge keys` lists them".to_owned(),
            Self::BadKey { hint, .. } => hint.clone(),
            Self::Clash { second, .. } => {
                format!("give one of them another key, such as {second} = [\"f5\"], or none: {second} = []")
            }
            Self::NoWayOut => "such as quit = [\"q\", \"ctrl-c\"]".to_owned(),
        }
    }
}

/// The defaults.
impl Default for KeyMap {
    fn default() -> Self {
        let parsed =
            |texts: &[&'static str]| texts.iter().filter_map(|text| text.parse().ok()).collect::<Vec<Key>>();
        let keys = COMMANDS.iter().map(|command| (command.id, parsed(command.keys))).collect();
        Self { keys, has_counts: false }
    }
}

impl KeyMap {
    /// The defaults, with the keys of the named commands replaced. Gives every error, not the first.
    pub fn with(overrides: &BTreeMap<String, Vec<String>>) -> Result<Self, Vec<KeyMapError>> {
        Self::with_preset(KeyPreset::Default, overrides)
    }

    /// The keys of a preset, with the keys of the named commands replaced. Gives every error, not the first.
    pub fn with_preset(
        preset: KeyPreset,
        overrides: &BTreeMap<String, Vec<String>>,
    ) -> Result<Self, Vec<KeyMapError>> {
        let mut map = Self { has_counts: preset.has_counts(), ..Self::default() };
        for (id, texts) in preset.rows() {
            map.keys.insert(*id, texts.iter().filter_map(|text| text.parse().ok()).collect());
        }
        let mut errors = Vec::new();
        for (name, texts) in overrides {
            let Some(command) = named(name) else {
                errors.push(KeyMapError::UnknownCommand {
                    name: name.clone(),
                    nearest: nearest(name, COMMANDS.iter().map(|command| command.name)),
                });
                continue;
            };
            let mut keys = Vec::with_capacity(texts.len());
            for (index, text) in texts.iter().enumerate() {
                match text.parse::<Key>() {
                    Ok(key) if keys.contains(&key) => {}
                    Ok(key) => keys.push(key),
                    Err(bad) => errors.push(KeyMapError::BadKey {
                        name: name.clone(),
                        index,
                        text: bad.text,
                        hint: bad.hint,
                    }),
                }
            }
            if command.id == CommandId::Quit && texts.is_empty() {
                errors.push(KeyMapError::NoWayOut);
            }
            map.keys.insert(command.id, keys);
        }
        errors.extend(map.clashes());
        if errors.is_empty() { Ok(map) } else { Err(errors) }
    }

    /// What this key does here. `places` from the inside to the outside, such as
    /// `[Entries, Table, List, Everywhere]`; the order matters for [`Place::Zoomed`] alone as long as the map is free of
    /// clashes.
    pub fn lookup(&self, places: &[Place], key: Key) -> Option<CommandId> {
        places.iter().find_map(|place| {
            let mut here = COMMANDS.iter().filter(|command| command.places.contains(place));
            here.find(|command| self.keys_of(command.id).contains(&key)).map(|command| command.id)
        })
    }

    /// Whether a digit that no command has is a count for the movement after it.
    pub const fn has_counts(&self) -> bool {
        self.has_counts
    }

    /// The keys of this command, the one to show first. Empty when the config took them away.
    pub fn keys_of(&self, id: CommandId) -> &[Key] {
        self.keys.get(&id).map_or(&[], Vec::as_slice)
    }

    fn clashes(&self) -> Vec<KeyMapError> {
        let mut clashes = Vec::new();
        for (at, first) in COMMANDS.iter().enumerate() {
            for second in COMMANDS.iter().skip(at + 1) {
                let meet = first.places.iter().any(|a| second.places.iter().any(|b| a.meets(*b)));
                let shared =
                    self.keys_of(first.id).iter().filter(|key| self.keys_of(second.id).contains(key));
                for key in shared.filter(|_| meet) {
                    clashes.push(KeyMapError::Clash { key: *key, first: first.name, second: second.name });
                }
            }
        }
        clashes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(overrides: &[(&str, &[&str])]) -> Result<KeyMap, Vec<KeyMapError>> {
        let texts = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
        KeyMap::with(&overrides.iter().map(|(name, keys)| ((*name).to_owned(), texts(keys))).collect())
    }

    #[test]
    fn a_key_does_what_it_does_here_and_nothing_elsewhere() {
        let map = KeyMap::default();
        let entries = [Place::Entries, Place::List, Place::Everywhere];
        assert_eq!(map.lookup(&entries, 'v'.into()), Some(CommandId::Values));
        assert_eq!(map.lookup(&entries, 'q'.into()), Some(CommandId::Quit));
        assert_eq!(map.lookup(&entries, 'e'.into()), None);
        assert_eq!(map.lookup(&[Place::Streams, Place::Everywhere], 'e'.into()), Some(CommandId::Entries));
        assert_eq!(map.lookup(&[Place::Everywhere], 's'.into()), None);
        assert_eq!(map.lookup(&[Place::Everywhere, Place::Demo], 's'.into()), Some(CommandId::DemoScenario));
    }

    #[test]
    fn the_config_replaces_keys_and_can_take_them_away() {
        let map = with(&[("filter", &["f7", "f7"]), ("theme", &[])]).unwrap();
        let table = [Place::Table, Place::Everywhere];
        assert_eq!(map.keys_of(CommandId::Filter), &["f7".parse().unwrap()]);
        assert_eq!(map.lookup(&table, '/'.into()), None);
        assert_eq!(map.lookup(&table, 't'.into()), None);
    }

    #[test]
    fn own_keys_stand_above_a_preset_and_a_clash_names_both_commands() {
        let own = |name: &str, key: &str| [(name.to_owned(), vec![key.to_owned()])].into();
        let map = KeyMap::with_preset(KeyPreset::Vim, &own("down", "f12")).unwrap();
        assert_eq!(map.keys_of(CommandId::Down), &["f12".parse().unwrap()]);
        assert_eq!(map.lookup(&[Place::List], 'j'.into()), None);
        assert!(map.has_counts() && !KeyMap::default().has_counts());
        let clash = KeyMap::with_preset(KeyPreset::Emacs, &own("theme", "ctrl-n")).unwrap_err();
        assert_eq!(clash[0].to_string(), "the key 'ctrl-n' would do both 'down' and 'theme'");
    }

    #[test]
    fn keys_can_be_exchanged() {
        let map = with(&[("reverse", &["t"]), ("theme", &["r"])]).unwrap();
        assert_eq!(map.lookup(&[Place::Table, Place::Everywhere], 't'.into()), Some(CommandId::Reverse));
    }

    #[test]
    fn every_error_is_told_at_once_with_a_hint() {
        let errors =
            with(&[("fliter", &["x"]), ("pause", &["q"]), ("help", &["f99"]), ("quit", &[])]).unwrap_err();
        let told: Vec<_> = errors.iter().map(|error| format!("{error}; {}", error.hint())).collect();
        assert_eq!(told[0], "there is no command 'fliter'; did you mean 'filter'?");
        assert!(told[1].starts_with("'f99' is not a key; "));
        assert_eq!(told[2], "'quit' needs a key; such as quit = [\"q\", \"ctrl-c\"]");
        let clash = with(&[("pause", &["q"])]).unwrap_err();
        assert_eq!(clash[0].to_string(), "the key 'q' would do both 'quit' and 'pause'");
    }

    #[test]
    fn screens_that_never_meet_may_share_a_key() {
        assert!(with(&[("values", &["e"])]).is_ok());
        assert!(with(&[("values", &["s"])]).is_err());
    }
}
