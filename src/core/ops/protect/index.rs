//! Which of many patterns a name matches first, looked up by the bytes of the name instead of pattern by pattern.
//!
//! Knows patterns and their order; not what they protect. Invariant, held by a property test: it answers what trying
//! them one after the other answers.

use crate::core::model::glob::{BareText, Glob};

/// Patterns in their order, to be asked for every key of a keyspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GlobIndex {
    globs: Vec<Glob>,
    /// Those that are text at the beginning of a name, by its first byte.
    begins: ByBytes,
    /// Those that are text at its end, by its last byte.
    ends: ByBytes,
    /// Those that are text anywhere in it, by the first byte of the text.
    within: ByBytes,
    /// Those that have to be tried.
    others: Vec<usize>,
}

/// Places in a list, by a byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct ByBytes(Vec<Vec<usize>>);

impl ByBytes {
    fn add(&mut self, byte: u8, place: usize) {
        self.0.resize(256, Vec::new());
        if let Some(places) = self.0.get_mut(usize::from(byte)) {
            places.push(place);
        }
    }

    fn at<'a>(&'a self, byte: Option<&u8>) -> impl Iterator<Item = &'a usize> + use<'a> {
        byte.and_then(|byte| self.0.get(usize::from(*byte))).into_iter().flatten()
    }
}

impl GlobIndex {
    /// Of these patterns, in this order.
    pub(super) fn new(globs: Vec<Glob>) -> Self {
        let (mut begins, mut ends, mut within) = (ByBytes::default(), ByBytes::default(), ByBytes::default());
        let mut others = Vec::new();
        for (place, glob) in globs.iter().enumerate() {
            match glob.bare_text() {
                Some(BareText::Begins(byte)) => begins.add(byte, place),
                Some(BareText::Ends(byte)) => ends.add(byte, place),
                Some(BareText::Within(byte)) => within.add(byte, place),
                None => others.push(place),
            }
        }
        Self { globs, begins, ends, within, others }
    }

    /// The place of the first pattern that this name matches.
    pub(super) fn first(&self, name: &[u8]) -> Option<usize> {
        let is_match = |place: &&usize| self.globs.get(**place).is_some_and(|glob| glob.matches(name));
        let within = name.iter().enumerate().filter_map(|(at, byte)| {
            let rest = name.get(at..)?;
            let holds = |place: &&usize| self.globs.get(**place).is_some_and(|glob| glob.begins_at(rest));
            self.within.at(Some(byte)).find(holds)
        });
        let one_each = [
            self.begins.at(name.first()).find(is_match),
            self.ends.at(name.last()).find(is_match),
            self.others.iter().find(is_match),
        ];
        one_each.into_iter().flatten().chain(within).min().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::Name;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_match_is_the_one_that_trying_each_finds(
            patterns in proptest::collection::vec("[*]?[abc?]{0,3}[*]?", 0..12),
            name in "[abc]{0,6}",
        ) {
            let globs: Vec<Glob> = patterns.iter().map(|text| Glob::new(Name::from(text.as_str()))).collect();
            let tried = globs.iter().position(|glob| glob.matches(name.as_bytes()));
            prop_assert_eq!(GlobIndex::new(globs).first(name.as_bytes()), tried, "{:?} {}", patterns, name);
        }
    }
}
