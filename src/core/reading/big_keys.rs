//! Big keys whose names differ by an id only, as one: so that a thousand pages of a cache do not hide the others.
//!
//! Knows the list of the biggest keys, and what the walk has seen of a pattern. Invariant: a family has so many keys of that list
//! that it is shorter to say; what it comes to is that of all its keys where the walk tells, else of those that are listed.

use super::Reading;
use super::keys::{BigKey, glob_of};
use crate::core::model::Name;
use crate::core::model::family::{LEAST, family};
use crate::core::model::keys::KeyKind;
use std::collections::{BTreeMap, BTreeSet};

/// Keys of one family.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyFamily {
    /// The names, with `*` for what differs.
    pub name: Name,
    /// How many there are, as far as was seen; of a walk that is not over an estimate.
    pub keys: u64,
    /// What they take, bytes.
    pub bytes: Option<u64>,
    /// Growth of all of them since the pass before, bytes a second.
    pub grows_per_s: Option<f64>,
    /// What most of them hold.
    pub kind: Option<KeyKind>,
}

/// Big keys, folded: each its own, or by the biggest of a family.
#[derive(Clone, Debug, PartialEq)]
pub enum FoldedKey {
    /// A key on its own.
    One(BigKey),
    /// A family.
    Family(KeyFamily),
}

impl FoldedKey {
    /// What it takes, bytes.
    pub fn bytes(&self) -> Option<u64> {
        match self {
            Self::One(key) => key.facts.bytes,
            Self::Family(family) => family.bytes,
        }
    }
}

impl Reading {
    /// The biggest keys, the greatest first, families as one each, and the listed keys of those that are open.
    pub fn folded_big_keys(&self, open: &BTreeSet<Name>) -> Vec<FoldedKey> {
        let mut own = Vec::new();
        let mut families: BTreeMap<Vec<u8>, Vec<BigKey>> = BTreeMap::new();
        let mut name = Vec::new();
        for key in self.biggest_keys() {
            match family(key.facts.name.as_bytes(), &mut name) {
                true => families.entry(name.clone()).or_default().push(key),
                false => own.push(key),
            }
        }
        let mut folded = Vec::new();
        for (name, keys) in families {
            if keys.len() < LEAST {
                own.extend(keys);
                continue;
            }
            let family = self.key_family(Name::new(name), &keys);
            if open.contains(&family.name) {
                own.extend(keys);
            }
            folded.push(FoldedKey::Family(family));
        }
        folded.extend(own.into_iter().map(FoldedKey::One));
        folded.sort_by_key(|key| std::cmp::Reverse(key.bytes()));
        folded
    }

    fn key_family(&self, name: Name, listed: &[BigKey]) -> KeyFamily {
        let keyspace = self.keys().keyspace();
        let pattern = self.keys().pattern(&glob_of(name.as_bytes()));
        let pattern = pattern.filter(|pattern| pattern.tally.keys >= listed.len() as u64);
        if let Some(pattern) = pattern
            && let Some(keys) = keyspace.whole(pattern.tally.keys)
        {
            let bytes = pattern.tally.bytes_of_all().and_then(|bytes| keyspace.whole(bytes));
            let (grows_per_s, kind) = (pattern.grows_per_s, pattern.tally.main_kind());
            return KeyFamily { name, keys, bytes, grows_per_s, kind };
        }
        KeyFamily {
            name,
            keys: listed.len() as u64,
            bytes: listed.iter().map(|key| key.facts.bytes).sum(),
            grows_per_s: listed.iter().map(|key| key.grows_per_s).sum(),
            kind: listed.first().and_then(|key| key.facts.kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::Snapshot;
    use crate::core::model::keys::{KeyFacts, KeysPass};

    fn reading(keys: &[(String, u64)]) -> Reading {
        let facts = |(name, bytes): &(String, u64)| KeyFacts {
            kind: Some(KeyKind::String),
            bytes: Some(*bytes),
            ..KeyFacts::new(Name::from(name.as_str()), 0)
        };
        let mut reading = Reading::new(0);
        reading.advance(Snapshot {
            taken_at_ms: 1,
            at_us: 1_000,
            keys: keys.iter().map(facts).collect(),
            measures_keys: true,
            keys_pass: Some(KeysPass::whole(keys.len() as u64)),
            ..Snapshot::default()
        });
        reading
    }

    fn told(reading: &Reading, open: &[&str]) -> Vec<String> {
        let open = open.iter().map(|name| Name::from(*name)).collect();
        let line = |folded| match folded {
            FoldedKey::One(key) => key.facts.name.text(),
            FoldedKey::Family(family) => {
                format!("{} {} {}", family.name, family.keys, family.bytes.unwrap_or(0))
            }
        };
        reading.folded_big_keys(&open).into_iter().map(line).collect()
    }

    #[test]
    fn a_thousand_pages_are_one_row_with_what_all_of_them_take_and_do_not_hide_the_others() {
        let pages = (0..1_000).map(|at| (format!("cache:page:{at}"), 5_000));
        let others = [("orders".to_owned(), 700_000), ("small".to_owned(), 10), ("blob:1".to_owned(), 99)];
        let keys: Vec<_> = pages.chain(others).collect();
        let reading = reading(&keys);
        assert_eq!(told(&reading, &[]), ["cache:page:* 1000 5000000", "orders", "blob:1", "small"]);
        let open = told(&reading, &["cache:page:*"]);
        assert_eq!(open.len(), 4 + crate::core::limits::KEYS_OF_FAMILY);
        assert_eq!(open[..3], ["cache:page:* 1000 5000000", "orders", "cache:page:0"]);
    }

    #[test]
    fn fewer_keys_than_are_shorter_to_say_stand_as_they_are() {
        let keys: Vec<_> = (0..9).map(|at| (format!("cache:page:{at}"), 100 + at)).collect();
        assert_eq!(told(&reading(&keys), &[]).len(), 9);
    }
}
