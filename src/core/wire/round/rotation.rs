//! Whose turn it is, where not everything can be asked in every round.
//!
//! Knows keys and when each may be asked again; does not know what is asked. Invariants: who waits longest is next, so
//! that whatever is due has its turn before anything else has its second one, also while keys come and go; nothing is in
//! one turn twice; a step takes O(log n).

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// Where a key stands: due at a time in microseconds; among those of one time, in the order in which they came.
type PlaceInLine = (u64, u64);

/// Keys that wait for their turns.
#[derive(Clone, Debug)]
pub(super) struct Rotation<K> {
    line: BTreeMap<PlaceInLine, K>,
    places: HashMap<K, PlaceInLine>,
    /// How many places were given.
    given: u64,
}

/// What becomes of a key that is next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pick {
    /// It has its turn.
    Take,
    /// It keeps its place.
    Pass,
    /// It keeps its place, and so do all behind it.
    Stop,
}

impl<K> Default for Rotation<K> {
    fn default() -> Self {
        Self { line: BTreeMap::new(), places: HashMap::new(), given: 0 }
    }
}

impl<K: Clone + Eq + Hash> Rotation<K> {
    pub fn len(&self) -> usize {
        self.line.len()
    }

    /// Whether a key waits and may be asked by now.
    pub fn is_due(&self, key: &K, now_us: u64) -> bool {
        self.places.get(key).is_some_and(|(due_us, _)| *due_us <= now_us)
    }

    /// Lets a key wait from now on, or no more; one that waits already keeps its place.
    pub fn set(&mut self, key: &K, waits: bool, now_us: u64) {
        match self.places.get(key) {
            None if waits => self.put(key, now_us),
            Some(place) if !waits => {
                self.line.remove(place);
                self.places.remove(key);
            }
            _ => {}
        }
    }

    /// Lets a key that waits wait until then, and behind all that are due before.
    pub fn rest(&mut self, key: &K, until_us: u64) {
        if let Some(place) = self.places.get(key) {
            self.line.remove(place);
            self.put(key, until_us);
        }
    }

    /// Those that come `first`, then so many others at most, by how long they wait: of both, those that are due and
    /// picked. Each of them goes to the end of the line.
    pub fn turn(
        &mut self,
        now_us: u64,
        first: &[K],
        others: usize,
        mut pick: impl FnMut(&K) -> Pick,
    ) -> Vec<K> {
        let before = self.given;
        let mut turn = Vec::new();
        for key in first {
            let place = self.places.get(key).filter(|(due_us, number)| *due_us <= now_us && *number < before);
            match place.map(|_| pick(key)) {
                Some(Pick::Take) => turn.push(key.clone()),
                Some(Pick::Stop) => return turn,
                Some(Pick::Pass) | None => continue,
            }
            self.rest(key, now_us);
        }
        let looked_at = turn.len();
        for ((_, number), key) in self.line.range(..=(now_us, u64::MAX)) {
            if turn.len() - looked_at >= others {
                break;
            }
            // What went to the end in this turn had it.
            match (*number < before).then(|| pick(key)) {
                Some(Pick::Take) => turn.push(key.clone()),
                Some(Pick::Stop) => break,
                Some(Pick::Pass) | None => {}
            }
        }
        for key in turn.iter().skip(looked_at) {
            self.rest(key, now_us);
        }
        turn
    }

    /// Only these wait on.
    pub fn retain(&mut self, mut waits: impl FnMut(&K) -> bool) {
        self.line.retain(|_, key| waits(key));
        self.places.retain(|key, _| waits(key));
    }

    fn put(&mut self, key: &K, due_us: u64) {
        let place = (due_us, self.given);
        self.given += 1;
        self.line.insert(place, key.clone());
        self.places.insert(key.clone(), place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    #[derive(Clone, Debug)]
    enum Step {
        Come(u8),
        Go(u8),
        Rest(u8, u64),
        Turn { first: Vec<u8>, others: usize },
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let key = 0u8..40;
        let step = prop_oneof![
            3 => key.clone().prop_map(Step::Come),
            1 => key.clone().prop_map(Step::Go),
            1 => (key.clone(), 0u64..60).prop_map(|(key, rests_us)| Step::Rest(key, rests_us)),
            4 => (proptest::collection::vec(key, 0..4), 0usize..6)
                .prop_map(|(first, others)| Step::Turn { first, others }),
        ];
        proptest::collection::vec(step, 1..300)
    }

    proptest! {
        #[test]
        fn whatever_is_due_has_its_turn_before_anything_else_has_its_second_one(steps in steps()) {
            let mut rotation = Rotation::default();
            let mut due: BTreeMap<u8, u64> = BTreeMap::new();
            // By key that waits: what had a turn meanwhile, beyond what was put first.
            let mut meanwhile: BTreeMap<u8, BTreeSet<u8>> = BTreeMap::new();
            for (now_us, step) in (0u64..).zip(steps) {
                match step {
                    Step::Come(key) => {
                        rotation.set(&key, true, now_us);
                        due.entry(key).or_insert(now_us);
                    }
                    Step::Go(key) => {
                        rotation.set(&key, false, now_us);
                        due.remove(&key);
                        meanwhile.remove(&key);
                    }
                    Step::Rest(key, rests_us) => {
                        rotation.rest(&key, now_us + rests_us);
                        due.entry(key).and_modify(|due_us| *due_us = now_us + rests_us);
                        meanwhile.remove(&key);
                    }
                    Step::Turn { first, others } => {
                        let turn = rotation.turn(now_us, &first, others, |_| Pick::Take);
                        let may = |key: &u8| due.get(key).is_some_and(|due_us| *due_us <= now_us);
                        let distinct: BTreeSet<u8> = turn.iter().copied().collect();
                        prop_assert_eq!(distinct.len(), turn.len(), "asked twice: {:?}", turn);
                        prop_assert!(turn.iter().all(may), "not due: {:?}", turn);
                        let looked_at: BTreeSet<u8> = first.iter().copied().filter(may).collect();
                        let waiting: Vec<u8> = due.keys().copied().filter(may).collect();
                        prop_assert_eq!(turn.len(), waiting.len().min(looked_at.len() + others));
                        for key in waiting {
                            let others = turn.iter().skip(looked_at.len());
                            if turn.contains(&key) {
                                due.insert(key, now_us);
                                meanwhile.remove(&key);
                            } else {
                                for other in others {
                                    prop_assert!(meanwhile.entry(key).or_default().insert(*other), "{} waits", key);
                                }
                            }
                        }
                    }
                }
                prop_assert_eq!((rotation.len(), rotation.places.len()), (due.len(), due.len()));
            }
        }
    }

    #[test]
    fn what_is_passed_over_or_behind_a_stop_keeps_its_place() {
        let mut rotation = Rotation::default();
        ["a", "b", "c", "d"].iter().for_each(|key| rotation.set(key, true, 0));
        let pick = |key: &&str| match *key {
            "a" => Pick::Pass,
            "c" => Pick::Stop,
            _ => Pick::Take,
        };
        assert_eq!(rotation.turn(1, &[], 9, pick), ["b"]);
        assert_eq!(rotation.turn(1, &["d"], 9, |_| Pick::Take), ["d", "a", "c", "b"]);
    }
}
