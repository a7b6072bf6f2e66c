//! The vertical axis: round numbers around the values that are there.
//!
//! Does not know time or dots. Invariant: the same values give the same axis, whatever was drawn before.

use crate::core::figures::without_zeros;
use crate::ui::theme::Skin;

/// What the values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Bytes.
    Bytes,
    /// Things a second.
    Rate,
    /// Bytes a second.
    BytesRate,
    /// A share of one.
    Share,
    /// Microseconds.
    LatencyUs,
    /// Milliseconds.
    DurationMs,
}

/// How values are laid out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// From 0 to a round number.
    Zero,
    /// From 0 to this.
    UpTo(f64),
    /// From the first to the second.
    Between(f64, f64),
    /// By powers of ten; for latencies.
    Log,
}

impl Unit {
    /// Cells that a label takes at most.
    pub const fn label_width(self) -> u16 {
        match self {
            Unit::Count => 5,
            Unit::Bytes => 8,
            Unit::Rate => 7,
            Unit::BytesRate => 10,
            Unit::Share => 5,
            Unit::LatencyUs | Unit::DurationMs => 7,
        }
    }

    fn is_binary(self) -> bool {
        matches!(self, Unit::Bytes | Unit::BytesRate)
    }
}

/// A vertical axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Axis {
    /// The value at the lowest dot.
    pub(super) bottom: f64,
    /// The value at the highest dot.
    pub(super) top: f64,
    unit: Unit,
    log: bool,
}

impl Axis {
    /// The axis for these values; none when there are none. A limit that is near ends the axis; one that is far
    /// does not count, since it would press the values flat.
    pub(super) fn new(
        scale: Scale,
        unit: Unit,
        values: impl Iterator<Item = f64>,
        limit: Option<f64>,
    ) -> Option<Axis> {
        let range = |(low, high): (f64, f64), value: f64| (low.min(value), high.max(value));
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), range);
        if low > high {
            return None;
        }
        let near = limit.filter(|limit| *limit >= high && *limit <= high * 2.0 && *limit > 0.0);
        let axis = |bottom, top| Axis { bottom, top, unit, log: scale == Scale::Log };
        if let (Scale::Zero, None, Some((bottom, top))) = (scale, near, around(low, high, unit)) {
            return Some(axis(bottom, top));
        }
        Some(match scale {
            Scale::Zero => axis(low.min(0.0), near.unwrap_or_else(|| ceiling(high, unit))),
            Scale::UpTo(top) if top.is_finite() && top > 0.0 => axis(0.0, top),
            Scale::Between(bottom, top) if bottom.is_finite() && top.is_finite() && bottom < top => {
                axis(bottom, top)
            }
            Scale::UpTo(_) | Scale::Between(..) => axis(0.0, ceiling(high, unit)),
            Scale::Log => {
                let bottom = 10f64.powf(low.max(1.0).log10().floor());
                let top = 10f64.powf(high.max(1.0).log10().ceil());
                axis(bottom, top.max(bottom * 10.0))
            }
        })
    }

    /// The value half-way up, where it is one that can be labelled.
    pub(super) fn middle(&self) -> Option<f64> {
        match self.log {
            true => {
                let decades = (self.top / self.bottom).log10().round() as i64;
                (decades % 2 == 0).then(|| (self.top * self.bottom).sqrt())
            }
            false => {
                let middle = (self.bottom + self.top) / 2.0;
                let is_whole = middle.fract() == 0.0 || !matches!(self.unit, Unit::Count | Unit::Bytes);
                is_whole.then_some(middle)
            }
        }
    }

    /// Whether the axis begins at nothing, so that an area means an amount.
    pub(super) fn begins_low(&self) -> bool {
        self.log || self.bottom <= 0.0
    }

    /// Where a value stands: 0 at the bottom, 1 at the top; may lie outside.
    pub(super) fn share(&self, value: f64) -> f64 {
        if self.log {
            let log = |value: f64| value.max(self.bottom).log10();
            return (log(value) - log(self.bottom)) / (log(self.top) - log(self.bottom));
        }
        (value - self.bottom) / (self.top - self.bottom)
    }

    /// A value as a label: as figures are written, without a decimal that says nothing.
    pub(super) fn label(&self, value: f64, skin: &Skin) -> String {
        let figures = skin.figures;
        let text = match self.unit {
            Unit::Count => figures.count(Some(value.max(0.0) as u64)),
            Unit::Bytes => figures.bytes(Some(value.max(0.0) as u64)),
            Unit::Rate => figures.rate(Some(value)),
            Unit::BytesRate => figures.bytes_rate(Some(value)),
            Unit::Share => figures.percent(Some(value)),
            Unit::LatencyUs => figures.latency_us(Some(value)),
            Unit::DurationMs => figures.duration_ms(Some(value.max(0.0) as u64)),
        };
        if value == 0.0 { "0".to_owned() } else { without_zeros(&text) }
    }
}

/// The least swing that a flat series is drawn against, and from which on it is not flat any more; shares of its
/// greatest value.
const FLAT: (f64, f64) = (0.1, 0.35);

/// The round values around a series that is far from nothing and hardly moves: from 0 on it would be a wall. None for
/// all others.
fn around(low: f64, high: f64, unit: Unit) -> Option<(f64, f64)> {
    if unit == Unit::Share || low <= 0.0 || !high.is_finite() || high - low >= FLAT.1 * high {
        return None;
    }
    let swing = (high - low).max(FLAT.0 * high);
    let step = ceiling(swing / 4.0, unit);
    let bottom = ((low - swing * 0.2) / step).floor() * step;
    let top = ((high + swing * 0.2) / step).ceil() * step;
    (bottom > 0.0).then_some((bottom, top))
}

/// Round spans of time up to a day, in seconds.
const SPANS_S: [f64; 20] = [
    2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0, 10_800.0,
    18_000.0, 21_600.0, 28_800.0, 43_200.0, 64_800.0, 86_400.0,
];

fn days(ms: f64) -> f64 {
    const DAY_MS: f64 = 86_400_000.0;
    ceiling(ms / DAY_MS, Unit::Count) * DAY_MS
}

/// The least of 1, 2 and 5 times a power of ten that is not below the value; for bytes within each power of 1024, for time
/// the spans that clocks have.
pub(super) fn ceiling(value: f64, unit: Unit) -> f64 {
    if !value.is_finite() {
        return f64::MAX / 4.0;
    }
    if value <= 0.0 {
        return 1.0;
    }
    let mut scale = 1.0;
    if unit.is_binary() {
        while value > scale * 1024.0 {
            scale *= 1024.0;
        }
    }
    if unit == Unit::DurationMs && value > 1000.0 {
        return SPANS_S.iter().map(|s| s * 1000.0).find(|ms| *ms >= value).unwrap_or_else(|| days(value));
    }
    let value = value / scale;
    let power = 10f64.powf(value.log10().floor());
    let round =
        [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * power).find(|step| *step >= value * 0.999_999);
    let round = round.unwrap_or(power * 10.0);
    let round = if unit.is_binary() && round >= 1000.0 { 1024.0 } else { round };
    let round = round * scale;
    // Things and bytes come whole; a thousandth of a percent is not worth a label.
    match unit {
        Unit::Count | Unit::Bytes | Unit::BytesRate | Unit::DurationMs | Unit::LatencyUs => round.max(1.0),
        Unit::Rate => round.max(0.1),
        Unit::Share => round.max(0.001),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ceilings_are_round_in_the_unit_of_the_values() {
        for (value, unit, top) in [
            (0.0, Unit::Count, 1.0),
            (7.0, Unit::Count, 10.0),
            (1200.0, Unit::Rate, 2000.0),
            (2000.0, Unit::Rate, 2000.0),
            (0.93, Unit::Share, 1.0),
            (1500.0, Unit::Bytes, 2048.0),
            (900.0 * 1024.0, Unit::Bytes, 1024.0 * 1024.0),
            (40_000.0, Unit::DurationMs, 60_000.0),
            (3.0 * 86_400_000.0, Unit::DurationMs, 5.0 * 86_400_000.0),
            (3.0 * 1024.0 * 1024.0, Unit::Bytes, 5.0 * 1024.0 * 1024.0),
        ] {
            assert_eq!(ceiling(value, unit), top, "{value}");
        }
    }

    #[test]
    fn a_limit_belongs_to_the_axis_only_when_it_is_near() {
        let top = |limit| Axis::new(Scale::Zero, Unit::Count, [60.0].into_iter(), Some(limit)).unwrap().top;
        assert_eq!(top(110.0), 110.0);
        assert_eq!(top(59.0), 62.0);
        assert_eq!(top(5000.0), 62.0);
    }

    #[test]
    fn what_hardly_moves_is_drawn_among_its_values_and_what_moves_from_nothing_on() {
        let ends = |values: &[f64]| {
            let axis = Axis::new(Scale::Zero, Unit::Count, values.iter().copied(), None).unwrap();
            (axis.bottom, axis.top)
        };
        assert_eq!(ends(&[4000.0, 4100.0]), (3800.0, 4200.0));
        assert_eq!(ends(&[26.0, 26.0]), (25.0, 27.0));
        assert_eq!(ends(&[100.0, 4100.0]), (0.0, 5000.0));
        assert_eq!(ends(&[0.0, 0.0]), (0.0, 1.0));
    }

    proptest! {
        #[test]
        fn every_value_lies_on_its_axis(values in prop::collection::vec(0.0..1e12f64, 1..8), is_log: bool) {
            let scale = if is_log { Scale::Log } else { Scale::Zero };
            let axis = Axis::new(scale, Unit::Bytes, values.iter().copied(), None).unwrap();
            prop_assert!(axis.top > axis.bottom);
            for value in values {
                prop_assert!((-0.001..=1.001).contains(&axis.share(value)), "{value} on {axis:?}");
            }
        }
    }
}
