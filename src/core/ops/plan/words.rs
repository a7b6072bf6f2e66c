//! Words of plans: numbers, times and sizes as an operator reads them.
//!
//! Knows plain text; the screen has its own figures. Invariant: nothing is rounded to another order of magnitude.

use crate::core::model::Name;

/// A count with its thousands apart: `1,234,567`.
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

/// A count that may be a bound: `at least 1,000`.
pub fn counted(number: u64, is_exact: bool) -> String {
    if is_exact { count(number) } else { format!("at least {}", count(number)) }
}

/// Bytes: `1.5 MiB`.
pub fn bytes(bytes: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = bytes as f64;
    let mut at = 0;
    while value >= 1024.0 && at + 1 < units.len() {
        value /= 1024.0;
        at += 1;
    }
    let unit = units.get(at).copied().unwrap_or_default();
    if at == 0 { format!("{bytes} B") } else { format!("{value:.1} {unit}") }
}

/// A time span: `3h 05m`.
pub fn span(ms: u64) -> String {
    let seconds = ms / 1_000;
    match seconds {
        0 => format!("{ms} ms"),
        1..60 => format!("{seconds} s"),
        60..3_600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{}h {:02}m", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{}d {:02}h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

/// A glob as it is typed: its backslashes stay single.
pub fn glob_text(glob: &Name) -> String {
    glob.to_string().replace("\\\\", "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(
            (count(7), count(1_000), count(1_234_567)),
            ("7".into(), "1,000".into(), "1,234,567".into())
        );
        assert_eq!(counted(1_000, false), "at least 1,000");
        assert_eq!((bytes(1_023), bytes(1_572_864)), ("1023 B".to_owned(), "1.5 MiB".to_owned()));
        assert_eq!((span(999), span(11_100_000)), ("999 ms".to_owned(), "3h 05m".to_owned()));
    }
}
