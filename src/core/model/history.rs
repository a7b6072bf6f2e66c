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

/// Runs in a piece.
const PIECE_RUNS: usize = 30;

/// Slots without a measurement that a run of one slot may go on over: longer ones are told as they are.
const APART_SLOTS: u32 = 15;

/// Points of one resolution: the mean of what fell into each slot. Slots with the same figure are one run, so that what
/// does not move takes next to nothing: the run that grows stands here. Those before it stand in pieces that copies of it
/// share, since a picture that is stopped keeps thousands of them: only the last piece is ever copied.
#[derive(Clone, Debug)]
struct HistoryTier {
    slot_ms: u32,
    slots: u32,
    growing: Option<SlotRun>,
    pieces: VecDeque<Arc<Vec<SlotRun>>>,
}

/// Slots with the same figure, about evenly apart.
#[derive(Clone, Copy, Debug)]
struct SlotRun {
    /// Number of the first one.
    first: u32,
    /// How far it is to the last one.
    span: u16,
    slots: u16,
    /// Of the last one.
    count: u16,
    sum: f32,
}

impl SlotRun {
    const fn new(number: u32, (sum, count): (f32, u16)) -> Self {
        Self { first: number, span: 0, slots: 1, count, sum }
    }

    fn last(&self) -> u32 {
        self.first.saturating_add(u32::from(self.span))
    }

    fn mean(&self) -> Option<f32> {
        (self.count > 0).then(|| self.sum / f32::from(self.count))
    }

    /// The number of a slot of it.
    fn number(&self, slot: u16) -> u32 {
        let between = u32::from(self.slots).saturating_sub(1).max(1);
        self.first.saturating_add(u32::from(self.span) * u32::from(slot) / between)
    }

    /// Takes the next slot in, if it has the same figure and comes at about the same distance as those before.
    fn goes_on(&mut self, number: u32, (sum, count): (f32, u16)) -> bool {
        let apart = number.saturating_sub(self.last());
        let is_regular = match self.slots {
            1 => apart <= APART_SLOTS,
            slots => {
                let (span, twice) = (u64::from(self.span), 2 * u64::from(apart) * u64::from(slots - 1));
                (span..=3 * span).contains(&twice)
            }
        };
        let next = Self::new(number, (sum, count));
        let Ok(span) = u16::try_from(number.saturating_sub(self.first)) else { return false };
        if !is_regular || self.slots == u16::MAX || next.mean() != self.mean() {
            return false;
        }
        *self = Self { first: self.first, span, slots: self.slots + 1, ..next };
        true
    }

    /// Adds to its last slot; that one as a run of its own, where its figure is another now.
    fn add(&mut self, (sum, count): (f32, u16)) -> Option<Self> {
        let total = (self.sum + sum, self.count.saturating_add(count));
        let next = Self::new(self.last(), if self.count < u16::MAX { total } else { (self.sum, self.count) });
        if self.slots == 1 || next.mean() == self.mean() {
            (self.sum, self.count) = (next.sum, next.count);
            return None;
        }
        self.span = u16::try_from(self.number(self.slots - 2).saturating_sub(self.first)).unwrap_or(0);
        self.slots -= 1;
        if let Some(mean) = self.mean() {
            (self.sum, self.count) = (mean, 1);
        }
        Some(next)
    }

    /// Lets go of slots that are too old to be told.
    fn forget(&mut self, oldest: u32) {
        while self.slots > 1 && self.first <= oldest {
            let (second, last) = (self.number(1), self.last());
            self.slots -= 1;
            (self.first, self.span) = (second, u16::try_from(last.saturating_sub(second)).unwrap_or(0));
        }
    }
}

impl HistoryTier {
    const fn new(slot_ms: u32, slots: u32) -> Self {
        Self { slot_ms, slots, growing: None, pieces: VecDeque::new() }
    }

    fn add(&mut self, at_ms: i64, value: Option<f64>) {
        let number = at_ms.div_euclid(i64::from(self.slot_ms)).clamp(0, i64::from(u32::MAX));
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        if self.growing.is_some_and(|run| run.last() > number) {
            (self.growing, self.pieces) = (None, VecDeque::new());
        }
        let added = value.map_or((0.0, 0), |value| (value as f32, 1));
        let next = match &mut self.growing {
            Some(run) if run.last() == number => run.add(added),
            Some(run) => match run.goes_on(number, added) {
                true => {
                    run.forget(number.saturating_sub(self.slots));
                    None
                }
                false => Some(SlotRun::new(number, added)),
            },
            None => Some(SlotRun::new(number, added)),
        };
        let Some(next) = next else { return };
        let Some(run) = self.growing.replace(next) else { return };
        if self.pieces.back().is_none_or(|piece| piece.len() >= PIECE_RUNS) {
            self.pieces.push_back(Arc::new(Vec::with_capacity(1)));
        }
        if let Some(piece) = self.pieces.back_mut() {
            Arc::make_mut(piece).push(run);
        }
        let oldest = self.oldest();
        let is_over = |piece: &Arc<Vec<SlotRun>>| piece.last().is_none_or(|run| Some(run.last()) <= oldest);
        while self.pieces.front().is_some_and(is_over) {
            self.pieces.pop_front();
        }
    }

    /// The number of the last slot that is too old to be told; none while nothing can be.
    fn oldest(&self) -> Option<u32> {
        self.growing.and_then(|run| run.last().checked_sub(self.slots))
    }

    fn points(&self) -> impl DoubleEndedIterator<Item = Point> + '_ {
        let oldest = self.oldest();
        let runs = self.pieces.iter().flat_map(|piece| piece.iter()).chain(&self.growing);
        let slots = runs.flat_map(|run| (0..run.slots).map(move |slot| (run.number(slot), run.mean())));
        slots.filter(move |(number, _)| Some(*number) > oldest).map(|(number, mean)| Point {
            at_ms: i64::from(number).saturating_mul(i64::from(self.slot_ms)),
            value: mean.map(f64::from),
        })
    }
}

/// A figure over the last hour.
#[derive(Clone, Debug)]
pub struct History {
    fine: HistoryTier,
    coarse: Option<Box<HistoryTier>>,
}

impl History {
    /// Five minutes by the second and an hour by ten seconds.
    pub fn hour() -> Self {
        Self { fine: HistoryTier::new(1000, 300), coarse: Some(Box::new(HistoryTier::new(10_000, 360))) }
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
    fn what_does_not_move_takes_nothing_and_is_told_point_by_point() {
        let mut history = History::minutes();
        for second in 0..1_000 {
            history.add(second * 1000, Some(7.0));
        }
        let points = history.fine();
        assert_eq!((points.len(), history.fine.pieces.len()), (300, 0));
        assert!(points.iter().zip(700..).all(|(point, second)| point.at_ms == second * 1000));
        history.add(1_000_000, Some(7.0));
        history.add(1_000_000, Some(9.0));
        let last: Vec<_> = history.fine().iter().rev().take(3).map(|p| (p.at_ms, p.value)).collect();
        assert_eq!(last, [(1_000_000, Some(8.0)), (999_000, Some(7.0)), (998_000, Some(7.0))]);
        // Nobody looked for half a minute: that is no line.
        (1_030..1_033).for_each(|second| history.add(second * 1000, Some(8.0)));
        let seconds = history.fine().iter().rev().take(4).map(|point| point.at_ms / 1000).collect::<Vec<_>>();
        assert_eq!(seconds, [1_032, 1_031, 1_030, 1_000]);
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
