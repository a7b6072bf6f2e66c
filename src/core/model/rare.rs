//! A fact that few have: where there is none it takes no more room than a pointer.
//!
//! Knows values that are copied; not what they mean. Invariant: what was put in comes out as it was.

/// A value that is mostly not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rare<T>(Option<Box<T>>);

impl<T> Default for Rare<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Copy> Rare<T> {
    /// The value, where there is one.
    pub fn get(&self) -> Option<T> {
        self.0.as_deref().copied()
    }

    /// Puts another in its place, or none.
    pub fn set(&mut self, value: Option<T>) {
        match (&mut self.0, value) {
            (Some(place), Some(value)) => **place = value,
            (place, value) => *place = value.map(Box::new),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_comes_out_and_nothing_takes_a_pointer() {
        let mut rare = Rare::default();
        for value in [None, Some([7_u64; 9]), Some([8; 9]), None] {
            rare.set(value);
            assert_eq!(rare.get(), value);
        }
        assert_eq!(size_of_val(&rare), size_of::<usize>());
    }
}
