//! Counts, bytes, rates, shares and factors. All arguments are known, finite and not negative.
//!
//! Does not know marks or the unknown. Invariant: the widths that [`super::column`] promises.

const THOUSANDS: [&str; 6] = ["k", "M", "G", "T", "P", "E"];
const BINARY: [&str; 6] = [" KiB", " MiB", " GiB", " TiB", " PiB", " EiB"];

/// `999`, `1.20k`, `12.3M`.
pub(super) fn count(count: u64) -> String {
    if count < 1000 { count.to_string() } else { thousands(count as f64) }
}

/// Every digit, in groups of three: `1,234,567`.
pub(super) fn digits(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Three digits and a unit, from a thousand on.
fn thousands(value: f64) -> String {
    let mut value = value;
    for unit in THOUSANDS {
        value /= 1000.0;
        match value {
            value if value < 9.995 => return format!("{value:.2}{unit}"),
            value if value < 99.95 => return format!("{value:.1}{unit}"),
            value if value < 999.5 => return format!("{value:.0}{unit}"),
            _ => {}
        }
    }
    ">999E".to_owned()
}

/// `512 B`, `3.4 GiB`, `1023 KiB`.
pub(super) fn bytes(bytes: u64) -> String {
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64;
    for unit in BINARY {
        value /= 1024.0;
        match value {
            value if value < 99.95 => return format!("{value:.1}{unit}"),
            value if value < 1023.5 => return format!("{value:.0}{unit}"),
            _ => {}
        }
    }
    ">999 EiB".to_owned()
}

/// `0`, `<0.1`, `9.5`, `123`, `1.20k`.
pub(super) fn rate(rate: f64) -> String {
    if rate == 0.0 {
        "0".to_owned()
    } else if rate < 0.05 {
        "<0.1".to_owned()
    } else if rate < 99.95 {
        format!("{rate:.1}")
    } else if rate < 999.5 {
        format!("{rate:.0}")
    } else {
        thousands(rate)
    }
}

/// `0.0%`, `<0.1%`, `93.4%`, `99.9%`, `100.0%`, `104.2%`: whole only when it is whole.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        percent if percent > 0.0 && percent < 0.05 => "<0.1%".to_owned(),
        percent if percent < 100.0 => format!("{:.1}%", percent.min(99.9)),
        percent if percent > 100.0 => format!("{:.1}%", percent.max(100.1)),
        percent => format!("{percent:.1}%"),
    }
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
