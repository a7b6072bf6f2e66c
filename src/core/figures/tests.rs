//! What figures promise: their form, their width, and that the unknown is never a number.

use super::column::*;
use super::{sentence, without_zeros};
use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

const F: Figures = Figures::new(false);
const A: Figures = Figures::new(true);

#[test]
fn counts_have_three_digits_and_a_unit() {
    for (count, text) in [
        (0, "0"),
        (999, "999"),
        (1000, "1.00k"),
        (1234, "1.23k"),
        (99_949, "99.9k"),
        (99_950, "100k"),
        (999_499, "999k"),
        (999_500, "1.00M"),
        (1_200_000, "1.20M"),
        (u64::MAX, "18.4E"),
    ] {
        assert_eq!(F.count(Some(count)), text);
    }
    assert_eq!(F.exact(Some(1_234_567)), "1,234,567");
    assert_eq!(F.exact(Some(123)), "123");
}

#[test]
fn marks_say_how_far_a_figure_may_be_trusted() {
    assert_eq!(F.marked(Some(12), Certainty::Estimate), "~12");
    assert_eq!(F.marked(Some(1000), Certainty::AtLeast), "≥1000");
    assert_eq!(A.marked(Some(1000), Certainty::AtLeast), ">=1000");
    assert_eq!(F.marked(Some(1000), Certainty::Exact), "1.00k");
    assert_eq!(F.marked(None, Certainty::Estimate), "—");
}

#[test]
fn bytes_are_binary() {
    for (bytes, text) in [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (102_348, "99.9 KiB"),
        (102_399, "100 KiB"),
        (1_048_000, "1023 KiB"),
        (3_650_722_202, "3.4 GiB"),
        (u64::MAX, "16.0 EiB"),
    ] {
        assert_eq!(F.bytes(Some(bytes)), text);
    }
    assert_eq!(F.bytes_rate(Some(3_565_158.4)), "3.4 MiB/s");
    assert_eq!(F.signed_bytes_rate(Some(-2048.0)), "-2.0 KiB/s");
}

#[test]
fn rates_keep_what_is_small_apart_from_nothing() {
    for (rate, text) in [
        (0.0, "0/s"),
        (0.01, "<0.1/s"),
        (0.1, "0.1/s"),
        (99.96, "100/s"),
        (1234.0, "1.23k/s"),
        (1e30, ">999E/s"),
    ] {
        assert_eq!(F.rate(Some(rate)), text);
    }
    assert_eq!(F.signed_rate(Some(-12.0)), "-12.0/s");
    assert_eq!(F.signed_rate(Some(0.0)), "0/s");
}

#[test]
fn a_share_is_whole_only_when_it_is() {
    for (share, text) in [
        (1.0, "100.0%"),
        (0.999_99, "99.9%"),
        (0.934, "93.4%"),
        (0.000_01, "<0.1%"),
        (0.0, "0.0%"),
        (1.1, "—"),
    ] {
        assert_eq!(F.percent(Some(share)), text);
    }
    assert_eq!(F.factor(Some(1.234)), "1.23x");
}

#[test]
fn durations_read_as_people_say_them() {
    for (ms, text) in [
        (0, "0 ms"),
        (850, "850 ms"),
        (9_999, "9.9 s"),
        (12_345, "12 s"),
        (59_999, "59 s"),
        (125_000, "2m 05s"),
        (11_520_000, "3h 12m"),
        (356_400_000, "4d 03h"),
        (100 * 86_400_000, "100d"),
        (10_000 * 86_400_000, "10000d"),
        (11_000 * 86_400_000, "30 y"),
        (u64::MAX, ">9999 y"),
    ] {
        assert_eq!(F.duration_ms(Some(ms)), text);
    }
    for (us, text) in [
        (0.0, "0 µs"),
        (0.4, "0.4 µs"),
        (850.0, "850 µs"),
        (999.6, "1.0 ms"),
        (12_300.0, "12.3 ms"),
        (1.5e6, "1.5 s"),
        (6.5e7, "1m 05s"),
    ] {
        assert_eq!(F.latency_us(Some(us)), text);
    }
}

#[test]
fn the_unknown_is_never_a_number() {
    for bad in [None, Some(f64::NAN), Some(f64::INFINITY), Some(-1.0)] {
        for text in [
            F.rate(bad),
            F.bytes_rate(bad),
            F.percent(bad),
            F.factor(bad),
            F.duration_s(bad),
            F.latency_us(bad),
        ] {
            assert_eq!(text, "—");
        }
    }
    for text in [F.count(None), F.exact(None), F.bytes(None), F.duration_ms(None), F.signed_rate(None)] {
        assert_eq!(text, "—");
    }
    assert_eq!(A.count(None), "-");
}

fn number() -> impl Strategy<Value = Option<f64>> {
    let edge = prop::sample::select(vec![f64::NAN, f64::INFINITY, -1.0, f64::MAX, f64::MIN_POSITIVE, 0.0]);
    prop_oneof![
        Just(None),
        edge.prop_map(Some),
        any::<f64>().prop_map(Some),
        (0.0..1e12).prop_map(Some),
        (0.0..1.0).prop_map(Some)
    ]
}

fn bits() -> impl Strategy<Value = Option<u64>> {
    // All magnitudes alike, not only the great ones.
    prop_oneof![Just(None), (any::<u64>(), 0u32..64).prop_map(|(n, shift)| Some(n >> shift))]
}

#[test]
fn decimals_that_say_nothing_go() {
    for (text, short) in [
        ("5.0 s", "5 s"),
        ("2.50k", "2.5k"),
        ("1.05k", "1.05k"),
        ("1.00M", "1M"),
        ("100", "100"),
        ("85.0%", "85%"),
        ("1m 00s", "1m 00s"),
        ("<0.1%", "<0.1%"),
        ("10.0k/s", "10k/s"),
    ] {
        assert_eq!(without_zeros(text), short);
    }
}

proptest! {
    #[test]
    fn no_figure_is_wider_than_it_may_be(count in bits(), value in number(), ascii: bool) {
        let f = Figures::new(ascii);
        for (text, width) in [
            (f.count(count), COUNT_WIDTH),
            (f.marked(count, Certainty::Exact), COUNT_WIDTH),
            (f.marked(count, Certainty::Estimate), 7),
            (f.marked(count, Certainty::AtLeast), 7),
            (f.exact(count), 26),
            (f.page_count(count), 7),
            (f.bytes(count), BYTES_WIDTH),
            (f.duration_ms(count), DURATION_WIDTH),
            (f.rate(value), RATE_WIDTH),
            (f.signed_rate(value), 8),
            (f.bytes_rate(value), BYTES_RATE_WIDTH),
            (f.signed_bytes_rate(value), SIGNED_BYTES_RATE_WIDTH),
            (f.percent(value), PERCENT_WIDTH),
            (f.factor(value), 6),
            (f.duration_s(value), DURATION_WIDTH),
            (f.latency_us(value), LATENCY_WIDTH),
        ] {
            prop_assert!(text.width() <= usize::from(width), "'{text}' is wider than {width}");
            prop_assert!(!text.is_empty());
            prop_assert!(!ascii || text.is_ascii(), "'{text}' is not ASCII");
        }
    }

    #[test]
    fn a_greater_figure_never_reads_smaller(a in bits(), b in bits(), x in number(), y in number()) {
        let (Some(a), Some(b), Some(x), Some(y)) = (a, b, x, y) else { return Ok(()) };
        let (less, more) = (Some(a.min(b)), Some(a.max(b)));
        let (low, high) = (Some(x.abs().min(y.abs())), Some(x.abs().max(y.abs())));
        let share = |value: Option<f64>| value.map(|value| value.min(1.0));
        for (small, great) in [
            (F.count(less), F.count(more)),
            (F.page_count(less), F.page_count(more)),
            (F.bytes(less), F.bytes(more)),
            (F.duration_ms(less), F.duration_ms(more)),
            (F.rate(low), F.rate(high)),
            (F.bytes_rate(low), F.bytes_rate(high)),
            (F.latency_us(low), F.latency_us(high)),
            (F.percent(share(low)), F.percent(share(high))),
            (sentence::bytes(a.min(b)), sentence::bytes(a.max(b))),
            (sentence::span(a.min(b)), sentence::span(a.max(b))),
        ] {
            if small != "—" && great != "—" {
                prop_assert!(read(&small) <= read(&great), "{small} and {great}");
            }
        }
    }

    #[test]
    fn a_sentence_says_the_same_as_a_column(count in bits(), value in number()) {
        let (Some(count), Some(value)) = (count, value.filter(|value| value.is_finite() && *value >= 0.0)) else {
            return Ok(());
        };
        for (said, column) in [
            (sentence::bytes(count), F.bytes(Some(count))),
            (sentence::span(count), F.duration_ms(Some(count))),
            (sentence::latency(value), F.latency_us(Some(value))),
            (sentence::percent(value.min(1.0)), F.percent(Some(value.min(1.0)))),
        ] {
            prop_assert!((read(&said) - read(&column)).abs() <= read(&column) * 1e-12, "{said} and {column}");
        }
    }

    #[test]
    fn no_figure_has_as_many_of_a_unit_as_the_next_one_has(count in bits(), value in number()) {
        let thousands = [F.count(count), F.rate(value)];
        for text in thousands.iter().map(|text| text.trim_end_matches("/s")) {
            prop_assert!(text.starts_with(['>', '—']) || digits(text) < 1000.0, "{text}");
        }
        let binary = [F.bytes(count), F.bytes_rate(value)];
        for text in binary.iter().filter(|text| !text.starts_with(['>', '—'])) {
            prop_assert!(digits(text) < 1024.0, "{text}");
        }
    }
}

/// The number before the first unit.
fn digits(text: &str) -> f64 {
    let text = text.trim_start_matches('<');
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text.split_at(end).0.parse().unwrap()
}

/// A figure read back, in its smallest unit. `<0.1` lies between nothing and a tenth.
fn read(text: &str) -> f64 {
    const UNITS: [(&str, f64); 22] = [
        ("", 1.0),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
        ("E", 1e18),
        ("B", 1.0),
        ("KiB", 1024.0),
        ("MiB", 1_048_576.0),
        ("GiB", 1_073_741_824.0),
        ("TiB", 1_099_511_627_776.0),
        ("PiB", 1_125_899_906_842_624.0),
        ("EiB", 1_152_921_504_606_846_976.0),
        ("%", 1.0),
        ("µs", 1.0),
        ("ms", 1e3),
        ("s", 1e6),
        ("m", 6e7),
        ("h", 3.6e9),
        ("d", 8.64e10),
        ("y", 3.155_695_2e13),
    ];
    let (text, factor) = match text.strip_prefix('<') {
        Some(rest) => (rest, 0.5),
        None => (text, 1.0),
    };
    let (text, more) = text.strip_prefix('>').map_or((text, 1.0), |rest| (rest, 1.001));
    let text = text.trim_end_matches("/s").replace(',', "");
    let mut sum = 0.0;
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let unit_at = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(unit_at);
        let after = after.trim_start();
        let end = after.find(|c: char| c == ' ' || c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, next) = after.split_at(end);
        let size = UNITS.iter().find(|(name, _)| *name == unit).unwrap_or_else(|| panic!("{text}")).1;
        sum += number.parse::<f64>().unwrap() * size;
        rest = next.trim_start();
    }
    sum * factor * more
}
