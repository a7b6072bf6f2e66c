//! Stream entry ids: two 64-bit numbers, compared as numbers.
//!
//! Knows the order and the text form; does not know whether the first number is a time (see `model::age`).

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The id of a stream entry, `<ms>-<seq>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct StreamId {
    /// First part: usually milliseconds since 1970 by the clock of the primary.
    pub ms: u64,
    /// Second part: counts entries within the first.
    pub seq: u64,
}

impl StreamId {
    /// `0-0`: before every entry.
    pub const MIN: Self = Self { ms: 0, seq: 0 };
    /// The greatest id there is.
    pub const MAX: Self = Self { ms: u64::MAX, seq: u64::MAX };

    /// The id made of both parts.
    pub const fn new(ms: u64, seq: u64) -> Self {
        Self { ms, seq }
    }

    /// The next id in order; the greatest id is its own successor.
    pub const fn successor(self) -> Self {
        match self.seq.checked_add(1) {
            Some(seq) => Self { ms: self.ms, seq },
            None => match self.ms.checked_add(1) {
                Some(ms) => Self { ms, seq: 0 },
                None => Self::MAX,
            },
        }
    }

    /// The id before this one; `0-0` is its own predecessor.
    pub const fn predecessor(self) -> Self {
        match self.seq.checked_sub(1) {
            Some(seq) => Self { ms: self.ms, seq },
            None => match self.ms.checked_sub(1) {
                Some(ms) => Self { ms, seq: u64::MAX },
                None => Self::MIN,
            },
        }
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ms, self.seq)
    }
}

/// Why a text is not a stream id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a stream id: expected <milliseconds>-<sequence>, for example 1700000000000-0")]
pub struct BadStreamId(pub String);

impl FromStr for StreamId {
    type Err = BadStreamId;

    /// Reads `ms-seq`, or `ms` alone for `ms-0`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadStreamId(text.to_owned());
        let (ms, seq) = text.split_once('-').unwrap_or((text, "0"));
        let number = |part: &str| {
            let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| part.parse::<u64>().ok()).flatten()
        };
        Ok(Self { ms: number(ms).ok_or_else(bad)?, seq: number(seq).ok_or_else(bad)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_ordered_as_numbers_not_as_text() {
        let small: StreamId = "9-10".parse().unwrap();
        let large: StreamId = "10-9".parse().unwrap();
        assert!(small < large);
        assert!(StreamId::new(9, 9) < small);
    }

    #[test]
    fn the_successor_carries_into_the_first_part_and_stops_at_the_end() {
        assert_eq!(StreamId::new(1, u64::MAX).successor(), StreamId::new(2, 0));
        assert_eq!(StreamId::MAX.successor(), StreamId::MAX);
        assert_eq!(StreamId::new(2, 0).predecessor(), StreamId::new(1, u64::MAX));
        assert_eq!(StreamId::MIN.predecessor(), StreamId::MIN);
    }

    #[test]
    fn what_is_no_id_is_an_error_that_shows_it() {
        for text in ["", "-", "1-", "-1", "a-1", "1-2-3", "+1-1", "18446744073709551616-0"] {
            let error = text.parse::<StreamId>().unwrap_err();
            assert!(error.to_string().contains(&format!("'{text}'")));
        }
        assert_eq!("7".parse::<StreamId>().unwrap(), StreamId::new(7, 0));
    }
}
