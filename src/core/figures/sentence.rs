//! Numbers in sentences: whole words, no columns to keep.
//!
//! Knows numbers that are there; a sentence about an unknown figure is the caller's. Invariant: a bound never passes
//! for a count.

use super::{amount, span as spans, without_zeros};

/// `1,204`.
pub fn count(number: u64) -> String {
    amount::digits(number)
}

/// A count that may be a bound: `at least 1,000`.
pub fn at_least(number: u64, is_exact: bool) -> String {
    if is_exact { count(number) } else { format!("at least {}", count(number)) }
}

/// A count with the words for one and for several: `1 client is`, `1,204 clients are`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// A count with its noun, in the plural where it is not one: `1 row`, `2 entries`.
pub fn number_of(number: u64, noun: &str) -> String {
    let many = noun.strip_suffix("ry").map_or_else(|| format!("{noun}s"), |stem| format!("{stem}ries"));
    counted(number, noun, &many)
}

/// A count that may be a bound, with its noun: `at least 1,000 entries`.
pub fn at_least_of(number: u64, is_exact: bool, noun: &str) -> String {
    format!("{}{}", if is_exact { "" } else { "at least " }, number_of(number, noun))
}

/// `850 ms`, `1.5 s`, `12 s`, `2m 05s`, `2m`, `3h 20m`, `4d 02h`.
pub fn span(ms: u64) -> String {
    let span = without_zeros(&spans::span(ms));
    let whole = [" 00s", " 00m", " 00h"].into_iter().find_map(|none| span.strip_suffix(none));
    whole.map_or_else(|| span.clone(), str::to_owned)
}

/// A moment of a day, from milliseconds since 1970: `08:36:05 UTC`; `None` when it is no time.
pub fn clock(at_ms: i64) -> Option<String> {
    let time = jiff::Timestamp::from_millisecond(at_ms).ok()?;
    Some(time.strftime("%H:%M:%S UTC").to_string())
}

/// `850 µs`, `1.2 ms`, `3 s`.
pub fn latency(us: f64) -> String {
    without_zeros(&spans::latency(us.max(0.0), false))
}

/// `85%`, `91.4%`, `104.2%`.
pub fn percent(share: f64) -> String {
    without_zeros(&amount::percent(share.max(0.0) + 0.0))
}

/// `512 MiB`, `3.4 GiB`.
pub fn bytes(bytes: u64) -> String {
    without_zeros(&amount::bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_like_a_sentence() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        let spans =
            [850, 1_500, 5_000, 12_999, 60_000, 125_000, 3_630_000, 12_000_000, 360_000_000].map(span);
        let said = ["850 ms", "1.5 s", "5 s", "12 s", "1m", "2m 05s", "1h", "3h 20m", "4d 04h"];
        assert_eq!(spans, said);
        assert_eq!([0.004, 0.854, 1.2].map(percent), ["0.4%", "85.4%", "120%"]);
        assert_eq!([12, 2_048, 256 << 20, u64::MAX].map(bytes), ["12 B", "2 KiB", "256 MiB", "16 EiB"]);
        assert_eq!([850.0, 5_000.0, 2.5e6].map(latency), ["850 µs", "5 ms", "2.5 s"]);
    }

    #[test]
    fn a_noun_is_in_the_plural_where_there_are_several() {
        let said = [(0, "row"), (1, "row"), (2_000, "row"), (1, "entry"), (3, "entry"), (2, "key")]
            .map(|(number, noun)| number_of(number, noun));
        assert_eq!(said, ["0 rows", "1 row", "2,000 rows", "1 entry", "3 entries", "2 keys"]);
        assert_eq!(counted(1, "client is", "clients are"), "1 client is");
    }

    #[test]
    fn a_bound_says_that_it_is_one() {
        assert_eq!([at_least(1_000, false), at_least(1_000, true)], ["at least 1,000", "1,000"]);
        assert_eq!(at_least_of(2, false, "entry"), "at least 2 entries");
    }
}
