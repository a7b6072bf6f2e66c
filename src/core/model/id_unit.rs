//! What the first part of a stream's ids counts: milliseconds where the server makes the ids, else what a producer
//! chose.
//!
//! Knows the units; does not know which stream has which. Invariant: a time that cannot be true (before 2010, or more
//! than a day ahead) is none.

use super::StreamId;

/// 1 January 2010, milliseconds since 1970: no Redis had streams before.
const YEAR_2010_MS: i64 = 1_262_304_000_000;
/// How far a producer's clock may be ahead.
const DAY_MS: i64 = 86_400_000;
/// Bits of a snowflake id below its time.
const SNOWFLAKE_BITS: u32 = 22;

/// What the first part of an id counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum IdUnit {
    /// Milliseconds since 1970, as the server makes them.
    #[default]
    Milliseconds,
    /// Seconds since 1970.
    Seconds,
    /// Microseconds since 1970.
    Microseconds,
    /// Nanoseconds since 1970.
    Nanoseconds,
    /// Snowflake ids: milliseconds since this moment (milliseconds since 1970), above 22 other bits.
    Snowflake(u64),
}

/// A unit that nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is no unit of ids: ms, s, us, ns, or snowflake:EPOCH with the epoch in milliseconds since 1970"
)]
pub struct BadIdUnit(String);

impl std::str::FromStr for IdUnit {
    type Err = BadIdUnit;

    fn from_str(text: &str) -> Result<Self, BadIdUnit> {
        let bad = || BadIdUnit(text.to_owned());
        Ok(match text {
            "ms" => Self::Milliseconds,
            "s" => Self::Seconds,
            "us" => Self::Microseconds,
            "ns" => Self::Nanoseconds,
            other => {
                let epoch = other.strip_prefix("snowflake:").ok_or_else(bad)?;
                Self::Snowflake(epoch.parse().map_err(|_| bad())?)
            }
        })
    }
}

impl std::fmt::Display for IdUnit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Milliseconds => "milliseconds",
            Self::Seconds => "seconds",
            Self::Microseconds => "microseconds",
            Self::Nanoseconds => "nanoseconds",
            Self::Snowflake(_) => "snowflake ids",
        })
    }
}

impl IdUnit {
    /// When an id was made, milliseconds since 1970, if that can be true at `now_ms`.
    pub fn time_ms(self, id: StreamId, now_ms: i64) -> Option<i64> {
        let ms = match self {
            Self::Milliseconds => Some(id.ms),
            Self::Seconds => id.ms.checked_mul(1_000),
            Self::Microseconds => Some(id.ms / 1_000),
            Self::Nanoseconds => Some(id.ms / 1_000_000),
            Self::Snowflake(epoch_ms) => (id.ms >> SNOWFLAKE_BITS).checked_add(epoch_ms),
        };
        let ms = i64::try_from(ms?).ok()?;
        (YEAR_2010_MS..=now_ms.saturating_add(DAY_MS)).contains(&ms).then_some(ms)
    }

    /// The first id that can have been made at this time, milliseconds since 1970.
    pub fn first_id(self, at_ms: u64) -> StreamId {
        let part = match self {
            Self::Milliseconds => at_ms,
            Self::Seconds => at_ms / 1_000,
            Self::Microseconds => at_ms.saturating_mul(1_000),
            Self::Nanoseconds => at_ms.saturating_mul(1_000_000),
            Self::Snowflake(epoch_ms) => {
                let since = at_ms.saturating_sub(epoch_ms);
                since.checked_mul(1 << SNOWFLAKE_BITS).map_or(u64::MAX, |part| part)
            }
        };
        StreamId::new(part, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: i64 = 1_795_000_000_000;

    #[test]
    fn each_unit_finds_its_own_time_and_no_other() {
        let twitter = IdUnit::Snowflake(1_288_834_974_657);
        let units =
            [IdUnit::Milliseconds, IdUnit::Seconds, IdUnit::Microseconds, IdUnit::Nanoseconds, twitter];
        for unit in units {
            let id = unit.first_id(NOW_MS as u64);
            assert_eq!(unit.time_ms(id, NOW_MS), Some(NOW_MS), "{unit:?}");
            for other in units.into_iter().filter(|other| *other != unit) {
                assert_ne!(other.time_ms(id, NOW_MS), Some(NOW_MS), "{unit:?} read as {other:?}");
            }
        }
        assert_eq!(IdUnit::Milliseconds.time_ms(StreamId::new(17, 0), NOW_MS), None);
        assert_eq!(IdUnit::Seconds.time_ms(StreamId::new(u64::MAX, 0), NOW_MS), None);
    }

    #[test]
    fn a_unit_is_read_from_its_word() {
        assert_eq!("snowflake:42".parse(), Ok(IdUnit::Snowflake(42)));
        assert_eq!("us".parse(), Ok(IdUnit::Microseconds));
        assert!("minutes".parse::<IdUnit>().unwrap_err().to_string().contains("snowflake:EPOCH"));
    }
}
