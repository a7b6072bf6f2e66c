//! Durations and latencies. All arguments are known, finite and not negative.
//!
//! Does not know clocks or dates. Invariant: seven cells at most.

const MINUTE_S: u64 = 60;
const HOUR_S: u64 = 60 * MINUTE_S;
const DAY_S: u64 = 24 * HOUR_S;

/// `850 ms`, `12.3 s`, `2m 05s`, `3h 12m`, `4d 03h`, `123d`, `12 y`.
pub(super) fn millis(ms: u64) -> String {
    if ms < 1000 {
        return format!("{ms} ms");
    }
    // Down, not to the nearest: an age never says more than has passed.
    if ms < 60_000 {
        return format!("{}.{} s", ms / 1000, ms % 1000 / 100);
    }
    let s = ms / 1000;
    if s < HOUR_S {
        format!("{}m {:02}s", s / MINUTE_S, s % MINUTE_S)
    } else if s < DAY_S {
        format!("{}h {:02}m", s / HOUR_S, s % HOUR_S / MINUTE_S)
    } else if s < 100 * DAY_S {
        format!("{}d {:02}h", s / DAY_S, s % DAY_S / HOUR_S)
    } else if s < 10_000 * DAY_S {
        format!("{}d", s / DAY_S)
    } else if s < 3_652_425 * DAY_S {
        format!("{} y", s * 10 / (3_652_425 * DAY_S / 1000))
    } else {
        ">9999 y".to_owned()
    }
}

/// `0.4 µs`, `850 µs`, `1.2 ms`, `12.3 s`, then as [`millis`].
pub(super) fn micros(us: f64, ascii: bool) -> String {
    let steps = [(1.0, if ascii { "us" } else { "µs" }), (1e3, "ms"), (1e6, "s")];
    for (size, unit) in steps {
        let value = us / size;
        if value == 0.0 {
            return format!("0 {unit}");
        }
        if value < 0.05 {
            return format!("<0.1 {unit}");
        }
        if unit == "s" && value >= 59.95 {
            break;
        }
        if value < 99.95 {
            return format!("{value:.1} {unit}");
        }
        if value < 999.5 {
            return format!("{value:.0} {unit}");
        }
    }
    millis(super::whole(us / 1000.0))
}
