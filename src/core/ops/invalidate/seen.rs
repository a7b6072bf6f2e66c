//! Keys that a walk has seen, so that each is counted once, and some of them, each as likely as another.
//!
//! Knows names; not what they are. Invariant: what is kept of a keyspace of any size is bounded.

use super::spread::Chance;
use crate::core::limits::{PLANNED_KEYS, SAMPLED_KEYS};
use crate::core::model::Name;
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

/// Keys that were seen.
pub(super) struct SeenKeys {
    /// The names are somebody else's: how they are hashed is not for them to know.
    seed: u64,
    hashes: HashSet<u64, BuildHasherDefault<AsItIs>>,
}

/// What is a hash already.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl SeenKeys {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, hashes: HashSet::default() }
    }

    /// Whether it was not seen before; taken for new once there are too many.
    pub(super) fn is_new(&mut self, key: &[u8]) -> bool {
        if self.is_full() {
            return true;
        }
        let mut hasher = DefaultHasher::new();
        (self.seed, key).hash(&mut hasher);
        self.hashes.insert(hasher.finish())
    }

    /// Whether there are too many to tell.
    pub(super) fn is_full(&self) -> bool {
        self.hashes.len() >= PLANNED_KEYS
    }
}

/// Some keys, each as likely as another.
pub(super) struct Samples {
    keys: Vec<Name>,
    offered: u64,
    chance: Chance,
}

impl Samples {
    pub(super) const fn new(seed: u64) -> Self {
        Self { keys: Vec::new(), offered: 0, chance: Chance::new(seed) }
    }

    /// Takes one in that stands for so many.
    pub(super) fn take(&mut self, key: Name, stands_for: u64) {
        self.offered = self.offered.saturating_add(stands_for);
        if self.keys.len() < SAMPLED_KEYS {
            self.keys.push(key);
            return;
        }
        let at = self.chance.below(self.offered.max(1)) / stands_for.max(1);
        if let Some(place) = usize::try_from(at).ok().and_then(|at| self.keys.get_mut(at)) {
            *place = key;
        }
    }

    pub(super) fn keys(&self) -> &[Name] {
        &self.keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_new_once() {
        let mut seen = SeenKeys::new(7);
        let news = ["a", "b", "a", "", "b"].map(|key| seen.is_new(key.as_bytes()));
        assert_eq!(news, [true, true, false, true, false]);
    }

    #[test]
    fn a_key_that_stands_for_many_is_as_likely_as_they_are_together() {
        let mut samples = Samples::new(11);
        (0..20_000).for_each(|_| samples.take(Name::from("each"), 1));
        (0..2_000).for_each(|_| samples.take(Name::from("many"), 30));
        let many = samples.keys().iter().filter(|key| key.as_bytes() == b"many").count();
        assert_eq!(samples.keys().len(), SAMPLED_KEYS);
        // Three of four.
        assert!((120..=180).contains(&many), "{many}");
    }
}
