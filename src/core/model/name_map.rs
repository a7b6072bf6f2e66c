//! Values by name, in the order of names, side by side: thousands of maps of a few names each take as much as they hold.
//!
//! Knows names; not what stands under them. Invariants: each name is there once; they are always in order. An insertion in
//! the middle moves what is behind it, so that this is for names that come in their order, or are few.

use super::Name;

/// Values by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameMap<V>(Vec<(Name, V)>);

impl<V> Default for NameMap<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V> NameMap<V> {
    /// Nothing.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    fn place(&self, name: &Name) -> Result<usize, usize> {
        // What comes in order stands behind the last.
        if self.0.last().is_none_or(|(last, _)| last < name) {
            return Err(self.0.len());
        }
        self.0.binary_search_by(|(other, _)| other.cmp(name))
    }

    /// What stands under the name.
    pub fn get(&self, name: &Name) -> Option<&V> {
        self.place(name).ok().and_then(|at| self.0.get(at)).map(|(_, value)| value)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, name: &Name) -> Option<&mut V> {
        self.place(name).ok().and_then(|at| self.0.get_mut(at)).map(|(_, value)| value)
    }

    /// Whether there is such a name.
    pub fn contains_key(&self, name: &Name) -> bool {
        self.place(name).is_ok()
    }

    /// Puts it under the name; what stood there.
    pub fn insert(&mut self, name: Name, value: V) -> Option<V> {
        match self.place(&name) {
            Ok(at) => self.0.get_mut(at).map(|(_, place)| std::mem::replace(place, value)),
            Err(at) => {
                self.0.insert(at, (name, value));
                None
            }
        }
    }

    /// Takes it out.
    pub fn remove(&mut self, name: &Name) -> Option<V> {
        self.place(name).ok().map(|at| self.0.remove(at).1)
    }

    /// Only these stay.
    pub fn retain(&mut self, mut stays: impl FnMut(&Name, &mut V) -> bool) {
        self.0.retain_mut(|(name, value)| stays(name, value));
    }

    /// Nothing stays.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> NameMapIter<'_, V> {
        NameMapIter(self.0.iter())
    }

    /// All of them, to be changed.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (&Name, &mut V)> {
        self.0.iter_mut().map(|(name, value)| (&*name, value))
    }

    /// The names.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Name> {
        self.0.iter().map(|(name, _)| name)
    }

    /// The values.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    /// The values, to be changed.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// The names alone.
    pub fn into_keys(self) -> impl DoubleEndedIterator<Item = Name> {
        self.0.into_iter().map(|(name, _)| name)
    }
}

/// All of a map, in the order of names.
#[derive(Clone, Debug)]
pub struct NameMapIter<'a, V>(std::slice::Iter<'a, (Name, V)>);

impl<'a, V> Iterator for NameMapIter<'a, V> {
    type Item = (&'a Name, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (name, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<V> DoubleEndedIterator for NameMapIter<'_, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(name, value)| (name, value))
    }
}

impl<V> ExactSizeIterator for NameMapIter<'_, V> {}

impl<'a, V> IntoIterator for &'a NameMap<V> {
    type Item = (&'a Name, &'a V);
    type IntoIter = NameMapIter<'a, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<V> Extend<(Name, V)> for NameMap<V> {
    fn extend<T: IntoIterator<Item = (Name, V)>>(&mut self, entries: T) {
        for (name, value) in entries {
            self.insert(name, value);
        }
    }
}

impl<V> FromIterator<(Name, V)> for NameMap<V> {
    fn from_iter<T: IntoIterator<Item = (Name, V)>>(entries: T) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn it_does_what_a_tree_does(steps in prop::collection::vec((0_u8..4, "[a-c]{0,2}", 0_u32..9), 0..60)) {
            let (mut map, mut tree) = (NameMap::new(), BTreeMap::new());
            for (step, name, value) in steps {
                let name = Name::from(name.as_str());
                match step {
                    0 | 1 => prop_assert_eq!(map.insert(name.clone(), value), tree.insert(name, value)),
                    2 => prop_assert_eq!(map.remove(&name), tree.remove(&name)),
                    _ => {
                        map.retain(|_, kept| *kept != value);
                        tree.retain(|_, kept| *kept != value);
                    }
                }
                prop_assert!(map.iter().eq(tree.iter()));
                prop_assert!(tree.keys().all(|name| map.get(name) == tree.get(name) && map.contains_key(name)));
            }
        }
    }
}
