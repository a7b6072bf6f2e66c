//! Spans of time and latencies. All arguments are known, finite and not negative.
//!
//! Does not know clocks or dates. Invariant: seven cells at most.

const MINUTE_S: u64 = 60;
const HOUR_S: u64 = 60 * MINUTE_S;
const DAY_S: u64 = 24 * HOUR_S;
/// Of the calendar: 365.2425 days.
const YEAR_S: u64 = 31_556_952;

/// A span of milliseconds: `850 ms`, `9.9 s`, `12 s`, `2m 05s`, `3h 12m`, `4d 03h`, `123d`, `30 y`.
pub(super) fn span(ms: u64) -> String {
    let s = ms / 1000;
    match s {
        0 => format!("{ms} ms"),
        1..10 => format!("{s}.{} s", ms % 1000 / 100),
        10..MINUTE_S => format!("{s} s"),
        MINUTE_S..HOUR_S => format!("{}m {:02}s", s / MINUTE_S, s % MINUTE_S),
        HOUR_S..DAY_S => format!("{}h {:02}m", s / HOUR_S, s % HOUR_S / MINUTE_S),
        _ if s < 100 * DAY_S => format!("{}d {:02}h", s / DAY_S, s % DAY_S / HOUR_S),
        _ if s < 28 * YEAR_S => format!("{}d", s / DAY_S),
        _ if s < 10_000 * YEAR_S => format!("{} y", s / YEAR_S),
        _ => ">9999 y".to_owned(),
    }
}

/// A latency of microseconds: `0.4 µs`, `850 µs`, `1.2 ms`, from a second on as [`span`].
pub(super) fn latency(us: f64, ascii: bool) -> String {
    for (size, unit) in [(1.0, if ascii { "us" } else { "µs" }), (1e3, "ms")] {
        let value = us / size;
        if value == 0.0 {
            return format!("0 {unit}");
        }
        if value < 0.05 {
            return format!("<0.1 {unit}");
        }
        if value < 99.95 {
            return format!("{value:.1} {unit}");
        }
        if value < 999.5 {
            return format!("{value:.0} {unit}");
        }
    }
    span(super::whole(us / 1000.0))
}
