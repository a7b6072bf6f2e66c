//! What can be done by a key, in one table: ids, names, documentation, default keys and where they work.
//!
//! Knows nothing of how a command is carried out. Everything that shows keys (footer, help, docs/KEYS.md,
//! `streamgauge keys`, the config's `[keys]`) is made from [`COMMANDS`]. Invariant, held by tests: names are
//! unique, every default key parses, and no two commands that can meet share a key.

pub mod key;
pub mod keymap;
mod preset;
mod reference;
mod table;

use crate::core::worded::worded;
pub use key::{BadKey, Key, KeyCode, Modifiers};
pub use keymap::{KeyMap, KeyMapError};
pub use preset::KeyPreset;
pub use reference::{preset_reference, reference};
pub use table::{COMMANDS, CommandId};

/// One thing that a key can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command {
    /// Which one it is.
    pub id: CommandId,
    /// What the config calls it: kebab-case.
    pub name: &'static str,
    /// One or two words, for the footer.
    pub title: &'static str,
    /// One sentence, for help.
    pub doc: &'static str,
    /// The keys that it has unless the config says otherwise.
    pub keys: &'static [&'static str],
    /// Where it works: in any of these.
    pub places: &'static [Place],
    /// Whether it can change anything in Redis.
    pub danger: Danger,
}

worded! {
    /// Where a key is pressed. A screen is in several places at once: `Streams` is also a `Table`, a `List` and
    /// `Everywhere`; [`KeyMap::lookup`] takes them from the inside to the outside.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Place {
        /// On every screen.
        Everywhere "Everywhere",
        /// Where something is selected or scrolled: tables, help, the log.
        List "Lists",
        /// In every table: sorting and filtering. A table is a `List` too.
        Table "Tables",
        /// On the table of streams.
        Streams "Streams",
        /// On the table of consumers.
        Consumers "Consumers",
        /// On the entries of a stream.
        Entries "Entries of a stream",
        /// On the fan-out screen.
        Fanout "Fan-out",
        /// On the queues screen and on the page of a queue.
        Queues "Queues",
        /// On the table of clients.
        Clients "Clients",
        /// On the memory screen.
        Memory "Memory",
        /// On the cache screen, and on lists of keys.
        Cache "Cache and keys",
        /// On the pending entries of a group.
        Pending "Pending entries",
        /// While one panel fills the screen: its keys come before all others.
        Zoomed "Zoomed panel",
        /// Everywhere, but only while an action runs.
        Acting "While an action runs",
        /// Everywhere, but only while the demo plays.
        Demo "Demo",
    }
    /// What help calls it.
    fn title
}

impl Place {
    /// Whether one key press can be in both places, so that they must not share a key.
    pub fn meets(self, other: Self) -> bool {
        if (self == Self::Zoomed) != (other == Self::Zoomed) {
            return false;
        }
        let is_screen =
            |place| !matches!(place, Self::Everywhere | Self::List | Self::Table | Self::Acting | Self::Demo);
        self == other || !is_screen(self) || !is_screen(other)
    }
}

/// What a command can do to the data in Redis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Danger {
    /// It only looks.
    None,
    /// It begins something that writes.
    Writes,
}

/// The command of the table that has this name.
pub fn named(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.name == name)
}

/// The known word that was probably meant: one slip away, or alike from the beginning.
pub fn nearest<'k>(unknown: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let likeness = |word: &str| match strsim::osa_distance(word, unknown) {
        1 => 1.0,
        _ => strsim::jaro_winkler(word, unknown),
    };
    known
        .into_iter()
        .map(|word| (likeness(word), word))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_and_names_are_unique_and_names_are_kebab_case() {
        let ids: BTreeSet<_> = COMMANDS.iter().map(|command| command.id).collect();
        let names: BTreeSet<_> = COMMANDS.iter().map(|command| command.name).collect();
        assert_eq!((ids.len(), names.len()), (COMMANDS.len(), COMMANDS.len()));
        for name in names {
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{name}");
        }
    }

    #[test]
    fn every_default_key_parses_and_reads_as_it_is_written_back() {
        for command in COMMANDS {
            assert!(!command.keys.is_empty() && !command.places.is_empty(), "{}", command.name);
            for text in command.keys {
                let key: Key = text.parse().unwrap();
                assert_eq!(key.to_string(), *text, "{}", command.name);
            }
        }
    }

    #[test]
    fn no_two_commands_that_can_meet_share_a_default_key() {
        assert!(KeyMap::with(&std::collections::BTreeMap::new()).is_ok());
    }

    #[test]
    fn commands_know_themselves() {
        for command in COMMANDS {
            assert_eq!(command.id.command(), command);
            assert_eq!(named(command.name), Some(command));
        }
    }

    #[test]
    fn the_nearest_word_is_one_slip_away_or_begins_alike() {
        let known = ["fps", "filter", "sort-left"];
        assert_eq!(nearest("fsp", known), Some("fps"));
        assert_eq!(nearest("fliter", known), Some("filter"));
        assert_eq!(nearest("sort_lef", known), Some("sort-left"));
        assert_eq!(nearest("colour", known), None);
    }

    #[test]
    fn documentation_is_a_sentence_and_titles_fit_a_footer() {
        for command in COMMANDS {
            assert!(command.doc.ends_with(['.', '?']) && command.doc.len() <= 90, "{}", command.name);
            assert!(command.title.len() <= 14, "{}", command.name);
        }
    }

    #[test]
    fn what_writes_has_a_capital_letter_and_capital_letters_are_for_what_writes() {
        for command in COMMANDS {
            let capitals =
                command.keys.iter().any(|key| key.len() == 1 && key.chars().all(|c| c.is_ascii_uppercase()));
            let is_rate = matches!(command.id, CommandId::ActionSlower | CommandId::ActionFaster);
            let writes = command.danger == Danger::Writes;
            // The probe sends, though nothing of the operator's is touched.
            let may = [CommandId::Last, CommandId::Probe, CommandId::StreamProbe].contains(&command.id);
            assert_eq!(capitals || is_rate, writes || may, "{}", command.name);
        }
    }
}
