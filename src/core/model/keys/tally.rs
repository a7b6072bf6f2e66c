//! What a set of keys comes to: how many, of which kinds, how many bytes, how long they live, and the biggest of them.
//!
//! Invariants: what could not be measured is counted apart and never as 0 bytes; the list of the biggest is bounded.

use super::{KeyFacts, KeyKind, Ttl, TtlSpread};
use crate::core::limits;
use crate::core::model::Name;
use crate::core::model::family::family;
use std::cmp::Reverse;
use std::collections::HashMap;

/// What a set of keys comes to.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct KeyTotals {
    /// Keys.
    pub keys: u64,
    /// Keys whose bytes are known.
    pub measured: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Bytes of those without a TTL.
    pub forever_bytes: u64,
    /// How long they live.
    pub ttl: TtlSpread,
    kinds: [u64; KeyKind::ALL.len()],
    /// The biggest of them, in no order until they are asked for.
    biggest: Vec<KeyFacts>,
    /// The smallest of a full list: nothing below it comes in.
    least: u64,
    /// Whether they are keys of all kinds, so that no family of names is to fill the list.
    is_mixed: bool,
}

impl KeyTotals {
    /// Of keys of all kinds: of those whose names differ by an id only few are kept, the biggest.
    pub fn mixed() -> Self {
        Self { is_mixed: true, ..Self::default() }
    }

    /// Takes a key in.
    pub fn add(&mut self, key: &KeyFacts) {
        self.count(key);
        self.keep(key);
    }

    /// Takes a key in without keeping it among the biggest.
    pub fn count(&mut self, key: &KeyFacts) {
        self.keys += 1;
        if let Some(bytes) = key.bytes {
            self.measured += 1;
            self.bytes = self.bytes.saturating_add(bytes);
        }
        if let Some(ttl) = key.ttl {
            self.ttl.add(ttl);
            if ttl == Ttl::Forever {
                self.forever_bytes = self.forever_bytes.saturating_add(key.bytes.unwrap_or(0));
            }
        }
        if let Some(count) = key.kind.and_then(|kind| self.kinds.get_mut(kind as usize)) {
            *count += 1;
        }
    }

    fn keep(&mut self, key: &KeyFacts) {
        let bytes = key.bytes.unwrap_or(0);
        let is_full = self.biggest.len() >= limits::KEYS_OF_PATTERN;
        if (is_full && bytes <= self.least) || key.name.as_bytes().len() > limits::KEY_NAME_BYTES {
            return;
        }
        self.biggest.push(key.clone());
        // Sorted out once in a while, not once a key.
        if self.biggest.len() >= 2 * limits::KEYS_OF_PATTERN {
            self.shorten();
        }
    }

    fn shorten(&mut self) {
        self.biggest.sort_by_key(|key| Reverse(key.bytes));
        if self.is_mixed {
            let mut room = FamilyRoom::default();
            self.biggest.retain(|key| room.has(&key.name));
        }
        self.biggest.truncate(limits::KEYS_OF_PATTERN);
        let is_full = self.biggest.len() >= limits::KEYS_OF_PATTERN;
        self.least = self.biggest.last().filter(|_| is_full).and_then(|key| key.bytes).unwrap_or(0);
    }

    /// Takes another set in.
    pub fn merge(&mut self, other: &Self) {
        self.keys += other.keys;
        self.measured += other.measured;
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.forever_bytes = self.forever_bytes.saturating_add(other.forever_bytes);
        self.ttl.merge(&other.ttl);
        for (own, other) in self.kinds.iter_mut().zip(other.kinds) {
            *own += other;
        }
        other.biggest.iter().for_each(|key| self.keep(key));
    }

    /// The biggest keys, the greatest first.
    pub fn biggest(&self) -> Vec<&KeyFacts> {
        let mut keys: Vec<_> = self.biggest.iter().collect();
        keys.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
        if self.is_mixed {
            let mut room = FamilyRoom::default();
            keys.retain(|key| room.has(&key.name));
        }
        keys.truncate(limits::KEYS_OF_PATTERN);
        keys
    }

    /// Keys of a kind.
    pub fn of_kind(&self, kind: KeyKind) -> u64 {
        self.kinds.get(kind as usize).copied().unwrap_or(0)
    }

    /// The kind that most of them are of.
    pub fn main_kind(&self) -> Option<KeyKind> {
        KeyKind::ALL.into_iter().filter(|kind| self.of_kind(*kind) > 0).max_by_key(|kind| self.of_kind(*kind))
    }

    /// Bytes of all of them: those that could not be measured count as much as the others do on average.
    pub fn bytes_of_all(&self) -> Option<u64> {
        (self.measured > 0 || self.keys == 0).then(|| {
            (u128::from(self.bytes) * u128::from(self.keys) / u128::from(self.measured.max(1))) as u64
        })
    }
}

/// How many keys of each family were let in.
#[derive(Default)]
struct FamilyRoom {
    of: HashMap<Vec<u8>, usize>,
    name: Vec<u8>,
}

impl FamilyRoom {
    fn has(&mut self, key: &Name) -> bool {
        if !family(key.as_bytes(), &mut self.name) {
            return true;
        }
        match self.of.get_mut(&self.name) {
            Some(keys) => {
                *keys += 1;
                *keys <= limits::KEYS_OF_FAMILY
            }
            None => self.of.insert(self.name.clone(), 1).is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u64) -> KeyFacts {
        let name = Name::from(format!("key:{number}").as_str());
        KeyFacts {
            kind: Some(KeyKind::Hash),
            ttl: Some(Ttl::Ms(number)),
            bytes: Some(number),
            ..KeyFacts::new(name, 0)
        }
    }

    #[test]
    fn the_biggest_are_kept_whatever_their_order_and_the_rest_is_only_counted() {
        let mut tally = KeyTotals::default();
        let many = 5 * limits::KEYS_OF_PATTERN as u64;
        (0..many).map(|n| (n * 7919) % many).for_each(|n| tally.add(&key(n)));
        assert_eq!((tally.keys, tally.bytes), (many, many * (many - 1) / 2));
        let bytes: Vec<_> = tally.biggest().iter().filter_map(|key| key.bytes).collect();
        assert_eq!(bytes.len(), limits::KEYS_OF_PATTERN);
        assert_eq!((bytes.first(), bytes.last()), (Some(&(many - 1)), Some(&(many - bytes.len() as u64))));
        assert_eq!(tally.main_kind(), Some(KeyKind::Hash));
    }

    #[test]
    fn a_family_of_big_keys_leaves_room_for_others_where_keys_of_all_kinds_are_listed() {
        let other = |bytes| KeyFacts { bytes: Some(bytes), ..KeyFacts::new(Name::from("orders"), 0) };
        let (mut mixed, mut of_one) = (KeyTotals::mixed(), KeyTotals::default());
        for tally in [&mut mixed, &mut of_one] {
            tally.add(&other(7));
            (100..3_000).for_each(|n| tally.add(&key(n)));
        }
        let bytes: Vec<_> = mixed.biggest().iter().filter_map(|key| key.bytes).collect();
        let family = limits::KEYS_OF_FAMILY;
        assert_eq!((bytes.len(), bytes[0], bytes[family - 1], bytes[family]), (family + 1, 2_999, 2_950, 7));
        assert_eq!(of_one.biggest().len(), limits::KEYS_OF_PATTERN);
        assert!(of_one.biggest().iter().all(|key| key.bytes != Some(7)));
    }

    #[test]
    fn keys_that_could_not_be_measured_are_not_nothing() {
        let mut tally = KeyTotals::default();
        tally.add(&key(100));
        tally.add(&KeyFacts { bytes: None, ..key(0) });
        assert_eq!((tally.bytes, tally.bytes_of_all()), (100, Some(200)));
        let unknown = KeyTotals { keys: 3, ..KeyTotals::default() };
        assert_eq!((unknown.bytes_of_all(), KeyTotals::default().bytes_of_all()), (None, Some(0)));
    }
}
