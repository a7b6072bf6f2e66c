//! Channel layers that keep their messages in sorted sets: their keys, and whose turn it is.
//!
//! Knows keys by the layer's prefix and shape; keeps no figures for show. Invariants: the number of keys is bounded, a
//! key that turns out to be something else is asked once, and messages stay on the server.

use super::fanout::Asker;
use super::rotation::{Pick, Rotation};
use super::{Round, SECOND_US};
use crate::core::limits;
use crate::core::model::fanout::{LayerPart, LayerRole};
use crate::core::model::gap::GapScope;
use crate::core::model::{Gap, GapReason, Name, Snapshot};
use crate::core::wire::read::{FanoutRead, ReadCmd, ReadVerb};
use std::collections::{BTreeMap, BTreeSet};

/// Keys are read this often: a full channel drops messages at once.
const APART_US: u64 = 2 * SECOND_US;
/// A channel that has been empty for this long is forgotten until the search finds it again.
const EMPTY_US: u64 = 60 * SECOND_US;

/// Rounds that ask for a key again which nobody answers.
const TRIES: u32 = 3;

/// What is known of channel layers.
#[derive(Clone, Debug)]
pub struct KnownLayers {
    prefixes: Vec<Name>,
    keys: BTreeMap<Name, KnownKey>,
    others: BTreeSet<Name>,
    refused: usize,
    turns: Rotation<Name>,
    due_us: u64,
}

#[derive(Clone, Debug)]
struct KnownKey {
    part: LayerPart,
    /// When it was found, or had a member last.
    full_us: u64,
    /// Whether it was answered, and how often it was asked.
    was_read: bool,
    asked: u32,
}

impl KnownKey {
    /// Whether it was never answered, and has not been asked in vain either.
    fn is_new(&self) -> bool {
        !self.was_read && self.asked < TRIES
    }
}

impl KnownLayers {
    /// Layers whose keys begin like this.
    pub fn new(prefixes: &[Name]) -> Self {
        Self {
            prefixes: prefixes.to_vec(),
            keys: BTreeMap::new(),
            others: BTreeSet::new(),
            refused: 0,
            turns: Rotation::default(),
            due_us: 0,
        }
    }

    /// Another connection: keys are due.
    pub fn reconnected(&mut self) {
        self.due_us = 0;
    }

    /// Takes names of keys in that a walk has found.
    pub fn learn_names(&mut self, found: &[Name], now_us: u64) {
        for key in found {
            if self.keys.contains_key(key) || self.others.contains(key) {
                continue;
            }
            let Some(part) = self.prefixes.iter().find_map(|prefix| LayerPart::of(key, prefix)) else {
                continue;
            };
            if self.keys.len() < limits::LAYER_KEYS {
                self.turns.set(key, true, now_us);
                self.keys.insert(key.clone(), KnownKey { part, full_us: now_us, was_read: false, asked: 0 });
                // What was just found is read with the next round.
                self.due_us = 0;
            } else {
                self.refused += 1;
            }
        }
    }

    /// Takes answers in.
    pub fn learn(&mut self, snapshot: &Snapshot, now_us: u64) {
        for key in &snapshot.fanout.no_layer_keys {
            self.keys.remove(key);
            self.turns.set(key, false, now_us);
            if self.others.len() < limits::LAYER_KEYS {
                self.others.insert(key.clone());
            }
        }
        for read in &snapshot.fanout.layer_keys {
            let key = &read.value.part.key;
            let Some(known) = self.keys.get_mut(key) else { continue };
            known.was_read = true;
            if read.value.members > 0 {
                known.full_us = now_us;
            } else if now_us.saturating_sub(known.full_us) >= EMPTY_US || known.part.role == LayerRole::Group
            {
                self.keys.remove(key);
                self.turns.set(key, false, now_us);
            }
        }
    }

    /// Whether a key was found and not read yet.
    pub fn has_unread(&self) -> bool {
        self.keys.values().any(KnownKey::is_new)
    }

    /// The questions of a round: groups and channels in turn.
    pub fn ask(&mut self, asker: &Asker<'_>, round: &mut Round) {
        if self.keys.is_empty() || !(asker.everything || asker.now_us >= self.due_us) {
            return;
        }
        self.due_us = asker.now_us + APART_US;
        let places = if asker.everything { usize::MAX } else { limits::LAYER_KEYS_PER_ROUND };
        let turn = self.turns.turn(asker.now_us, &[], places, |_| Pick::Take);
        self.ask_keys(&turn, asker, round);
        if self.refused > 0 {
            round.gaps.push(Gap {
                what: "channel layers".to_owned(),
                why: GapReason::Bound,
                text: format!("{} more keys of channel layers than streamgauge watches", self.refused),
                scope: GapScope::Item,
            });
        }
    }

    /// Asks for these keys.
    fn ask_keys(&mut self, turn: &[Name], asker: &Asker<'_>, round: &mut Round) {
        for key in turn {
            self.keys.get_mut(key).into_iter().for_each(|known| known.asked = known.asked.saturating_add(1));
        }
        let turn = turn.iter().filter_map(|key| Some(&self.keys.get(key)?.part));
        let script = asker.capabilities.script(ReadVerb::LAYER_EVAL_RO, ReadVerb::LAYER_EVAL);
        let may_count = asker.capabilities.may(ReadVerb::ZCARD);
        let reads = turn.filter_map(|part| {
            let part = part.clone();
            let wants_age = part.role != LayerRole::Group;
            match script.filter(|_| wants_age) {
                Some(read_only) => Some(FanoutRead::Backlog { part, read_only }),
                None => may_count.then_some(FanoutRead::Members(part)),
            }
        });
        round.commands.extend(reads.map(ReadCmd::Fanout));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::Stamped;
    use crate::core::model::fanout::LayerKey;
    use crate::core::wire::round::capabilities::Capabilities;

    fn found(layers: &mut KnownLayers, keys: &[&str], now_us: u64) {
        let keys: Vec<Name> = keys.iter().map(|key| Name::from(*key)).collect();
        layers.learn_names(&keys, now_us);
    }

    fn asked(layers: &mut KnownLayers, second: u64) -> Vec<String> {
        let (capabilities, mut round) = (Capabilities::default(), Round::default());
        let asker = Asker {
            now_us: second * SECOND_US,
            is_seen: false,
            everything: false,
            clients: None,
            fetches: &[],
            capabilities: &capabilities,
        };
        layers.ask(&asker, &mut round);
        let key = |command: &ReadCmd| match command {
            ReadCmd::Fanout(read) => read.layer_key().map(Name::text),
            _ => None,
        };
        round.commands.iter().filter_map(key).collect()
    }

    fn answered(layers: &mut KnownLayers, key: &str, members: u64, second: u64) {
        let part = LayerPart::of(&Name::from(key), &Name::from("asgi")).unwrap();
        let mut snapshot = Snapshot::default();
        let value = LayerKey { part, members, oldest_ms: None };
        snapshot.fanout.layer_keys.push(Stamped { at_us: 0, value });
        layers.learn(&snapshot, second * SECOND_US);
    }

    #[test]
    fn keys_are_read_every_two_seconds_and_one_that_is_something_else_once() {
        let mut layers = KnownLayers::new(&[Name::from("asgi")]);
        found(&mut layers, &["asgi:group:chat", "asgia.1!", "asgi:cache:1"], 0);
        assert_eq!(asked(&mut layers, 1), ["asgi:group:chat", "asgia.1!"]);
        assert_eq!(asked(&mut layers, 2), Vec::<String>::new());
        let mut snapshot = Snapshot::default();
        snapshot.fanout.no_layer_keys.push(Name::from("asgia.1!"));
        layers.learn(&snapshot, 0);
        found(&mut layers, &["asgia.1!"], 3);
        assert_eq!(asked(&mut layers, 4), ["asgi:group:chat"]);
    }

    #[test]
    fn an_empty_group_is_gone_and_an_empty_channel_is_waited_for() {
        let mut layers = KnownLayers::new(&[Name::from("asgi")]);
        found(&mut layers, &["asgi:group:chat", "asgia.1!"], 0);
        answered(&mut layers, "asgi:group:chat", 0, 1);
        answered(&mut layers, "asgia.1!", 0, 30);
        assert_eq!(asked(&mut layers, 30), ["asgia.1!"]);
        answered(&mut layers, "asgia.1!", 0, 61);
        assert_eq!(asked(&mut layers, 62), Vec::<String>::new());
    }

    #[test]
    fn very_many_keys_are_read_in_turn_and_their_number_is_bounded() {
        let mut layers = KnownLayers::new(&[Name::from("asgi")]);
        let keys: Vec<String> = (0..limits::LAYER_KEYS + 9).map(|at| format!("asgic.{at:05}!")).collect();
        found(&mut layers, &keys.iter().map(String::as_str).collect::<Vec<_>>(), 0);
        let mut seen = BTreeSet::new();
        for second in 0..20 {
            seen.extend(asked(&mut layers, second * 2 + 2));
        }
        assert_eq!((seen.len(), layers.refused), (limits::LAYER_KEYS, 9));
    }
}
