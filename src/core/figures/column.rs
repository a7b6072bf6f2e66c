//! Figures of columns: human units, never wider than a fixed width.
//!
//! Does not know where a figure stands or what it is good for; the table right-aligns it. Invariant: what is not known
//! is `—`, never 0; each text is at most as wide as its `*_WIDTH`.

use super::{amount, span, whole};

/// Width of a count: `12.3M`.
pub const COUNT_WIDTH: u16 = 5;
/// Width of a size in bytes: `1023 KiB`.
pub const BYTES_WIDTH: u16 = 8;
/// Width of a rate: `12.3k/s`.
pub const RATE_WIDTH: u16 = 7;
/// Width of a rate of bytes: `1023 KiB/s`.
pub const BYTES_RATE_WIDTH: u16 = 10;
/// Width of a signed rate of bytes: `+1023 KiB/s`.
pub const SIGNED_BYTES_RATE_WIDTH: u16 = 11;
/// Width of a share: `100.0%`.
pub const PERCENT_WIDTH: u16 = 6;
/// Width of a span of time: `59m 59s`, `99d 23h`.
pub const DURATION_WIDTH: u16 = 7;
/// Width of a latency: `12.3 ms`, `59m 59s`.
pub const LATENCY_WIDTH: u16 = 7;

worded! {
    /// How far a figure may be trusted.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum Certainty {
        /// It is so.
        #[default]
        Exact "exact",
        /// About so: `~12`.
        Estimate "estimate",
        /// So or more: `≥1000`.
        AtLeast "at_least",
        /// Nobody knows.
        Unknown "unknown",
    }
    /// The word for machines.
    fn word
}

/// Writes figures; knows whether the terminal shows more than ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    ascii: bool,
}

impl Figures {
    /// Figures for this kind of terminal.
    pub const fn new(ascii: bool) -> Self {
        Self { ascii }
    }

    /// What stands for a figure that is not known.
    pub const fn unknown(self) -> &'static str {
        if self.ascii { "-" } else { "—" }
    }

    /// What stands before a figure of this mark.
    pub const fn mark(self, mark: Certainty) -> &'static str {
        match (mark, self.ascii) {
            (Certainty::Exact | Certainty::Unknown, _) => "",
            (Certainty::Estimate, _) => "~",
            (Certainty::AtLeast, false) => "≥",
            (Certainty::AtLeast, true) => ">=",
        }
    }

    /// `999`, `1.20k`, `12.3M`, `123G`.
    pub fn count(self, count: Option<u64>) -> String {
        count.map_or_else(|| self.unknown().to_owned(), amount::count)
    }

    /// A count and how far to trust it: `~12`, `≥1000`. A bound below ten thousand is written in full.
    pub fn marked(self, count: Option<u64>, mark: Certainty) -> String {
        let Some(count) = count else { return self.unknown().to_owned() };
        let text = if mark == Certainty::AtLeast && count < 10_000 {
            count.to_string()
        } else {
            amount::count(count)
        };
        format!("{}{text}", self.mark(mark))
    }

    /// Every digit, in groups of three: `1,234,567`.
    pub fn exact(self, count: Option<u64>) -> String {
        count.map_or_else(|| self.unknown().to_owned(), amount::digits)
    }

    /// Every digit below a million, `1.23M` from there on: a count on a page.
    pub fn page_count(self, count: Option<u64>) -> String {
        if count.is_some_and(|count| count < 1_000_000) { self.exact(count) } else { self.count(count) }
    }

    /// `512 B`, `3.4 GiB`, `1023 KiB`.
    pub fn bytes(self, bytes: Option<u64>) -> String {
        bytes.map_or_else(|| self.unknown().to_owned(), amount::bytes)
    }

    /// `0/s`, `<0.1/s`, `9.5/s`, `123/s`, `1.20k/s`. Negative and not finite is not known.
    pub fn rate(self, per_s: Option<f64>) -> String {
        sound(per_s).map_or_else(|| self.unknown().to_owned(), |rate| format!("{}/s", amount::rate(rate)))
    }

    /// A rate that may fall: `+1.20k/s`, `-3.0/s`, `0/s`.
    pub fn signed_rate(self, per_s: Option<f64>) -> String {
        self.signed(per_s, |figures, rate| figures.rate(Some(rate)))
    }

    /// `3.4 MiB/s`.
    pub fn bytes_rate(self, per_s: Option<f64>) -> String {
        sound(per_s)
            .map_or_else(|| self.unknown().to_owned(), |rate| format!("{}/s", amount::bytes(whole(rate))))
    }

    /// A rate of bytes that may fall: `+1.2 MiB/s`.
    pub fn signed_bytes_rate(self, per_s: Option<f64>) -> String {
        self.signed(per_s, |figures, rate| figures.bytes_rate(Some(rate)))
    }

    /// A share of one as `99.9%`. It says `100.0%` and `0.0%` only when it is so; outside 0 to 1 it is not known.
    pub fn percent(self, share: Option<f64>) -> String {
        sound(share).filter(|share| *share <= 1.0).map_or_else(|| self.unknown().to_owned(), amount::percent)
    }

    /// A factor such as fragmentation: `1.23x`.
    pub fn factor(self, factor: Option<f64>) -> String {
        sound(factor).map_or_else(|| self.unknown().to_owned(), amount::factor)
    }

    /// `850 ms`, `9.9 s`, `12 s`, `2m 05s`, `3h 12m`, `4d 03h`, `123d`, `30 y`.
    pub fn duration_ms(self, ms: Option<u64>) -> String {
        ms.map_or_else(|| self.unknown().to_owned(), span::span)
    }

    /// The same from seconds. Negative and not finite is not known.
    pub fn duration_s(self, seconds: Option<f64>) -> String {
        self.duration_ms(sound(seconds).map(|seconds| whole(seconds * 1000.0)))
    }

    /// `0.4 µs`, `850 µs`, `1.2 ms`, from a second on as a duration.
    pub fn latency_us(self, us: Option<f64>) -> String {
        sound(us).map_or_else(|| self.unknown().to_owned(), |us| span::latency(us, self.ascii))
    }

    fn signed(self, value: Option<f64>, write: impl Fn(Self, f64) -> String) -> String {
        let Some(value) = value.filter(|value| value.is_finite()) else { return self.unknown().to_owned() };
        let sign = if value < 0.0 { "-" } else { "+" };
        format!("{}{}", if value == 0.0 { "" } else { sign }, write(self, value.abs()))
    }
}

/// A figure that can be true: finite and not negative. Nothing at all has no sign.
fn sound(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite() && *value >= 0.0).map(|value| value + 0.0)
}
