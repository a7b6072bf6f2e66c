//! What figures promise: their form, their width, and that the unknown is never a number.

use super::*;
use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

const F: Figures = Figures::new(false);
const A: Figures = Figures::new(true);

#[test]
fn counts_have_three_digits_and_a_unit() {
    for (count, text) in [
        (0, "0"),
        (999, "999"),
        (1000, "1.0 k"),
        (1234, "1.2 k"),
        (99_949, "99.9 k"),
        (99_950, "100 k"),
        (999_499, "999 k"),
        (999_500, "1.0 M"),
        (1_200_000, "1.2 M"),
        (u64::MAX, "18.4 E"),
    ] {
        assert_eq!(F.count(Some(count)), text);
    }
    assert_eq!(F.exact(Some(1_234_567)), "1 234 567");
    assert_eq!(F.exact(Some(123)), "123");
}

#[test]
fn marks_say_how_far_a_figure_may_be_trusted() {
    assert_eq!(F.marked(Some(12), Certainty::Estimate), "~12");
    assert_eq!(F.marked(Some(1000), Certainty::AtLeast), "≥1000");
    assert_eq!(A.marked(Some(1000), Certainty::AtLeast), ">=1000");
    assert_eq!(F.marked(Some(1000), Certainty::Exact), "1.0 k");
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
        (1234.0, "1.2 k/s"),
        (1e30, ">999 E/s"),
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
        (12_345, "12.3 s"),
        (59_999, "59.9 s"),
        (125_000, "2m 05s"),
        (11_520_000, "3h 12m"),
        (356_400_000, "4d 03h"),
        (100 * 86_400_000, "100d"),
        (10_000 * 86_400_000, "27 y"),
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

proptest! {
    #[test]
    fn no_figure_is_wider_than_it_may_be(count in bits(), value in number(), ascii: bool) {
        let f = Figures::new(ascii);
        for (text, width) in [
            (f.count(count), COUNT_WIDTH),
            (f.marked(count, Certainty::Exact), COUNT_WIDTH),
            (f.marked(count, Certainty::Estimate), MARKED_COUNT_WIDTH),
            (f.marked(count, Certainty::AtLeast), MARKED_COUNT_WIDTH),
            (f.exact(count), EXACT_WIDTH),
            (f.bytes(count), BYTES_WIDTH),
            (f.duration_ms(count), DURATION_WIDTH),
            (f.rate(value), RATE_WIDTH),
            (f.signed_rate(value), SIGNED_RATE_WIDTH),
            (f.bytes_rate(value), BYTES_RATE_WIDTH),
            (f.signed_bytes_rate(value), SIGNED_BYTES_RATE_WIDTH),
            (f.percent(value), PERCENT_WIDTH),
            (f.factor(value), FACTOR_WIDTH),
            (f.duration_s(value), DURATION_WIDTH),
            (f.latency_us(value), LATENCY_WIDTH),
        ] {
            prop_assert!(text.width() <= usize::from(width), "'{text}' is wider than {width}");
            prop_assert!(!text.is_empty());
            prop_assert!(!ascii || text.is_ascii(), "'{text}' is not ASCII");
        }
    }

    #[test]
    fn a_greater_count_never_reads_smaller(a in bits(), b in bits()) {
        let (Some(a), Some(b)) = (a, b) else { return Ok(()) };
        let value = |text: String| {
            let (digits, unit) = text.split_once(' ').unwrap_or((&text, ""));
            digits.parse::<f64>().unwrap() * 1000f64.powi(" kMGTPE".find(unit).unwrap_or(0) as i32)
        };
        let (less, more) = (a.min(b), a.max(b));
        prop_assert!(value(F.count(Some(less))) <= value(F.count(Some(more))));
    }
}
