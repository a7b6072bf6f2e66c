//! Counters of the operator's own programs: numbers that they keep under a key or in a field of a hash.
//!
//! Knows which were named and what was read; not what they count. Invariant: what is no whole number is unknown, never 0.

use super::Name;

/// A counter that was named in the config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterSpec {
    /// What the operator calls it.
    pub name: String,
    /// The key that holds it.
    pub key: Name,
    /// The field, where the key is a hash.
    pub field: Option<Name>,
    /// The other counter of a pair, such as the processed ones beside the rejected: its name.
    pub pair: Option<String>,
}

/// What a counter answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CounterValue {
    /// A whole number.
    Number(i64),
    /// The key, or the field, is not there.
    Missing,
    /// Something that is no whole number.
    NotANumber,
}

impl CounterValue {
    /// Reads what GETRANGE or HGET answered: nothing, an empty text (a missing key, to GETRANGE) or a number.
    pub fn read(bytes: Option<&[u8]>) -> Self {
        let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) else { return Self::Missing };
        let number = std::str::from_utf8(bytes).ok().and_then(|text| text.trim().parse().ok());
        number.map_or(Self::NotANumber, Self::Number)
    }

    /// The number, where it is one.
    pub const fn number(self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Missing | Self::NotANumber => None,
        }
    }
}

/// Share of the first in both together, 0 to 1; `None` where there is nothing, or something below zero.
pub fn share(own: i64, other: i64) -> Option<f64> {
    let (own, other) = (u64::try_from(own).ok()?, u64::try_from(other).ok()?);
    let both = own.checked_add(other).filter(|both| *both > 0)?;
    Some(own as f64 / both as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_whole_number_is_not_taken_for_one() {
        assert_eq!(CounterValue::read(Some(b"42")), CounterValue::Number(42));
        assert_eq!(CounterValue::read(Some(b"-3\n")), CounterValue::Number(-3));
        assert_eq!(CounterValue::read(Some(b"1.5")), CounterValue::NotANumber);
        assert_eq!(CounterValue::read(Some(b"\xff")), CounterValue::NotANumber);
        assert_eq!(
            (CounterValue::read(None), CounterValue::read(Some(b""))),
            (CounterValue::Missing, CounterValue::Missing)
        );
    }

    #[test]
    fn a_share_needs_something_to_be_a_share_of() {
        assert_eq!(share(1, 3), Some(0.25));
        assert_eq!((share(0, 0), share(-1, 5), share(i64::MAX, 5).is_some()), (None, None, true));
    }
}
