//! A figure over time: a point a second for five minutes, a point in ten seconds for an hour.
//!
//! Knows points and breaks; does not know what is drawn. Invariant: what was not measured is a break, never
//! a line, and memory is bounded by the two spans.

use std::collections::VecDeque;
use std::sync::Arc;

/// A measured point, or a break.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// The figure; `None` is a break.
    pub value: Option<f64>,
}

/// Slots in a piece.
const PIECE_SLOTS: usize = 30;

/// Points of one resolution: the mean of what fell into each slot. They stand in pieces that copies of it share, since
/// a picture that is stopped keeps thousands of them: only the piece that grows is ever copied.
#[derive(Clone, Debug)]
struct HistoryTier {
    slot_ms: i64,
    slots: usize,
    pieces: VecDeque<Arc<Vec<Slot>>>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    number: i64,
    sum: f32,
    count: u16,
}

impl HistoryTier {
    const fn new(slot_ms: i64, slots: usize) -> Self {
        Self { slot_ms, slots, pieces: VecDeque::new() }
    }

    fn last(&self) -> Option<&Slot> {
        self.pieces.back().and_then(|piece| piece.last())
    }

    fn add(&mut self, at_ms: i64, value: Option<f64>) {
        let number = at_ms.div_euclid(self.slot_ms);
        if self.last().is_some_and(|last| last.number > number) {
            self.pieces.clear();
        }
        let (sum, count) = value.map_or((0.0, 0), |value| (value as f32, 1));
        let is_new = self.last().is_none_or(|last| last.number != number);
        if is_new && self.pieces.back().is_none_or(|piece| piece.len() >= PIECE_SLOTS) {
            self.pieces.push_back(Arc::new(Vec::with_capacity(PIECE_SLOTS)));
        }
        if let Some(piece) = self.pieces.back_mut().map(Arc::make_mut) {
            match piece.last_mut() {
                Some(last) if !is_new && last.count < u16::MAX => {
                    last.sum += sum;
                    last.count += count;
                }
                Some(_) if !is_new => {}
                _ => piece.push(Slot { number, sum, count }),
            }
        }
        let oldest = self.oldest();
        let is_over = |piece: &Arc<Vec<Slot>>| piece.last().is_none_or(|slot| slot.number <= oldest);
        while self.pieces.front().is_some_and(is_over) {
            self.pieces.pop_front();
        }
    }

    /// The number of the last slot that is too old to be told.
    fn oldest(&self) -> i64 {
        self.last().map_or(i64::MIN, |last| last.number.saturating_sub(self.slots as i64))
    }

    fn points(&self) -> impl DoubleEndedIterator<Item = Point> + '_ {
        let oldest = self.oldest();
        let slots = self.pieces.iter().flat_map(|piece| piece.iter());
        slots.filter(move |slot| slot.number > oldest).map(|slot| Point {
            at_ms: slot.number.saturating_mul(self.slot_ms),
            value: (slot.count > 0).then(|| f64::from(slot.sum) / f64::from(slot.count)),
        })
    }
}

/// A figure over the last hour.
#[derive(Clone, Debug)]
pub struct History {
    fine: HistoryTier,
    coarse: Option<HistoryTier>,
}

impl History {
    /// Five minutes by the second and an hour by ten seconds.
    pub const fn hour() -> Self {
        Self { fine: HistoryTier::new(1000, 300), coarse: Some(HistoryTier::new(10_000, 360)) }
    }

    /// Five minutes by the second: for figures of which there are many.
    pub const fn minutes() -> Self {
        Self { fine: HistoryTier::new(1000, 300), coarse: None }
    }

    /// Takes a point in; `None` is a break. Values that are not finite are breaks.
    pub fn add(&mut self, at_ms: i64, value: Option<f64>) {
        let value = value.filter(|value| value.is_finite());
        self.fine.add(at_ms, value);
        if let Some(coarse) = &mut self.coarse {
            coarse.add(at_ms, value);
        }
    }

    /// The points of the last five minutes, oldest first.
    pub fn fine(&self) -> Vec<Point> {
        self.fine.points().collect()
    }

    /// The points of the last hour, oldest first; those of five minutes where no more is kept.
    pub fn coarse(&self) -> Vec<Point> {
        self.coarse.as_ref().map_or_else(|| self.fine(), |tier| tier.points().collect())
    }

    /// The last point that is no break.
    pub fn latest(&self) -> Option<f64> {
        self.fine.points().rev().find_map(|point| point.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_of_one_second_are_averaged_and_breaks_stay_breaks() {
        let mut history = History::hour();
        for (at_ms, value) in [(1000, Some(1.0)), (1500, Some(3.0)), (2000, None), (3000, Some(5.0))] {
            history.add(at_ms, value);
        }
        let values: Vec<_> = history.fine().iter().map(|point| point.value).collect();
        assert_eq!(values, [Some(2.0), None, Some(5.0)]);
        assert_eq!(history.latest(), Some(5.0));
    }

    #[test]
    fn both_spans_are_bounded() {
        let mut history = History::hour();
        for second in 0..10_000 {
            history.add(second * 1000, Some(f64::NAN));
            history.add(second * 1000, Some(1.0));
        }
        assert_eq!(history.fine().len(), 300);
        assert_eq!(history.coarse().len(), 360);
        assert_eq!(history.coarse().first().unwrap().value, Some(1.0));
    }

    #[test]
    fn a_clock_that_went_back_begins_anew() {
        let mut history = History::minutes();
        history.add(100_000, Some(1.0));
        history.add(50_000, Some(2.0));
        assert_eq!(history.fine().len(), 1);
    }

    #[test]
    fn a_copy_shares_all_but_the_piece_that_grows_and_stays_as_it_was() {
        let mut history = History::minutes();
        for second in 0..200 {
            history.add(second * 1000, Some(second as f64));
        }
        let kept = history.clone();
        for second in 200..230 {
            history.add(second * 1000, Some(second as f64));
        }
        let shared = kept.fine.pieces.iter().filter(|piece| Arc::strong_count(piece) > 1).count();
        assert_eq!((shared, kept.fine.pieces.len()), (6, 7));
        assert_eq!((kept.fine().len(), kept.latest()), (200, Some(199.0)));
        assert_eq!((history.fine().len(), history.latest()), (230, Some(229.0)));
    }
}
