//! Numbers in sentences: whole words, no columns to keep.
//!
//! Knows numbers that are there; a sentence about an unknown figure is the caller's. Invariant: a span is cut
//! down, never rounded up, so that no sentence claims more time than has passed.

/// `1,204`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `850 ms`, `12 s`, `2 min 5 s`, `3 h 20 min`, `4 d 2 h`.
pub fn span(ms: u64) -> String {
    let s = ms / 1000;
    let two = |big: u64, big_unit: &str, small: u64, small_unit: &str| match small {
        0 => format!("{big} {big_unit}"),
        small => format!("{big} {big_unit} {small} {small_unit}"),
    };
    match s {
        0 => format!("{ms} ms"),
        1..=59 => format!("{s} s"),
        60..=3_599 => two(s / 60, "min", s % 60, "s"),
        3_600..=86_399 => two(s / 3_600, "h", s % 3_600 / 60, "min"),
        _ => two(s / 86_400, "d", s % 86_400 / 3_600, "h"),
    }
}

/// `85 %`, `0.4 %`.
pub fn share(ratio: f64) -> String {
    let percent = ratio * 100.0;
    if percent > 0.0 && percent < 1.0 { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
}

/// `512 MiB`, `3.4 GiB`.
pub fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut figure = bytes as f64;
    let mut unit = 0;
    while figure >= 1024.0 && unit + 1 < UNITS.len() {
        figure /= 1024.0;
        unit += 1;
    }
    let unit_word = UNITS.get(unit).copied().unwrap_or("B");
    if unit == 0 || figure >= 100.0 {
        format!("{figure:.0} {unit_word}")
    } else {
        format!("{figure:.1} {unit_word}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_like_a_sentence() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        let spans = [850, 12_999, 60_000, 125_000, 12_000_000, 360_000_000].map(span);
        assert_eq!(spans, ["850 ms", "12 s", "1 min", "2 min 5 s", "3 h 20 min", "4 d 4 h"]);
        assert_eq!([0.004, 0.854, 1.2].map(share), ["0.4 %", "85 %", "120 %"]);
        assert_eq!([12, 2_048, 256 << 20, u64::MAX].map(bytes), ["12 B", "2.0 KiB", "256 MiB", "16384 PiB"]);
    }
}
