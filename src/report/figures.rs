//! Figures as words for people: human units, `—` for what is not known.
//!
//! Knows units and widths; does not know what a figure is about. Invariants: unknown is never 0, what is
//! small is never shown as nothing, and no text here can command a terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What stands for a figure that is not known.
pub(super) const UNKNOWN: &str = "—";

/// `word` of the figure, or `—`.
pub(super) fn or_unknown<T>(figure: Option<T>, word: impl Fn(T) -> String) -> String {
    figure.map_or_else(|| UNKNOWN.to_owned(), word)
}

/// Every digit below a million, `1.23 M` from there on.
pub(super) fn count(count: u64) -> String {
    if count < 1_000_000 {
        count.to_string()
    } else {
        scaled(count as f64, 1000.0, &["", "k", "M", "G", "T", "P", "E"])
    }
}

/// `512 B`, `3.40 GiB`.
pub(super) fn bytes(bytes: f64) -> String {
    scaled(bytes, 1024.0, &["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"])
}

/// An amount a second, without the `/s`: `0`, `<0.1`, `9.5`, `123`, `1.23 M`.
pub(super) fn rate(per_s: f64) -> String {
    match per_s {
        rate if rate <= 0.0 => "0".to_owned(),
        rate if rate < 0.1 => "<0.1".to_owned(),
        rate if rate < 99.95 => format!("{rate:.1}"),
        rate => count(rate.round() as u64),
    }
}

/// A share of one: `80.0 %`; `100 %` and `0 %` only where it is so.
pub(super) fn percent(share: f64) -> String {
    match share {
        share if share <= 0.0 => "0 %".to_owned(),
        share if share >= 1.0 => "100 %".to_owned(),
        share => format!("{:.1} %", (share * 100.0).clamp(0.1, 99.9)),
    }
}

/// `850 ms`, `12 s`, `2m 05s`, `3h 12m`, `4d 03h`.
pub(super) fn duration(ms: u64) -> String {
    let s = ms / 1000;
    match s {
        0 => format!("{ms} ms"),
        1..60 => format!("{s} s"),
        60..3600 => format!("{}m {:02}s", s / 60, s % 60),
        3600..86_400 => format!("{}h {:02}m", s / 3600, s / 60 % 60),
        _ => format!("{}d {:02}h", s / 86_400, s / 3600 % 24),
    }
}

/// `850 µs`, `1.2 ms`, `12 s`.
pub(super) fn latency(us: u64) -> String {
    match us {
        0..1000 => format!("{us} µs"),
        1000..1_000_000 => format!("{:.1} ms", us as f64 / 1000.0),
        _ => duration(us / 1000),
    }
}

/// The text in a column of this many cells, at its right; wider texts stay whole.
pub(super) fn right(text: &str, cells: usize) -> String {
    format!("{}{text}", " ".repeat(cells.saturating_sub(text.width())))
}

/// The text in a column of this many cells, at its left; wider texts stay whole.
pub(super) fn left(text: &str, cells: usize) -> String {
    format!("{text}{}", " ".repeat(cells.saturating_sub(text.width())))
}

/// At most this many cells of the text, the last a `…` where something was cut off.
pub(super) fn cut(text: &str, cells: usize) -> String {
    if text.width() <= cells {
        return text.to_owned();
    }
    let mut used = 0;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used < cells
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// Text of others (a server's error, a version) with what a terminal might obey as `\xNN`.
pub(super) fn escape_controls(text: &str) -> String {
    let one = |c: char| match c {
        // Such text may hold names that are escaped already: their backslashes stay as they are.
        '\\' => "\\".to_owned(),
        c => crate::core::model::Name::from(c.encode_utf8(&mut [0; 4]) as &str).to_string(),
    };
    text.chars().map(one).collect()
}

/// Three digits and a unit.
fn scaled(figure: f64, step: f64, units: &[&str]) -> String {
    let mut figure = figure.max(0.0);
    let mut units = units.iter().peekable();
    let mut unit = units.next().copied().unwrap_or_default();
    let mut is_whole = true;
    while figure >= 999.5 && units.peek().is_some() {
        figure /= step;
        is_whole = false;
        unit = units.next().copied().unwrap_or_default();
    }
    match figure {
        figure if is_whole => format!("{figure:.0} {unit}"),
        figure if figure < 9.995 => format!("{figure:.2} {unit}"),
        figure if figure < 99.95 => format!("{figure:.1} {unit}"),
        figure => format!("{figure:.0} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_human_and_honest() {
        assert_eq!([count(0), count(999_999), count(1_234_567)], ["0", "999999", "1.23 M"]);
        assert_eq!([bytes(512.0), bytes(1023.0), bytes(1_048_576.0)], ["512 B", "1.00 KiB", "1.00 MiB"]);
        assert_eq!([rate(0.0), rate(0.004), rate(99.9), rate(99.96)], ["0", "<0.1", "99.9", "100"]);
        assert_eq!(
            [percent(0.0), percent(0.0001), percent(0.9999), percent(1.0)],
            ["0 %", "0.1 %", "99.9 %", "100 %"]
        );
        assert_eq!([duration(999), duration(59_999), duration(60_000)], ["999 ms", "59 s", "1m 00s"]);
        assert_eq!([duration(11_520_000), duration(356_400_000)], ["3h 12m", "4d 03h"]);
        assert_eq!([latency(999), latency(1500), latency(2_000_000)], ["999 µs", "1.5 ms", "2 s"]);
    }

    #[test]
    fn text_is_cut_and_padded_by_cells_not_by_characters() {
        assert_eq!(cut("queue", 5), "queue");
        assert_eq!(cut("queues", 5), "queu…");
        assert_eq!(cut("\u{1F600}\u{1F600}\u{1F600}", 5).width(), 5);
        assert_eq!(left("\u{1F600}", 4), "\u{1F600}  ");
        assert_eq!(right("ab", 4), "  ab");
    }

    #[test]
    fn foreign_text_can_not_command_a_terminal() {
        assert_eq!(escape_controls("a\x1b[31m \\xff\n"), "a\\x1b[31m \\xff\\x0a");
    }
}
