//! Durations, sizes and counts as people write them: `250ms`, `64kb`, `10k`.
//!
//! Knows units; not what a value is for, nor its range. Invariant: what is shown reads back to the same value,
//! and a number without the unit it needs is an error, never a guess.

use std::time::Duration;

/// Why a text is not the quantity that is wanted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}; {hint}")]
pub struct BadUnit {
    /// What is wrong.
    pub what: String,
    /// What to try.
    pub hint: &'static str,
}

const DURATIONS: &[(&str, u64)] = &[("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];

const SIZES: &[(&str, u64)] = &[
    ("", 1),
    ("b", 1),
    ("k", 1_000),
    ("kb", 1 << 10),
    ("m", 1_000_000),
    ("mb", 1 << 20),
    ("g", 1_000_000_000),
    ("gb", 1 << 30),
    ("tb", 1 << 40),
];

const COUNTS: &[(&str, u64)] = &[("", 1), ("k", 1_000), ("m", 1_000_000)];

/// Reads `250ms`, `30s`, `5m`, `1h`.
pub fn duration(text: &str) -> Result<Duration, BadUnit> {
    quantity(text, DURATIONS, "a duration", "write it as 250ms, 30s, 5m or 1h").map(Duration::from_millis)
}

/// Reads a size in bytes as redis.conf has them: `64kb` (1024), `2gb`, `100` (bytes), `1k` (1000).
pub fn size_bytes(text: &str) -> Result<u64, BadUnit> {
    quantity(text, SIZES, "a size", "write it as 512, 64kb, 10mb or 2gb")
}

/// Reads `500`, `10k`, `2m`.
pub fn count(text: &str) -> Result<u64, BadUnit> {
    quantity(text, COUNTS, "a count", "write it as 500, 10k or 2m")
}

/// The shortest form that [`duration`] reads back, to the millisecond.
pub fn duration_text(duration: Duration) -> String {
    let ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let unit = DURATIONS.iter().rev().find(|(_, factor)| ms >= *factor && ms.is_multiple_of(*factor));
    let (unit, factor) = unit.unwrap_or(&("ms", 1));
    format!("{}{unit}", ms / factor)
}

/// The shortest form that [`size_bytes`] reads back: `2gb`, `1500b`.
pub fn size_text(bytes: u64) -> String {
    let exact = |(_, factor): &&(&str, u64)| bytes >= *factor && bytes.is_multiple_of(*factor);
    let binary = SIZES.iter().rev().filter(|(unit, _)| unit.ends_with('b'));
    let (unit, factor) = binary.clone().find(exact).unwrap_or(&("b", 1));
    format!("{}{unit}", bytes / factor)
}

fn quantity(text: &str, units: &[(&str, u64)], wanted: &str, hint: &'static str) -> Result<u64, BadUnit> {
    let bad = |why: &str| BadUnit { what: format!("'{text}' {why}"), hint };
    let trimmed = text.trim();
    let split = trimmed.find(|c: char| !c.is_ascii_digit()).unwrap_or(trimmed.len());
    let (digits, unit) = trimmed.split_at_checked(split).unwrap_or((trimmed, ""));
    if digits.is_empty() {
        return Err(bad(&format!("is not {wanted}")));
    }
    let unit = unit.trim_start().to_ascii_lowercase();
    let known = units.iter().find(|(name, _)| *name == unit);
    let (_, factor) = known.ok_or_else(|| match unit.is_empty() {
        true => bad("has no unit"),
        false => bad(&format!("is not {wanted}")),
    })?;
    let number: u64 = digits.parse().map_err(|_| bad("is too large"))?;
    number.checked_mul(*factor).ok_or_else(|| bad("is too large"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(duration("5m"), Ok(Duration::from_secs(300)));
        assert_eq!(duration("1h"), Ok(Duration::from_secs(3600)));
        assert_eq!(duration("30").unwrap_err().what, "'30' has no unit");
        for text in ["", "s", "-1s", "1.5s", "1 week", "1s1s", "99999999999999999999s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_those_of_redis_conf() {
        assert_eq!(size_bytes("64kb"), Ok(65_536));
        assert_eq!(size_bytes("64k"), Ok(64_000));
        assert_eq!(size_bytes("2GB"), Ok(2 << 30));
        assert_eq!(size_bytes("100"), Ok(100));
        assert!(size_bytes("18446744073709551615tb").is_err());
    }

    #[test]
    fn counts_may_be_thousands_or_millions() {
        assert_eq!((count("500"), count("10k"), count("2m")), (Ok(500), Ok(10_000), Ok(2_000_000)));
        assert!(count("2g").is_err());
    }

    proptest! {
        #[test]
        fn every_duration_reads_back(ms in 0..u64::from(u32::MAX)) {
            let duration_shown = duration_text(Duration::from_millis(ms));
            prop_assert_eq!(duration(&duration_shown), Ok(Duration::from_millis(ms)));
        }

        #[test]
        fn no_text_panics(text: String) {
            let _ = (duration(&text), size_bytes(&text), count(&text));
        }
    }
}
