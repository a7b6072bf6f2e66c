//! Counts, bytes, rates, shares and factors. All arguments are known, finite and not negative.
//!
//! Does not know marks or the unknown. Invariant: the widths that `format` promises.

use humansize::{BINARY, FormatSizeOptions, format_size};

const UNITS: [&str; 7] = ["", " k", " M", " G", " T", " P", " E"];

/// `999`, `1.2 k`, `123 k`.
pub(super) fn count(count: u64) -> String {
    if count < 1000 { count.to_string() } else { scaled(count as f64) }
}

/// A figure below a million million million million, in steps of thousand: one decimal below hundred.
fn scaled(value: f64) -> String {
    let mut value = value;
    for unit in UNITS {
        if value < 99.95 && !unit.is_empty() {
            return format!("{value:.1}{unit}");
        }
        if value < 999.5 {
            return format!("{value:.0}{unit}");
        }
        value /= 1000.0;
    }
    ">999 E".to_owned()
}

/// `512 B`, `3.4 GiB`, `1023 KiB`.
pub(super) fn bytes(bytes: u64) -> String {
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let options = FormatSizeOptions::from(BINARY).decimal_zeroes(1);
    let fine = format_size(bytes, options.decimal_places(1));
    // Two digits before the point at most: else the decimal goes.
    if fine.find('.').is_some_and(|point| point <= 2) {
        return fine;
    }
    format_size(bytes, options.decimal_places(0).decimal_zeroes(0))
}

/// `0`, `<0.1`, `9.5`, `123`, `1.2 k`.
pub(super) fn rate(rate: f64) -> String {
    if rate == 0.0 {
        "0".to_owned()
    } else if rate < 0.05 {
        "<0.1".to_owned()
    } else if rate < 99.95 {
        format!("{rate:.1}")
    } else {
        scaled(rate)
    }
}

/// `0.0%`, `<0.1%`, `93.4%`, `99.9%`, `100.0%`: whole only when it is whole.
pub(super) fn percent(share: f64) -> String {
    if share > 0.0 && share < 0.0005 {
        return "<0.1%".to_owned();
    }
    let percent = if share < 1.0 { (share * 100.0).min(99.9) } else { 100.0 };
    format!("{percent:.1}%")
}

/// `1.23x`, `12.3x`, `123x`, `>999x`.
pub(super) fn factor(factor: f64) -> String {
    if factor < 9.995 {
        format!("{factor:.2}x")
    } else if factor < 99.95 {
        format!("{factor:.1}x")
    } else if factor < 999.5 {
        format!("{factor:.0}x")
    } else {
        ">999x".to_owned()
    }
}
